"""The first minute of a visit: what the model says of the records that are shown before a choice."""

from pathlib import Path

import pytest

from ecgmodel.classification.agreement import compare_beats
from ecgmodel.classification.classify import BeatSource, classify_record
from ecgmodel.network.model_file import Model, open_shipped_model
from ecgmodel.records.record import Record
from ecgmodel.records.sources import embedded
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.records.sources.databases import MITDB, SVDB, Database, person

FIRST_S = 20.0


@pytest.fixture(scope="module")
def model() -> Model:
    return open_shipped_model("beats-gru")


def first_beats(record: Record, model: Model, beats: BeatSource) -> tuple[list[str], list[str]]:
    """Return the experts' symbols of the first 20 s, and what the model names each; "" where it finds none."""
    marks = record.annotations.beats()
    agreement = compare_beats(classify_record(record, model, beats=beats), record.annotations)
    named = dict(zip(agreement.disagreements.sample.tolist(), agreement.disagreements.model.tolist(), strict=True))
    named |= dict.fromkeys(agreement.missed.tolist(), "")
    early = marks.sample < FIRST_S * record.fs
    truth = marks.symbol[early].tolist()
    at = zip(marks.sample[early].tolist(), truth, strict=True)
    return truth, [named.get(sample, symbol) for sample, symbol in at]


@pytest.mark.parametrize("beats", ["annotated", "detected"])
@pytest.mark.parametrize("database", [MITDB, SVDB], ids=lambda database: database.name)
def test_the_first_record_of_a_database(
    database: Database, beats: BeatSource, model: Model, mitdb_folder: Path, svdb_folder: Path
):
    """A premature beat stands in its first 20 s, every beat there is named rightly, and by who never saw the person."""
    name = database.first_record
    own = model.for_record(name)
    assert own is not model
    assert person(name) not in {person(trained) for trained in own.card.train_records}
    truth, named = first_beats(open_record(name, allow_download=False), model, beats)
    assert set(truth) & set("AV")
    assert truth == named


@pytest.mark.parametrize("beats", ["annotated", "detected"])
def test_the_first_record_of_a_new_machine(beats: BeatSource, model: Model):
    """Without a database, too, the first 20 s hold a premature beat and no wrong name."""
    truth, named = first_beats(open_record(embedded.DEFAULT_NAME), model, beats)
    assert set(truth) & set("AV")
    assert truth == named
