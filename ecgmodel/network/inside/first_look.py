"""Where a first look into the cell is worth most: a beat named rightly and surely, and a step at which gates differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ecgmodel.network.inside.gates import GateTrace

SURE = 0.9
"""A beat is named surely where its probability is above this."""

CHUNK = 16
"""Beats that the model is asked for at a time: most often the first ones hold one that will do."""

MOST = 48
"""Beats of a group that the model is asked for."""

LOOK_STEPS_S = (0.0, 0.25)
"""From the R peak on: while the QRS complex and what follows it come in."""


def choose_beat(
    groups: Iterable[np.ndarray], label: np.ndarray, answer: Callable[[np.ndarray], np.ndarray]
) -> int | None:
    """Return the first beat that the model names rightly with a probability above `SURE`.

    Where there is none it is the rightly named one with the highest probability, or the surest one.

    Parameters
    ----------
    groups : iterable of ndarray of int
        Beats in the order in which they are wished for; at most `MOST` of each group are looked at.
    label : ndarray of shape (n_beats,), int
        Index into `labels.CLASSES` of every beat; where it is negative any answer is taken for right.
    answer : callable
        Takes beats, and returns the class probabilities of each: (n, 5).

    Returns
    -------
    int or None
        `None` where there is no beat.
    """
    best, best_rank = None, (False, -1.0)
    for group in groups:
        for start in range(0, min(len(group), MOST), CHUNK):
            beats = group[start : min(start + CHUNK, MOST)]
            probabilities = answer(beats)
            named, p = probabilities.argmax(1), probabilities.max(1)
            right = (named == label[beats]) | (label[beats] < 0)
            will_do = np.flatnonzero(right & (p > SURE))
            if len(will_do):
                return int(beats[will_do[0]])
            for beat, *rank in zip(beats.tolist(), right.tolist(), p.tolist(), strict=True):
                if tuple(rank) > best_rank:
                    best, best_rank = beat, tuple(rank)
    return best


def choose_step(trace: GateTrace, r_sample: int, stride: int, fs: float) -> tuple[int, int]:
    """Return the step and the unit at which the gates differ and the state moves.

    Of the steps from the R peak on, it is the one with the largest product of two numbers: how far the two most alike
    gates of the unit are apart, and how far its h(t) moved.

    Parameters
    ----------
    trace : GateTrace
    r_sample : int
        Of the beat, in samples of the segment.
    stride : int
        Samples from one step to the next.
    fs : float
        Of the segment, in Hz.
    """
    first, last = (int(np.clip((r_sample + s * fs) // stride, 1, trace.n_steps - 1)) for s in LOOK_STEPS_S)
    steps = slice(first, last + 1)
    gates = np.sort([trace.row(name)[steps] for name in trace.cell.gates[:-1]], axis=0)
    apart = np.diff(gates, axis=0).min(axis=0)  # (n_steps, units)
    moved = np.abs(trace.states[steps] - trace.states[first - 1 : last])
    step, unit = np.unravel_index((apart * moved).argmax(), apart.shape)
    return first + int(step), int(unit)
