"""The table of faults: `python -m tests.faults` causes each, and writes what must hold and whether it held.

`--quick` leaves out the long forms. The rows are the tests marked `faults(what=..., holds=...)`.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path

import pytest

from ecgmodel.atomic import write_atomically

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "assets" / "results" / "faults.json"


class Rows:
    """A plugin of pytest that notes how the tests of each row ended."""

    def __init__(self) -> None:
        self.row_of: dict[str, tuple[str, str]] = {}
        self.outcomes: dict[tuple[str, str], list[str]] = {}
        self.tests: dict[tuple[str, str], set[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests that are rows."""
        kept = []
        for item in items:
            mark = item.get_closest_marker("faults")
            if mark is not None and mark.kwargs:
                self.row_of[item.nodeid] = mark.kwargs["what"], mark.kwargs["holds"]
                kept.append(item)
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the outcome of a test; a fault in its fixtures counts as its own."""
        row = self.row_of.get(report.nodeid)
        if row is not None and (report.when == "call" or report.outcome != "passed"):
            self.outcomes.setdefault(row, []).append(report.outcome)
            self.tests.setdefault(row, set()).add(report.nodeid.split("[")[0])

    def table(self) -> list[dict[str, object]]:
        """Return a row for each fault: held is true, false, or null where this machine could not cause it."""
        return [
            {
                "what": what,
                "must_hold": holds,
                "held": False if "failed" in ended else True if "passed" in ended else None,
                "times": ended.count("passed"),
                "tests": sorted(self.tests[what, holds]),
            }
            for (what, holds), ended in self.outcomes.items()
        ]


def main(arguments: list[str] | None = None) -> int:
    """Cause the faults, print and write the table; 1 where something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the long forms")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    rows = Rows()
    asked = "faults and not nightly" if options.quick else "faults"
    pytest.main(["-q", "-n", "0", "-m", asked, "--rootdir", str(ROOT), str(ROOT / "tests")], plugins=[rows])
    table = rows.table()
    machine = {"system": platform.system(), "machine": platform.machine(), "python": platform.python_version()}
    result = {"command": "python -m tests.faults" + " --quick" * options.quick, "machine": machine, "faults": table}
    write_atomically(options.out, (json.dumps(result, ensure_ascii=False, indent=1) + "\n").encode())
    for row in table:
        held = {True: "held", False: "NOT HELD", None: "not caused"}[row["held"]]
        sys.stdout.write(f"{held:<11}{row['what']}: {row['must_hold']}\n")
    return 0 if table and all(row["held"] is not False for row in table) else 1


if __name__ == "__main__":
    sys.exit(main())
