"""Evidence and decisions: rules vote for values, each with a weight; the heaviest value wins and keeps its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

ENOUGH = 1.0
"""The weight from which a value counts as decided. One good reason has this weight; a hint has less."""

CLEAR = 0.6
"""A value is only decided where the second best has less than this share of its weight."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence for people: a literal English template, which is also its key in the catalogue, and its values."""

    template: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


def say(template: str, **values: object) -> Sentence:
    """Return a sentence; `template` is always a literal."""
    return Sentence(template, values)


def round_figures(value: float, figures: int = 3) -> float:
    """Return a measured value with as many figures as it is known to; `{:,g}` writes it as people do, 1,360."""
    return float(f"{value:.{figures}g}")


@dataclass(frozen=True, slots=True)
class Vote:
    """What one rule says: this value, for this reason.

    Attributes
    ----------
    value : object
    sentence : Sentence
    share : float
        How much of the rule's weight it gives, from -1 (speaks against) to 1.
    """

    value: object
    sentence: Sentence
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of evidence: its full weight, and the function that finds it."""

    weight: float
    look: Callable[..., Iterable[Vote]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One decided property of a file.

    Attributes
    ----------
    value : object
        `None` where nothing was found.
    evidence : tuple of Sentence
        The reasons for `value`, the heaviest first.
    alternatives : tuple
        Other values that had reasons, the heaviest first.
    certain : bool
        Whether the reasons are enough and no other value comes near.
    """

    value: object
    evidence: tuple[Sentence, ...] = ()
    alternatives: tuple[object, ...] = ()
    certain: bool = True


def _equal(first: object, second: object) -> bool:
    return first == second


def weigh(rules: Sequence[Rule], *facts: object, same: Callable[[object, object], bool] = _equal) -> Finding:
    """Ask every rule and add up what they say.

    Parameters
    ----------
    rules : sequence of Rule
    *facts : object
        What the rules look at.
    same : callable
        Whether two values mean the same; of these the one with the heaviest single vote is kept.

    Returns
    -------
    Finding
        With value `None`, not certain, where no value has a positive weight.
    """
    votes = [(rule.weight * vote.share, vote) for rule in rules for vote in rule.look(*facts)]
    groups: list[list[tuple[float, Vote]]] = []
    for weight, vote in sorted(votes, key=lambda pair: -pair[0]):
        group = next((group for group in groups if same(group[0][1].value, vote.value)), None)
        if group is None:
            groups.append([(weight, vote)])
        else:
            group.append((weight, vote))
    totals = [(sum(weight for weight, _ in group), group) for group in groups]
    ranked = sorted((pair for pair in totals if pair[0] > 0), key=lambda pair: -pair[0])
    if not ranked:
        return Finding(None, certain=False)
    total, best = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    return Finding(
        value=best[0][1].value,
        evidence=tuple(vote.sentence for weight, vote in best if weight > 0),
        alternatives=tuple(group[0][1].value for _, group in ranked[1:]),
        certain=total >= ENOUGH and second < CLEAR * total,
    )


def chosen(value: object, found: Finding) -> Finding:
    """Return what the visitor set, with what was found among the alternatives."""
    others = tuple(other for other in (found.value, *found.alternatives) if other is not None and other != value)
    return Finding(value, (say("set by hand"),), others, certain=True)
