"""`detector`: judge the R peak detector record by record, and in noise beside XQRS; or fit it again."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ecgmodel.command_line.output import save_output

if TYPE_CHECKING:
    from ecgmodel.scores.beat_detection import DetectionCounts


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "detector",
        help="judge the detector of R peaks",
        description="Judge the detector of R peaks on all annotated records of this machine (sensitivity and positive "
        "predictivity, one to one within 150 ms, outside of ventricular flutter), and on 118 and 119 in noise beside "
        "wfdb's XQRS. The noises are those of PhysioNet's nstdb, from the folder that ECG_NSTDB_DIR names.",
    )
    parser.add_argument(
        "--noise",
        action="append",
        choices=("bw", "em", "ma", "none"),
        help="noise of the stress test (default: em); may be given again; none leaves it out",
    )
    parser.add_argument("--fit", action="store_true", help="first fit the detector again, on DS1 and svdb")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the JSON here")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Judge and print."""
    from ecgmodel.errors import EcgModelError
    from ecgmodel.evaluation import r_peaks

    names = r_peaks.records_here()
    if not names:
        raise EcgModelError(
            "No annotated record is on this machine. Fetch them with: python -m ecgmodel download --all"
        )
    if options.fit:
        _fit(names)
    noises = [noise for noise in options.noise or ["em"] if noise != "none"]
    result = r_peaks.judge_detector(names, noises, _say)
    described = r_peaks.describe_result(result)
    if options.out is not None:
        save_output(options.out, r_peaks.format_result(described))
    if options.json:
        print(json.dumps(described))
        return
    for name, counts in (*result.records.items(), *result.parts().items()):
        print(f"{name:<10}{_format(counts)}")
    for row in result.stress:
        print(f"{row.noise} at {row.snr_db:g} dB")
        print(f"  ours    {_format(row.ours)}  {row.our_seconds:8.3f} s")
        print(f"  XQRS    {_format(row.xqrs)}  {row.xqrs_seconds:8.3f} s")


def _fit(names: tuple[str, ...]) -> None:
    from ecgmodel.evaluation import r_peaks
    from ecgmodel.records.signal import beat_scores
    from ecgmodel.records.sources.databases import SVDB
    from ecgmodel.segments.splits import DS1

    fitted = tuple(name for name in names if name in DS1 or name in SVDB.record_names)
    scorer, held_out = r_peaks.fit_over_people(fitted, _say)
    origin = {
        "command": "python -m ecgmodel detector --fit",
        "held_out": {
            part: r_peaks.describe_counts(r_peaks.add_counts(held_out[name] for name in held_out if name in within))
            for part, within in (("DS1", DS1), ("svdb", SVDB.record_names))
        },
        "records": fitted,
    }
    save_output(beat_scores.WEIGHTS, beat_scores.format_scorer(scorer, origin).encode())
    beat_scores.read_scorer.cache_clear()


def _format(counts: DetectionCounts) -> str:
    return (
        f"{counts.n_beats:>8,} beats  {counts.n_missed:>5,} missed  {counts.n_invented:>5,} invented  "
        f"Se {counts.sensitivity:8.3%}  +P {counts.positive_predictivity:8.3%}"
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
