"""What was understood of a file: each property with its evidence and a control that changes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ecgmodel.records.imports.evidence import Finding, Sentence
from ecgmodel.records.imports.source import ENCODINGS
from ecgmodel.records.imports.text.units import UNIT_SIGNS, Scale
from ecgmodel.records.imports.text_file import Recording
from ecgmodel.records.imports.understanding import (
    NO_TIME_COLUMN,
    TABLE_KINDS,
    TIME_UNITS,
    UNITS,
    ImportSettings,
    Question,
)
from pages.session import choices
from pages.ui.blocks import show_error
from pages.ui.text import look_up, plain, t
from pages.upload.session import Upload, change_settings, heart_rate_hints, use_settings

MAX_REASONS = 2

FORMAT_NAMES = {
    "edf": "EDF",
    "wfdb": "WFDB",
    "aecg": "HL7 aECG (XML)",
    "muse": "GE MUSE (XML)",
    "philips": "Philips (XML)",
    "dicom": "DICOM",
    "ishne": "ISHNE Holter",
    "alivecor": "AliveCor",
    "scp": "SCP-ECG",
    "wav": "WAV",
    "mat": "MATLAB",
    "json": "JSON",
}
"""Proper names, the same in every language."""

ASKED_RATES = ("json", "mat")
"""Formats that need not say their rate."""


def say_sentence(sentence: Sentence) -> str:
    """Return what the import says, in the visitor's language; it quotes the file, and is no Markdown yet."""
    return look_up(sentence.template, **sentence.values)


def show_question(upload: Upload, question: Question) -> None:
    """Ask for the one thing that the file does not say."""
    with st.container(border=True):
        st.markdown(f":material/help: **{plain(say_sentence(question.sentence))}**")
        key = f"upload.answer.{question.setting}"
        if question.setting == "fs":
            hints = heart_rate_hints(upload)
            offered = list(hints) or list(question.choices[:6])
            st.pills(
                t("With the heart rate that would follow") if hints else t("Likely ones"),
                offered,
                format_func=lambda hz: _rate_name(hz, hints),
                key=f"{key}.likely",
                on_change=_answer,
                args=("fs", f"{key}.likely"),
                wrap=True,
            )
            st.number_input(
                t("Another, in Hz"),
                min_value=25.0,
                max_value=10_000.0,
                value=None,
                key=key,
                width=150,
                on_change=_answer,
                args=("fs", key),
            )
            return
        names = {"decimal": _mark_name, "time_unit": _time_unit_name}.get(question.setting, plain)
        st.pills(
            t("Answer"),
            question.choices,
            format_func=names,
            key=key,
            label_visibility="collapsed",
            on_change=_answer,
            args=(question.setting, key),
        )


def _rate_name(hz: float, hints: dict[float, float]) -> str:
    if hz not in hints:
        return t("{hz:g} Hz", hz=hz)
    return t("{hz:g} Hz: {rate:.0f}/min", hz=hz, rate=hints[hz])


def _answer(setting: str, key: str) -> None:
    value = st.session_state[key]
    if value is not None:
        change_settings(**{setting: value})


def show_understanding(upload: Upload) -> None:
    """Show the table of properties."""
    found = upload.understanding
    st.markdown(f"**{t('What I understood')}**")
    if upload.problem is not None:
        show_error(upload.problem)
    if found.question is not None:
        show_question(upload, found.question)
    if found.kind == "beats":
        _show_line(t("Contents"), t("one heartbeat a row"), found.rate)
        return
    if found.kind in ("intervals", "annotations"):
        contents = {"intervals": t("RR intervals"), "annotations": t("annotations without a recording")}
        _show_line(t("Contents"), contents[found.kind], found.leads)
        return
    columns = tuple(found.header.value or ())
    called = upload.found.record.leads if isinstance(upload.found, Recording) else ()
    if found.kind not in TABLE_KINDS:
        _show_header_file(upload, called)
        return
    if found.part.value is not None:
        _choose_part(t("Sheet"), found.part)
    if found.question is None or found.question.setting != "fs":
        _choose_rate(found.rate)
    _choose_leads(found.leads, called)
    _choose_unit(found.unit, found.scale)
    _choose_time(found.time_column, found.time_unit, columns)
    _show_polarity(upload)
    if found.shape.value in ("rows", "wrapped"):
        _show_line(t("Order of samples"), _shape_name(found.shape.value), found.shape)
    with st.expander(t("Layout of the file"), type="compact"):
        if found.delimiter.value is not None:  # a workbook has cells
            _choose("delimiter", t("Delimiter"), found.delimiter, ("", ",", ";", "\t", "|", " "), _delimiter_name)
            _choose("decimal", t("Decimal mark"), found.decimal, (".", ","), _mark_name)
        _choose_number("first_line", t("First line of samples"), found.first_line)
        if found.encoding.value is not None:
            _choose("shape", t("Order of samples"), found.shape, ("columns", "rows", "wrapped"), _shape_name)
        _choose("encoding", t("Encoding"), found.encoding, ENCODINGS, str)
        _show_line(t("Columns"), t(", ").join(columns[:12]) + (" …" if len(columns) > 12 else ""), found.header)
        _choose(
            "bad_cells", t("Cells that cannot be read"), Finding(upload.settings.bad_cells), ("stop", "gap"), _bad_name
        )
    _offer_reset(upload)


def _show_header_file(upload: Upload, called: Sequence[str]) -> None:
    """Show the properties of a file with a header of its own."""
    found = upload.understanding
    _show_line(t("Format"), FORMAT_NAMES[found.kind], Finding(None))
    if found.part.value is not None:
        _choose_part(t("Part of the file"), found.part)
    if found.kind in ASKED_RATES and found.question is None:
        _choose_rate(found.rate)
    elif found.question is None:
        _show_line(t("Sampling rate"), t("{hz:g} Hz", hz=round(found.rate.value, 3)), found.rate)
    _choose_leads(found.leads, called)
    _choose_unit(found.unit, found.scale)
    _show_polarity(upload)
    _offer_reset(upload)


def _offer_reset(upload: Upload) -> None:
    if upload.settings != ImportSettings():
        st.button(
            t("Back to what the file says"),
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=use_settings,
            args=(lambda _: ImportSettings(),),
            key="upload.reset",
        )


# One property


def _choose_part(label: str, found: Finding) -> None:
    """Let one of several sheets or recordings be chosen; of one sheet that is used alone, only say which."""
    if not found.alternatives:
        _show_line(label, str(found.value), found)
        return
    _choose("part", label, found, (found.value, *found.alternatives), str)


def _choose_rate(found: Finding) -> None:
    _choose_number("fs", t("Sampling rate (Hz)"), found, lowest=25.0, highest=10_000.0)


def _choose_unit(found: Finding, scale: Finding) -> None:
    _choose("unit", t("Unit"), found, UNITS, _unit_name)
    if found.value != "adc" or not isinstance(scale.value, Scale):
        return
    zero, per_mv = st.columns(2)
    with zero:
        _choose_number("adc_zero", t("ADC units at 0 mV"), Finding(scale.value.zero), evidence=False)
    with per_mv:
        _choose_number("adc_per_mv", t("ADC units per mV"), Finding(scale.value.per_mv), lowest=1e-6, evidence=False)
    _show_evidence(scale)


def _choose_leads(found: Finding, called: Sequence[str]) -> None:
    leads = tuple(found.value or ())
    # The column of a single-column file has the name of the lead in the lines above it.
    read_as = f" → {called[0]}" if len(leads) == 1 and called and called[0] != leads[0] else ""
    options = (*leads, *(name for name in found.alternatives if name not in leads and isinstance(name, str)))
    if len(options) < 2:
        _show_line(t("Lead"), t(", ").join(leads) + read_as, found)
        return
    key = "upload.set.leads"
    st.session_state[key] = list(leads)
    st.multiselect(
        t("Leads"),
        options,
        key=key,
        on_change=lambda: change_settings(leads=tuple(st.session_state[key]) or None),
    )
    _show_evidence(found)


def _choose_time(found: Finding, unit: Finding, columns: Sequence[str]) -> None:
    if len(columns) < 2:
        return
    value = NO_TIME_COLUMN if found.value is None else found.value
    _choose(
        "time_column",
        t("Time column"),
        Finding(value, found.evidence, found.alternatives, found.certain),
        (NO_TIME_COLUMN, *columns),
        lambda name: t("none") if name == NO_TIME_COLUMN else name,
    )
    if found.value is not None:
        _choose("time_unit", t("Unit of time"), unit, TIME_UNITS, _time_unit_name)


def _show_polarity(upload: Upload) -> None:
    found = upload.understanding.polarity
    inverted = found.value == "inverted"
    key = "upload.set.flip"
    choices.put(key, upload.settings.flip)
    if inverted and not upload.settings.flip:
        st.markdown(f":orange[:material/swap_vert:] {t('The beats point down: the lead may be upside down.')}")
        st.button(t("Flip it"), on_click=change_settings, kwargs={"flip": True}, key="upload.flip")
    else:
        st.toggle(
            t("Turn the leads upside down"), key=key, on_change=lambda: change_settings(flip=st.session_state[key])
        )
    _show_evidence(found)


def _choose(
    setting: str, label: str, found: Finding, options: Sequence[object], names: Callable[[object], str]
) -> None:
    key = f"upload.set.{setting}"
    value = found.value
    st.session_state[key] = value
    st.selectbox(
        _mark(label, found),
        options if value in options else (value, *options),
        format_func=lambda option: t("not known") if option is None else names(option),
        key=key,
        on_change=lambda: change_settings(**{setting: st.session_state[key]}),
    )
    _show_evidence(found)


def _choose_number(
    setting: str,
    label: str,
    found: Finding,
    *,
    lowest: float | None = None,
    highest: float | None = None,
    evidence: bool = True,
) -> None:
    key = f"upload.set.{setting}"
    whole = setting == "first_line"
    value = found.value
    choices.put(key, value if value is None else (int(value) if whole else float(value)))
    st.number_input(
        _mark(label, found),
        min_value=1 if whole else lowest,
        max_value=None if whole else highest,
        step=1 if whole else None,
        format=None if whole else "%.6g",
        placeholder=t("not known"),
        key=key,
        on_change=lambda: change_settings(**{setting: st.session_state[key]}),
    )
    if evidence:
        _show_evidence(found)


def _mark(label: str, found: Finding) -> str:
    return label if found.certain else f"{label} :orange[:material/help:]"


def _show_line(label: str, value: str, found: Finding) -> None:
    with st.container(gap=None):
        st.markdown(t("{label}: {value}", label=label, value=f"**{plain(value)}**"))
        _show_evidence(found)


def _show_evidence(found: Finding) -> None:
    reasons = list(dict.fromkeys(say_sentence(sentence) for sentence in found.evidence))[:MAX_REASONS]
    if reasons:
        st.caption(plain(t("; ").join(reasons)))


# Names of values


def _delimiter_name(mark: str) -> str:
    names = {
        "": t("none: one value a line"),
        ",": t("comma ,"),
        ";": t("semicolon ;"),
        "\t": t("tab"),
        "|": t("bar |"),
        " ": t("spaces"),
    }
    return names[mark]


def _mark_name(mark: str) -> str:
    return {".": t("point ."), ",": t("comma ,")}[mark]


def _unit_name(unit: str) -> str:
    return {**UNIT_SIGNS, "adc": t("ADC units")}.get(unit, unit)


def _time_unit_name(unit: str) -> str:
    return {"us": "µs", "samples": t("samples"), "clock": t("time of day")}.get(unit, unit)


def _shape_name(shape: str) -> str:
    return {
        "columns": t("one moment a line"),
        "rows": t("one lead a line"),
        "wrapped": t("one lead, line after line"),
    }[shape]


def _bad_name(what: str) -> str:
    return {"stop": t("stop and say where"), "gap": t("leave out as gaps")}[what]
