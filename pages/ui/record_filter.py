"""Narrowing the list and the table of records: by database, class, and supraventricular beats."""

from __future__ import annotations

import streamlit as st

from ecgmodel.labels import CLASSES
from ecgmodel.records.sources.catalogue import RecordEntry
from ecgmodel.records.sources.record_filter import RecordFilter
from pages.caches.records import record_entries, record_summary
from pages.session import choices, place
from pages.session.visitor import own
from pages.ui.text import t

_PAGE, _FILTER = "record_panel", "filter"


def filter_in_use() -> RecordFilter:
    """Return the filter that the visitor has set on the records."""
    return choices.page_choice(_PAGE, _FILTER, RecordFilter())


def choose_filter(where: str) -> None:
    """Show what narrows the records, in the list or in the table (`where`)."""
    kept = filter_in_use()
    origins, classes, with_s = (f"record_panel.{where}.{part}" for part in ("origins", "classes", "with_s"))
    st.session_state[origins] = list(kept.origins)
    st.session_state[classes] = list(kept.classes)
    choices.put(with_s, kept.with_s)

    def keep() -> None:
        narrowed = RecordFilter(
            tuple(st.session_state[origins]), tuple(st.session_state[classes]), st.session_state[with_s]
        )
        choices.set_page_choice(_PAGE, _FILTER, narrowed)

    st.pills(
        t("Database"),
        ("mitdb", "svdb", "simulated"),
        format_func={
            "mitdb": t("Arrhythmia (mitdb)"),
            "svdb": t("Supraventricular (svdb)"),
            "simulated": t("simulated"),
        }.__getitem__,
        selection_mode="multi",
        key=origins,
        on_change=keep,
    )
    st.pills(t("With beats of class"), CLASSES, selection_mode="multi", key=classes, on_change=keep)
    st.toggle(
        t("With at least one S"),
        key=with_s,
        on_change=keep,
        help=t("Supraventricular premature beats, group S of AAMI: symbols A, a, J and S."),
    )
    n = sum(is_kept(entry) for entry in record_entries())
    st.caption(t("{n} of {total} records", n=n, total=len(record_entries())))
    if kept.asks_for_beats:
        st.caption(t("Records that are not on this machine have no beats to look for yet."))


def is_kept(entry: RecordEntry) -> bool:
    """Tell whether a record is among those that the visitor wants to see."""
    wanted = filter_in_use()
    if not wanted.asks_for_beats or not RecordFilter(wanted.origins).keeps(entry.source, None):
        return wanted.keeps(entry.source, None)  # by its database alone; no file need be read
    summary = record_summary(entry.name)
    return wanted.keeps(entry.source, None if summary is None else summary.symbol_counts)


def narrowed_names() -> tuple[str, ...]:
    """Return the records of the list: the visitor's own, those wanted, and the one in use."""
    if filter_in_use().asks_for_beats:
        with st.spinner(t("Reading the labels of {n} records …", n=len(record_entries()))):
            kept = [entry for entry in record_entries() if entry.name == place.record_name() or is_kept(entry)]
    else:
        kept = [entry for entry in record_entries() if entry.name == place.record_name() or is_kept(entry)]
    return (*own("record"), *(entry.name for entry in kept))
