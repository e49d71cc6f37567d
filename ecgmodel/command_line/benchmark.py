"""`benchmark`: measure the app beside its yardsticks."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys

from ecgmodel.errors import EcgModelError


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "benchmark",
        help="measure the app beside its yardsticks",
        description="Measure the start of the app, its reaction, its models and its memory, each beside its yardstick "
        "in the same run. Needs the test requirements, Chromium and MIT-BIH records; takes some minutes on an idle "
        "machine.",
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    parser.add_argument("--only", action="append", metavar="NAME", help="measure only this; may be given again")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Measure and print."""
    # The measures lie with the tests: they drive a browser, and they measure what the library must not contain.
    for package in ("playwright", "psutil"):
        if importlib.util.find_spec(package) is None:
            raise EcgModelError("The benchmark needs the test requirements: pip install -r tests/requirements.txt")
    from tests.benchmarks.suite import describe_machine, format_table, run_benchmarks

    machine = describe_machine()
    measured = run_benchmarks(options.only, lambda line: print(line, file=sys.stderr, flush=True))
    if options.json:
        result = {"machine": machine, "measures": [measure.describe() for measure in measured]}
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        print(format_table(measured))
