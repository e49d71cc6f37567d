"""The address of the app: what it asks for is taken over, and what is chosen is written into it.

A choice from the address that cannot be taken is kept as an `EcgModelError`, which the pages show.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence

import streamlit as st

from ecgmodel.errors import EcgModelError, ModelFileError, RecordError
from pages.session import choices, place
from pages.session.visitor import own

_KNOWN = "address.known"
_PROBLEMS = "address.problems"
_SHOWN = "address.shown"
_ASKED = "address.asked"
_NOTED = "address.noted"
_PLACE = ("record", "t", "w")
_ASKS_FOR_A_PLACE = "address.asks_for_a_place"
_PLACELESS = "address.placeless"
_ADDRESS = (*_PLACE, "model", "lang")
_PAGE_ADDRESS = ("chapter", "beat", "step", "unit", "controls", "preset", "run", "recipe", "card", "room", "hold")
"""What only some pages have in their address: taken by `take_asked`, kept by `note_in_address`."""


def read(records: Sequence[str], models: Sequence[str], default_record: str) -> None:
    """Take over what the address asks for, if it differs from what this session last read or wrote.

    Parameters
    ----------
    records, models : sequence of str
        Every name that may be asked for.
    default_record : str
        The record of a first visit.
    """
    st.session_state[_SHOWN] = []
    problems: list[EcgModelError] = []
    asked = {key: st.query_params[key] for key in (*_ADDRESS, *_PAGE_ADDRESS) if key in st.query_params}
    # An address is one wish: where it differs from what is known in one respect, all of it is what the visitor wants.
    wish = asked if asked != {key: st.session_state.get(_KNOWN, {}).get(key) for key in asked} else {}

    if not place.is_ready():
        place.set_record(default_record)
    if wish.get("lang") in choices.LANGUAGES:
        choices.set_language(wish["lang"])
    if "record" in wish:
        place.set_record(_nearest_record(wish["record"], records, default_record, problems))
    if "t" in wish or "w" in wish:
        place.set_view(
            max(0.0, _seconds(wish.get("t"), place.start_s(), problems)),
            min(
                max(_seconds(wish.get("w"), place.window_s(), problems), place.WINDOW_RANGE_S[0]),
                place.WINDOW_RANGE_S[1],
            ),
        )
    if "model" in wish:
        _take_model(wish["model"], models, problems)
    if wish:
        st.session_state[_PROBLEMS] = problems
    st.session_state[_KNOWN] = asked
    st.session_state[_ASKED] = {key: wish[key] for key in _PAGE_ADDRESS if key in wish}
    st.session_state[_NOTED] = {}
    st.session_state[_ASKS_FOR_A_PLACE] = any(key in wish for key in _PLACE)
    st.session_state[_PLACELESS] = False


def asks_for_a_place() -> bool:
    """Return whether this run's address is a wish for a record or a place in it."""
    return st.session_state.get(_ASKS_FOR_A_PLACE, False)


def leave_place_out() -> None:
    """Keep record and view out of the address of this run: its page shows none."""
    st.session_state[_PLACELESS] = True


def take_asked(key: str) -> str | None:
    """Return what a new address asks for under a key that only some pages know; `None` from the second time on."""
    return st.session_state.get(_ASKED, {}).pop(key, None)


def note(**values: str) -> None:
    """Keep choices of this page in the address of this run."""
    st.session_state.setdefault(_NOTED, {}).update(values)


def add_problem(problem: EcgModelError) -> None:
    """Note what was wrong with the address, found by a page; `app.py` shows it when the page is through."""
    st.session_state.setdefault(_PROBLEMS, []).append(problem)


def current() -> dict[str, str]:
    """Return what the address of this place carries."""
    now = {"record": place.record_name(), "t": _short(place.start_s()), "w": _short(place.window_s())}
    if st.session_state.get(_PLACELESS) or place.record_name() in own(
        "record"
    ):  # nobody else could open it, and its name is the visitor's own
        now.clear()
    if choices.model_name() is not None:
        now["model"] = choices.model_name()
    if choices.language() != choices.browser_language():
        now["lang"] = choices.language()
    return now | st.session_state.get(_NOTED, {})


def write() -> None:
    """Write the choices into the address, so that its link opens the same place."""
    now = current()
    st.session_state[_KNOWN] = now
    before = st.query_params.to_dict()
    ours = (*_ADDRESS, *_PAGE_ADDRESS)
    after = {key: text for key, text in before.items() if key not in ours} | {
        key: now[key] for key in ours if key in now
    }
    if after != before:
        st.query_params.from_dict(after)  # in one message: each is a change of the browser's history


def _short(seconds: float) -> str:
    return f"{seconds:.2f}".rstrip("0").rstrip(".")


def problems() -> tuple[EcgModelError, ...]:
    """Return what was wrong with the address, until the next address is read."""
    return tuple(st.session_state.get(_PROBLEMS, ()))


def take_unshown() -> tuple[EcgModelError, ...]:
    """Return those problems that no part of this run's page shows yet; from now on they count as shown."""
    shown = st.session_state.setdefault(_SHOWN, [])
    found = tuple(problem for problem in problems() if problem not in shown)
    shown.extend(found)
    return found


def forget_problems() -> None:
    """Drop the complaints about the address: the visitor has made another choice."""
    st.session_state[_PROBLEMS] = []


def _nearest_record(asked: str, records: Sequence[str], default: str, problems: list[EcgModelError]) -> str:
    if asked in records:
        return asked
    near = difflib.get_close_matches(asked, records, n=1)
    taken = near[0] if near else default
    problems.append(
        RecordError(
            "There is no record '{asked}'; this is {taken}. The records are {names}.",
            asked=asked[:40],
            taken=taken,
            names=", ".join(records),
        )
    )
    return taken


def _take_model(asked: str, models: Sequence[str], problems: list[EcgModelError]) -> None:
    if asked in models:
        choices.set_model(asked)
        return
    near = difflib.get_close_matches(asked, models, n=1)
    if near:
        choices.set_model(near[0])
    problems.append(
        ModelFileError(
            "There is no model '{asked}' here. The models are {names}.",
            asked=asked[:40],
            names=", ".join(models),
        )
    )


def _seconds(text: str | None, default: float, problems: list[EcgModelError]) -> float:
    if text is None:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if math.isfinite(seconds):
        return seconds
    problems.append(
        RecordError(
            "'{asked}' in the address is not a time in seconds; {taken} s is shown instead.",
            asked=text[:40],
            taken=default,
        )
    )
    return default
