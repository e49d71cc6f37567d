"""`export-lesson`: the course and the Gates page as files that need no server."""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from pathlib import Path


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "export-lesson",
        help="write the course and the Gates page as a folder that opens without a server",
        description="Write the course and the Gates page, with the shipped models on typical beats, into a folder: its "
        "index.html opens from the disk, from a memory stick and from any static host, without a network.",
    )
    parser.add_argument("folder", type=Path, help="where to write it; is made where it is not there")
    parser.add_argument("--language", choices=("en", "zh"), help="one language alone (default: both)")
    parser.add_argument(
        "--record",
        default="simulated-mixed",
        help="the annotated record whose beats it shows (default: a simulated one)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write, and say where to begin."""
    logging.disable(logging.WARNING)  # of Streamlit, which runs without its server here
    warnings.filterwarnings("ignore", module="streamlit")
    from pages.lesson.site import LANGUAGES, export_lesson

    languages = LANGUAGES if options.language is None else (options.language,)
    door = export_lesson(
        options.folder,
        record=options.record,
        languages=languages,
        progress=lambda name: print(name, file=sys.stderr),
    )
    print(door)
