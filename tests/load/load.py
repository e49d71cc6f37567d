"""Many visitors at once: who goes where, and what came of it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import psutil

from tests.load.session import Session, Visit, VisitError

PAGES = ("start", "predict", "gates", "learn", "evaluate", "train", "upload", "annotate")
RECORDS = ("100", "106", "119", "208", "223")


@dataclass(frozen=True, slots=True)
class Lecture:
    """How visitors behave.

    Attributes
    ----------
    sessions : int
    pause_s : tuple of float
        Shortest and longest pause between two visits of a visitor, in seconds.
    seconds : float
        How long, after every visitor is in.
    pages, records : sequence of str
        Drawn anew for each visit; a record in a third of the visits.
    rest_s : float
        How long the server is left alone behind the last visitor before its memory is looked at.
    """

    sessions: int
    pause_s: tuple[float, float]
    seconds: float
    pages: Sequence[str] = PAGES
    records: Sequence[str] = RECORDS
    rest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a lecture cost.

    Attributes
    ----------
    visits : tuple of Visit
        Without the first of each visitor.
    errors : tuple of str
    seconds : float
    cpu_s : float
        That the server used.
    fresh_mb, start_mb, peak_mb, end_mb : float
        Resident memory of the server before the first visitor, after one who saw every page with every record, at most,
        and after every visitor left.
    """

    visits: tuple[Visit, ...]
    errors: tuple[str, ...]
    seconds: float
    cpu_s: float
    fresh_mb: float
    start_mb: float
    peak_mb: float
    end_mb: float

    def describe(self) -> dict[str, object]:
        """Return what JSON shows."""
        seconds = np.array([visit.seconds for visit in self.visits])
        p50, p95, p99 = np.percentile(seconds, (50, 95, 99)) if len(seconds) else (np.nan,) * 3
        pages = sorted({visit.page for visit in self.visits})
        return {
            "visits": len(self.visits),
            "errors": len(self.errors),
            "first_errors": list(self.errors[:3]),
            "visits_per_s": round(len(self.visits) / self.seconds, 2),
            "p50_s": round(float(p50), 3),
            "p95_s": round(float(p95), 3),
            "p99_s": round(float(p99), 3),
            "kb_per_visit": round(np.mean([visit.n_bytes for visit in self.visits]) / 1e3, 1),
            "kb_per_visit_by_page": {
                page: round(np.mean([visit.n_bytes for visit in self.visits if visit.page == page]) / 1e3, 1)
                for page in pages
            },
            "p50_s_by_page": {
                page: round(float(np.median([visit.seconds for visit in self.visits if visit.page == page])), 3)
                for page in pages
            },
            "server_share_of_a_core": round(self.cpu_s / self.seconds, 2),
            "server_ms_per_visit": round(1e3 * self.cpu_s / max(1, len(self.visits)), 1),
            "memory_mb": {
                "fresh": round(self.fresh_mb),
                "start": round(self.start_mb),
                "peak": round(self.peak_mb),
                "end": round(self.end_mb),
            },
        }


async def see_again(url: str) -> dict[str, int]:
    """Go round the pages twice on one record, and return the bytes of each page's second visit."""
    session = Session(url)
    await session.open()
    for _ in range(2):
        n_bytes = {page: (await session.visit(page)).n_bytes for page in ("records", *PAGES)}
    await session.close()
    return n_bytes


async def hold_lecture(url: str, pid: int, lecture: Lecture, seed: int = 0) -> Outcome:
    """Let the visitors in, let them go from page to page, and let them leave."""
    server = psutil.Process(pid)
    fresh_mb = _resident_mb(server)
    sessions = [Session(url) for _ in range(lecture.sessions)]
    errors: list[str] = []
    visits: list[Visit] = []
    first = Session(url)
    await first.open()
    for record in lecture.records or (None,):  # as on a server that others have used before
        for page in lecture.pages:
            await first.visit(page, **({} if record is None else {"record": record}))
    await first.close()
    start_mb = peak_mb = _resident_mb(server)
    for session in sessions:
        await session.open()
    began, cpu_began = time.perf_counter(), _cpu_seconds(server)
    deadline = began + lecture.seconds

    async def attend(session: Session, draw: random.Random) -> None:
        await asyncio.sleep(draw.uniform(0, lecture.pause_s[1]))
        while time.perf_counter() < deadline:
            address = {"record": draw.choice(lecture.records)} if lecture.records and draw.random() < 1 / 3 else {}
            try:
                visits.append(await session.visit(draw.choice(lecture.pages), **address))
            except (VisitError, OSError) as error:
                errors.append(str(error))
                return
            await asyncio.sleep(draw.uniform(*lecture.pause_s))

    async def watch() -> None:
        nonlocal peak_mb
        while True:
            peak_mb = max(peak_mb, _resident_mb(server))
            await asyncio.sleep(0.25)

    watcher = asyncio.create_task(watch())
    await asyncio.gather(*(attend(session, random.Random(seed + i)) for i, session in enumerate(sessions)))
    seconds, cpu = time.perf_counter() - began, _cpu_seconds(server) - cpu_began
    await asyncio.gather(*(session.close() for session in sessions))
    watcher.cancel()
    await asyncio.sleep(lecture.rest_s)
    return Outcome(tuple(visits), tuple(errors), seconds, cpu, fresh_mb, start_mb, peak_mb, _resident_mb(server))


def _resident_mb(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
