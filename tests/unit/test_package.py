"""What the project says of itself, in each of the files that say it."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import ecgmodel

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_command_is_there():
    """`pip install -e .` gives a command `ecgmodel` that is `python -m ecgmodel`."""
    module, _, function = PROJECT["project"]["scripts"]["ecgmodel"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_what_is_installed_is_written_once():
    """The package's dependencies are the lines of requirements.txt, its version that of the code."""
    dynamic = PROJECT["tool"]["setuptools"]["dynamic"]
    assert set(PROJECT["project"]["dynamic"]) == {"version", "dependencies"}
    assert dynamic["dependencies"]["file"] == ["requirements.txt"]
    assert dynamic["version"]["attr"] == "ecgmodel.__version__"


def test_the_citation_is_of_this_version():
    """`CITATION.cff` names the version and the licence that the package has."""
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {ecgmodel.__version__}" in lines
    assert f"license: {PROJECT['project']['license']}" in lines


def test_the_app_s_commands_are_there_from_any_folder(tmp_path: Path):
    """What the checkout offers beside the library is among the commands, though the library alone is on the path."""
    (tmp_path / "ecgmodel").symlink_to(ROOT / "ecgmodel", target_is_directory=True)
    command = [sys.executable, "-m", "ecgmodel", "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "export-lesson" in done.stdout
    assert "benchmark" in done.stdout
