"""The time step and the unit that a figure shows: those that the page asks for, and those that the visitor chose
there.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecgmodel.errors import ConfigError
from pages.session import address, choices


@dataclass(frozen=True, slots=True)
class Place:
    """A wish of the page.

    Attributes
    ----------
    number : int
        Raised with each new wish; a figure says of which it speaks.
    key : tuple
        Beat and model that it belongs to.
    step, unit : int
    """

    number: int
    key: tuple
    step: int
    unit: int


def wish_place(key: tuple, n_steps: int, units: int, usual: tuple[int, int]) -> Place:
    """Return the place that a figure is to show.

    The address goes first, then what was wished before for the same beat and model, then `usual`. Where the address
    asks for a step or unit that the model does not have, the nearest is taken and a sentence says so.
    """
    before: Place | None = choices.place_wish()
    step = _take("step", n_steps)
    unit = _take("unit", units)
    if before is not None and before.key == key and step is None and unit is None:
        return before
    place = Place(
        number=0 if before is None else before.number + 1,
        key=key,
        step=usual[0] if step is None else step,
        unit=usual[1] if unit is None else unit,
    )
    choices.set_place_wish(place)
    choices.set_place(place.step, place.unit)
    return place


def note_place(place: Place, reported: dict) -> None:
    """Keep in the address where the visitor stands in the figure."""
    if reported.get("wish") == place.number:
        choices.set_place(int(reported["step"]), int(reported["unit"]))
    step, unit = choices.step(), choices.unit()
    address.note(step=str(step), unit=str(unit))


def _take(name: str, count: int) -> int | None:
    """Return what the address asks for, within 0 to `count` - 1; `None` where it asks for nothing."""
    asked = address.take_asked(name)
    if asked is None:
        return None
    wanted = int(asked) if asked.lstrip("-").isdecimal() and len(asked) < 9 else None
    taken = 0 if wanted is None else min(max(wanted, 0), count - 1)
    if taken != wanted:
        address.add_problem(
            ConfigError(
                "The address asks for {name} {asked}; this model has 0 to {last}, and {taken} is shown.",
                name=name,
                asked=asked[:20],
                last=count - 1,
                taken=taken,
            )
        )
    return taken
