"""Chapter 1: an ECG has shape and rhythm."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import streamlit as st

from ecgmodel.figures import palette
from ecgmodel.labels import AAMI_OF_SYMBOL, CLASS_NAMES, CLASSES
from ecgmodel.records.signal.qrs_width import QrsSpan
from ecgmodel.records.signal.waves import Waves, find_waves
from ecgmodel.records.sources.embedded import DEFAULT_NAME
from ecgmodel.records.timeline import find_gaps, rr_intervals
from pages.caches.lessons import Excerpt, lesson_qrs, lesson_record_names, typical_excerpt
from pages.caches.records import record_in_use, record_names
from pages.components.figure import show_figure
from pages.learn.beat import BeatInUse, beat_in_use, choose_beat
from pages.learn.lesson import Chapter
from pages.learn.questions import Answer, Question
from pages.learn.sources import cite
from pages.session import address, choices, place, visitor
from pages.ui.blocks import clock
from pages.ui.text import look_up, plain, t

EXAMPLES = {"N": "100", "L": "109", "R": "118", "A": "209", "V": "208"}
"""A clear example of each class among the MIT-BIH records."""

WINDOW_S = 10.0
ZOOM_S = (0.45, 0.75)
GALLERY_S = (1.1, 0.9)


def title() -> str:
    """Return the title."""
    return t("An ECG has shape and rhythm")


def tell() -> None:
    """Show the text."""
    st.markdown(
        t(
            "Electrodes on the skin show how the heart's voltage changes with time; what one of them sees against "
            "another, or against the mean of several, is a **lead**. Ten seconds of it tell a lot, in two ways: by "
            "the **shape** of each beat (spatial features), and by the **rhythm** in which beats follow each other "
            "(temporal features). A good classifier uses both. The examples are beats of the MIT-BIH Arrhythmia "
            "Database ({moody}), where it is on this machine.",
            moody=cite("moody"),
        )
    )
    st.markdown(
        t(
            "**One beat.** The small **P wave** is the atria being activated. The "
            "sharp **QRS complex** is the activation of the ventricles; any upward deflection in it is an R wave. "
            "In lead MLII that is usually the tallest point of the beat, in V1 often a small one before a deep S. "
            "The **T wave** is the recovery of the ventricles. From one R peak to the next is the RR interval; 60 "
            "divided by it is the heart rate."
        )
    )
    st.latex(rf"\text{{{t('heart rate')}}} = \frac{{60}}{{RR\,[\mathrm{{s}}]}}\ \text{{{t('per minute')}}}")
    if choices.takes_choices():
        st.markdown(t("Click any letter in the trace, and its beat opens below."))
    st.markdown(
        t(
            "**Five classes.** This course tells five kinds of beats apart. Three are named by shape: normal beats, "
            "and the two bundle branch blocks, in which one ventricle is activated late and QRS becomes broad. Two "
            "come too early. An atrial premature beat usually has a QRS like its neighbours, and a P wave of another "
            "shape, often hidden in the T wave before it, so it is mostly the rhythm that gives it away. A "
            "ventricular premature beat is early **and** broad, with no premature P wave before it."
        )
    )
    st.markdown(
        t(
            "**How broad is broad?** A normal QRS takes about 70 to 110 ms; from 120 ms on a bundle branch block is "
            "called complete ({surawicz}). The figure measures it as electrocardiographs do: on the mean of several "
            "beats of one kind, from the first deflection in any lead to the last ({kligfield}). Two leads show a "
            "little less than twelve.",
            surawicz=cite("surawicz"),
            kligfield=cite("kligfield"),
        )
    )
    st.markdown(
        t(
            "**Which network sees what?** A convolutional network (CNN) slides small kernels along the trace: it "
            "keeps neighbourhood and finds local shapes; pooling shrinks its layers on the way. A recurrent network "
            "(RNN) passes information from step to step and so understands time. Plain RNNs forget quickly (chapter "
            "2); LSTM and GRU mend that (chapters 3 and 4). Neither needs features made by hand, and joined they "
            "make one classifier from the noisy signal to the class, **end to end** (chapter 7)."
        )
    )


def qrs_of(chosen: BeatInUse) -> QrsSpan | None:
    """Return QRS of the chosen beat, measured with others of its label; `None` where it does not stand out."""
    alike = chosen.beats.sample[chosen.beats.symbol == chosen.symbol]
    return lesson_qrs(chosen.record, chosen.r_sample, alike)


def waves_of(chosen: BeatInUse, qrs: QrsSpan | None) -> Waves:
    """Return the waves of the chosen beat."""
    return find_waves(
        chosen.record.lead(chosen.lead),
        chosen.record.fs,
        chosen.r_sample,
        chosen.previous_r,
        qrs,
        atrial=AAMI_OF_SYMBOL.get(chosen.symbol) != "V",
    )


def rr_of(chosen: BeatInUse) -> tuple[float, float] | None:
    """Return the RR interval in front of the beat and the median of the ten before, in seconds.

    `None` at the start of the record, and where samples are missing before the beat.
    """
    fs = chosen.record.fs
    some = chosen.beats.sample[max(chosen.index - 11, 0) : chosen.index + 1]
    rr = rr_intervals(some, fs, find_gaps(chosen.record.signals, fs))[1:]
    if len(rr) < 2 or np.isnan(rr[-1]) or np.isnan(rr[:-1]).all():
        return None
    return float(rr[-1]), float(np.nanmedian(rr[:-1]))


def show() -> None:
    """Show the figure."""
    chosen = beat_in_use()
    if choices.shows_controls():
        choose_beat(chosen)
    record, fs = chosen.record, chosen.record.fs
    signal = record.lead(chosen.lead)
    span = round(WINDOW_S * fs)
    start = int(np.clip(chosen.r_sample - span // 2, 0, max(record.n_samples - span, 0)))
    part = np.nan_to_num(signal[start : start + span])
    inside = (chosen.beats.sample >= start) & (chosen.beats.sample < start + len(part))
    qrs = qrs_of(chosen)
    waves = waves_of(chosen, qrs)
    low = max(chosen.r_sample - round(ZOOM_S[0] * fs), 0)
    zoom = np.nan_to_num(signal[low : chosen.r_sample + round(ZOOM_S[1] * fs)])
    examples, arrays = _examples()
    reported = show_figure(
        "beats",
        {
            "trace": t("Ten seconds of {record} from {start}"),
            "trace_label": (
                t("Trace with the label of every beat; click a beat")
                if choices.has_server()
                else t("Trace with the label of every beat")
            ),
            "beat": t("Beat"),
            "classes": t("The five classes: what to look for"),
        },
        {
            "record": record.name,
            "clock": clock(start / fs),
            "start_s": start / fs,
            "fs": fs,
            "name": chosen.name,
            "range": [float(np.percentile(part, 0.1)), float(np.percentile(part, 99.9))],
            "paper": {theme: asdict(palette.PAPER[theme]) for theme in ("light", "dark")},
            "beats": [
                {"at": int(at - start), "sample": int(at), "symbol": str(mark), "chosen": int(at) == chosen.r_sample}
                for at, mark in zip(chosen.beats.sample[inside], chosen.beats.symbol[inside], strict=True)
            ],
            "beat": {
                "symbol": chosen.symbol,
                "sample": chosen.r_sample,
                "p": None if waves.p_peak is None else waves.p_peak - low,
                "qrs": [waves.qrs_start - low, waves.qrs_stop - low],
                "t": None if waves.t_peak is None else waves.t_peak - low,
                "qrs_ms": None if qrs is None else round(qrs.ms(fs)),
                "words": _beat_words(chosen, qrs),
            },
            "examples": examples,
            "choosable": choices.has_server(),
        },
        {"signal": part.astype(np.float32), "zoom": zoom.astype(np.float32), **arrays},
        event="beat",
    )
    if reported and visitor.is_news("learn.beats", (reported["record"], reported["sample"])):
        address.forget_problems()
        if reported["record"] in record_names():
            place.set_record(reported["record"])
            place.show_sample(int(reported["sample"]), record_in_use().fs)
            st.rerun()
    st.caption(t("P, QRS and T are found by simple rules and meant for looking, not for measuring patients."))


def _beat_words(chosen: BeatInUse, qrs: QrsSpan | None) -> str:
    rr = rr_of(chosen)
    words = []
    if qrs is not None:  # to 5 ms: the samples of these records are 2.8 ms apart or more
        ms = 5 * round(qrs.ms(chosen.record.fs) / 5)
        words.append(t("QRS about {ms} ms (mean of {n} beats like it)", ms=ms, n=qrs.n_beats))
    if rr is not None:
        words.append(t("RR before it {rr:.2f} s, usual {usual:.2f} s", rr=rr[0], usual=rr[1]))
        if rr[0] < 0.85 * rr[1]:
            words.append(t("early"))
    return t("; ").join(words)


def _examples() -> tuple[list[dict], dict[str, np.ndarray]]:
    """Return an example of each class: of MIT-BIH where it is on this machine, else simulated."""
    looks = {
        "N": t("in time, P wave, then a narrow QRS"),
        "L": t("in time, QRS broad and notched or slurred"),
        "R": t("in time, QRS broad with a wide S wave"),
        "A": t("early, after a P wave of another shape; QRS like its neighbours"),
        "V": t("early and broad, no premature P wave, then usually a pause"),
    }
    here = lesson_record_names()
    described, arrays = [], {}
    for symbol in CLASSES:
        name = EXAMPLES[symbol] if EXAMPLES[symbol] in here else DEFAULT_NAME
        beat = typical_excerpt(name, symbol, *GALLERY_S)
        before = round(GALLERY_S[0] * beat.fs)
        arrays[f"example_{len(described)}"] = beat.signal
        described.append(
            {
                "symbol": symbol,
                "name": look_up(CLASS_NAMES[symbol]),
                "look": looks[symbol],
                "record": name,
                "where": _where(beat),
                "sample": beat.r_sample,
                "from": before - round(0.25 * beat.fs),
                "to": before + round(0.42 * beat.fs),
            }
        )
    return described, arrays


def _where(beat: Excerpt) -> str:
    moment = clock(beat.r_sample / beat.fs, 1)
    if beat.source == "simulated":
        return t("{record}, {time} (simulated)", record=plain(beat.record), time=moment)
    return t("record {record}, {time}", record=plain(beat.record), time=moment)


def ask() -> tuple[Question, ...]:
    """Return the questions."""
    chosen = beat_in_use()
    questions = [
        Question(
            "rhythm",
            t("Which class is told mostly by its rhythm?"),
            Answer(
                look_up(CLASS_NAMES["A"]),
                t(
                    "Its QRS complex is that of the normal beats around it; it comes too soon, after a P wave of "
                    "another shape."
                ),
            ),
            (
                Answer(
                    look_up(CLASS_NAMES["L"]),
                    t("It comes in time. What gives it away is the shape: QRS is broad, beat after beat."),
                ),
                Answer(
                    look_up(CLASS_NAMES["V"]),
                    t("It is early too, but one look at its broad QRS is enough, without any neighbour."),
                ),
            ),
        ),
        Question(
            "ventricles",
            t("The part of the trace in which the ventricles are activated is …"),
            Answer(
                "QRS",
                t(
                    "The ventricles are activated within about a tenth of a second, so QRS is short; their muscle is "
                    "thick, so it is tall."
                ),
            ),
            (
                Answer("P", t("P is the activation of the atria, which comes before that of the ventricles.")),
                Answer("T", t("T belongs to the ventricles, but to their recovery.")),
            ),
        ),
    ]
    rr = rr_of(chosen)
    if rr is not None and rr[0] > 0:
        rr_s = round(rr[0], 2)  # as it is printed, so that a visitor can check the rate
        rate = round(60 / rr_s)
        questions.append(
            Question(
                "rate",
                t("The RR interval in front of the chosen beat is {rr:.2f} s. What heart rate is that?", rr=rr_s),
                Answer(t("{rate} per minute", rate=rate), t("60 / {rr:.2f} = {rate}.", rr=rr_s, rate=rate)),
                (
                    Answer(
                        t("{rate} per minute", rate=round(rr_s * 60)),
                        t("That is 60 times the interval. A longer interval would then be a faster heart."),
                    ),
                    Answer(
                        t("{rate} per minute", rate=rate * 2),
                        t("That counts two beats in each RR interval. There is one from R to R."),
                    ),
                ),
            )
        )
    return tuple(questions)


def settings() -> dict[str, object]:
    """Return what the Python lines use."""
    chosen = beat_in_use()
    return {"RECORD": chosen.record.name, "BEAT_S": round(chosen.r_sample / chosen.record.fs, 3)}


CHAPTER = Chapter(1, title, tell, show, ask, "shape_and_rhythm", settings, ("surawicz", "kligfield", "moody"))
