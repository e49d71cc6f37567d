"""The people of several databases, dealt to folds: no network reads a person on whom it was trained.

Half the records of svdb take part. The other half is set aside for a test on strangers; no training has opened it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ecgmodel.labels import AAMI_OF_SYMBOL
from ecgmodel.records.sources.databases import MITDB, find_database, person

SVDB_OPEN = tuple(
    f"svdb/{number}"
    for number in (
        "803 808 809 811 812 821 823 825 826 827 828 829 843 844 845 847 849 852 854 855 859 860 863 865 867 869 871 "
        "872 873 875 877 881 884 885 886 889 890 891 892"
    ).split()
)
PEOPLE_RECORDS = (*MITDB.record_names, *SVDB_OPEN)
"""Records of the protocol `people`."""

N_PEOPLE_FOLDS = 5

NOBODY = N_PEOPLE_FOLDS
"""Fold that holds nobody out: everyone trains the network for strangers."""

WEIGHTS = {"S": 2, "V": 2, "L": 1, "R": 1, "N": 1, "people": 1}
"""How much it matters that folds are alike in each kind of beat, and in people."""

WHOLE = 100_000


@cache
def people_counts() -> dict[str, dict[str, int]]:
    """Return for each record of `PEOPLE_RECORDS` how many beats of each kind it has, as counted in the databases.

    N, S and V are the groups of AAMI; L and R count among N too.
    """
    rows = Path(__file__).with_name("people_counts.tsv").read_text(encoding="ascii").splitlines()
    names = rows[0].split("\t")[1:]
    return {
        record: dict(zip(names, map(int, counts), strict=True))
        for record, *counts in (row.split("\t") for row in rows[1:])
    }


def count_kinds(symbols: Counter[str]) -> dict[str, int]:
    """Return the row of `people_counts` for a record whose annotation symbols were counted."""
    groups = Counter()
    for symbol, n in symbols.items():
        groups[AAMI_OF_SYMBOL.get(symbol, "")] += n
    return {kind: groups[kind] for kind in "NSV"} | {kind: symbols[kind] for kind in "LR"}


@cache
def people_folds() -> dict[str, int]:
    """Return for each record of `PEOPLE_RECORDS` the fold that holds it out."""
    return deal_people(people_counts(), N_PEOPLE_FOLDS)


def deal_people(counts: Mapping[str, Mapping[str, int]], n_folds: int) -> dict[str, int]:
    """Deal people to folds, so that folds are alike in beats of every kind of each database.

    Whoever has the largest share of any kind is dealt first, each to the fold whose shares, squared and summed, grow
    least. Everything is computed in whole numbers and nothing is drawn at random, so the deal is the same on every
    machine.

    Parameters
    ----------
    counts : mapping of str to mapping of str to int
        For each record, beats by kind.
    n_folds : int

    Returns
    -------
    dict of str to int
        Of each record its fold.
    """
    amounts: dict[str, Counter[tuple[str, str]]] = {}
    for record, kinds in counts.items():
        database = find_database(record)
        of = database.name if database is not None else ""
        own = amounts.setdefault(person(record), Counter({(of, "people"): 1}))
        own.update({(of, kind): n for kind, n in kinds.items()})
    totals = sum(amounts.values(), Counter())
    keys = sorted(totals)
    shares = {
        who: [own[key] * WHOLE * WEIGHTS.get(key[1], 1) // totals[key] for key in keys] for who, own in amounts.items()
    }
    loads = [[0] * len(keys) for _ in range(n_folds)]
    fold_of = {}
    for who in sorted(shares, key=lambda who: (-max(shares[who]), who)):
        share = shares[who]
        growth = [sum(part * (2 * load + part) for part, load in zip(share, own, strict=True)) for own in loads]
        fold = growth.index(min(growth))
        loads[fold] = [load + part for load, part in zip(loads[fold], share, strict=True)]
        fold_of[who] = fold
    return {record: fold_of[person(record)] for record in counts}
