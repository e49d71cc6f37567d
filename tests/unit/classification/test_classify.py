"""Naming the beats of a record."""

from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.classification.classify import classify_record, name_beats
from ecgmodel.errors import RecordError, SegmentError
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.records.record import Annotations, Header, Record
from ecgmodel.segments.beats import CHANNELS, cut_beats
from ecgmodel.segments.dataset import Segments
from ecgmodel.segments.long_records import cut_piece
from ecgmodel.segments.runs import cut_runs
from tests.unit.network.conftest import make_segments


def make_model(kind: str) -> Model:
    config = NetworkConfig(n_channels=len(CHANNELS) if kind == "beats" else 1)
    return Model(config, initialise_weights(config, 3), ModelCard("made", kind))


@pytest.fixture
def record() -> Record:
    """Twelve beats of five symbols, with a rhythm mark between."""
    random = np.random.default_rng(8)
    symbols = np.array(list("NNV+NNAFNNRV"))
    samples = np.arange(len(symbols)) * 300 + 200
    return Record(
        name="made",
        signals=np.cumsum(random.standard_normal((4000, 2)), axis=0).astype(np.float32),
        leads=("V5", "MLII"),
        fs=360.0,
        annotations=Annotations(samples, symbols, np.full(len(symbols), "")),
        header=Header(),
        source="simulated",
    )


def test_every_annotated_beat_is_named_from_its_own_segment(record: Record) -> None:
    """The mark of rhythm is none; the fusion beat is named too, though it is none of the five."""
    model = make_model("beats")
    prediction = classify_record(record, model)
    assert "".join(prediction.symbol) == "NNVNNAFNNRV"
    segments = cut_beats(record.lead("MLII"), prediction.r_sample, 360.0)
    expected = Classifier(model).predict(segments).probabilities
    np.testing.assert_allclose(prediction.probabilities, expected, atol=1e-6)
    np.testing.assert_allclose(prediction.probabilities.sum(axis=1), 1, atol=1e-5)
    assert (prediction.predicted == np.array(list("NLRAV"))[expected.argmax(axis=1)]).all()


def test_a_beat_is_ready_when_its_window_is_complete(record: Record) -> None:
    """370 samples behind the R peak, or where the record ends."""
    prediction = classify_record(record, make_model("beats"))
    np.testing.assert_array_equal(prediction.ready_sample, np.minimum(prediction.r_sample + 370, 4000))
    np.testing.assert_array_equal(prediction.start_sample, np.maximum(prediction.r_sample - 630, 0))


def test_samples_count_at_the_record_s_own_rate(record: Record) -> None:
    """At 720 Hz the same window is twice as many samples."""
    quick = replace(record, fs=720.0)
    prediction = classify_record(quick, make_model("beats"))
    np.testing.assert_array_equal(prediction.r_sample, record.annotations.beats().sample)
    np.testing.assert_array_equal(prediction.ready_sample, np.minimum(prediction.r_sample + 740, 4000))


def test_the_beats_of_a_run_share_its_verdict(record: Record) -> None:
    """Runs of the five classes alone: the fusion beat is left out."""
    model = make_model("runs")
    prediction = classify_record(record, model)
    assert "".join(prediction.symbol) == "NNVNNANNRV"
    runs = Classifier(model).predict(cut_runs(record)).probabilities
    run_of_beat = [0, 0, 1, 2, 2, 3, 4, 4, 5, 6]
    np.testing.assert_allclose(prediction.probabilities, runs[run_of_beat], atol=1e-6)
    # The first run is over when the V comes; its window ends earlier.
    assert prediction.ready_sample[0] == 800
    # The last run is never ended by a mark.
    assert prediction.ready_sample[-1] == 4000


def test_detected_beats_need_no_annotations() -> None:
    """A row of spikes, one a second."""
    signal = 0.01 * np.random.default_rng(0).standard_normal(360 * 30).astype(np.float32)
    peaks = np.arange(360, 360 * 29, 360)
    for offset, height in zip(range(-6, 7), np.hanning(13), strict=True):
        signal[peaks + offset] += height
    record = Record("made", signal[:, np.newaxis], ("I",), 360.0, None, Header(), "upload")
    prediction = classify_record(record, make_model("beats"), beats="detected")
    assert abs(len(prediction) - len(peaks)) <= 2
    assert set(prediction.symbol) == {""}


def test_long_records_are_classified_in_pieces(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same result as at once."""
    model = make_model("beats")
    whole = classify_record(record, model)
    monkeypatch.setattr("ecgmodel.classification.classify.PIECE", 4)
    pieces = classify_record(record, model)
    np.testing.assert_allclose(whole.probabilities, pieces.probabilities, atol=1e-6)
    np.testing.assert_array_equal(whole.start_sample, pieces.start_sample)


def test_an_exception_from_progress_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancelled recording is not cut to its end: of 200 pieces, only those under way are."""
    monkeypatch.setattr("ecgmodel.classification.classify.PIECE", 4)
    cut: list[slice] = []

    def note(signal: np.ndarray, r_sample: np.ndarray, select: slice) -> Segments:
        cut.append(select)
        return cut_piece(signal, r_sample, select)

    monkeypatch.setattr("ecgmodel.classification.classify.cut_piece", note)
    signal = np.random.default_rng(0).standard_normal((90 * 800 + 2000, 1)).astype(np.float32)
    long = Record("made", signal, ("I",), 360.0, None, Header(), "upload")

    def stop(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        name_beats(long, Classifier(make_model("beats"), n_threads=2), "I", 1000 + 90 * np.arange(800), progress=stop)
    assert 1 <= len(cut) < 100


def test_what_cannot_be_classified_is_refused(record: Record) -> None:
    """Each with a sentence."""
    bare = replace(record, annotations=None)
    with pytest.raises(SegmentError, match="detected"):
        classify_record(bare, make_model("beats"), beats="annotated")
    with pytest.raises(SegmentError, match="no annotations"):
        classify_record(bare, make_model("runs"))
    with pytest.raises(SegmentError, match="reads runs"):
        classify_record(record, make_model("runs"), beats="detected")
    with pytest.raises(RecordError, match="V9"):
        classify_record(record, make_model("beats"), lead="V9")


def test_segments_of_another_shape_are_refused() -> None:
    """A model of three channels cannot read runs."""
    with pytest.raises(SegmentError, match="samples, channels"):
        Classifier(make_model("beats")).predict(make_segments(NetworkConfig()))


def test_no_segments_give_no_probabilities() -> None:
    """An empty prediction, not a fault."""
    model = make_model("runs")
    prediction = Classifier(model).predict(make_segments(model.config).take(np.arange(0)), with_states=True)
    assert prediction.probabilities.shape == (0, 5)
    assert prediction.states.shape == (0, 131, 20)
