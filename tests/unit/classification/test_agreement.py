"""The comparison of a prediction with the experts, against cases counted by hand, wfdb and scikit-learn."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sklearn.metrics import confusion_matrix

from ecgmodel.classification.agreement import compare_beats, saw_person
from ecgmodel.labels import CLASSES
from ecgmodel.records.record import Annotations, Header, Record
from ecgmodel.records.signal.matching import match_beats

FS = 360.0


def marks(*pairs):
    samples, symbols = zip(*pairs, strict=True)
    return Annotations(np.asarray(samples, dtype=np.int64), np.asarray(symbols), np.full(len(samples), ""))


def predicted(*pairs, beats="detected"):
    samples, symbols = zip(*pairs, strict=True) if pairs else ((), ())
    label = np.asarray([CLASSES.index(symbol) for symbol in symbols], dtype=np.int64)
    probabilities = np.full((len(label), 5), 0.05, dtype=np.float32)
    probabilities[np.arange(len(label)), label] = 0.8
    return SimpleNamespace(
        beats=beats, fs=FS, r_sample=np.asarray(samples, dtype=np.int64), label=label, probabilities=probabilities
    )


def test_counts_by_hand():
    """Ten beats, counted with a pencil: rows are the truth, columns the prediction."""
    experts = marks(
        (100, "N"), (400, "N"), (700, "V"), (1000, "F"), (1300, "A"), (1500, "+"), (1600, "N"), (1900, "/"), (2200, "V")
    )
    model = predicted(
        (102, "N"), (399, "V"), (700, "V"), (1010, "V"), (1300, "N"), (1750, "A"), (1900, "V"), (2260, "N")
    )
    agreement = compare_beats(model, experts)

    expected = np.zeros((5, 5), dtype=int)
    expected[0, 0] = 1  # 100
    expected[0, 4] = 1  # 400
    expected[4, 4] = 1  # 700
    expected[3, 0] = 1  # 1300
    np.testing.assert_array_equal(agreement.matrix, expected)
    assert (agreement.n_judged, agreement.n_agreed, agreement.n_paired) == (4, 2, 6)
    assert agreement.missed.tolist() == [1600, 2200]  # 2260 is 167 ms away
    assert agreement.extra.tolist() == [1750, 2260]
    assert agreement.disagreements.sample.tolist() == [400, 1300]
    assert agreement.disagreements.expert.tolist() == ["N", "A"]
    assert agreement.disagreements.model.tolist() == ["V", "N"]
    assert agreement.disagreements.probability.tolist() == pytest.approx([0.8, 0.8])
    assert [(other.symbol, other.n, other.named.tolist()) for other in agreement.others] == [
        ("/", 1, [0, 0, 0, 0, 1]),
        ("F", 1, [0, 0, 0, 0, 1]),
    ]


def test_flutter_is_neither_right_nor_wrong():
    """Detections between `[` and `]` are not extra beats."""
    experts = marks((100, "V"), (400, "["), (600, "!"), (2000, "]"), (2400, "N"))
    agreement = compare_beats(predicted((100, "V"), (800, "V"), (1900, "V"), (2100, "N"), (2400, "N")), experts)
    assert agreement.in_flutter.tolist() == [800, 1900]
    assert agreement.extra.tolist() == [2100]


def test_beats_that_a_model_leaves_out_are_not_missed():
    """A model that reads runs of the five classes is not shown the others, and the detector had no part in it."""
    experts = marks((100, "N"), (400, "N"), (700, "N"), (1000, "V"), (1300, "F"))
    agreement = compare_beats(predicted((100, "N"), (400, "N"), (700, "N"), (1000, "N"), beats="annotated"), experts)
    assert agreement.matrix[0, 0] == 3
    assert agreement.matrix[4, 0] == 1
    assert agreement.n_judged == 4
    assert len(agreement.missed) == len(agreement.extra) == 0
    assert [(other.symbol, other.n, other.named.sum()) for other in agreement.others] == [("F", 1, 0)]


def test_nothing_predicted():
    """A model that finds nothing misses everything."""
    agreement = compare_beats(predicted(), marks((100, "N"), (400, "F")))
    assert agreement.n_judged == agreement.n_paired == 0
    assert agreement.missed.tolist() == [100, 400]


def test_agrees_with_scikit_learn():
    """With the experts' own R peaks the matrix is scikit-learn's."""
    rng = np.random.default_rng(0)
    samples = np.cumsum(rng.integers(200, 400, 500))
    truth, named = rng.choice(CLASSES, 500), rng.choice(CLASSES, 500)
    agreement = compare_beats(
        predicted(*zip(samples, named, strict=True), beats="annotated"),
        Annotations(samples, truth, np.full(500, "")),
    )
    np.testing.assert_array_equal(agreement.matrix, confusion_matrix(truth, named, labels=CLASSES))


def test_agrees_with_wfdb():
    """Jittered, missed and added beats are told apart as `wfdb.processing.compare_annotations` tells them."""
    with warnings.catch_warnings():
        # wfdb 4.3.1 calls what pandas 3.1 announces to remove.
        warnings.simplefilter("ignore")
        from wfdb.processing import compare_annotations
    rng = np.random.default_rng(1)
    reference = np.cumsum(rng.integers(150, 400, 2000))
    detected = (reference + rng.integers(-70, 71, 2000))[rng.random(2000) > 0.1]
    detected = np.unique(np.concatenate((detected, rng.integers(0, reference[-1], 100))))
    outside = compare_annotations(reference, detected, window_width=55)  # its pairs are closer than this
    partner = match_beats(reference, detected, 54)
    assert (partner >= 0).sum() == outside.tp
    assert (partner < 0).sum() == outside.fn
    assert len(detected) - (partner >= 0).sum() == outside.fp


samples = some.lists(some.integers(0, 3000), unique=True, max_size=30).map(
    lambda found: np.sort(np.asarray(found, int))
)


@given(reference=samples, detected=samples)
def test_pairs_are_one_to_one_and_complete(reference, detected):
    """No beat has two partners, no pair is too far apart, and no two that could be paired stay alone."""
    partner = match_beats(reference, detected, 54)
    paired = partner >= 0
    assert len(np.unique(partner[paired])) == paired.sum()
    assert (np.abs(reference[paired] - detected[partner[paired]]) <= 54).all()
    alone = np.setdiff1d(np.arange(len(detected)), partner[paired])
    assert (np.abs(reference[~paired][:, None] - detected[alone][None, :]) > 54).all()


@pytest.mark.parametrize(
    ("name", "source", "trained", "expected"),
    [
        ("201", "mitdb", ("202",), True),
        ("208-excerpt", "excerpt", ("208",), True),
        ("100", "mitdb", ("101", "202"), False),
        ("simulated-100", "simulated", ("100",), None),
    ],
)
def test_people_not_records_are_seen(name, source, trained, expected):
    """201 and 202 are one person, the excerpt is the person of 208, and a simulation is nobody."""
    record = Record(name, np.zeros((10, 1), np.float32), ("MLII",), FS, None, Header(), source)
    assert saw_person(SimpleNamespace(train_records=trained), record) is expected


def test_every_cell_of_the_matrix_has_its_beats():
    """The beats of a cell are as many as it counts, and together they are all that were judged."""
    experts = marks((100, "N"), (400, "N"), (700, "V"), (1000, "V"), (1300, "F"))
    agreement = compare_beats(predicted((100, "N"), (400, "V"), (700, "V"), (1000, "N"), (1300, "V")), experts)
    found = {(t, n): agreement.pairs.of_cell(t, n).sample.tolist() for t in "NV" for n in "NV"}
    assert found == {("N", "N"): [100], ("N", "V"): [400], ("V", "V"): [700], ("V", "N"): [1000]}
    for (truth, named), samples in found.items():
        assert agreement.matrix[CLASSES.index(truth), CLASSES.index(named)] == len(samples)
    assert agreement.n_judged == len(agreement.pairs) == 4
