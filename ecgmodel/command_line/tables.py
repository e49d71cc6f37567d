"""What `classify` says of files that hold no recording: single heartbeats, and RR intervals."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from typing import TYPE_CHECKING

from ecgmodel.command_line.output import save_output

if TYPE_CHECKING:
    from ecgmodel.network.model_file import Model
    from ecgmodel.records.imports.text_file import BeatTable, IntervalTable

NO_RHYTHM = (
    "The rows are single heartbeats without their rhythm: a beat that came early looks like any other, and the voltage "
    "is gone."
)
NO_ECG = "The file lists RR intervals, not an ECG: there are no beats to name, only when they came."


def show_table(found: BeatTable | IntervalTable, model: Model, options: argparse.Namespace) -> None:
    """Print or write what can be said of the rows of a table."""
    from ecgmodel.records.imports.text_file import BeatTable

    if isinstance(found, BeatTable):
        _show_beats(found, model, options)
    else:
        _show_intervals(found, options)
    for note in found.notes:
        print(note, file=sys.stderr)


def _show_beats(found: BeatTable, model: Model, options: argparse.Namespace) -> None:
    from ecgmodel.classification.single_beats import name_beat_rows
    from ecgmodel.labels import CLASS_NAMES, CLASSES
    from ecgmodel.network.serving import Classifier

    names = name_beat_rows(found.beats, Classifier(model))
    rows = list(enumerate(zip(names.label, names.predicted, names.group, names.probabilities, strict=True), start=1))
    if options.csv is not None:
        sink = io.StringIO(newline="")
        table = csv.writer(sink)
        table.writerow(["row", "label", "class", *(f"p_{name}" for name in CLASSES)])
        table.writerows([row, label, symbol, *(f"{p:.6f}" for p in likely)] for row, (label, symbol, _, likely) in rows)
        save_output(options.csv, sink.getvalue().encode("utf-8"))
    if options.json:
        described = {
            "kind": "beats",
            "fs": found.beats.fs,
            "beats": [
                {
                    "row": row,
                    "label": str(label) or None,
                    "class": str(symbol),
                    "group": str(group),
                    "p": {name: round(float(p), 6) for name, p in zip(CLASSES, likely, strict=True)},
                }
                for row, (label, symbol, group, likely) in rows
            ],
            "labelled": names.n_labelled,
            "agreed": names.n_agreed,
            "notes": [NO_RHYTHM],
        }
        print(json.dumps(described, ensure_ascii=False))
    elif options.csv is None:
        print(f"{len(rows):,} heartbeats, one a row, at {found.beats.fs:g} Hz, named by {options.model}")
        for symbol, name in CLASS_NAMES.items():
            print(f"{symbol}  {name:<26} {int((names.predicted == symbol).sum()):>7,}")
        if names.n_labelled:
            print(f"Same AAMI group as the label column: {names.n_agreed:,} of {names.n_labelled:,}")
    print(NO_RHYTHM, file=sys.stderr)


def _show_intervals(found: IntervalTable, options: argparse.Namespace) -> None:
    import numpy as np

    from ecgmodel.records.exports.interval_table import format_intervals

    intervals = found.intervals
    seconds = intervals.rr_s
    if options.csv is not None:
        save_output(options.csv, format_intervals(seconds).encode("utf-8"))
    if options.json:
        described = {
            "kind": "intervals",
            "rr_s": [round(float(value), 6) for value in seconds],
            "rate_bpm": round(intervals.rate_bpm, 4),
            "left_out": intervals.n_left_out,
            "notes": [NO_ECG],
        }
        print(json.dumps(described))
    elif options.csv is None:
        low, high = np.quantile(seconds, (0.05, 0.95))
        print(
            f"{len(seconds):,} RR intervals, {seconds.sum():,.1f} s: median {np.median(seconds):.3f} s "
            f"({intervals.rate_bpm:.0f}/min), nine of ten between {low:.3f} and {high:.3f} s"
        )
    print(NO_ECG, file=sys.stderr)
