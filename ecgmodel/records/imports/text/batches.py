"""Time stamps that stand for a whole batch of samples: of 73 that a strap sends at once, or of a whole second.

Between two stamps as many samples should pass as the time says. One stamp that comes late proves nothing, since the
next is early again; where the stamps stay ahead of the samples, samples were lost.
"""

from __future__ import annotations

import math

import numpy as np

BATCHED_SHARE = 0.4
"""Where fewer of the steps of a time column move, its stamps come in batches."""

LOOK = 6
"""So many stamps before and after are compared; the jitter of arrival is not longer."""

SAME_SIZE_SHARE = 0.8
"""Where as many batches have the same length, samples are lost by the batch."""


def is_batched(steps: np.ndarray) -> bool:
    """Whether most steps of a time column stand still, so that it moves once a batch."""
    return len(steps) > 0 and 0 < np.count_nonzero(steps) < BATCHED_SHARE * len(steps)


def find_losses(first_row: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Return how many samples were lost before each batch.

    Parameters
    ----------
    first_row : ndarray of shape (n_batches,), int64
        Row with which each batch begins.
    time : ndarray of shape (n_batches,), float64
        Its stamp, in samples.

    Returns
    -------
    ndarray of shape (n_batches,), int64

    Examples
    --------
    >>> find_losses(np.array([0, 50, 100, 150, 200]), np.array([0.0, 50, 100, 200, 250])).tolist()
    [0, 0, 0, 50, 0]
    """
    lost = np.zeros(len(time), dtype=np.int64)
    if len(time) < 3:
        return lost
    sizes = np.diff(first_row)
    usual = float(np.median(sizes))
    ahead = np.diff(time) - sizes
    by_batch = float(np.mean(sizes == usual)) >= SAME_SIZE_SHARE
    middle = float(np.median(ahead))
    noise = 1.4826 * float(np.median(np.abs(ahead - middle)))
    # A rate set by hand, or a clock that is a little fast, is no loss. The jitter of stamps adds up to nothing.
    ahead -= float(np.mean(ahead[np.abs(ahead - middle) <= max(4.0 * noise, 1.0)]))
    least = max(2.0, 5.0 * noise)
    lead = np.concatenate([[0.0], np.cumsum(ahead)])
    begin = 1 if sizes[0] < usual - 1 else 0  # a recording that begins within a second has a short first batch
    whole = by_batch & (sizes == usual)
    rises = np.flatnonzero(np.where(whole, ahead > min(least, 0.25 * usual), ahead > least)) + 1
    # Most late stamps are told from losses at once, so that a day of them takes no time.
    total = np.concatenate([[0.0], np.cumsum(lead)])
    first, last = np.maximum(rises - LOOK, 0), np.minimum(rises + 5, len(lead))
    jump = (total[last] - total[rises]) / (last - rises) - (total[rises] - total[first]) / (rises - first)
    rises = rises[(jump > 0.3 * usual) | ~whole[rises - 1]]
    guard = min(0.25, max(0.0, noise / usual - 0.25))  # where stamps jitter much, a loss has to be plain
    for i in rises:
        before, after = lead[max(begin, i - LOOK) : i], lead[i : i + LOOK]
        if not len(before):
            continue
        if whole[i - 1]:
            # Half a batch is the limit between late and lost, for most that follow; the stamp itself may be early.
            base = float(np.median(lead[max(begin, i - 2 * LOOK) : i]))
            shift = min(float(np.median(after[:5])), float(lead[i]) + 0.25 * usual) - base
            count = math.floor(shift / usual + 0.5 - guard) * int(usual)
        else:
            shift = float(after.min() - np.median(before))
            count = round(shift) if shift > least else 0
        if count > 0:
            lost[i] = count
            lead[i:] -= count
    return lost


def measure_step(first_row: np.ndarray, time: np.ndarray) -> tuple[float, float] | None:
    """Measure how far time moves from row to row, of stamps in batches; lost batches do not count.

    Parameters
    ----------
    first_row : ndarray of shape (n_batches,), int64
    time : ndarray of shape (n_batches,), float64
        In any unit.

    Returns
    -------
    tuple of float, or None
        The step from row to row in the unit of `time`, and by how much it may be off as a share of it; `None` of fewer
        than four batches.
    """
    if len(time) < 4:
        return None
    rough = float(np.median(np.diff(time) / np.diff(first_row)))
    if rough <= 0:
        return None
    lost = np.cumsum(find_losses(first_row, time / rough))
    row = (first_row + lost).astype(np.float64)
    row -= row.mean()
    slope = float(row @ time / (row @ row))
    if slope <= 0:
        return None
    rest = time - time.mean() - slope * row
    spread = float(np.sqrt(np.mean(rest**2) / (row @ row)))
    return slope, max(2.0 * spread / slope, 1.0 / float(np.ptp(row)))
