"""The drop zone of the Upload page, three files to try, and what became of a file that could not be taken."""

from __future__ import annotations

import streamlit as st

from ecgmodel.errors import EcgModelError
from pages.session import visitor
from pages.ui.text import error_text, plain, t
from pages.upload.many import current_many, take_many
from pages.upload.recipe import show_linked_recipe, show_recipe, take_linked_recipe, take_with_recipe
from pages.upload.session import (
    Upload,
    current_upload,
    forget_refusal,
    forget_upload,
    refused_upload,
    take_sample,
)

_NUMBER = "number"


def show_drop_zone() -> Upload | None:
    """Show where to drop files and what there is to try, and return the upload in hand: at first, one to try.

    `None` where a file could not be taken, and then that is what the page says, or where several make a list.
    """
    take_linked_recipe()
    kept = visitor.own("upload")
    key = f"upload.files.{kept.setdefault(_NUMBER, 0)}"
    drop, tries = st.columns(2, vertical_alignment="top", gap="medium")
    with drop:
        st.file_uploader(
            t("Drop your ECG: CSV or text from any device, Excel, JSON, XML, DICOM, EDF and others, or WFDB files"),
            accept_multiple_files=True,
            key=key,
            on_change=_take_dropped,
            args=(key,),
        )
        with st.popover(t("A whole folder"), type="tertiary", icon=":material/folder_open:"):
            st.file_uploader(
                t("A folder of recordings: each becomes a line of a list"),
                accept_multiple_files="directory",
                key=f"{key}.folder",
                on_change=_take_dropped,
                args=(f"{key}.folder",),
            )
    with tries:
        st.caption(t("Or try one of these:"))
        with st.container(horizontal=True, gap="small"):
            st.button(t("A watch"), icon=":material/watch:", on_click=take_sample, args=("watch",), key="upload.watch")
            st.button(
                t("A chest strap"),
                icon=":material/monitor_heart:",
                on_click=take_sample,
                args=("strap",),
                key="upload.strap",
            )
            st.button(
                t("Bare numbers"), icon=":material/123:", on_click=take_sample, args=("plain",), key="upload.plain"
            )
        st.caption(t("Your file stays on the machine that runs this app, in this session alone, and is never saved."))
    show_linked_recipe()
    refused = refused_upload()
    if refused is not None:  # the result of another file must not be shown as if it were the answer
        _show_refused(*refused)
        return None
    if current_upload() is None and current_many() is None:
        take_sample("watch", chosen=False)
    return current_upload()


def _take_dropped(key: str) -> None:
    """Take what was dropped, and begin a new drop zone, so that nothing is held twice."""
    files = st.session_state[key]
    if not files:
        return
    dropped = {file.name: file.getvalue() for file in files}
    if not take_many(dropped):
        take_with_recipe(dropped)
    visitor.own("upload")[_NUMBER] += 1


def _show_refused(name: str, error: EcgModelError) -> None:
    """Say why a file could not be taken, and lead back to what was there before."""
    st.warning(f"**{plain(name)}**: {error_text(error)}", icon=":material/info:")
    before = current_upload()
    st.button(
        t("Show {name} again", name=plain(before.title))
        if before is not None and before.origin == "upload"
        else t("Show the file to try"),
        icon=":material/undo:",
        type="tertiary",
        on_click=forget_refusal,
        key="upload.back",
    )


def show_file_line(upload: Upload) -> None:
    """Name the file in hand, with its recipe and a way to be rid of it."""
    st.markdown(f"**{plain(', '.join(list(upload.files)[:3]))}** &nbsp; {_size(upload.size)}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        show_recipe(upload)
        st.button(t("Remove"), icon=":material/delete:", type="tertiary", on_click=forget_upload, key="upload.remove")


def _size(n_bytes: int) -> str:
    if n_bytes < 1_000_000:
        return t("{n:,.0f} kB", n=max(n_bytes / 1000, 1))
    return t("{n:,.1f} MB", n=n_bytes / 1e6)
