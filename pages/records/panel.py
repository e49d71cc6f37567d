"""What stands around the trace of a record: picker, headline, header, facts, fetching."""

from __future__ import annotations

import streamlit as st

from ecgmodel.labels import SYMBOL_NAMES
from ecgmodel.records.exports.csv_text import write_csv
from ecgmodel.records.facts import RecordFacts
from ecgmodel.records.record import Record
from ecgmodel.records.timeline import RHYTHM_NAMES, BeatTimes
from pages.records.notes import RECORD_NOTES
from pages.session import place
from pages.ui.blocks import clock
from pages.ui.row_table import show_row_table
from pages.ui.text import look_up, plain, t


def show_header(record: Record) -> None:
    """Show what the header says of the person and the recording."""
    header = record.header
    unknown = t("not stated")
    lines = [
        (t("Age"), t("{n} years", n=header.age) if header.age is not None else unknown),
        (t("Sex"), {"F": t("female"), "M": t("male"), None: unknown}[header.sex]),
        (t("Leads"), plain(t(", ").join(record.leads))),
        (t("Sampling rate"), f"{record.fs:g} Hz"),
        (t("Length"), clock(record.duration_s)),
        (t("Medication"), plain(t(", ").join(header.medication)) or unknown),
        (t("Notes"), plain(header.notes) or unknown),
    ]
    st.markdown("\n".join("- " + t("{name}: {text}", name=name, text=text) for name, text in lines))


def show_facts(record: Record, facts: RecordFacts | None) -> None:
    """Show what to look for: the project's note, then the numbers that it rests on."""
    if record.name in RECORD_NOTES:
        st.markdown(look_up(RECORD_NOTES[record.name]))
    elif record.source == "excerpt":
        st.markdown(
            t(
                "Five real minutes of record 208, without labels: ventricular beats and their fusions with normal "
                "ones, in pairs and threes. The Predict page finds the beats itself."
            )
        )
    if facts is not None:
        st.markdown("\n".join(f"- {line}" for line in _fact_lines(facts)))


def _fact_lines(facts: RecordFacts) -> list[str]:
    lines = [t("Median rate {rate:.0f}/min", rate=facts.median_rate_bpm)] if facts.median_rate_bpm else []
    lines += [
        t(
            "{rhythm}: {share:.1%} of the time, longest from {start} for {length}",
            rhythm=look_up(RHYTHM_NAMES[part.rhythm]) if part.rhythm in RHYTHM_NAMES else plain(part.rhythm),
            share=part.share,
            start=clock(part.longest_start_s),
            length=clock(part.longest_s),
        )
        for part in facts.rhythms
    ]
    lines += [
        t("{name}: {text}", name=f"{count.symbol} {look_up(SYMBOL_NAMES[count.symbol])}", text=f"{count.n:,}")
        for count in facts.counts
    ]
    if facts.longest_rr_s is not None:
        lines.append(
            t(
                "Longest interval without a labelled beat: {length:.2f} s, from {start}",
                length=facts.longest_rr_s,
                start=clock(facts.longest_rr_start_s, 1),
            )
        )
    run = facts.longest_ventricular_run
    if run is not None:
        lines.append(t("Longest run of ventricular beats: {n}, from {start}", n=run.n, start=clock(run.start_s, 1)))
    if facts.prematurity is not None:
        lines.append(
            t("Premature beats (A, V) come after {share:.0%} of the usual RR interval", share=facts.prematurity)
        )
    return lines


def show_beat_table(beats: BeatTimes) -> None:
    """Show beats as a table: what the trace shows, for those who cannot see it. A click on a row selects its beat."""
    show_row_table(
        {
            t("Time (s)"): beats.time_s,
            t("Symbol"): beats.symbol,
            t("Name"): [look_up(SYMBOL_NAMES.get(symbol, symbol)) for symbol in beats.symbol],
            t("RR before (s)"): beats.rr_s,
            t("Rate (1/min)"): beats.rate_bpm,
        },
        key=f"records.beats.{hash(beats.sample.tobytes())}",
        on_row=lambda row: place.select_sample(int(beats.sample[row])),
        width=800,
        placeholder="",
        column_config={
            t("Time (s)"): st.column_config.NumberColumn(format="%.3f"),
            t("RR before (s)"): st.column_config.NumberColumn(format="%.3f"),
            t("Rate (1/min)"): st.column_config.NumberColumn(format="%.0f"),
        },
    )


def annotation_csv(record: Record) -> str:
    """Return every annotation of a record as CSV: sample, time in seconds, symbol, text."""
    marks = record.annotations
    times = (f"{sample / record.fs:.6f}" for sample in marks.sample.tolist())
    rows = zip(marks.sample.tolist(), times, marks.symbol.tolist(), marks.aux.tolist(), strict=True)
    return write_csv(("sample", "time_s", "symbol", "text"), rows, comments=())
