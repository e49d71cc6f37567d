"""Samples on an even grid: gaps in time become missing samples, repeated times are left out, steps back are refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.text.batches import find_losses, is_batched
from ecgmodel.records.imports.text.columns import DAY_S, Column
from ecgmodel.records.imports.text.rates import UNITS_A_SECOND
from ecgmodel.records.imports.text.reading import Rows

MAX_DURATION_S = 14 * 86400.0
"""The longest recording; a patch monitor's. A time stamp that jumps further is wrong."""

MAX_MISSING = 20_000_000
"""Samples of all leads that gaps may add to what a file has itself: eleven hours of one lead at 500 Hz."""

LEAST_GROWTH = 1 << 20
"""Samples by which the room for them grows at least."""

MAX_SAMPLES = 120_000_000
"""Samples of all leads together, with those that are missing: 480 MB."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples that the file does not have though its time goes on.

    Attributes
    ----------
    start, stop : int
        Samples, [start, stop), filled with NaN.
    line : int
        The first line after the gap, from 1.
    """

    start: int
    stop: int
    line: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How a time column moves, seen in its first rows.

    Attributes
    ----------
    samples_per_unit : float
        So many samples pass while the column rises by 1.
    longest : float
        The longest usual step, in samples: 1, or the length of a batch where a clock stands still in between.
    wraps_at : float or None
        Where the column starts again at zero: a counter, or clock text at midnight (86,400 s).
    repeats : bool
        Whether two rows can have the same time, by rounding or in batches.
    clock : bool
    batched : bool
        Whether many rows share one time, so that gaps show from batch to batch alone.
    """

    samples_per_unit: float
    longest: float
    wraps_at: float | None
    repeats: bool
    clock: bool
    batched: bool = False


def find_pace(column: Column, unit: str, fs: float) -> Pace:
    """Return how a time column moves."""
    steps = column.steps
    if unit == "samples":
        usual = float(np.median(steps[steps > 0])) if np.any(steps > 0) else 1.0
        per_unit = 1.0 / usual
    else:
        per_unit = fs / UNITS_A_SECOND[unit]
    moved = steps * per_unit
    batched = is_batched(moved)
    moving = moved[moved > 0] if batched else moved
    longest = float(np.median(moving) if batched else np.percentile(moving, 97)) if len(moving) else 1.0
    repeats = len(moved) > 0 and bool(np.mean(moved == 0) > 0.02)
    wraps_at = DAY_S if unit == "clock" else column.wraps_at
    return Pace(per_unit, longest if longest > 1.6 else 1.0, wraps_at, repeats, unit == "clock", batched)


@dataclass(frozen=True, slots=True)
class _Stamps:
    """Where the batches of a block begin: row and time in samples from the start, and line."""

    row: np.ndarray
    time: np.ndarray
    line: np.ndarray


@dataclass(slots=True)
class Grid:
    """Collects rows as samples at an even rate.

    Parameters
    ----------
    n_leads : int
    fs : float
        In Hz.
    pace : Pace or None
        `None` where no column is the time: each row is one sample.
    keep_going : bool
        Whether a clock that goes back is ignored rather than refused.
    """

    n_leads: int
    fs: float
    pace: Pace | None
    keep_going: bool
    gaps: list[Gap] = field(default_factory=list)
    repeated: int = 0
    first_repeated_line: int = 0
    _samples: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    _n: int = 0
    _missing: int = 0
    _last: float | None = None
    _stamps: list[_Stamps] = field(default_factory=list)
    _time: float = 0.0

    def add(self, rows: Rows) -> None:
        """Add the next rows.

        Raises
        ------
        ImportFileError
            Where the time goes back or jumps too far; names the line.
        """
        values = rows.values.astype(np.float32)
        if self.pace is None or rows.times is None:
            self._append(values)
            return
        if len(values) == 0:
            return
        times = _bridge(rows.times, self._last)
        before = np.concatenate([[times[0] if self._last is None else self._last], times[:-1]])
        steps = (times - before) * self.pace.samples_per_unit
        if self.pace.wraps_at:
            turn = self.pace.wraps_at * self.pace.samples_per_unit
            steps = np.where(steps < -0.5 * turn, steps + turn, steps)
        if self._last is None:
            steps[0] = 1.0
        self._last = float(times[-1])
        back = np.flatnonzero(steps < -1.5 * self.pace.longest)
        if len(back) and not self.keep_going:
            row = int(back[0])
            raise ImportFileError(
                "Line {line}: the time goes back, from {before:.10g} to {after:.10g}. Cut the file there, or set "
                "that no "
                "column is the time.",
                line=rows.line(row),
                before=float(before[row]),
                after=float(times[row]),
                remedy="no time",
            )
        if self.pace.batched:
            self._add_batches(values, steps, rows)
            return
        jumps = np.flatnonzero(steps > self.pace.longest + 0.5)
        jumps = jumps[np.round(steps[jumps] - self.pace.longest) >= 1]
        keep = np.ones(len(values), dtype=bool)
        if not self.pace.repeats:
            keep = np.abs(steps) > 1e-9
            if not keep.all():
                self.first_repeated_line = self.first_repeated_line or rows.line(int(np.argmin(keep)))
                self.repeated += int(np.count_nonzero(~keep))
        done = 0
        for row in jumps:
            self._append(values[done:row][keep[done:row]])
            self._append_gap(float(steps[row]), rows.line(int(row)))
            done = row
        self._append(values[done:][keep[done:]])

    def _add_batches(self, values: np.ndarray, steps: np.ndarray, rows: Rows) -> None:
        """Take rows as they come; where some are missing is only seen when all stamps are known."""
        if not self._n:
            steps[0] = 0.0
        time = self._time + np.cumsum(steps)
        self._time = float(time[-1])
        begins = np.flatnonzero(steps)
        if not self._n:
            begins = np.concatenate([[0], begins])
        lines = np.array([rows.line(int(row)) for row in begins], dtype=np.int64)
        self._stamps.append(_Stamps(self._n + begins, time[begins], lines))
        self._append(values)

    def _fill_losses(self) -> None:
        """Put gaps where batches were lost."""
        row = np.concatenate([stamps.row for stamps in self._stamps])
        time = np.concatenate([stamps.time for stamps in self._stamps])
        line = np.concatenate([stamps.line for stamps in self._stamps])
        self._stamps = []
        lost = find_losses(row, time)
        if not lost.any():
            return
        samples, start = self.finish(), 0
        self._samples, self._n = np.empty(0, dtype=np.float32), 0
        for i in np.flatnonzero(lost):
            self._append(samples[start : row[i]])
            self._append_missing(int(lost[i]), int(line[i]))
            start = row[i]
        self._append(samples[start:])

    def _append(self, values: np.ndarray) -> None:
        start, self._n = self._n * self.n_leads, self._n + len(values)
        stop = self._n * self.n_leads
        if stop > MAX_SAMPLES or self._n > MAX_DURATION_S * self.fs:
            raise ImportFileError(
                "The recording is longer than {days:g} days or has more than {samples} samples in its leads. Cut "
                "the file, or "
                "choose fewer leads.",
                days=MAX_DURATION_S / 86400,
                samples=MAX_SAMPLES,
            )
        if stop > len(self._samples):
            # The system moves pages, not samples; pieces that are joined at the end would lie in memory twice.
            room = len(self._samples) and len(self._samples) + max(len(self._samples) // 8, LEAST_GROWTH)
            self._samples.resize(max(stop, min(room, MAX_SAMPLES)), refcheck=False)
        self._samples[start:stop] = values.ravel()

    def _append_gap(self, step: float, line: int) -> None:
        assert self.pace is not None  # gaps are only seen in a time column
        self._append_missing(round(min(step, 1e15) - self.pace.longest), line)

    def _append_missing(self, missing: int, line: int) -> None:
        self._missing += missing
        too_many = (self._n + missing) * self.n_leads > MAX_SAMPLES or self._missing * self.n_leads > MAX_MISSING
        if too_many or self._n + missing > MAX_DURATION_S * self.fs:
            raise ImportFileError(
                "Line {line}: the time jumps by {seconds:.4g} s. Cut the file there, or set that no column is the "
                "time.",
                line=line,
                seconds=missing / self.fs,
                remedy="no time",
            )
        self.gaps.append(Gap(self._n, self._n + missing, line))
        self._append(np.full((missing, self.n_leads), np.nan, dtype=np.float32))

    def finish(self) -> np.ndarray:
        """Return all samples: ndarray of shape (n_samples, n_leads), float32, NaN where they are missing."""
        if self._stamps:
            self._fill_losses()
        self._samples.resize(self._n * self.n_leads, refcheck=False)
        return self._samples.reshape(self._n, self.n_leads)


def _bridge(times: np.ndarray, last: float | None) -> np.ndarray:
    """Fill times that are missing from their neighbours, so that one empty cell is no gap."""
    known = np.isfinite(times)
    if known.all():
        return times
    if not known.any():
        return np.full(len(times), 0.0 if last is None else last)
    return np.interp(np.arange(len(times)), np.flatnonzero(known), times[known])
