"""What the visitor has chosen apart from the place: language, model, lesson, training.

Nothing here contains wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if TYPE_CHECKING:
    from ecgmodel.classification.classify import BeatSource

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_LANGUAGE = "choice.language"
_LANGUAGE_OF_RUN = "_ecgmodel_language"
_MODEL = "choice.model"
_RUN = "choice.model.run"
_BEATS = "choice.beats"
_STEP = "choice.step"
_UNIT = "choice.unit"
_CHAPTER = "choice.chapter"
_CONTROLS = "choice.controls"
_RECORDED = "lesson.recorded"
_PLACE_WISH = "lesson.place"
_LESSON = "lesson.choice"
_RUN = "choice.run"
_PINNED_RUNS = "choice.pinned_runs"
_TRAINING = "choice.training"


_SPEAKING: ContextVar[Language | None] = ContextVar("speaking", default=None)
"""The language of a text that is written for somebody other than the visitor."""


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Make everything within the block speak one language, whoever the visitor is."""
    before = _SPEAKING.set(chosen)
    try:
        yield
    finally:
        _SPEAKING.reset(before)


def language() -> Language:
    """Return the language that the visitor chose, else the browser's where it is Chinese, else English.

    A page asks hundreds of times, and Streamlit's session answers slowly, so each run looks it up once.
    """
    spoken = _SPEAKING.get()
    if spoken is not None:
        return spoken
    run = get_script_run_ctx(suppress_warning=True)
    known = None if run is None else getattr(run, _LANGUAGE_OF_RUN, None)
    if known is None or known[0] is not run.cursors:  # each run has its own
        chosen = st.session_state.get(_LANGUAGE)
        found = chosen if chosen in LANGUAGES else browser_language()
        if run is None:
            return found
        known = (run.cursors, found)
        setattr(run, _LANGUAGE_OF_RUN, known)
    return known[1]


def browser_language() -> Language:
    """Return "zh" where the browser asks for any kind of Chinese, else "en"."""
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


def set_language(chosen: Language) -> None:
    """Keep the visitor's choice of language."""
    st.session_state[_LANGUAGE] = chosen
    run = get_script_run_ctx(suppress_warning=True)
    if run is not None:
        setattr(run, _LANGUAGE_OF_RUN, None)


def model_name() -> str | None:
    """Return the name of the model in use; `None` before a first choice means the first that there is."""
    return st.session_state.get(_MODEL)


def set_model(name: str) -> None:
    """Take another model."""
    st.session_state[_MODEL] = name
    st.session_state.pop(_RUN, None)


def forget_model() -> None:
    """Take the first model that there is: the one that was chosen is gone."""
    st.session_state.pop(_MODEL, None)
    st.session_state.pop(_RUN, None)


def model_run() -> str | None:
    """Return the key of the run whose model was chosen, see `set_model_run`."""
    return st.session_state.get(_RUN)


def set_model_run(key: str) -> None:
    """Keep of which run the chosen model is: anybody may rename it."""
    st.session_state[_RUN] = key


def beat_source() -> BeatSource:
    """Return whether the model reads the experts' R peaks or detected ones."""
    return st.session_state.get(_BEATS, "annotated")


def set_beat_source(source: BeatSource) -> None:
    """Choose whose R peaks the model reads."""
    st.session_state[_BEATS] = source


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


def takes_choices() -> bool:
    """Return whether what a text asks for can be done: the controls are there, and a server that answers them."""
    return shows_controls() and has_server()


def has_server() -> bool:
    """Return whether a server answers what is clicked: not in a lesson that is taken along without one."""
    return not st.session_state.get(_RECORDED, False)


def note_recorded(state: MutableMapping[str, object]) -> None:
    """Note in a session that its pages are taken along into a lesson without a server."""
    state[_RECORDED] = True


def set_controls(shown: bool) -> None:
    """Show or hide the controls of a lesson."""
    st.session_state[_CONTROLS] = shown


def put(key: str, value: object) -> None:
    """Put a value into a widget for a number, a text or a switch, unless it is there already.

    What is put in is sent to the browser, over what the visitor has typed there since this run began.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


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


def pinned_runs() -> tuple[str, ...]:
    """Return the keys of the runs with which the one in view is compared."""
    return st.session_state.get(_PINNED_RUNS, ())


def pin_runs(keys: Iterable[str]) -> None:
    """Keep runs for comparison."""
    st.session_state[_PINNED_RUNS] = tuple(keys)
