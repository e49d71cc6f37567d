"""The visitor's labels of a record: in this session, and as the browser keeps them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.records.edited_text import fingerprint, read_edited, write_edited
from ecgmodel.records.editing import EditedBeats
from ecgmodel.records.record import Record
from pages.components.label_keeper import keep_labels
from pages.components.trace import BeatEdit
from pages.session import place, visitor
from pages.ui.text import t, tn

UNLABELLED = "?"
"""PhysioBank's "not classified": a beat that was found and has no label yet."""

_KEEPER = "annotate.keeper"
_PROBLEM = "annotate.problem"
_DISCARDED = "annotate.discarded"
_RESTORED = "annotate.restored"
_SAVED = "annotate.saved"


def beats_of(record: Record) -> EditedBeats | None:
    """Return the visitor's beats of a record, `None` before any."""
    return visitor.own("edit").get(record.name)


def problem() -> EcgModelError | None:
    """Return what was wrong with the last change."""
    return visitor.own("edit").get(_PROBLEM)


def refuse(error: EcgModelError) -> None:
    """Keep the reason why something could not be done; the page shows it."""
    visitor.own("edit")[_PROBLEM] = error


def begin(record: Record, beats: EditedBeats) -> None:
    """Take beats as the visitor's own, and select the first that has no label yet."""
    kept = visitor.own("edit")
    for key in (_PROBLEM, _DISCARDED, _RESTORED, _SAVED):
        kept.pop(key, None)
    kept[record.name] = beats
    if len(beats) and place.selected_sample() not in beats.sample:
        place.select_sample(_first_choice(record, beats))


def _first_choice(record: Record, beats: EditedBeats) -> int:
    """Return the first beat of the view without a label, or the first beat of it, or of the record."""
    start, stop = (round(seconds * record.fs) for seconds in (place.start_s(), place.start_s() + place.window_s()))
    inside = beats.sample[(beats.sample >= start) & (beats.sample < stop)]
    unlabelled = np.intersect1d(inside, beats.sample[beats.symbol == UNLABELLED])
    return int(next(iter([*unlabelled[:1], *inside[:1], *beats.sample[:1]])))


def change(record: Record, make: Callable[[EditedBeats], EditedBeats]) -> None:
    """Replace the visitor's beats by what `make` makes of them; where it refuses, keep them and say why."""
    kept = visitor.own("edit")
    kept.pop(_PROBLEM, None)
    kept.pop(_RESTORED, None)
    try:
        kept[record.name] = make(kept[record.name])
    except EcgModelError as error:
        kept[_PROBLEM] = error


def take_edits(record: Record, edits: Sequence[BeatEdit]) -> None:
    """Make the changes that came from the trace; one that cannot be made is left out, and the page says why."""
    refused = None
    for edit in edits:
        if beats_of(record) is not None:
            change(record, lambda beats, edit=edit: _apply(beats, edit))
            refused = problem() or refused
    if refused is not None:
        refuse(refused)


def _apply(beats: EditedBeats, edit: BeatEdit) -> EditedBeats:
    if edit.kind == "label":
        return beats.label(edit.sample, edit.symbol)
    if edit.kind == "delete":
        return beats.delete(edit.sample)
    return beats.undo() if edit.kind == "undo" else beats.redo()


def discard(record: Record) -> None:
    """Drop the visitor's labels of a record, here and in the browser."""
    kept = visitor.own("edit")
    for key in (record.name, _PROBLEM, _RESTORED, _SAVED):
        kept.pop(key, None)
    kept[_DISCARDED] = record.name


def note_saved(record: Record) -> None:
    """Note that the visitor saved the labels as a file."""
    kept = visitor.own("edit")
    kept[_SAVED] = (record.name, kept[record.name].done)


def keep_in_browser(record: Record) -> None:
    """Let the browser keep the labels, give them back after a reload, and ask before unsaved ones are left."""
    kept = visitor.own("edit")
    beats = beats_of(record)
    is_unsaved = beats is not None and bool(beats.done) and kept.get(_SAVED) != (record.name, beats.done)
    is_kept = keep_labels(
        _KEEPER,
        f"{record.name}.{fingerprint(record)}",
        None if beats is None else write_edited(beats),
        is_unsaved=is_unsaved,
        is_discarded=kept.get(_DISCARDED) == record.name,
        on_found=lambda text: _restore(record, text),
    )
    if beats is None:
        return
    if not is_kept:
        st.caption(t("This browser keeps nothing for this page. Save your labels as a file before you leave."))
    elif kept.get(_RESTORED) == record.name:
        st.caption(t("These are your labels from before, as this browser kept them. Start over discards them."))
    elif is_unsaved:
        n = len(beats.done)
        st.caption(
            tn(
                "{n:,} change, kept in this browser alone. Save the labels as a file to have them elsewhere.",
                "{n:,} changes, kept in this browser alone. Save the labels as a file to have them elsewhere.",
                n,
            )
        )


def _restore(record: Record, text: str) -> None:
    if beats_of(record) is not None:
        return
    try:
        beats = read_edited(text, record.n_samples, record.fs)
    except EcgModelError as error:
        refuse(error)
        return
    begin(record, beats)
    visitor.own("edit")[_RESTORED] = record.name
