"""`dataset`: cut the data set and count its segments."""

from __future__ import annotations

import argparse
import json

from ecgmodel.errors import RecordError


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "dataset",
        help="count the segments of each class",
        description="Cut all 48 records into segments and count them. 'runs' are those of Oh et al. 2018: 16,499.",
    )
    parser.add_argument("--segments", choices=("runs", "beats"), default="runs", help="how to cut (default: runs)")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Cut, count and print."""
    counts = count_segments(options.segments)
    total = sum(counts.values())
    if options.json:
        print(json.dumps({"segments": total, "classes": counts}))
        return
    from ecgmodel.labels import CLASS_NAMES

    for name, count in counts.items():
        print(f"{name}  {CLASS_NAMES[name]:<26} {count:>7,}  {count / total:6.1%}")
    print(f"{'together':<29} {total:>7,}")


def count_segments(kind: str) -> dict[str, int]:
    """Return the number of segments of each class in all 48 records, in class order.

    Parameters
    ----------
    kind : {"runs", "beats"}

    Raises
    ------
    RecordError
        Where not all records are on this machine.
    """
    from ecgmodel.labels import CLASSES
    from ecgmodel.records.sources.catalogue import list_records
    from ecgmodel.records.sources.databases import MITDB
    from ecgmodel.segments.mitdb_segments import cut_mitdb

    missing = [entry.name for entry in list_records() if entry.source == MITDB.name and entry.available == "download"]
    if missing:
        raise RecordError(
            "The data set is cut from all {total} records, and {missing} of them are not on this machine. "
            "Fetch them with: python -m ecgmodel download --all",
            total=len(MITDB.record_names),
            missing=len(missing),
        )
    counts = dict.fromkeys(CLASSES, 0)
    for name in MITDB.record_names:  # one after the other: all beats together need more than a gigabyte
        for symbol, count in cut_mitdb(kind, [name]).class_counts().items():
            counts[symbol] += count
    return counts
