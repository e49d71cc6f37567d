"""`benchmark`: measure the app beside its yardsticks."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path

from ecgmodel.command_line.output import save_output
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
    parser.add_argument("--quick", action="store_true", help="some of it, with fewer runs, in two minutes")
    parser.add_argument(
        "--out", type=Path, metavar="JSON", help="also write the figures to a file; with --only, its other rows stay"
    )
    parser.add_argument(
        "--plots", type=Path, metavar="DIR", help="measure how cost grows instead, and draw a plot each (SVG) into DIR"
    )
    parser.add_argument(
        "--scale", action="store_true", help="measure costs, and say what many students and recordings need"
    )
    parser.add_argument("--only", action="append", metavar="NAME", help="measure only this; may be given again")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Measure and print."""
    # Only where they are asked for: the test requirements may not be there, and every command reads this module.
    for package in ("playwright", "psutil"):
        if importlib.util.find_spec(package) is None:
            raise EcgModelError("The benchmark needs the test requirements: pip install -r tests/requirements.txt")
    from tests.benchmarks.suite import describe_machine, format_table, run_benchmarks

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    result: dict[str, object] = {"machine": describe_machine()}
    if options.plots is not None:
        from tests.benchmarks.effort import QUICK
        from tests.benchmarks.growth import write_plots

        QUICK.set(options.quick)
        grown = write_plots(options.plots, say)
        result["growth"] = [growth.describe() for growth in grown]
        text = "\n".join(f"{growth.what}: cost grows as the size to the {growth.exponent:.2f}" for growth in grown)
    elif options.scale:
        from tests.benchmarks.scale import describe_needs, format_needs, measure_costs

        costs = measure_costs(say)
        result |= {"costs": costs.describe(), "needs": describe_needs(costs)}
        text = format_needs(costs)
    else:
        measured = run_benchmarks(options.only, say, options.quick)
        result["measures"] = _beside_others([measure.describe() for measure in measured], options)
        text = format_table(measured)
    shown = json.dumps(result, ensure_ascii=False, indent=2)
    if options.out is not None:
        save_output(options.out, f"{shown}\n".encode())
    print(shown if options.json else text)


def _beside_others(measured: list[dict], options: argparse.Namespace) -> list[dict]:
    """Return the rows for the file: what `--only` measures takes the place of its own row, and the others stay."""
    if not options.only or options.out is None or not options.out.exists():
        return measured
    anew = {row["name"]: row for row in measured}
    kept = json.loads(options.out.read_text("utf-8"))["measures"]
    return [anew.pop(row["name"], row) for row in kept] + list(anew.values())
