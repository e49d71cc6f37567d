"""Who is trained on and who is tested on: the protocols.

- `segments-10fold` (Oh et al. 2018): segments are dealt at random, so a person stands on both sides. All leads of a
  beat are dealt together.
- `patients-10fold`: whole people are dealt; nobody stands on both sides.
- `people`: the people of two databases, MIT-BIH and svdb, dealt whole to five folds, see `segments.people`.
- `ds1-ds2` (de Chazal et al. 2004, doi 10.1109/TBME.2004.827359): 22 records train, 22 test, four paced ones stay out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import ConfigError
from ecgmodel.labels import CLASSES
from ecgmodel.records.sources.databases import person
from ecgmodel.segments.dataset import Segments
from ecgmodel.segments.people import N_PEOPLE_FOLDS, NOBODY, people_folds

PROTOCOLS = ("segments-10fold", "patients-10fold", "ds1-ds2", "people")
N_FOLDS = 10

DEALS = 20
"""Random deals of people from which swaps start."""

DS1 = tuple("101 106 108 109 112 114 115 116 118 119 122 124 201 203 205 207 208 209 215 220 223 230".split())
DS2 = tuple("100 103 105 111 113 117 121 123 200 202 210 212 213 214 219 221 222 228 231 232 233 234".split())
PACED = ("102", "104", "107", "217")

VALIDATION_PEOPLE = ("106", "114", "116", "119", "220", "223")
"""DS1 records left out of training while something is chosen for `ds1-ds2`; DS2 is never looked at for a choice.

They have normal, atrial and ventricular beats. Bundle branch block is left to training: DS1 has it in four people."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One division of segments.

    Attributes
    ----------
    train, validation, test : ndarray of int64
        Positions among the segments. Whatever is chosen (epoch, threshold) is chosen on `validation`.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def count_folds(protocol: str) -> int:
    """Return how many folds a protocol has.

    Raises
    ------
    ConfigError
        Where there is no such protocol.
    """
    if protocol not in PROTOCOLS:
        raise ConfigError(
            "There is no protocol '{protocol}'. Choose one of {protocols}.",
            protocol=protocol,
            protocols=", ".join(PROTOCOLS),
        )
    return {"ds1-ds2": 1, "people": N_PEOPLE_FOLDS}.get(protocol, N_FOLDS)


def split_segments(segments: Segments, protocol: str, fold: int, seed: int = 0) -> Split:
    """Divide labelled segments by a protocol.

    Parameters
    ----------
    segments : Segments
    protocol : {"segments-10fold", "patients-10fold", "ds1-ds2", "people"}
    fold : int
        From 0; `ds1-ds2` has only fold 0, and fold `people.NOBODY` of `people` holds nobody out.
    seed : int
        Deals beats, or people, to folds: the same folds for the same records, whatever leads of them are here.

    Returns
    -------
    Split
        Of the segments that do not test, one in ten validates under `segments-10fold`, the people of the fold after
        this one under `patients-10fold` and `people`, and `VALIDATION_PEOPLE` under `ds1-ds2`.

    Raises
    ------
    ConfigError
        Where the protocol or the fold does not exist.
    """
    n_folds = count_folds(protocol)
    if not (0 <= fold < n_folds or (protocol == "people" and fold == NOBODY)):
        raise ConfigError(
            "Protocol {protocol} has folds 0 to {last}; fold {fold} is not one of them.",
            protocol=protocol,
            last=n_folds - 1,
            fold=fold,
        )
    if protocol == "ds1-ds2":
        train = np.isin(segments.record, DS1)
        validation = np.isin(segments.record, VALIDATION_PEOPLE)
        test = np.isin(segments.record, DS2)
    elif protocol == "people":
        folds = people_folds()
        deal = np.array([folds.get(str(record), -1) for record in segments.record], dtype=np.int64)
        test, validation = deal == fold, (deal == (fold + 1) % n_folds) & (fold != NOBODY)
        train = (deal >= 0) & ~test
    else:
        beats = _distinct_beats(segments)
        if protocol == "patients-10fold":
            names, record = np.unique(segments.record[beats.first], return_inverse=True)
            counts = np.zeros((len(names), len(CLASSES)), dtype=np.int64)
            np.add.at(counts, (record, segments.label[beats.first]), 1)
            deal = deal_people(tuple(map(str, names)), counts, seed)[record]
            test, validation = deal == fold, deal == (fold + 1) % n_folds
        else:
            label = segments.label[beats.first]
            test = deal_stratified(label, seed) == fold
            # Within what is left, a second deal with another seed keeps one in ten for choices.
            validation = ~test & (deal_stratified(label, seed + 1) == fold)
        test, validation = test[beats.place], validation[beats.place]
        train = ~test
    return Split(*(np.flatnonzero(part) for part in (train & ~validation, validation, test)))


@dataclass(frozen=True, slots=True, eq=False)
class _Beats:
    """The distinct (first) beats of segments, by record and then by R peak.

    Attributes
    ----------
    first : ndarray of shape (n_beats,), int64
        A segment of each beat, in any of its leads.
    place : ndarray of shape (n_segments,), int64
        The beat that each segment belongs to.
    """

    first: np.ndarray
    place: np.ndarray


def _distinct_beats(segments: Segments) -> _Beats:
    """Find the segments that show one beat in several leads: they go to the same side, and count once."""
    _, record = np.unique(segments.record, return_inverse=True)
    samples, at = np.unique(segments.r_sample, return_inverse=True)
    key = record * len(samples) + at
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    return _Beats(first, place)


def deal_stratified(label: np.ndarray, seed: int) -> np.ndarray:
    """Deal beats to ten folds so that each fold has its share of every class.

    Parameters
    ----------
    label : ndarray of shape (n_beats,), int64
    seed : int

    Returns
    -------
    ndarray of shape (n_beats,), int64
        The fold of each.
    """
    random = np.random.default_rng(seed)
    deal = np.empty(len(label), dtype=np.int64)
    dealt = 0
    for value in np.unique(label):
        members = random.permutation(np.flatnonzero(label == value))
        # Continues where the last class ended, so that folds differ in size by at most one.
        deal[members] = (dealt + np.arange(len(members))) % N_FOLDS
        dealt += len(members)
    return deal


def deal_people(records: Sequence[str], counts: np.ndarray, seed: int) -> np.ndarray:
    """Deal people to ten folds, so that folds are alike in beats and in every class as far as whole people allow.

    From random deals, people are swapped between folds (or moved, by a swap with nobody) while that makes the folds
    more alike; the best of `DEALS` is taken. Nothing but the arguments decides, so whoever cuts the same records
    deals the same folds, whatever leads are cut.

    Parameters
    ----------
    records : sequence of str
    counts : ndarray of shape (n_records, n_classes), int64
        Beats (or runs) of each class in each record, each counted once however many leads it was cut from.
    seed : int

    Returns
    -------
    ndarray of shape (n_records,), int64
        The fold of each record.
    """
    names, who = np.unique([person(record) for record in records], return_inverse=True)
    amounts = np.zeros((len(names), 2 + counts.shape[1]))
    np.add.at(amounts[:, 2:], who, counts)
    amounts[:, 0] = amounts[:, 2:].sum(axis=1)
    amounts[:, 1] = 1
    # 1 is what a fold should have. People count for little: they only keep a fold from being a single person.
    share = amounts / amounts.sum(axis=0).clip(min=1) * N_FOLDS * np.sqrt([2, 0.2, *[1] * counts.shape[1]])
    share = np.vstack([share, np.zeros((N_FOLDS, share.shape[1]))])
    random = np.random.default_rng(seed)
    deals = [_even_out(share, random.permutation(len(share)) % N_FOLDS) for _ in range(DEALS)]
    return min(deals, key=lambda deal: _unevenness(share, deal))[who]


def _even_out(share: np.ndarray, deal: np.ndarray) -> np.ndarray:
    """Swap people between folds while the sum of the folds' squared shares shrinks."""
    product = share @ share.T
    apart = np.diag(product)[:, np.newaxis] - 2 * product + np.diag(product)
    while True:
        load = np.stack([share[deal == fold].sum(axis=0) for fold in range(N_FOLDS)])
        meets = load[deal] @ share.T  # (i, j): the load of i's fold times j's shares
        alone = np.diag(meets)
        change = 2 * (meets + meets.T - alone[:, np.newaxis] - alone + apart)  # where i and j swap places
        change[deal[:, np.newaxis] == deal] = 0
        first, second = np.unravel_index(np.argmin(change), change.shape)
        if change[first, second] > -1e-9:
            return deal
        deal[[first, second]] = deal[[second, first]]


def _unevenness(share: np.ndarray, deal: np.ndarray) -> float:
    return sum(float((share[deal == fold].sum(axis=0) ** 2).sum()) for fold in range(N_FOLDS))
