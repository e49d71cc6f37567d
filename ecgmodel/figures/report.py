"""The report of a recording: one HTML file without scripts or outside links, to be printed or kept.

The templates escape all text, so that a file's name or header cannot bring markup into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.classification.beat_summary import UNSURE, BeatSummary
from ecgmodel.figures.palette import CLASS_INKS, OTHER_COLOUR, PAPER, Paper
from ecgmodel.figures.rendering import Say, Table, render
from ecgmodel.labels import CLASS_NAMES, SYMBOL_NAMES
from ecgmodel.records.record import Record

MM_PER_S = 25.0
MM_PER_MV = 10.0
STRIP_S = 7.0
STRIP_MM = STRIP_S * MM_PER_S
LABEL_MM = 7.0
"""Height above the paper for the symbols of the beats."""

MAX_POINTS_PER_S = 250.0
MAX_EXAMPLES = 4


@dataclass(frozen=True, slots=True, eq=False)
class ReportBeats:
    """The beats that a report shows.

    Attributes
    ----------
    r_sample : ndarray of shape (n,), int64
    symbol : ndarray of shape (n,), str
    probability : ndarray of shape (n,), float, or None
        Probability that the model gave to its own choice.
    """

    r_sample: np.ndarray
    symbol: np.ndarray
    probability: np.ndarray | None = None


def write_report(
    record: Record,
    lead: str,
    beats: ReportBeats,
    summary: BeatSummary,
    facts: Sequence[tuple[str, str]],
    notes: Sequence[str] = (),
    *,
    model: str | None = None,
    say: Say = str.format,
    lang: str = "en",
) -> str:
    """Return the report of a recording as HTML.

    Parameters
    ----------
    record : Record
    lead : str
        The lead that the strips show.
    beats : ReportBeats
    summary : BeatSummary
    facts : sequence of (str, str)
        Names and values for the table of the recording, in the reader's language.
    notes : sequence of str
        What the reader has to know about the recording, in the reader's language.
    model : str or None
        The model that classified the beats.
    say : callable
        Translates the report's own words.
    lang : str
        Their language, as HTML has it.
    """
    sections = [(say("The first seconds"), [_lay_out(record, lead, beats, 0.0, say)])]
    examples = _find_examples(beats, record.fs)
    if examples:
        strips = [_lay_out(record, lead, beats, start_s, say) for start_s in examples]
        sections.append((say("Beats that are not normal, or not sure"), strips))
    return render(
        "recording.html",
        lang=lang,
        title=record.name.removeprefix("upload: "),
        device=say("For teaching and research. Not a medical device."),
        unchecked=say("A network named these beats; nobody has checked them.") if model else "",
        facts=Table(facts),
        notes=notes,
        beats_title=say("Beats"),
        rates=_rates(summary, say),
        counts=_counts(summary, say),
        named_by=say("Named by {model}.", model=model) if model is not None else "",
        sections=sections,
        scale=say("25 mm/s, 10 mm/mV when printed without scaling. Written by ecgmodel."),
    )


@dataclass(frozen=True, slots=True)
class _Mark:
    """The symbol of a beat above a strip; `x` in millimetres."""

    x: str
    symbol: str
    colour: str


@dataclass(frozen=True, slots=True)
class _Strip:
    """Some seconds of a lead, laid out for `strip.svg`: lengths in millimetres, lines as SVG's paths."""

    caption: str
    width: str
    height: str
    top: float
    paper_height: str
    paper: Paper
    fine: str
    bold: str
    line: str
    marks: tuple[_Mark, ...]


def draw_strip(record: Record, lead: str, beats: ReportBeats, start_s: float) -> str:
    """Return some seconds of a lead on ECG paper as SVG, in millimetres, with the beats' symbols above."""
    return render("strip.svg", strip=_lay_out(record, lead, beats, start_s, str.format))


def _lay_out(record: Record, lead: str, beats: ReportBeats, start_s: float, say: Say) -> _Strip:
    fs, signal = record.fs, record.lead(lead)
    start = max(round(start_s * fs), 0)
    stop = min(start + round(STRIP_S * fs), len(signal))
    piece = np.asarray(signal[start:stop], dtype=np.float64)
    known = piece[np.isfinite(piece)]
    centre = float(np.median(known)) if len(known) else 0.0
    low, high = (float(known.min()) - centre, float(known.max()) - centre) if len(known) else (-0.5, 0.5)
    top, bottom = min(max(high, 0.5), 3.0) * MM_PER_MV, min(max(-low, 0.5), 3.0) * MM_PER_MV
    height = LABEL_MM + 5 * np.ceil((top + bottom + 4) / 5)
    zero = LABEL_MM + 2 + top
    step = max(int(fs // MAX_POINTS_PER_S), 1)
    inside = (beats.r_sample >= start) & (beats.r_sample < stop)
    return _Strip(
        caption=say("{lead}, from {seconds:.1f} s", lead=lead, seconds=start_s),
        width=f"{STRIP_MM:g}",
        height=f"{height:g}",
        top=LABEL_MM,
        paper_height=f"{height - LABEL_MM:g}",
        paper=PAPER["light"],
        fine=_grid(LABEL_MM, height, 1.0),
        bold=_grid(LABEL_MM, height, 5.0),
        line=_path(piece, step, fs, centre, zero, LABEL_MM, height),
        marks=tuple(
            _Mark(f"{(sample - start) / fs * MM_PER_S:.2f}", symbol, CLASS_INKS["light"].get(symbol, OTHER_COLOUR))
            for sample, symbol in zip(beats.r_sample[inside].tolist(), beats.symbol[inside].tolist(), strict=True)
        ),
    )


def _grid(top: float, bottom: float, pitch: float) -> str:
    down = "".join(f"M{x:g} {top}V{bottom:g}" for x in np.arange(0, STRIP_MM + 0.01, pitch))
    across = "".join(f"M0 {y:g}H{STRIP_MM:g}" for y in np.arange(top, bottom + 0.01, pitch))
    return down + across


def _path(piece: np.ndarray, step: int, fs: float, centre: float, zero: float, top: float, bottom: float) -> str:
    """Return the line. Where a step holds several samples, the lowest and the highest are drawn; NaN breaks the
    line.
    """
    points, pen = [], "M"
    for i in range(0, len(piece), step):
        block = piece[i : i + step]
        finite = block[np.isfinite(block)]
        if not len(finite):
            pen = "M"
            continue
        for value in (finite[0],) if step == 1 else (finite.min(), finite.max()):
            y = float(np.clip(zero - (value - centre) * MM_PER_MV, top, bottom))
            points.append(f"{pen}{i / fs * MM_PER_S:.2f} {y:.2f}")
            pen = "L"
    return "".join(points)


def _find_examples(beats: ReportBeats, fs: float) -> list[float]:
    """Return the times, in seconds, at which strips of beats other than normal begin, apart from each other and the
    first.
    """
    starts: list[float] = []
    for symbol in ("V", "A", UNSURE, "L", "R"):
        for sample in beats.r_sample[beats.symbol == symbol].tolist():
            start_s = max(sample / fs - STRIP_S / 2, 0.0)
            if sample / fs >= STRIP_S and all(abs(start_s - other) >= STRIP_S for other in starts):
                starts.append(start_s)
                break
    return sorted(starts)[:MAX_EXAMPLES]


def _rates(summary: BeatSummary, say: Say) -> list[str]:
    lines = []
    if summary.rate_bpm is not None and summary.rr_s is not None:
        rate, rr = summary.rate_bpm, summary.rr_s
        lines.append(
            say(
                "Median rate {rate:.0f}/min, nine of ten between {low:.0f} and {high:.0f}; "
                "median RR interval {rr:.2f} s.",
                rate=rate.median,
                low=rate.low,
                high=rate.high,
                rr=rr.median,
            )
        )
    if summary.longest_rr_s is not None:
        lines.append(say("Longest RR interval {rr:.2f} s.", rr=summary.longest_rr_s))
    return lines


def _counts(summary: BeatSummary, say: Say) -> Table:
    rows = []
    for symbol, n in summary.counts.items():
        if n == 0 and symbol not in CLASS_NAMES:
            continue
        name = say("Unsure") if symbol == UNSURE else say(SYMBOL_NAMES.get(symbol, symbol))
        share = n / summary.n_beats if summary.n_beats else 0.0
        rows.append((symbol, name, f"{n:,}", f"{share:.1%}"))
    rows.append(("", say("together"), f"{summary.n_beats:,}", ""))
    return Table(rows, head=("", say("Class"), say("Beats"), say("Share")), numbers_from=2)
