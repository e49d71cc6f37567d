"""Choosing a record: the list, the table of all of them, fetching, and the line that says who and what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from ecgmodel.errors import DownloadError, RecordError
from ecgmodel.labels import BEAT_SYMBOLS, CLASSES
from ecgmodel.records.facts import RecordFacts
from ecgmodel.records.record import Header, Record
from ecgmodel.records.sources.catalogue import RecordSummary
from ecgmodel.records.sources.databases import MITDB, find_database
from ecgmodel.records.sources.record_filter import RecordFilter, count_supraventricular
from pages.caches.records import availability, record_entries, record_in_use, record_summary
from pages.session import address, place
from pages.ui.blocks import clock, show_error
from pages.ui.record_filter import choose_filter, filter_in_use, is_kept, narrowed_names
from pages.ui.row_table import show_row_table
from pages.ui.text import plain, t

_PICKER = "record_panel.picker"


def show_record_picker() -> None:
    """Show the list of records with steps to the neighbours, and the table of all of them on demand."""
    names = narrowed_names()
    places = {entry.name: entry.available for entry in record_entries()}
    position = names.index(place.record_name())
    st.session_state[_PICKER] = place.record_name()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            t("Previous"),
            icon=":material/chevron_left:",
            type="tertiary",
            disabled=position == 0,
            on_click=_take_record,
            args=(names[position - 1],),
            key="record_panel.previous",
        )
        st.selectbox(
            t("Record"),
            names,
            format_func=lambda name: _record_label(name, places),
            key=_PICKER,
            label_visibility="collapsed",
            width=230,
            on_change=lambda: _take_record(st.session_state[_PICKER]),
        )
        st.button(
            t("Next"),
            icon=":material/chevron_right:",
            icon_position="right",
            type="tertiary",
            disabled=position == len(names) - 1,
            on_click=_take_record,
            args=(names[(position + 1) % len(names)],),
            key="record_panel.next",
        )
        narrowed = filter_in_use() != RecordFilter()
        with st.popover(t("Filter (on)") if narrowed else t("Filter"), type="tertiary", icon=":material/filter_list:"):
            choose_filter("list")
        if st.button(t("All records"), icon=":material/table_rows:", type="tertiary"):
            _show_all_records()


def open_record_in_use() -> Record:
    """Return the record in use; where it cannot be opened, say why, offer to fetch it, and end the page."""
    try:
        return record_in_use()
    except RecordError as error:
        name = place.record_name()
        if availability(name) == "download":
            st.markdown(t("Record {name} is not on this machine yet.", name=name))
            offer_download(name)
        else:
            show_error(error)
        st.stop()


def show_headline(record: Record, facts: RecordFacts | None) -> None:
    """Show who and what in one line."""
    parts = [f"**{plain(record.name)}**", *_person_words(record.header), plain(t(", ").join(record.leads))]
    if facts is None:
        parts.append(t("{time} long, not annotated", time=clock(record.duration_s)))
    else:
        counts = " ".join(f"{count.symbol} {count.n:,}" for count in facts.counts)
        parts.append(t("{n:,} beats: {counts}", n=facts.n_beats, counts=counts))
    if record.source == "simulated":
        parts.insert(1, f":orange-badge[{t('simulated')}]")
    st.markdown(" &nbsp;|&nbsp; ".join(parts))


def offer_download(name: str) -> None:
    """Offer to fetch a record or all of its database, MIT-BIH's Arrhythmia Database of a record that has none.

    The page shows progress, and a click stops the download.
    """
    all_names = (find_database(name) or MITDB).record_names
    with st.container(horizontal=True, vertical_alignment="center"):
        one = name in all_names and st.button(
            t("Fetch record {name} ({size})", name=name, size=_megabytes([name])), type="primary"
        )
        everything = st.button(t("Fetch all {n} records ({size})", n=len(all_names), size=_megabytes(all_names)))
        stop = st.empty()
    if one or everything:
        stop.button(t("Stop"), type="tertiary")  # any click ends the run that downloads
        _download((name,) if one else all_names)
        stop.empty()


def _download(names: Sequence[str]) -> None:
    from ecgmodel.records.sources.download import DownloadProgress, download_records

    bar = st.progress(0.0, t("Connecting to PhysioNet …"))

    def report(progress: DownloadProgress) -> None:
        bar.progress(
            progress.n_bytes / progress.total_bytes,
            t(
                "Record {name}, {done} of {n} complete",
                name=progress.record,
                done=progress.done,
                n=progress.total,
            ),
        )

    try:
        download_records(names, progress=report)
    except DownloadError as error:
        bar.empty()
        show_error(error)
    else:
        place.set_record(names[0])
        st.rerun()


def _megabytes(names: Sequence[str]) -> str:
    from ecgmodel.records.sources.database_files import record_files

    return f"{sum(file.likely_bytes for name in names for file in record_files(name)) / 1e6:.0f} MB"


def _take_record(name: str) -> None:
    address.forget_problems()
    place.set_record(name)


def _record_label(name: str, places: Mapping[str, str]) -> str:
    if places.get(name) == "download":
        return t("{name} (on PhysioNet)", name=name)
    return name


def _person_words(header: Header) -> list[str]:
    sex = {"F": t("F"), "M": t("M"), None: ""}[header.sex]
    age = "" if header.age is None else t("{n} y", n=header.age)
    words = f"{sex} {age}".strip()
    return [words] if words else []


def _show_all_records() -> None:
    st.dialog(t("Records on this machine"), width="large")(_record_table)()


def _record_table() -> None:
    """Show every record that is on this machine in one table; a row opens its record."""
    choose_filter("table")
    entries = [entry for entry in record_entries() if entry.available != "download" and is_kept(entry)]
    with st.spinner(t("Reading the headers of {n} records …", n=len(entries))):
        rows = [_table_row(record_summary(entry.name)) for entry in entries]
    key = f"record_panel.table.{hash(tuple(entry.name for entry in entries))}"
    row = show_row_table(rows, key=key, placeholder="")
    st.caption(t("Click a row to open its record; the magnifier searches, a column's head sorts."))
    if row is not None:
        _take_record(entries[row].name)
        st.rerun()


def _table_row(summary: RecordSummary) -> dict[str, object]:
    counts = summary.symbol_counts
    beats = {symbol: n for symbol, n in counts.items() if symbol in BEAT_SYMBOLS}
    return {
        t("Record"): summary.name,
        t("Sex"): summary.header.sex,
        t("Age"): summary.header.age,
        t("Leads"): t(", ").join(summary.leads),
        t("Beats"): sum(beats.values()),
        **{symbol: beats.get(symbol, 0) for symbol in CLASSES},
        t("S (AAMI)"): count_supraventricular(beats),
        t("Other"): " ".join(f"{symbol} {n}" for symbol, n in beats.items() if symbol not in CLASSES),
        t("Medication"): t(", ").join(summary.header.medication),
        t("Notes"): summary.header.notes,
    }
