"""What every test gets: a home of its own, no network, the real database where it is on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.no_network import sitecustomize as no_network
from tests.scheduling import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler

hypothesis.settings.register_profile("laptop", max_examples=100, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=500, deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("nightly", max_examples=10_000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "laptop"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave nightly tests out unless `-m` asks for them, and mark those of the browser."""
    if "tensorflow" in sys.modules:
        raise pytest.UsageError("A test file imports TensorFlow at its top, for every process. Import it in the tests.")
    asked = config.option.markexpr
    nightly = [item for item in items if item.get_closest_marker("nightly") and not _is_asked_for(item, asked)]
    if nightly:
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in nightly]
    for item in items:
        if item.path.relative_to(config.rootpath).as_posix().startswith("tests/browser/"):
            item.add_marker(pytest.mark.browser)


def _is_asked_for(item: pytest.Item, asked: str) -> bool:
    return any(item.get_closest_marker(mark) and mark in asked for mark in ("nightly", "faults", "load"))


NO_NETWORK_FOLDER = Path(no_network.__file__).parent
"""On `PYTHONPATH`, this folder keeps a process that a test starts from leaving the machine."""


def _use_home(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Point every platform's idea of the user's folders into `home`."""
    home.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / ".local" / "share"))
    monkeypatch.setenv("LOCALAPPDATA", str(home / "AppData" / "Local"))
    monkeypatch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", str(home / "AppData" / "Local"))


@pytest.fixture(scope="session", autouse=True)
def _session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures that outlive one test (servers, the browser) get a home, and no network, too."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        _use_home(monkeypatch, tmp_path_factory.mktemp("home"))
        python_path = os.environ.get("PYTHONPATH")
        parts = [str(NO_NETWORK_FOLDER), *([python_path] if python_path else [])]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(parts))
        # Beside other tests that keep every core busy, a training of lower priority would hardly move.
        monkeypatch.setenv("ECG_TRAINING_NICENESS", "0")
        # Networks of tests are trained for seconds: compiling them well takes longer than it saves.
        monkeypatch.setenv("XLA_FLAGS", os.environ.get("XLA_FLAGS", "--xla_backend_optimization_level=0"))
        no_network.install()
        yield


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the empty home folder of this test; the user's caches are never read or written."""
    folder = tmp_path_factory.mktemp("home")
    _use_home(monkeypatch, folder)
    return folder


@pytest.fixture(autouse=True)
def _load_tensorflow_where_it_is_marked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that loads TensorFlow without the mark `tensorflow`."""
    there = "tensorflow" in sys.modules
    yield
    if not there and "tensorflow" in sys.modules and not request.node.get_closest_marker("tensorflow"):
        pytest.fail("This test loads TensorFlow, which takes seconds. Mark it `tensorflow`, or do without.")


@pytest.fixture(autouse=True)
def _stay_on_this_machine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that tried to leave this machine without the mark `reaches_out`."""
    no_network.attempts.clear()
    yield
    if no_network.attempts and not request.node.get_closest_marker("reaches_out"):
        pytest.fail(f"This test asked the network for {', '.join(no_network.attempts)}.")


@pytest.fixture(scope="session")
def mitdb_folder() -> Path:
    """Return the folder with the MIT-BIH Arrhythmia Database, or skip where there is none."""
    return _database_folder("ECG_DATA_DIR", "the MIT-BIH Arrhythmia Database is")


@pytest.fixture(scope="session")
def svdb_folder() -> Path:
    """Return the folder with MIT-BIH Supraventricular Arrhythmia Database records, or skip where there is none."""
    return _database_folder("ECG_SVDB_DIR", "the MIT-BIH Supraventricular Arrhythmia Database is")


@pytest.fixture(scope="session")
def nstdb_folder() -> Path:
    """Return the folder with the MIT-BIH Noise Stress Test Database's noises, or skip where there is none."""
    return _database_folder("ECG_NSTDB_DIR", "the noises of the MIT-BIH Noise Stress Test Database are")


def _database_folder(variable: str, what: str) -> Path:
    folder = os.environ.get(variable)
    if not folder:
        pytest.skip(f"{variable} is not set: {what} not on this machine.")
    return Path(folder).resolve(strict=True)


@pytest.fixture
def no_mitdb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this test run as on a machine that has never seen the databases."""
    monkeypatch.delenv("ECG_DATA_DIR", raising=False)
    monkeypatch.delenv("ECG_SVDB_DIR", raising=False)
    monkeypatch.delenv("ECG_NSTDB_DIR", raising=False)
