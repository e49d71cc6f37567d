"""What came out of an upload: the trace's surroundings, counts, rates, the table of beats, and downloads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from ecgmodel.classification.analysis import Analysis
from ecgmodel.classification.beat_summary import UNSURE, BeatSummary, name_or_unsure
from ecgmodel.labels import CLASS_NAMES, SYMBOL_NAMES
from ecgmodel.records.exports.beat_table import format_beats
from ecgmodel.records.exports.wfdb_files import add_note, format_atr, format_wfdb, wfdb_name
from ecgmodel.records.imports.evidence import round_figures
from ecgmodel.records.imports.text.units import UNIT_SIGNS
from ecgmodel.records.imports.text_file import Recording
from ecgmodel.records.record import Annotations, Record
from ecgmodel.records.signal.filters import MAINS_HZ, measure_mains
from ecgmodel.records.signal.quality import Stretch
from ecgmodel.records.timeline import rr_intervals
from pages.caches.models import model_outline
from pages.session import choices, place
from pages.ui.blocks import clock
from pages.ui.downloads import offer_file
from pages.ui.row_table import show_row_table
from pages.ui.text import language, look_up, plain, t, tn, translator
from pages.upload.session import (
    DEFAULT_THRESHOLD,
    Upload,
    change_preparation,
    change_settings,
    choose_upload_lead,
    publish_record,
    show_in_trace,
)
from pages.upload.settings import say_sentence

HUM_MV = 0.03
"""Root mean square, in mV, of mains hum that can be seen on paper."""

MAX_MARKED = 2000
"""Stretches that are marked below the trace; more are one long fault."""


def show_headline(upload: Upload, analysis: Analysis, summary: BeatSummary) -> None:
    """Say in one line what was found."""
    record = analysis.record
    parts = [f":orange-badge[{t('simulated')}]"] if upload.origin == "simulated" else []
    parts += [
        t("{time} long", time=clock(record.duration_s)),
        t("{hz:g} Hz", hz=round(record.fs, 3)),
        tn("lead {names}", "leads {names}", len(record.leads), names=plain(t(", ").join(record.leads))),
        tn("{n:,} beat", "{n:,} beats", summary.n_beats),
    ]
    if summary.rate_bpm is not None:
        parts.append(t("{rate:.0f}/min", rate=summary.rate_bpm.median))
    st.markdown(" &nbsp;|&nbsp; ".join(parts))


def choose_reading(upload: Upload, record: Record) -> float:
    """Show the choices of lead, filters and threshold, and return the threshold."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if len(record.leads) > 1:
            key = "upload.lead"
            st.session_state[key] = upload.lead if upload.lead in record.leads else record.default_lead
            st.segmented_control(
                t("Lead that the model reads"),
                record.leads,
                format_func=plain,
                key=key,
                required=True,
                on_change=lambda: choose_upload_lead(st.session_state[key]),
            )
        _choose_filters(upload, record)
        return _choose_threshold(upload.model)


def _choose_filters(upload: Upload, record: Record) -> None:
    baseline, mains = "upload.baseline", "upload.mains"
    choices.put(baseline, upload.preparation.baseline)
    st.session_state[mains] = upload.preparation.mains_hz or 0
    st.toggle(
        t("Remove baseline wander"),
        key=baseline,
        help=t("Removes what is slower than 0.5 Hz: breathing and moving electrodes. Also flattens a slow ST segment."),
        on_change=lambda: change_preparation(baseline=st.session_state[baseline]),
    )
    fits = [hz for hz in MAINS_HZ if record.fs > 2.2 * hz]
    st.segmented_control(
        t("Remove mains interference"),
        (0, *fits),
        format_func=lambda hz: t("{hz:g} Hz", hz=hz) if hz else t("off"),
        key=mains,
        required=True,
        disabled=not fits,
        help=t("A notch of 2 Hz width at the frequency of the mains: 50 Hz in most countries, 60 Hz in America."),
        on_change=lambda: change_preparation(mains_hz=st.session_state[mains] or None),
    )


def _choose_threshold(model: str | None) -> float:
    """Show the slider, at first where the model's card has the threshold, and return the visitor's choice."""
    outline = None if model is None else model_outline(model)
    unsure = outline.card.unsure if outline is not None else {}
    explained = t("A beat whose most probable class is less probable than this is called unsure, and drawn as ?.")
    if unsure:
        explained += "\n\n" + t(
            "At {threshold:.2f}, over people it never saw, {share:.0%} of the beats are unsure, and of the others "
            "{errors:.1%} are named wrongly ({all:.1%} of all).",
            threshold=unsure["threshold"],
            share=unsure["share"],
            errors=unsure["errors"],
            all=unsure["errors_of_all"],
        )
    return st.slider(
        t("Unsure below"),
        0.0,
        0.99,
        round(unsure.get("threshold", DEFAULT_THRESHOLD), 2),
        step=0.01,
        key="upload.threshold",
        persist_state="session",
        width=220,
        help=explained,
    )


def symbols_of(analysis: Analysis, threshold: float) -> np.ndarray:
    """Return the symbol of each beat: the model's, or "?" where it is unsure, a doubt lies on all names, or none is."""
    if analysis.prediction is None or any(doubt.about_names for doubt in analysis.doubts):
        return np.full(len(analysis.r_sample), UNSURE)
    return name_or_unsure(analysis.prediction.probabilities, threshold)


def mark_stretches(record: Record, stretches: tuple[Stretch, ...]) -> Record:
    """Return the record with its faulty stretches in the band below the trace, where it has no rhythms of its own."""
    if not stretches or len(stretches) > MAX_MARKED:
        return record
    names = {"missing": t("no samples"), "flat": t("flat"), "clipped": t("clipped"), "artefact": t("artefact")}
    sample, text = [0], [" "]
    for stretch in stretches:
        sample += [stretch.start, stretch.stop]
        text += [names[stretch.kind], " "]
    marks = Annotations(np.array(sample, dtype=np.int64), np.full(len(sample), "+"), np.array(text))
    return replace(record, annotations=marks)


def show_notes(found: Recording, analysis: Analysis) -> None:
    """Say what was left out of the file, what is wrong with the signal, and which filters are on."""
    lines = [plain(say_sentence(note)) for note in found.notes]
    lines += _stretch_lines(analysis)
    lines += _hum_lines(analysis)
    if analysis.record is not found.record and analysis.record.signals is not found.record.signals:
        lines.append(t("Filters are on: the trace, the beats and every download show the filtered signal."))
    for line in lines:
        st.caption(f":orange[:material/info:] {line}")
    for doubt in analysis.doubts:
        st.warning(say_sentence(doubt.sentence), icon=":material/help:")
        if doubt.fs is not None and found.understanding.kind == "signal":
            st.button(
                t("Read it at {hz:g} Hz", hz=doubt.fs),
                on_click=change_settings,
                kwargs={"fs": doubt.fs},
                key="upload.doubt",
            )


def _hum_lines(analysis: Analysis) -> list[str]:
    """Offer the mains filter where there is hum to remove."""
    signal, fs = analysis.record.lead(analysis.lead), analysis.record.fs
    sizes = {hz: measure_mains(signal, fs, hz) for hz in MAINS_HZ}
    return [
        t("There is mains interference at {hz} Hz, {size:.2f} mV. The filter above removes it.", hz=hz, size=size)
        for hz, size in sizes.items()
        if size >= HUM_MV
    ]


def _stretch_lines(analysis: Analysis) -> list[str]:
    fs = analysis.record.fs
    lines = []
    for kind in ("flat", "clipped", "artefact"):
        found = [stretch for stretch in analysis.stretches if stretch.kind == kind]
        if not found:
            continue
        seconds = round_figures(sum(stretch.stop - stretch.start for stretch in found) / fs)
        where = clock(found[0].start / fs, 1)
        if kind == "flat":
            lines.append(t("The lead is flat for {seconds:,g} s, first at {where}.", seconds=seconds, where=where))
        elif kind == "artefact":
            lines.append(
                tn(
                    "The lead has an artefact far larger than its beats, at {where}.",
                    "The lead has {n:,} artefacts far larger than its beats, the first at {where}.",
                    len(found),
                    where=where,
                )
            )
        else:
            lines.append(
                t(
                    "The lead is clipped at the end of its range for {seconds:,g} s, first at {where}.",
                    seconds=seconds,
                    where=where,
                )
            )
    return lines


def show_counts(summary: BeatSummary) -> None:
    """Show beats by class, RR intervals and rates."""
    with st.container(horizontal=True, gap="large"):
        rows = [
            {
                t("Class"): f"{symbol} {class_name(symbol)}",
                t("Beats"): n,
                t("Share"): 100 * n / summary.n_beats if summary.n_beats else 0.0,
            }
            for symbol, n in summary.counts.items()
        ]
        st.dataframe(
            rows,
            hide_index=True,
            width="content",
            column_config={t("Share"): st.column_config.NumberColumn(format="%.1f %%")},
        )
        if summary.rate_bpm is None or summary.rr_s is None:
            st.caption(t("Too few beats for a heart rate."))
            return
        rate, rr, longest = summary.rate_bpm, summary.rr_s.median, summary.longest_rr_s
        spread = t("Nine of ten intervals lie between {low:.0f} and {high:.0f}/min.", low=rate.low, high=rate.high)
        with st.container(width=190):
            st.metric(t("Median heart rate"), t("{rate:.0f}/min", rate=rate.median), help=spread)
            st.metric(t("Median RR interval"), t("{seconds:.2f} s", seconds=rr))
            st.metric(t("Longest RR interval"), t("{seconds:.2f} s", seconds=longest))


def class_name(symbol: str) -> str:
    """Return the name of a class, or what "?" means here."""
    return t("unsure") if symbol == UNSURE else look_up(CLASS_NAMES.get(symbol, SYMBOL_NAMES.get(symbol, symbol)))


def show_beats(upload: Upload, analysis: Analysis, symbol: np.ndarray) -> None:
    """Show all beats as a table; a selected row comes into the trace."""
    key = f"upload.beats.{upload.record_name}"
    fs, r_sample = analysis.record.fs, analysis.r_sample
    columns: dict[str, object] = {
        t("Time (s)"): r_sample / fs,
        t("Symbol"): symbol,
        t("RR before (s)"): rr_intervals(r_sample, fs, analysis.gaps),
    }
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in columns if name != t("Symbol")}
    if analysis.prediction is not None:
        for i, name in enumerate(CLASS_NAMES):
            columns[name] = analysis.prediction.probabilities[:, i].astype(np.float64)
            numbers[name] = st.column_config.NumberColumn(format="%.3f", help=look_up(CLASS_NAMES[name]))

    show_row_table(
        columns,
        height=320,
        width=760,
        placeholder="",
        column_config=numbers,
        key=key,
        on_row=lambda row: show_in_trace(upload, int(r_sample[row]), fs),
    )


def show_downloads(upload: Upload, analysis: Analysis, symbol: np.ndarray, summary: BeatSummary) -> None:
    """Offer the result in every form; files are made when they are asked for."""
    record, prediction = analysis.record, analysis.prediction
    name = wfdb_name(upload.title.rsplit(".", 1)[0])
    probabilities = None if prediction is None else prediction.probabilities
    marks = Annotations(analysis.r_sample, symbol, np.full(len(symbol), ""))
    plain = replace(record, name=upload.title.rsplit(".", 1)[0])
    facts = _report_facts(upload, analysis)
    notes = [say_sentence(note) for note in upload.found.notes] + _stretch_lines(analysis)
    lang, model = language(), upload.model
    say = translator(lang)

    def report() -> str:
        from ecgmodel.figures.report import ReportBeats, write_report

        best = None if probabilities is None else probabilities.max(axis=1, initial=0.0)
        beats = ReportBeats(analysis.r_sample, symbol, best)
        return write_report(plain, analysis.lead, beats, summary, facts, notes, model=model, say=say, lang=lang)

    with st.container(horizontal=True, vertical_alignment="center"):
        offer_file(
            t("Beats as CSV"),
            lambda: format_beats(plain.name, record.fs, analysis.r_sample, symbol, probabilities, gaps=analysis.gaps),
            f"{name}-beats.csv",
            "text/csv",
        )
        offer_file(
            t("WFDB record (.hea, .dat, .atr)"),
            lambda: format_wfdb(plain, marks),
            f"{name}-wfdb.zip",
            "application/zip",
        )
        offer_file(
            t("Labels (.atr)"),
            lambda: format_atr(add_note(marks), record.fs),
            f"{name}.atr",
            "application/octet-stream",
        )
        offer_file(t("Report to print"), report, f"{name}-report.html", "text/html")


def show_next_steps(upload: Upload) -> None:
    """Lead on to what the other pages do with this record."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if not upload.in_use:
            st.button(
                t("Use this record on the other pages"),
                icon=":material/arrow_forward:",
                type="tertiary",
                on_click=_use,
                args=(upload,),
                key="upload.use",
            )
            return
        st.page_link("pages/annotate/page.py", label=t("Correct R peaks and labels by hand"), icon=":material/edit:")
        st.page_link("pages/predict/page.py", label=t("Watch the model beat by beat"), icon=":material/play_circle:")


def _use(upload: Upload) -> None:
    publish_record(upload)
    place.set_record(upload.record_name)


def _report_facts(upload: Upload, analysis: Analysis) -> list[tuple[str, str]]:
    record, found, settings = analysis.record, upload.understanding, upload.preparation
    filters = [t("baseline wander removed")] if settings.baseline else []
    if settings.mains_hz is not None:
        filters.append(t("mains interference at {hz} Hz removed", hz=settings.mains_hz))
    return [
        (t("File"), upload.title),
        (t("Length"), clock(record.duration_s)),
        (t("Sampling rate"), t("{hz:g} Hz", hz=round(record.fs, 3))),
        (t("Lead"), analysis.lead),
        (
            t("Unit in the file"),
            {**UNIT_SIGNS, "adc": t("ADC units")}.get(found.unit.value, found.unit.value),
        ),
        (t("Turned upside down"), t("yes") if upload.settings.flip else t("no")),
        (t("Filters"), t(", ").join(filters) or t("none")),
    ]
