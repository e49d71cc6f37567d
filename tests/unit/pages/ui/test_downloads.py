"""What a button that saves a file holds on to."""

from __future__ import annotations

import gc
import weakref

import pytest

from pages.ui import downloads


class Session:
    """Stands for what Streamlit keeps of a visitor, uploaded files included."""

    session_id = "closed"


def test_a_closed_session_is_not_held(monkeypatch: pytest.MonkeyPatch):
    """Streamlit keeps the makers of files for good; a session that is over must not stay with them."""
    sessions = [Session()]
    monkeypatch.setattr(downloads, "get_script_run_ctx", lambda: sessions[0])
    make = downloads._kept(lambda: "time_s,class\n", "beats.csv", "text/csv")
    monkeypatch.setattr(downloads, "get_script_run_ctx", lambda: None)
    over = weakref.ref(sessions.pop())
    gc.collect()
    assert over() is None
    assert make() == b"time_s,class\n"
