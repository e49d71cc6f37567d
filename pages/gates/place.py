"""The place in the cell that the Gates page shows: a time step and a unit."""

from __future__ import annotations

from ecgmodel.errors import SegmentError
from ecgmodel.network.inside.first_look import choose_step
from ecgmodel.network.inside.gates import GateTrace
from ecgmodel.segments.dataset import MODEL_FS, Segments
from pages.components.gates import GatesEvent
from pages.session import address, choices, visitor
from pages.ui.text import t


def choose_place(event: GatesEvent, trace: GateTrace, segment: Segments, stride: int) -> str:
    """Take over where the visitor is, or what the address asks for; return the wish that makes the view go there.

    A value out of range is corrected, with a sentence.
    """
    kept = visitor.own("gates")
    wish = kept.setdefault("wish", 0)
    if event.step is not None and event.wish == str(wish) and visitor.is_news("gates.cell", (event.step, event.unit)):
        choices.set_place(event.step, event.unit)
    asked = [address.take_asked(name) for name in ("step", "unit")]
    counts = (trace.n_steps, trace.cell.units)
    if choices.step() is None:
        r_sample = int(segment.r_sample[0] - segment.start_sample[0])
        choices.set_place(*choose_step(trace, r_sample, stride, MODEL_FS))
        wish += 1
    if any(text is not None for text in asked):
        now = (choices.step(), choices.unit())
        names = (t("step"), t("unit"))
        choices.set_place(
            *(
                _nearest(name, text, count, current)
                for name, text, count, current in zip(names, asked, counts, now, strict=True)
            )
        )
        wish += 1
    kept["wish"] = wish
    choices.set_place(min(choices.step(), counts[0] - 1), min(choices.unit(), counts[1] - 1))
    address.note(step=str(choices.step()), unit=str(choices.unit()))
    return str(wish)


def _nearest(name: str, text: str | None, count: int, now: int) -> int:
    if text is None:
        return now
    wanted = _whole(text)
    taken = min(max(now if wanted is None else wanted, 0), count - 1)
    if taken != wanted:
        address.add_problem(
            SegmentError(
                "'{asked}' is not a {name} of this model, which has {name}s 0 to {last}; {taken} is shown instead.",
                asked=text[:20],
                name=name,
                last=count - 1,
                taken=taken,
            )
        )
    return taken


def _whole(text: str) -> int | None:
    """Return a whole number from an address, `None` where the text is not one."""
    try:
        number = int(text)
    except ValueError:
        return None
    return number if abs(number) < 2**53 else None
