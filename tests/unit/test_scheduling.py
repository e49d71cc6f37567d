"""How pytest's processes divide the tests."""

import subprocess
import sys
from pathlib import Path

from tests.scheduling import LONG, ROOT, TENSORFLOW, group_of

CASE = """
import os, pathlib, pytest

@pytest.mark.parametrize("i", range(6))
def test_where(i):
    with pathlib.Path(__file__).with_suffix(".pids").open("a") as file:
        print(os.getpid(), file=file)
"""


def test_a_file_s_tests_run_in_one_process(tmp_path: Path):
    """Two files on two processes: each file in a process of its own, as the installed pytest and xdist deal them."""
    files = [tmp_path / f"test_{name}.py" for name in "ab"]
    for file in files:
        file.write_text(CASE)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-p", "tests.scheduling"]
    done = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    pids = [set(file.with_suffix(".pids").read_text().split()) for file in files]
    assert [len(of_file) for of_file in pids] == [1, 1]
    assert pids[0] != pids[1]


def test_groups():
    """A file is a group; all that load TensorFlow are one; what shares nothing stands alone; the long ones exist."""
    assert group_of("tests/unit/test_readme.py::test_a[x::y]") == "tests/unit/test_readme.py"
    keras = {group_of(f"tests/unit/{path}::test_x") for path in ("training/test_fit.py", "network/test_start.py")}
    assert keras == {TENSORFLOW}
    alone = "tests/unit/records/imports/test_properties.py::test_x[csv]"
    assert group_of(alone) == alone
    assert [name for name in LONG if name != TENSORFLOW and not (ROOT / name).is_file()] == []
