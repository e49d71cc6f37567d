"""What the visitor has chosen: the only owner of session keys and of the address.

A choice lives under a key of its own, not under a widget's, because a widget's key dies when its page is left. What is
chosen on one page is so still chosen on the next. Nothing here knows wording; a choice from the address that cannot be
taken is kept as an `EcgModelError`, which `app.py` shows.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from ecgmodel.errors import EcgModelError, ModelFileError, RecordError

Language = Literal["en", "zh"]
BeatSource = Literal["annotated", "detected"]

LANGUAGES: tuple[Language, ...] = ("en", "zh")
DEFAULT_WINDOW_S = 10.0
WINDOW_RANGE_S = (0.5, 60.0)

_LANGUAGE = "choice.language"
_RECORD = "choice.record"
_LEAD = "choice.lead"
_START_S = "choice.start_s"
_WINDOW_S = "choice.window_s"
_MODEL = "choice.model"
_BEATS = "choice.beats"
_SELECTED = "choice.selected_sample"
_WRITTEN = "address.written"
_PROBLEMS = "address.problems"
_REPORTED = "components.reported"
_FIRST = "components.first"
_DONE = "slow.done"
_OWN = "own"
_STEP = "choice.step"
_UNIT = "choice.unit"
_CHAPTER = "choice.chapter"
_CONTROLS = "choice.controls"
_PLACE_WISH = "lesson.place"
_LESSON = "lesson.choice"
_RUN = "choice.run"
_PINNED_RUN = "choice.pinned_run"
_TRAINING = "choice.training"
_ASKED = "address.asked"
_NOTED = "address.noted"

_ADDRESS = ("record", "t", "w", "model", "lang")
_PAGE_ADDRESS = ("chapter", "beat", "step", "unit", "controls", "preset", "run")
"""What only some pages have in their address: taken by `take_asked`, kept by `note_in_address`."""


# Language


def language() -> Language:
    """Return the language that the visitor chose, else the browser's where it is Chinese, else English."""
    chosen = st.session_state.get(_LANGUAGE)
    return chosen if chosen in LANGUAGES else browser_language()


def browser_language() -> Language:
    """Return "zh" where the browser asks for any kind of Chinese, else "en"."""
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


def set_language(chosen: Language) -> None:
    """Keep the visitor's choice of language."""
    st.session_state[_LANGUAGE] = chosen


# Record, time, beat


def is_ready() -> bool:
    """Tell whether `app.py` has read the address in this session."""
    return _RECORD in st.session_state


def record_name() -> str:
    """Return the name of the record in use; `read_address` has set it before any page runs."""
    return st.session_state[_RECORD]


def set_record(name: str) -> None:
    """Take another record, from its start; what was chosen within the old one is forgotten."""
    if name != st.session_state.get(_RECORD):
        st.session_state[_RECORD] = name
        st.session_state[_START_S] = 0.0
        st.session_state[_LEAD] = None
        st.session_state[_SELECTED] = None


def lead() -> str | None:
    """Return the lead that the model reads; `None` means the record's default."""
    return st.session_state.get(_LEAD)


def set_lead(name: str | None) -> None:
    """Choose the lead that the model reads."""
    st.session_state[_LEAD] = name


def start_s() -> float:
    """Return where the view starts, in seconds from the start of the record."""
    return st.session_state.get(_START_S, 0.0)


def window_s() -> float:
    """Return how many seconds the view shows."""
    return st.session_state.get(_WINDOW_S, DEFAULT_WINDOW_S)


def set_view(start_s: float, window_s: float | None = None) -> None:
    """Move the view; `None` keeps its width. The numbers are kept as they are: the trace knows its own view again."""
    st.session_state[_START_S] = start_s
    if window_s is not None:
        st.session_state[_WINDOW_S] = window_s


def show_sample(sample: int, fs: float) -> None:
    """Select the beat at `sample` and bring it into the middle of the view."""
    select_sample(sample)
    set_view(max(0.0, sample / fs - window_s() / 2))


def selected_sample() -> int | None:
    """Return the R peak of the selected beat, in samples of the record."""
    return st.session_state.get(_SELECTED)


def selected_s(fs: float) -> float | None:
    """Return the R peak of the selected beat in seconds; `fs` is the record's."""
    sample = selected_sample()
    return None if sample is None else sample / fs


def select_sample(sample: int | None) -> None:
    """Select a beat by its R peak, or none."""
    st.session_state[_SELECTED] = sample


def is_first(key: str, value: object) -> bool:
    """Tell whether `value` is the first that this session saw under `key`; the first one stays the first."""
    return st.session_state.setdefault(_FIRST, {}).setdefault(key, value) == value


def is_done(key: str) -> bool:
    """Tell whether this session has noted `key` by `note_done`."""
    return key in st.session_state.get(_DONE, ())


def note_done(key: str) -> None:
    """Note that something slow has been done in this session, so that a page need not announce it again."""
    st.session_state.setdefault(_DONE, set()).add(key)


def is_news(key: str, value: object) -> bool:
    """Tell whether a component reports something else than the last time.

    A component repeats its last report at every rerun; taking it over again would undo what was chosen elsewhere since.
    """
    seen = st.session_state.setdefault(_REPORTED, {})
    news = seen.get(key) != value
    seen[key] = value
    return news


# Model


def model_name() -> str | None:
    """Return the name of the model in use; `None` before a first choice means the first that there is."""
    return st.session_state.get(_MODEL)


def set_model(name: str) -> None:
    """Take another model."""
    st.session_state[_MODEL] = name


def beat_source() -> BeatSource:
    """Return whether the model reads the experts' R peaks or detected ones."""
    return st.session_state.get(_BEATS, "annotated")


def set_beat_source(source: BeatSource) -> None:
    """Choose whose R peaks the model reads."""
    st.session_state[_BEATS] = source


# Lesson: the chapter, and the place in the recurrent cell


def chapter() -> int:
    """Return the chapter of the course that is open, from 1."""
    return st.session_state.get(_CHAPTER, 1)


def set_chapter(number: int) -> None:
    """Open another chapter."""
    st.session_state[_CHAPTER] = number


def step() -> int | None:
    """Return the chosen time step of the recurrent layer; `None` before a choice."""
    return st.session_state.get(_STEP)


def unit() -> int | None:
    """Return the chosen unit of the recurrent layer; `None` before a choice."""
    return st.session_state.get(_UNIT)


def set_place(step: int, unit: int) -> None:
    """Choose a time step and a unit of the recurrent layer."""
    st.session_state[_STEP] = step
    st.session_state[_UNIT] = unit


def place_wish() -> Any:
    """Return where the page last wished a figure of the cell to stand, as `set_place_wish` got it."""
    return st.session_state.get(_PLACE_WISH)


def set_place_wish(place: object) -> None:
    """Keep where the page wishes a figure of the cell to stand."""
    st.session_state[_PLACE_WISH] = place


def lesson_choice(key: str, default: dict[str, Any]) -> dict[str, Any]:
    """Return what was chosen in a chapter, by name; `default` before a choice."""
    return dict(st.session_state.get(f"{_LESSON}.{key}", default))


def set_lesson_choice(key: str, chosen: dict[str, Any]) -> None:
    """Keep what was chosen in a chapter."""
    st.session_state[f"{_LESSON}.{key}"] = chosen


def page_choice(page: str, key: str, default: Any = None) -> Any:
    """Return what was chosen on a page under a key of its own; `default` before a choice."""
    return st.session_state.get(f"choice.{page}.{key}", default)


def set_page_choice(page: str, key: str, chosen: object) -> None:
    """Keep what was chosen on a page."""
    st.session_state[f"choice.{page}.{key}"] = chosen


def shows_controls() -> bool:
    """Return whether a lesson shows its controls; a teacher's link may hide them."""
    return st.session_state.get(_CONTROLS, True)


def set_controls(shown: bool) -> None:
    """Show or hide the controls of a lesson."""
    st.session_state[_CONTROLS] = shown


def put(key: str, value: object) -> None:
    """Put a value into a widget of numbers, text or yes and no, where it does not stand there already.

    What is put in is sent to the browser, over what the visitor has typed there since this run began.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


# Training: the form, the run in view and the run beside it


def training_form() -> dict[str, Any] | None:
    """Return what stands in the form of a training, by field; `None` before the first visit."""
    return st.session_state.get(_TRAINING)


def set_training_form(form: dict[str, Any]) -> None:
    """Keep what stands in the form of a training."""
    st.session_state[_TRAINING] = form


def run_key() -> str | None:
    """Return the key of the run in view; `None` before a choice."""
    return st.session_state.get(_RUN)


def set_run(key: str | None) -> None:
    """Take another run into view."""
    st.session_state[_RUN] = key


def pinned_run() -> str | None:
    """Return the key of the run with which the one in view is compared."""
    return st.session_state.get(_PINNED_RUN)


def pin_run(key: str | None) -> None:
    """Keep a run for comparison, or none."""
    st.session_state[_PINNED_RUN] = key


# What belongs to this visitor alone, and so never goes into a shared cache


def own(
    kind: Literal["record", "model", "classifier", "prediction", "peaks", "sample", "gates", "upload", "edit"],
) -> dict:
    """Return the visitor's own objects of one kind by name: uploads, and what was computed from them."""
    return st.session_state.setdefault(f"{_OWN}.{kind}", {})


# The address


def read_address(records: Sequence[str], models: Sequence[str], default_record: str) -> None:
    """Take over what the address asks for, where it differs from what this session last wrote there.

    Parameters
    ----------
    records, models : sequence of str
        Every name that may be asked for.
    default_record : str
        The record of a first visit.
    """
    problems: list[EcgModelError] = []
    asked = {key: st.query_params[key] for key in (*_ADDRESS, *_PAGE_ADDRESS) if key in st.query_params}
    written = st.session_state.get(_WRITTEN, {})
    fresh = {key: text for key, text in asked.items() if written.get(key) != text}

    if _RECORD not in st.session_state:
        set_record(default_record)
    if fresh.get("lang") in LANGUAGES:
        set_language(fresh["lang"])
    if "record" in fresh:
        set_record(_nearest_record(fresh["record"], records, default_record, problems))
    if "t" in fresh or "w" in fresh:
        set_view(
            max(0.0, _seconds(fresh.get("t"), start_s(), problems)),
            min(max(_seconds(fresh.get("w"), window_s(), problems), WINDOW_RANGE_S[0]), WINDOW_RANGE_S[1]),
        )
    if "model" in fresh:
        _take_model(fresh["model"], models, problems)
    if fresh:
        st.session_state[_PROBLEMS] = problems
    st.session_state[_ASKED] = {key: fresh[key] for key in _PAGE_ADDRESS if key in fresh}
    st.session_state[_NOTED] = {}


def take_asked(key: str) -> str | None:
    """Return what a new address asks for under a key that only some pages know; `None` from the second time on."""
    return st.session_state.get(_ASKED, {}).pop(key, None)


def note_in_address(**values: str) -> None:
    """Keep choices of this page in the address of this run."""
    st.session_state.setdefault(_NOTED, {}).update(values)


def add_problem(problem: EcgModelError) -> None:
    """Note what was wrong with the address, found by a page."""
    st.session_state.setdefault(_PROBLEMS, []).append(problem)


def address() -> dict[str, str]:
    """Return what the address of this place carries."""
    now = {"record": record_name(), "t": _short(start_s()), "w": _short(window_s())}
    if record_name() in own("record"):  # nobody else could open it, and its name is the visitor's own
        now.clear()
    if model_name() is not None:
        now["model"] = model_name()
    if language() != browser_language():
        now["lang"] = language()
    return now | st.session_state.get(_NOTED, {})


def write_address() -> None:
    """Write the choices into the address, so that its link opens the same place."""
    now = address()
    st.session_state[_WRITTEN] = now
    for key in (*_ADDRESS, *_PAGE_ADDRESS):
        if key in now and st.query_params.get(key) != now[key]:
            st.query_params[key] = now[key]
        elif key not in now and key in st.query_params:
            del st.query_params[key]


def _short(seconds: float) -> str:
    return f"{seconds:.2f}".rstrip("0").rstrip(".")


def problems() -> tuple[EcgModelError, ...]:
    """Return what was wrong with the address, until the next address is read."""
    return tuple(st.session_state.get(_PROBLEMS, ()))


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
        set_model(asked)
        return
    near = difflib.get_close_matches(asked, models, n=1)
    if near:
        set_model(near[0])
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
            "'{asked}' in the address is no time in seconds; {taken} s is shown.", asked=text[:40], taken=default
        )
    )
    return default
