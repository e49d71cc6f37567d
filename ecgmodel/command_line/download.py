"""`download`: fetch MIT-BIH records from PhysioNet."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecgmodel.command_line.output import show_download


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "download",
        help="fetch records from PhysioNet",
        description="Fetch records of the MIT-BIH Arrhythmia Database from PhysioNet (ODC-By 1.0). Every file is "
        "checked against its SHA-256; what is there is not fetched again, so an interrupted download can be resumed.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("names", nargs="*", default=[], metavar="NAME", help="records, as in 100 208")
    what.add_argument("--all", action="store_true", help="all 48 records, about 104 MB")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where to (default: the user's cache)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Fetch, and say where the records are."""
    from ecgmodel.records.sources.download import cache_folder, download_records
    from ecgmodel.records.sources.mitdb import RECORD_NAMES

    folder = options.folder if options.folder is not None else cache_folder()
    with show_download() as report:
        headers = download_records(RECORD_NAMES if options.all else options.names, folder, report)
    print(f"{len(headers)} {'record is' if len(headers) == 1 else 'records are'} in {folder}")
