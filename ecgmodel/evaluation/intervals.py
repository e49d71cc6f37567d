"""How far a score could be otherwise had other people been recorded: the bootstrap over people.

Beats of one heart are alike, so people are drawn, not beats (Efron & Tibshirani 1993, chapter 6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ecgmodel.segments.splits import person

N_DRAWS = 1000
COVERAGE = 0.95

Interval = tuple[float, float]


def bootstrap_people(
    matrices: Mapping[str, np.ndarray],
    figures: Callable[[np.ndarray], Mapping[str, float]],
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return the interval of every figure.

    Parameters
    ----------
    matrices : mapping of str to ndarray
        Counts of each record, all of one shape; records of one person are drawn together.
    figures : callable
        From a matrix to named figures; a figure that a draw leaves undefined is left out of that draw.
    n_draws : int
    seed : int

    Returns
    -------
    dict of str to (float, float)
        The middle `COVERAGE` of the draws, for every figure of the whole.
    """
    names = list(matrices)
    people, who = np.unique([person(name) for name in names], return_inverse=True)
    counts = np.zeros((len(people), *np.shape(matrices[names[0]])), dtype=np.int64)
    np.add.at(counts, who, np.stack([matrices[name] for name in names]))
    random = np.random.default_rng(seed)
    times = random.multinomial(len(people), np.full(len(people), 1 / len(people)), n_draws)  # (n_draws, n_people)
    drawn = np.tensordot(times, counts, 1)
    values: dict[str, list[float]] = {name: [] for name in figures(counts.sum(axis=0))}
    for matrix in drawn:
        for name, value in figures(matrix).items():
            if name in values and np.isfinite(value):
                values[name].append(value)
    tail = (1 - COVERAGE) / 2
    ends = {name: np.quantile(found, [tail, 1 - tail]) for name, found in values.items() if found}
    return {name: (float(low), float(high)) for name, (low, high) in ends.items()}
