"""Every page with a record of the MIT-BIH Supraventricular Arrhythmia Database, and with parts of a database."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ecgmodel.evaluation.results import results_folder
from ecgmodel.network import model_file
from ecgmodel.records.sources.catalogue import default_record_name
from tests.app.screen import all_text

PAGES = ("records", "predict", "gates", "train", "evaluate", "learn", "upload", "annotate", "cards")

DAMAGED = {
    "checksum": ("812", "was altered"),
    "version": ("821", "another version"),
    "missing": ("823", "is not on this machine"),
}
"""For each damage a record that no other test opens, since pages keep what they have read, and what is said of it."""


@pytest.fixture
def svdb_alone(svdb_folder: Path, no_mitdb: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some records of svdb are on this machine, and nothing else."""
    folder = tmp_path / "svdb"
    folder.mkdir()
    for name in ("803", "811", *(name for name, _ in DAMAGED.values())):
        for suffix in (".hea", ".dat", ".atr"):
            shutil.copy(svdb_folder / f"{name}{suffix}", folder)
    monkeypatch.setenv("ECG_SVDB_DIR", str(folder))
    return folder


@pytest.fixture
def open_shipped(open_app, models, monkeypatch):
    """Open a page with the shipped models in place of those that nobody trained."""
    monkeypatch.setattr(model_file, "SHIPPED_FOLDER", results_folder().parent / "models")
    return open_app


def choices_of(app) -> str:
    groups = app.get("button_group")
    return " ".join([all_text(app), *(" ".join(map(str, group.options)) for group in groups)])


@pytest.mark.parametrize("page", PAGES)
def test_a_record_of_svdb_on_every_page(open_shipped, svdb_alone, page):
    """No exception and no complaint; its record is the one that is open before a choice, and is named so."""
    assert default_record_name() == "svdb/803"
    for lang in ("en", "zh"):
        app = open_shipped(page, lang=lang)
        assert not app.exception
        assert not app.error
        assert not app.warning
        if page != "upload":  # which names the file in sight
            assert "svdb/803" in choices_of(app)


@pytest.mark.parametrize("page", ["records", "predict", "gates"])
def test_its_leads_are_its_own(open_shipped, svdb_alone, page):
    """ECG1 and ECG2 are what can be read, MLII nowhere; who its beats are from is said."""
    app = open_shipped(page, record="svdb/811", model="beats-gru")
    assert not app.exception
    words = choices_of(app)
    assert "ECG1" in words
    assert "ECG2" in words
    assert "MLII" not in words
    if page == "predict":
        assert "never saw this person" in words
        assert "MIT-BIH Supraventricular Arrhythmia Database" in words


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_database(open_shipped, svdb_alone, damage):
    """A file that was altered, or is of another version, and one that is missing are told; the others open."""
    name, said = DAMAGED[damage]
    if damage == "checksum":
        data = bytearray((svdb_alone / f"{name}.dat").read_bytes())
        data[1000] ^= 1
        (svdb_alone / f"{name}.dat").write_bytes(bytes(data))
    elif damage == "version":
        header = (svdb_alone / f"{name}.hea").read_text()
        (svdb_alone / f"{name}.hea").write_text(header.rstrip("\n") + "\n# version 2.0.0\n")
    else:
        (svdb_alone / f"{name}.atr").unlink()
    for page in ("records", "predict", "gates", "annotate", "learn"):
        app = open_shipped(page, record=f"svdb/{name}")
        assert not app.exception
        words = " ".join([all_text(app), *(error.value for error in app.error)])
        assert said in words
        if damage != "missing":
            assert f"python -m ecgmodel download svdb/{name}" in words
        app = open_shipped(page, record="svdb/803")
        assert not app.exception
        assert not app.error
