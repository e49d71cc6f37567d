"""`python -m tests.load`: how the app holds under many visitors, printed and written to `assets/results/load.json`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from tests.benchmarks.suite import describe_machine
from tests.browser.server import ROOT, serve
from tests.load.load import Lecture, Outcome, hold_lecture

FORGOTTEN_S = 180.0
"""Until the sessions of those who left are let go: two minutes in which they may come back, and a sweep."""

LECTURES = {
    "10, without a pause": Lecture(10, (0.0, 0.0), 20.0),
    "50, a visit every 5 to 15 s": Lecture(50, (5.0, 15.0), 60.0, rest_s=FORGOTTEN_S),
    "50, without a pause": Lecture(50, (0.0, 0.0), 20.0),
}
RESULT = ROOT / "assets" / "results" / "load.json"


def main() -> None:
    """Hold every lecture on a server of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--only", choices=LECTURES, help="one of them, and write nothing")
    options = parser.parse_args()
    outcomes = {}
    for name in [options.only] if options.only else LECTURES:
        sys.stderr.write(f"{name} ...\n")
        outcomes[name] = measure(LECTURES[name]).describe()
    text = json.dumps({"machine": describe_machine(), "visitors": outcomes}, indent=2, ensure_ascii=False)
    if options.only is None:
        RESULT.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")


def measure(lecture: Lecture) -> Outcome:
    """Hold one lecture on a fresh server."""
    with serve(ROOT / "app.py") as server:
        return asyncio.run(hold_lecture(server.url, server.pid, lecture))


if __name__ == "__main__":
    main()
