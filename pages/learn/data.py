"""Chapter 8: the data, and how it is cut into runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from ecgmodel.evaluation.published import MITDB_COUNTS, OH_COUNTS
from ecgmodel.labels import CLASS_NAMES, CLASSES, class_index
from ecgmodel.segments.dataset import MODEL_FS, SEGMENT_SAMPLES, standardise
from ecgmodel.segments.runs import SAMPLES_AFTER, SAMPLES_BEFORE, find_runs, place_runs
from pages.caches.records import count_record_runs, count_runs
from pages.components.figure import show_figure
from pages.learn.beat import beat_in_use, choose_beat
from pages.learn.lesson import Chapter
from pages.learn.questions import Answer, Question
from pages.learn.sources import cite
from pages.session import choices, place
from pages.ui.blocks import clock
from pages.ui.text import look_up, t

START = "NNV+NNAVV"
MOST = 60
WINDOW_S = 10.0

_CHOICE = "learn.data"
_KEY = "learn.data.symbols"


def title() -> str:
    """Return the title."""
    return t("The data: beats, runs and padding")


def tell() -> None:
    """Show the text."""
    st.markdown(
        t(
            "The MIT-BIH Arrhythmia Database has 48 half-hour records of 47 people, sampled {fs:.0f} times a second, "
            "with a label at every beat on which two cardiologists agreed ({moody}). {oh} made their data set from it; "
            "the rule below gives exactly their counts, class by class.",
            fs=MODEL_FS,
            moody=cite("moody"),
            oh=cite("oh"),
        )
    )
    st.markdown(
        t(
            "**A segment is a run:** as many neighbouring annotations as carry the same symbol. Every annotation "
            "counts. A mark that is no beat, such as `+` for a change of rhythm or `~` for noise, ends a run as "
            "well. Runs of the five classes are kept."
        )
    )
    if choices.takes_choices():
        st.markdown(t("Type symbols above the figure and see where runs break."))
    st.markdown(
        t(
            "**From run to input.** The signal is taken from {before} samples before the first R peak to {after} "
            "behind the last one, cut off at {most} samples, scaled to zero mean and unit variance over its own "
            "length, and then filled with zeros to {most}. One beat alone fills {one} samples; the remaining {rest} "
            "are padding.",
            before=SAMPLES_BEFORE,
            after=SAMPLES_AFTER,
            most=SEGMENT_SAMPLES,
            one=SAMPLES_BEFORE + SAMPLES_AFTER + 1,
            rest=SEGMENT_SAMPLES - SAMPLES_BEFORE - SAMPLES_AFTER - 1,
        )
    )
    st.markdown(
        t(
            "Two things to notice. The classes are far from equally frequent: for each left bundle branch block "
            "there are {ratio:.0f} normal segments. And a run's **length** already gives much away: premature beats "
            "mostly come singly, bundle branch blocks in long rows. A model that only looks at where the padding "
            "begins is right in almost two cases out of three (chapter 9).",
            ratio=OH_COUNTS["N"] / OH_COUNTS["L"],
        )
    )
    st.markdown(
        t(
            "Runs can be cut only by labels. For a new person there are none, so this app's live models read single "
            "beats with their surroundings instead."
        )
    )
    _show_counts()


def _show_counts() -> None:
    """Show the counts of the paper beside ours."""
    ours = count_runs()
    here = beat_in_use().record
    rows = []
    for symbol in CLASSES:
        row = {t("Class"): f"{symbol} · {look_up(CLASS_NAMES[symbol])}", t("Paper"): f"{OH_COUNTS[symbol]:,}"}
        if ours is not None:
            row[t("Ours")] = f"{ours[symbol]:,}"
        if here.annotations is not None:
            row[here.name] = f"{count_record_runs(here.name)[symbol]:,}"
        rows.append(row)
    total = {t("Class"): t("together"), t("Paper"): f"{sum(OH_COUNTS.values()):,}"}
    if ours is not None:
        total[t("Ours")] = f"{sum(ours.values()):,}"
    if here.annotations is not None:
        total[here.name] = f"{sum(count_record_runs(here.name).values()):,}"
    st.table(pd.DataFrame([*rows, total]).set_index(t("Class")))
    if ours is None:
        st.caption(t("Counting ours takes all 48 records on this machine; the Records page can fetch them."))


def settings() -> dict[str, object]:
    """Return what the Python lines use."""
    return {"SYMBOLS": choices.lesson_choice(_CHOICE, {"symbols": START})["symbols"], "RECORD": place.record_name()}


def show() -> None:
    """Show the figure."""
    chosen = beat_in_use()
    symbols = list(settings()["SYMBOLS"])
    if choices.shows_controls():
        choose_beat(chosen)
        st.session_state.setdefault(_KEY, "".join(symbols))
        st.text_input(t("Annotations, one character each"), key=_KEY, max_chars=MOST, on_change=_take)
    runs = [
        {
            "first": int(first),
            "last": int(last),
            "symbol": symbols[first],
            "kept": class_index(symbols[first]) >= 0,
        }
        for first, last in find_runs(np.array(symbols))
    ]
    stretch, arrays = _stretch()
    show_figure(
        "runs",
        {
            "picture": t("Annotations cut into runs"),
            "count": t("{runs} runs, {kept} of them of the five classes."),
            "record": t("A stretch of the record, and the segments of its runs; click one"),
            "stretch": t(
                "Record {record}, ten seconds from {start}", record=chosen.record.name, start=stretch["clock"]
            ),
            "below": t("Each bar is what one run gives the model. Click one."),
            "input": t("Input of run {symbol} × {beats}: {length} samples, {padding} zeros"),
            "padding": t("padding"),
            "sample": t("sample"),
        },
        {"symbols": symbols, "runs": runs, "stretch": stretch},
        arrays,
    )
    if chosen.record.annotations is None:
        st.caption(t("This record has no annotations, so no runs can be cut from it."))


def _take() -> None:
    choices.set_lesson_choice(_CHOICE, {"symbols": st.session_state[_KEY].replace(" ", "")})


def _stretch() -> tuple[dict, dict]:
    """Return ten seconds around the chosen beat: its marks, the segments that its runs give, and their signals."""
    chosen = beat_in_use()
    record, fs = chosen.record, chosen.record.fs
    lead = record.lead(chosen.lead)
    span = round(WINDOW_S * fs)
    start = int(np.clip(chosen.r_sample - span // 2, 0, max(record.n_samples - span, 0)))
    marks = record.annotations if record.annotations is not None else chosen.beats
    inside = (marks.sample >= start) & (marks.sample < start + span)
    segments, arrays = [], {"signal": np.nan_to_num(lead[start : start + span]).astype(np.float32)}
    if record.annotations is not None and fs == MODEL_FS:
        placed = place_runs(marks, record.n_samples)
        for k in np.flatnonzero(
            (placed.start_sample < start + span) & (placed.start_sample + placed.length > start)
        ).tolist():
            begin, length = int(placed.start_sample[k]), int(placed.length[k])
            arrays[f"segment_{len(segments)}"] = standardise(lead[begin : begin + length])
            segments.append(
                {
                    "start": begin - start,
                    "stop": begin + length - start,
                    "symbol": CLASSES[placed.label[k]],
                    "beats": int(placed.n_beats[k]),
                    "chosen": begin <= chosen.r_sample < begin + length,
                }
            )
    described = {
        "clock": clock(start / fs),
        "n_samples": SEGMENT_SAMPLES,
        "segments": segments,
        "marks": [
            {"at": int(at - start), "symbol": str(symbol) or "·"}
            for at, symbol in zip(marks.sample[inside], marks.symbol[inside], strict=True)
        ],
    }
    return described, arrays


def ask() -> tuple[Question, ...]:
    """Return the questions."""
    symbols = np.array(list("NNV+NN"))
    runs = find_runs(symbols)
    kept = sum(class_index(symbols[first]) >= 0 for first, _last in runs)
    one = SAMPLES_BEFORE + SAMPLES_AFTER + 1
    always_n = OH_COUNTS["N"] / sum(OH_COUNTS.values())
    return (
        Question(
            "runs",
            t("Into how many runs does NNV+NN fall, and how many are kept?"),
            Answer(
                t("{runs} runs, {kept} kept", runs=len(runs), kept=kept),
                t("NN, V, + and NN. The + ends the run before it and is no beat itself, so it is not kept."),
            ),
            (
                Answer(
                    t("{runs} runs, {kept} kept", runs=len(runs) - 1, kept=kept),
                    t("The + is an annotation like any other, so it is a run of its own, which is dropped afterwards."),
                ),
                Answer(
                    t("{runs} runs, {kept} kept", runs=len(runs), kept=kept + 1),
                    t("The + marks a change of rhythm. It is none of the five classes, so it is dropped."),
                ),
            ),
        ),
        Question(
            "zeros",
            t("How many zeros follow a run of a single beat?"),
            Answer(
                str(SEGMENT_SAMPLES - one),
                t(
                    "{most} − ({before} + 1 + {after}).",
                    most=SEGMENT_SAMPLES,
                    before=SAMPLES_BEFORE,
                    after=SAMPLES_AFTER,
                ),
            ),
            (
                Answer(str(one), t("That is the length of the beat itself. The zeros fill the rest.")),
                Answer("0", t("Only a run of {most} samples or more leaves no room for zeros.", most=SEGMENT_SAMPLES)),
            ),
        ),
        Question(
            "always",
            t("A model always answers “N”. What is its accuracy on the paper's data?"),
            Answer(
                f"{always_n:.0%}",
                t(
                    "{n:,} of {total:,}. That is why accuracy alone says little.",
                    n=OH_COUNTS["N"],
                    total=sum(OH_COUNTS.values()),
                ),
            ),
            (
                Answer(
                    f"{1 / 5:.0%}",
                    t(
                        "That would be right if the five classes were equally frequent, but the table shows that "
                        "they are not."
                    ),
                ),
                Answer(
                    f"{MITDB_COUNTS['N'] / sum(MITDB_COUNTS.values()):.0%}",
                    t(
                        "That is the share of N among the single beats of the five classes. But a run makes one "
                        "segment of many N in a row."
                    ),
                ),
            ),
        ),
    )


CHAPTER = Chapter(8, title, tell, show, ask, "data", settings, ("moody", "oh"))
