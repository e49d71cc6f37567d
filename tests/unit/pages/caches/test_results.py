"""Results whose files change while the app runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ecgmodel.evaluation.results import results_folder
from pages.caches.results import open_result


def test_a_result_that_changes_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another result under the same name, a damaged one, the first one again: each shows at the next look."""
    shipped = results_folder()
    monkeypatch.setenv("ECG_RESULTS_DIR", str(tmp_path))
    name = "gru.segments-10fold"
    seen = []
    for source in ("gru.segments-10fold", "paper-gru.segments-10fold", None, "gru.segments-10fold"):
        if source is None:
            (tmp_path / f"{name}.json").write_text("{")
        else:
            shutil.copy(shipped / f"{source}.json", tmp_path / f"{name}.json")
        found = open_result(name)
        seen.append(None if found is None else found.preset)
    assert seen[0] == seen[3] != seen[1]
    assert seen[2] is None
