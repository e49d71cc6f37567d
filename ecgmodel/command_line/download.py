"""`download`: fetch records of a database from PhysioNet."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from ecgmodel.command_line.output import show_download


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "download",
        help="fetch records from PhysioNet",
        description="Fetch records of the MIT-BIH Arrhythmia Database (mitdb), or of the MIT-BIH Supraventricular "
        "Arrhythmia Database (svdb), from PhysioNet (ODC-By 1.0). Every file is "
        "checked against its SHA-256; what is there is not fetched again, so an interrupted download can be resumed.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("names", nargs="*", default=[], metavar="NAME", help="records, as in 100 208 svdb/800")
    what.add_argument("--all", action="store_true", help="all records of the database")
    parser.add_argument("--database", choices=("mitdb", "svdb"), default="mitdb", help="of --all (default: mitdb)")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where to (default: the user's cache)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Fetch, and say where the records are."""
    from ecgmodel.records.sources.databases import DATABASES
    from ecgmodel.records.sources.download import download_records

    names = options.names
    if options.all:
        names = next(database.record_names for database in DATABASES if database.name == options.database)
    with show_download() as report:
        headers = download_records(names, options.folder, report)
    for folder, held in Counter(header.parent for header in headers).items():
        print(f"{held} {'record is' if held == 1 else 'records are'} in {folder}")
