"""A recording on paper: one HTML file without scripts or links to elsewhere, to be printed or kept.

All text is escaped, so that a file's name or header cannot bring markup into it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ecgmodel.classification.beat_summary import UNSURE, BeatSummary
from ecgmodel.figures.palette import CLASS_COLOURS, OTHER_COLOUR, PAPER
from ecgmodel.labels import CLASS_NAMES, SYMBOL_NAMES
from ecgmodel.records.record import Record

MM_PER_S = 25.0
MM_PER_MV = 10.0
STRIP_S = 7.0
STRIP_MM = STRIP_S * MM_PER_S
MAX_POINTS_PER_S = 250.0
MAX_EXAMPLES = 4

Say = Callable[..., str]
"""Translates a template and fills it, as `str.format` does."""

STYLE = """
body { font: 11pt/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans SC", "PingFang SC", "Microsoft YaHei",
  sans-serif; color: #1c2024; max-width: 190mm; margin: 10mm auto; padding: 0 5mm; }
h1 { font-size: 16pt; margin: 0 0 1mm; overflow-wrap: anywhere; }
h2 { font-size: 12pt; margin: 7mm 0 1.5mm; }
p { margin: 1mm 0; } .quiet { color: #5a6068; } .device { border-left: 1mm solid #b4530a; padding-left: 3mm; }
table { border-collapse: collapse; } td, th { padding: 0.6mm 6mm 0.6mm 0; text-align: left; vertical-align: top; }
th { font-weight: 600; border-bottom: 0.3mm solid #ccc; } td.number, th.number { text-align: right; }
figure { margin: 2mm 0; break-inside: avoid; } svg { display: block; max-width: 100%; height: auto; }
figcaption { font-size: 9pt; color: #5a6068; }
@page { size: A4; margin: 12mm; } @media print { body { margin: 0; padding: 0; } }
"""


@dataclass(frozen=True, slots=True, eq=False)
class ReportBeats:
    """The beats that a report shows.

    Attributes
    ----------
    r_sample : ndarray of shape (n,), int64
    symbol : ndarray of shape (n,), str
    probability : ndarray of shape (n,), float, or None
        That the model gave to its own choice.
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
        That the strips show.
    beats : ReportBeats
    summary : BeatSummary
    facts : sequence of (str, str)
        Names and values for the table of the recording, in the reader's language.
    notes : sequence of str
        What the reader has to know of the recording, in the reader's language.
    model : str or None
        By which the beats are named.
    say : callable
        Translates the report's own words.
    lang : str
        Their language, as HTML has it.
    """
    name = escape(record.name.removeprefix("upload: "))
    device = say("For teaching and research. Not a medical device.")
    parts = [
        f"<h1>{name}</h1>",
        f'<p class="device"><strong>{escape(device)}</strong> '
        f"{escape(say('A network named these beats; nobody has checked them.')) if model else ''}</p>",
        _table(None, [(escape(key), escape(value)) for key, value in facts]),
    ]
    if notes:
        parts.append("".join(f'<p class="quiet">{escape(note)}</p>' for note in notes))
    parts += [
        f"<h2>{escape(say('Beats'))}</h2>",
        _rates(summary, say),
        _counts(summary, say),
    ]
    if model is not None:
        parts.append(f'<p class="quiet">{escape(say("Named by {model}.", model=model))}</p>')
    parts.append(f"<h2>{escape(say('The first seconds'))}</h2>")
    parts.append(_figure(record, lead, beats, 0.0, say))
    examples = _find_examples(beats, record.fs)
    if examples:
        parts.append(f"<h2>{escape(say('Beats that are not normal, or not sure'))}</h2>")
        parts += [_figure(record, lead, beats, start_s, say) for start_s in examples]
    parts.append(
        f'<p class="quiet">{escape(say("25 mm/s, 10 mm/mV when printed without scaling. Written by ecgmodel."))} '
        f"{escape(device)}</p>"
    )
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{escape(lang)}">\n<head><meta charset="utf-8"><title>{name}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def draw_strip(record: Record, lead: str, beats: ReportBeats, start_s: float) -> str:
    """Return some seconds of a lead on ECG paper as SVG, in millimetres, with the beats' symbols above."""
    fs, signal = record.fs, record.lead(lead)
    start = max(round(start_s * fs), 0)
    stop = min(start + round(STRIP_S * fs), len(signal))
    piece = np.asarray(signal[start:stop], dtype=np.float64)
    known = piece[np.isfinite(piece)]
    centre = float(np.median(known)) if len(known) else 0.0
    low, high = (float(known.min()) - centre, float(known.max()) - centre) if len(known) else (-0.5, 0.5)
    top, bottom = min(max(high, 0.5), 3.0) * MM_PER_MV, min(max(-low, 0.5), 3.0) * MM_PER_MV
    label_mm = 7.0
    height = label_mm + 5 * np.ceil((top + bottom + 4) / 5)
    zero = label_mm + 2 + top
    paper = PAPER["light"]
    grid = [
        f'<rect y="{label_mm}" width="{STRIP_MM:g}" height="{height - label_mm:g}" fill="{paper.background}"/>',
        *_grid(label_mm, height, 1.0, paper.fine, 0.1),
        *_grid(label_mm, height, 5.0, paper.bold, 0.2),
    ]
    step = max(int(fs // MAX_POINTS_PER_S), 1)
    marks = []
    inside = (beats.r_sample >= start) & (beats.r_sample < stop)
    for sample, symbol in zip(beats.r_sample[inside].tolist(), beats.symbol[inside].tolist(), strict=True):
        colour = CLASS_COLOURS["light"].get(symbol, OTHER_COLOUR)
        x = (sample - start) / fs * MM_PER_S
        marks.append(f'<text x="{x:.2f}" y="5" fill="{colour}" text-anchor="middle">{escape(symbol)}</text>')
    line = (
        f'<path d="{_path(piece, step, fs, centre, zero, label_mm, height)}" fill="none" stroke="#1c2024" '
        'stroke-width="0.25" stroke-linejoin="round"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{STRIP_MM:g}mm" height="{height:g}mm" '
        f'viewBox="0 0 {STRIP_MM:g} {height:g}" font-size="3.6" font-family="system-ui, sans-serif" role="img">'
        + "".join([*grid, line, *marks])
        + "</svg>"
    )


def _grid(top: float, bottom: float, pitch: float, colour: str, width: float) -> list[str]:
    down = "".join(f"M{x:g} {top}V{bottom:g}" for x in np.arange(0, STRIP_MM + 0.01, pitch))
    across = "".join(f"M0 {y:g}H{STRIP_MM:g}" for y in np.arange(top, bottom + 0.01, pitch))
    return [f'<path d="{down}{across}" fill="none" stroke="{colour}" stroke-width="{width}"/>']


def _path(piece: np.ndarray, step: int, fs: float, centre: float, zero: float, top: float, bottom: float) -> str:
    """Return the line; of several samples in a step the lowest and the highest are kept, and NaN breaks it."""
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


def _figure(record: Record, lead: str, beats: ReportBeats, start_s: float, say: Say) -> str:
    caption = say("{lead}, from {seconds:.1f} s", lead=lead, seconds=start_s)
    return f"<figure>{draw_strip(record, lead, beats, start_s)}<figcaption>{escape(caption)}</figcaption></figure>"


def _find_examples(beats: ReportBeats, fs: float) -> list[float]:
    """Return where strips begin that show beats other than normal ones, apart from each other and the first strip."""
    starts: list[float] = []
    for symbol in ("V", "A", UNSURE, "L", "R"):
        for sample in beats.r_sample[beats.symbol == symbol].tolist():
            start_s = max(sample / fs - STRIP_S / 2, 0.0)
            if sample / fs >= STRIP_S and all(abs(start_s - other) >= STRIP_S for other in starts):
                starts.append(start_s)
                break
    return sorted(starts)[:MAX_EXAMPLES]


def _rates(summary: BeatSummary, say: Say) -> str:
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
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _counts(summary: BeatSummary, say: Say) -> str:
    rows = []
    for symbol, n in summary.counts.items():
        if n == 0 and symbol not in CLASS_NAMES:
            continue
        name = say("Unsure") if symbol == UNSURE else say(SYMBOL_NAMES.get(symbol, symbol))
        share = n / summary.n_beats if summary.n_beats else 0.0
        rows.append((escape(symbol), escape(name), f"{n:,}", f"{share:.1%}"))
    rows.append(("", escape(say("together")), f"{summary.n_beats:,}", ""))
    head = ("", escape(say("Class")), escape(say("Beats")), escape(say("Share")))
    return _table(head, rows, numbers_from=2)


def _table(head: Sequence[str] | None, rows: Sequence[Sequence[str]], numbers_from: int = 99) -> str:
    def cells(tag: str, row: Sequence[str]) -> str:
        style = [' class="number"' if i >= numbers_from else "" for i in range(len(row))]
        return "".join(f"<{tag}{s}>{cell}</{tag}>" for s, cell in zip(style, row, strict=True))

    top = f"<tr>{cells('th', head)}</tr>" if head else ""
    return "<table>" + top + "".join(f"<tr>{cells('td', row)}</tr>" for row in rows) + "</table>"
