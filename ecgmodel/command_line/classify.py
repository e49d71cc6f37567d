"""`classify`: name every beat of a record, or of a file that a device wrote."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ecgmodel.command_line.output import save_output, show_download
from ecgmodel.errors import EcgModelError

if TYPE_CHECKING:
    from ecgmodel.classification.classify import RecordPrediction
    from ecgmodel.records.record import Record

DEFAULT_MODEL = "beats-gru"
TIME_UNITS = ("s", "ms", "us", "ns", "min", "samples", "clock")


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "classify",
        help="name every beat of a record or a file",
        description="Name every beat of a record, or of a file: CSV, Excel, JSON, XML, DICOM, EDF, WFDB and "
        "others. Without --json, --csv or --atr, count "
        "the beats of each class.",
        epilog="A name that a record has is that record, as in 208; everything else is the path of a file, and so is "
        "./208. For teaching and research. Not a medical device.",
    )
    parser.add_argument("record", metavar="RECORD|FILE", nargs="?", help="a record, as in 208, or the path of a file")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help=f"a shipped model or a .safetensors file (default: {DEFAULT_MODEL})"
    )
    parser.add_argument("--lead", help="a lead by its name (default: MLII, or what comes nearest)")
    parser.add_argument(
        "--beats",
        choices=("detected", "annotated"),
        help="where the R peaks come from (default: detected; annotated with a model that reads runs)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--csv", type=Path, metavar="OUT", help="write a table of the beats")
    parser.add_argument("--atr", type=Path, metavar="OUT", help="write a WFDB annotation file")
    of_many = parser.add_argument_group("of a folder", "A line for each recording; run again, it goes on where it was.")
    of_many.add_argument("--many", type=Path, metavar="FOLDER", help="classify every recording below a folder")
    of_many.add_argument("--out", type=Path, metavar="TABLE", help="where the table goes: .parquet or .csv")
    of_many.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each processor)")
    of_file = parser.add_argument_group("of a file", "What the file says itself need not be given.")
    of_file.add_argument("--fs", type=float, metavar="HZ", help="samples a second")
    of_file.add_argument("--unit", choices=("mV", "uV", "V", "nV", "adc"), help="unit of the samples; adc is ADC units")
    of_file.add_argument("--part", metavar="NAME", help="a sheet of a workbook, or one of several recordings in a file")
    of_file.add_argument("--columns", metavar="A,B", help="columns to read as leads, by name")
    of_file.add_argument("--time-column", metavar="NAME", help="the column of times; none takes no column as the time")
    of_file.add_argument("--time-unit", choices=TIME_UNITS, help="unit of that column")
    of_file.add_argument("--decimal", choices=(".", ","), help="decimal mark")
    of_file.add_argument("--bad-cells", choices=("stop", "gap"), help="gap leaves out what cannot be read")
    of_file.add_argument("--flip", action="store_true", help="turn the leads upside down")
    of_file.add_argument("--kind", choices=("signal", "beats", "intervals"), help="what the file holds")
    of_file.add_argument("--shape", choices=("columns", "rows", "wrapped"), help="how its samples lie")
    of_file.add_argument("--recipe", type=Path, metavar="JSON", help="import settings that the app saved")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Classify, and give the result in every form that was asked for."""
    if (options.many is None) == (options.record is None):
        raise EcgModelError("Give either a record or file, or a folder with --many.")
    if options.many is not None:
        from ecgmodel.command_line.many import run_many

        run_many(options)
        return
    from ecgmodel.classification.classify import classify_record
    from ecgmodel.command_line.files import OpenedFile, is_file, open_file
    from ecgmodel.command_line.tables import show_table
    from ecgmodel.network.model_file import open_model
    from ecgmodel.network.serving import Classifier
    from ecgmodel.records.sources.catalogue import open_record

    model = open_model(options.model)
    opened = None
    if is_file(options.record):
        opened = open_file(options)
        if not isinstance(opened, OpenedFile):
            show_table(opened, model, options)
            return
        record, lead = opened.record, opened.lead
    else:
        with show_download() as report:
            record, lead = open_record(options.record, progress=report), options.lead
    reads_runs = model.card.segments == "runs"
    beats = options.beats or ("annotated" if reads_runs and record.annotations is not None else "detected")
    prediction = classify_record(record, Classifier(model), lead=lead, beats=beats)
    if opened is not None:
        doubts = describe_doubts(record, prediction)
    else:
        doubts = [str(sentence) for sentence in prediction.reservations]
    if options.csv is not None:
        save_output(options.csv, format_csv(prediction))
    if options.atr is not None:
        save_output(options.atr, format_beats_atr(prediction))
    if options.json:
        described = describe(record, prediction)
        if opened is not None:
            described |= {"unit": opened.unit, "evidence": opened.evidence, "notes": [*opened.notes, *doubts]}
        elif doubts:
            described |= {"notes": doubts}
        print(json.dumps(described, ensure_ascii=False))
    elif options.csv is None and options.atr is None:
        print_counts(record, prediction, options.model, model.card.unsure.get("threshold"))
    for note in (*(opened.notes if opened is not None else ()), *doubts):
        print(note, file=sys.stderr)


def describe(record: Record, prediction: RecordPrediction) -> dict[str, object]:
    """Return what `--json` prints: seconds with 0.1 ms, the median R amplitude, probabilities with six places."""
    from ecgmodel.labels import CLASSES
    from ecgmodel.records.signal.amplitude import measure_r_amplitude

    amplitude = measure_r_amplitude(record.lead(prediction.lead), record.fs, prediction.r_sample)
    beats = zip(prediction.r_sample / prediction.fs, prediction.predicted, prediction.probabilities, strict=True)
    return {
        "fs": prediction.fs,
        "lead": prediction.lead,
        "unit": "mV",
        "seconds": round(record.duration_s, 4),
        "amplitude_mv": None if amplitude is None else round(amplitude, 4),
        "beats": [
            {
                "s": round(float(seconds), 4),
                "class": str(symbol),
                "p": {name: round(float(p), 6) for name, p in zip(CLASSES, row, strict=True)},
            }
            for seconds, symbol, row in beats
        ],
    }


def describe_doubts(record: Record, prediction: RecordPrediction) -> list[str]:
    """Return what speaks against the rate of a file, its beats or their names, with the option that would answer it."""
    from ecgmodel.classification.doubts import find_doubts

    doubts = find_doubts(record.lead(prediction.lead), record.fs, prediction.r_sample)
    about_rate = [f"{doubt.sentence}" + (f" (--fs {doubt.fs:g})" if doubt.fs else "") for doubt in doubts]
    return [*about_rate, *(str(sentence) for sentence in prediction.reservations)]


def format_csv(prediction: RecordPrediction) -> bytes:
    """Return one line a beat: R peak, the experts' symbol where there is one, the model's class, probabilities."""
    from ecgmodel.labels import CLASSES

    sink = io.StringIO(newline="")
    table = csv.writer(sink)
    table.writerow(["r_sample", "s", "expert", "class", *(f"p_{name}" for name in CLASSES)])
    beats = zip(prediction.r_sample, prediction.symbol, prediction.predicted, prediction.probabilities, strict=True)
    for sample, expert, symbol, row in beats:
        table.writerow([sample, f"{sample / prediction.fs:.4f}", expert, symbol, *(f"{p:.6f}" for p in row)])
    return sink.getvalue().encode("utf-8")


def format_beats_atr(prediction: RecordPrediction) -> bytes:
    """Return the model's beats as a WFDB annotation file."""
    import numpy as np

    from ecgmodel.records.exports.wfdb_files import format_atr
    from ecgmodel.records.record import Annotations

    nothing = np.full(len(prediction), "")
    return format_atr(Annotations(prediction.r_sample, prediction.predicted, nothing), prediction.fs)


def print_counts(record: Record, prediction: RecordPrediction, model: str, unsure_below: float | None) -> None:
    """Print how many beats of each class the model named, and how many of these names are unsure."""
    import numpy as np

    from ecgmodel.classification.thresholds import find_unsure
    from ecgmodel.labels import CLASS_NAMES

    n = len(prediction)
    simulated = ", simulated" if record.source == "simulated" else ""
    print(
        f"Record {record.name}{simulated}, {prediction.lead}, {record.duration_s:.1f} s: "
        f"{n:,} {'beat' if n == 1 else 'beats'} ({prediction.beats}), named by {model}"
    )
    for symbol, name in CLASS_NAMES.items():
        print(f"{symbol}  {name:<26} {int(np.sum(prediction.predicted == symbol)):>7,}")
    if prediction.reservations:
        print(f"?  {'of these unsure':<26} {len(prediction):>7,}")
    elif unsure_below is not None:
        n_unsure = int(find_unsure(prediction.probabilities, unsure_below).sum())
        print(f"?  {'of these unsure':<26} {n_unsure:>7,}")
    print("Not a medical device.", file=sys.stderr)
