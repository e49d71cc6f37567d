"""The class rooms of this process, and the beats that they name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ecgmodel.classroom.addresses import own_replica
from ecgmodel.classroom.beats import BeatToName, DrawnBeat, cut_beat, draw_beats
from ecgmodel.classroom.rooms import NO_ANSWER, Rooms
from ecgmodel.errors import EcgModelError
from ecgmodel.labels import CLASSES
from ecgmodel.records.sources.catalogue import RecordOutline
from ecgmodel.segments.splits import DS2
from pages.caches.models import model_stamp, open_classifier
from pages.caches.records import record_entries, shared_outline, shared_record, shared_stamp
from pages.session.visitor import own

MAX_SETS = 4
MOST_SIMULATED = 5
"""As many as the cache of records holds, so that none is simulated twice; the first has beats of every class."""


@st.cache_resource(show_spinner=False)
def rooms() -> Rooms:
    """Return all class rooms: in memory, of this process, for all visitors."""
    return Rooms(replica=own_replica())


def beats_to_name(seed: int, model_name: str | None) -> tuple[BeatToName, ...]:
    """Return the beats of a set with what a model says of each; the same seed gives the same beats.

    They are of people of DS2 where MIT-BIH is on this machine, else of those of its records that are, else simulated.

    Parameters
    ----------
    seed : int
    model_name : str or None
        `None` where there is no model.

    Raises
    ------
    EcgModelError
        Where there are no beats to draw, or a record is damaged.
    """
    names = _source_records()
    if model_name is not None and model_name in own("model"):
        return _find_beats(seed, model_name, names)
    stamps = tuple(map(shared_stamp, names)), None if model_name is None else model_stamp(model_name)
    return _shared_beats(seed, model_name, stamps, names)


def _source_records() -> tuple[str, ...]:
    here = {entry.name: entry.source for entry in record_entries() if entry.available != "download"}
    known = [name for name in DS2 if name in here]
    fetched = [name for name, source in here.items() if source == "mitdb"]
    for names in (known, fetched):
        if set(CLASSES) <= {str(symbol) for name in names for symbol in _outline(name).annotations.symbol}:
            return tuple(names)
    return tuple(name for name, source in here.items() if source == "simulated")[:MOST_SIMULATED]


def _outline(name: str) -> RecordOutline:
    return shared_outline(name, shared_stamp(name))


@st.cache_resource(max_entries=MAX_SETS, show_spinner=False)
def _shared_beats(
    seed: int, model_name: str | None, stamps: tuple[tuple[str | None, ...], str | None], names: tuple[str, ...]
) -> tuple[BeatToName, ...]:
    return _find_beats(seed, model_name, names)


def _find_beats(seed: int, model_name: str | None, names: Sequence[str]) -> tuple[BeatToName, ...]:
    outlines = {name: _outline(name) for name in names}
    drawn = draw_beats(
        {name: outline.annotations for name, outline in outlines.items()},
        {name: outline.n_samples for name, outline in outlines.items()},
        {name: outline.fs for name, outline in outlines.items()},
        seed,
    )
    found = {}
    for name in {beat.record for beat in drawn}:  # each record is read once
        record = shared_record(name, shared_stamp(name))
        for beat in drawn:
            if beat.record == name:
                found[beat] = cut_beat(record, beat, _ask_model(model_name, beat))
    return tuple(found[beat] for beat in drawn)


def _ask_model(model_name: str | None, beat: DrawnBeat) -> int:
    from ecgmodel.segments.one_beat import cut_one

    if model_name is None:
        return NO_ANSWER
    try:
        classifier = open_classifier(model_name, beat.record)
        record = shared_record(beat.record, shared_stamp(beat.record))
        segment = cut_one(record, classifier.model.card.segments, beat.r_sample)
        return int(np.asarray(classifier.predict(segment).label)[0])
    except EcgModelError:  # a model of runs, and the beat is in none
        return NO_ANSWER
