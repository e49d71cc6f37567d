"""How far a score could be otherwise had other people been recorded: the bootstrap over people.

Beats of one heart are alike, so people are drawn, not beats (Efron & Tibshirani 1993, chapter 6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ecgmodel.records.sources.databases import person

N_DRAWS = 1000
COVERAGE = 0.95

Interval = tuple[float, float]


def bootstrap_people(
    matrices: Mapping[str, np.ndarray],
    figures: Callable[[np.ndarray], Mapping[str, np.ndarray]],
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return the interval of every figure.

    Parameters
    ----------
    matrices : mapping of str to ndarray
        Counts of each record, all of one shape; records of one person are drawn together.
    figures : callable
        From matrices with any axes in front to named figures with those axes. Where a draw leaves a figure undefined
        (NaN), the draw does not count for it.
    n_draws : int
    seed : int

    Returns
    -------
    dict of str to (float, float)
        The middle `COVERAGE` of the draws, for every figure that the whole defines.
    """
    names = list(matrices)
    people, who = np.unique([person(name) for name in names], return_inverse=True)
    counts = np.zeros((len(people), *np.shape(matrices[names[0]])), dtype=np.int64)
    np.add.at(counts, who, np.stack([matrices[name] for name in names]))
    random = np.random.default_rng(seed)
    times = random.multinomial(len(people), np.full(len(people), 1 / len(people)), n_draws)  # (n_draws, n_people)
    drawn = np.tensordot(times, counts, 1)
    whole = figures(counts.sum(axis=0))
    tail = (1 - COVERAGE) / 2
    intervals = {}
    for name, values in figures(drawn).items():
        found = values[np.isfinite(values)]
        if np.isfinite(whole[name]) and len(found):
            low, high = np.quantile(found, [tail, 1 - tail])
            intervals[name] = (round(float(low), 6), round(float(high), 6))
    return intervals


def bootstrap_difference(
    ours: Mapping[str, np.ndarray],
    theirs: Mapping[str, np.ndarray],
    figures: Callable[[np.ndarray], Mapping[str, np.ndarray]],
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return the interval of every difference of figures, ours minus theirs, over the records that both have.

    The same people are drawn for both, since two networks tend to fail at the same ones.

    Parameters
    ----------
    ours, theirs : mapping of str to ndarray
        Counts of each record, all of one shape.
    figures, n_draws, seed
        As of `bootstrap_people`.

    Returns
    -------
    dict of str to (float, float)
        Empty where they have no record in common.
    """
    pairs = {name: np.stack([ours[name], theirs[name]]) for name in ours if name in theirs}
    if not pairs:
        return {}

    def subtract(matrices: np.ndarray) -> dict[str, np.ndarray]:
        first, second = (figures(np.moveaxis(matrices, -3, 0)[k]) for k in (0, 1))
        return {name: first[name] - second[name] for name in first}

    return bootstrap_people(pairs, subtract, n_draws, seed)
