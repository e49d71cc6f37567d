"""The beats that a class names: drawn once, the same for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import ClassroomError
from ecgmodel.labels import CLASSES
from ecgmodel.records.record import Annotations, Origin, Record

N_BEATS = 20
LEAST_OF_A_CLASS = 2
"""Of every class that there is; the rest are of any, so that nobody can infer the last ones by counting."""

WINDOW_S = (2.4, 1.6)
"""What is shown before and after the R peak: enough to see that a beat is early, and the pause after it."""


@dataclass(frozen=True, slots=True)
class DrawnBeat:
    """Where a beat is, and what the experts call it."""

    record: str
    r_sample: int
    symbol: str


@dataclass(frozen=True, slots=True, eq=False)
class BeatToName:
    """A beat as a class sees it.

    Attributes
    ----------
    drawn : DrawnBeat
    origin : {"mitdb", "svdb", "excerpt", "simulated"}
        Of its record.
    lead : str
    fs : float
        In Hz.
    signal : ndarray of shape (n_samples,), float32
        Of `WINDOW_S` around the R peak, in mV.
    model : int
        What the model says, an index of `CLASSES`; -1 where it cannot read the beat.
    """

    drawn: DrawnBeat
    origin: Origin
    lead: str
    fs: float
    signal: np.ndarray
    model: int


def draw_beats(
    marks: Mapping[str, Annotations],
    n_samples: Mapping[str, int],
    fs: Mapping[str, float],
    seed: int,
    n_beats: int = N_BEATS,
) -> tuple[DrawnBeat, ...]:
    """Draw beats of the five classes from annotated records; the same seed draws the same ones.

    Parameters
    ----------
    marks : mapping of str to Annotations
        By record.
    n_samples : mapping of str to int
        Length of each record.
    fs : mapping of str to float
        Of each record, in Hz.
    seed : int
    n_beats : int

    Returns
    -------
    tuple of DrawnBeat
        In the order in which they are asked, no two the same; people take turns, so that one with many beats of a class
        does not give them all.

    Raises
    ------
    ClassroomError
        Where the records have too few beats.
    """
    rng = np.random.default_rng(seed)
    pool: dict[str, list[DrawnBeat]] = {symbol: [] for symbol in CLASSES}
    for symbol in CLASSES:
        queues = []
        for name in sorted(marks):
            beats = marks[name].beats()
            before, after = (round(part * fs[name]) for part in WINDOW_S)
            inside = (beats.sample >= before) & (beats.sample < n_samples[name] - after)
            here = beats.sample[(beats.symbol == symbol) & inside]
            if len(here):
                some = rng.choice(here, size=min(len(here), n_beats), replace=False)
                queues.append([DrawnBeat(name, int(sample), symbol) for sample in some])
        rng.shuffle(queues)
        for turn in range(n_beats):
            pool[symbol] += [queue[turn] for queue in queues if turn < len(queue)]
    present = [symbol for symbol in CLASSES if pool[symbol]]
    if sum(len(pool[symbol]) for symbol in present) < n_beats:
        raise ClassroomError("There are fewer than {n} beats with labels on this machine.", n=n_beats)
    taken = [pool[symbol].pop(0) for symbol in present for _ in range(LEAST_OF_A_CLASS) if pool[symbol]][:n_beats]
    while len(taken) < n_beats:
        symbol = str(rng.choice([symbol for symbol in present if pool[symbol]]))
        taken.append(pool[symbol].pop(0))
    return tuple(taken[place] for place in rng.permutation(n_beats))


def cut_beat(record: Record, drawn: DrawnBeat, model: int) -> BeatToName:
    """Return a beat with the stretch of its record's default lead that a class sees."""
    before, after = (round(part * record.fs) for part in WINDOW_S)
    signal = np.nan_to_num(record.lead()[drawn.r_sample - before : drawn.r_sample + after]).astype(np.float32)
    return BeatToName(drawn, record.source, record.default_lead, record.fs, signal, model)


def truth_of(beats: Sequence[DrawnBeat]) -> tuple[int, ...]:
    """Return the experts' label of each beat, as indices of `CLASSES`."""
    return tuple(CLASSES.index(beat.symbol) for beat in beats)
