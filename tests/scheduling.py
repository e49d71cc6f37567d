"""Which process of pytest-xdist runs which test (`-n auto --dist loadfile`): those of a file stay together.

They share servers, pages and compiled networks, which each process would make again. The files that load TensorFlow
stay together too, so that one process alone pays for it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).resolve().parents[1]

ONE_BY_ONE = ("test_properties.py",)
"""Files whose tests share nothing and take long: processes divide them."""

TENSORFLOW = "tensorflow"

LONG = (
    "tests/browser/test_train.py",
    TENSORFLOW,
    "tests/unit/training/jobs/test_jobs.py",
    "tests/faults/test_places.py",
    "tests/browser/test_lesson.py",
    "tests/browser/test_gates.py",
    "tests/browser/test_learn.py",
    "tests/browser/test_trace.py",
    "tests/browser/test_classroom.py",
    "tests/faults/test_cluster.py",
)
"""The groups that take longest. They begin first, so that at the end no process waits long for another."""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling | None:
    """Deal groups of tests where files are to stay together."""
    return GroupScheduling(config, log) if config.getvalue("dist") == "loadfile" else None


class GroupScheduling(LoadFileScheduling):
    """Deal `group_of` tests to one process, the long groups first.

    xdist's own groups (`loadgroup`) have no effect under pytest 9.2: they are handed over in a field of the tests that
    pytest no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)

    def _assign_work_unit(self, node) -> None:
        following = next((group for group in LONG if group in self.workqueue), None)
        if following is not None:
            self.workqueue.move_to_end(following, last=False)
        super()._assign_work_unit(node)


def group_of(nodeid: str) -> str:
    """Return the name of the tests that run in one process with this one."""
    file = nodeid.split("::", 1)[0]
    if Path(file).name in ONE_BY_ONE:
        return nodeid
    return TENSORFLOW if _loads_tensorflow(ROOT / file) else file


@cache
def _loads_tensorflow(path: Path) -> bool:
    return path.is_file() and "mark.tensorflow" in path.read_text(encoding="utf-8")
