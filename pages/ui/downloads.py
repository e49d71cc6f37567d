"""Buttons that save a file, made on the click.

Streamlit 1.67 keeps a file made on a click only until two runs of any visitor's page have ended; where many tabs look
at a training again and again, the browser comes too late for it. A file in some page's use is kept, so each is noted
as in use by the page that asked for it, until that page runs again or is closed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

FileMaker = Callable[[], str | bytes]


@dataclass(frozen=True, slots=True)
class Visitor:
    """All that Streamlit asks of a run's context to know whose file it is given."""

    session_id: str


def offer_file(
    label: str, make: FileMaker, file_name: str, mime: str, on_click: Callable[[], None] | None = None
) -> None:
    """Show a quiet button that saves a file, made on the click; only with `on_click` the page runs again behind it."""
    st.download_button(
        label,
        _kept(make, file_name, mime),
        file_name=file_name,
        mime=mime,
        type="tertiary",
        icon=":material/download:",
        on_click="ignore" if on_click is None else on_click,
        key=f"download.{file_name}",
    )


def _kept(make: FileMaker, file_name: str, mime: str) -> FileMaker:
    """Wrap `make` so that Streamlit keeps its file for the visitor whose page is running.

    Streamlit's registry of such makers outlives the session, so only the session's id is held here: with the rest would
    stay everything that the visitor has uploaded.
    """
    context = get_script_run_ctx()
    visitor = None if context is None else Visitor(context.session_id)

    def make_and_keep() -> bytes:
        data = make()
        data = data.encode() if isinstance(data, str) else data
        if visitor is not None and runtime.exists() and runtime.get_instance().is_active_session(visitor.session_id):
            files = runtime.get_instance().media_file_mgr
            # Streamlit takes the owner of a file from the thread.
            keeper = Thread(target=files.add, args=(data, mime, f"download.{file_name}", file_name, True))
            add_script_run_ctx(keeper, visitor)
            keeper.start()
            keeper.join()
        return data

    return make_and_keep
