"""Unit hunting on states made by hand."""

import numpy as np
import pytest

from ecgmodel.errors import SegmentError
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.units import contrast_units, find_similar, hunt_beats
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from tests.unit.network.conftest import make_segments


def made_states():
    """Unit 0 sleeps, unit 1 rises in steps 10 to 14, unit 2 falls there, unit 3 waves all the time."""
    states = np.zeros((50, 4), np.float32)
    states[10:15, 1] = 0.8
    states[10:15, 2] = -0.4
    states[:, 3] = np.sin(np.arange(50))
    states[30:] = 5  # padding
    return states


def test_contrast():
    """Units that act there alone come first, with the sign of what they do; the padding does not count."""
    found = contrast_units(made_states(), 10, 14, last_real=29)
    assert set(found.unit[:2]) == {1, 2}
    by_unit = dict(zip(found.unit.tolist(), found.contrast.tolist(), strict=True))
    # Of 30 steps, 5 are 1 and 25 are 0: mean 1/6, spread sqrt(5)/6, so the difference is 6/sqrt(5) spreads.
    assert by_unit[1] == pytest.approx(6 / np.sqrt(5), abs=1e-5)
    assert by_unit[2] == pytest.approx(-6 / np.sqrt(5), abs=1e-5)
    assert by_unit[0] == 0
    assert abs(by_unit[3]) < 1
    assert found.inside[list(found.unit).index(1)] == pytest.approx(0.8)
    assert found.outside[list(found.unit).index(1)] == 0


@pytest.mark.parametrize(("first", "last"), [(5, 4), (-1, 3), (28, 30)])
def test_no_stretch(first, last):
    """The error says which steps there are."""
    with pytest.raises(SegmentError, match="steps 0 to 29"):
        contrast_units(made_states(), first, last, last_real=29)


def test_no_elsewhere():
    """The whole segment is not compared with nothing."""
    with pytest.raises(SegmentError, match="nothing is left to compare"):
        contrast_units(made_states(), 0, 29, last_real=29)


def test_similar_beats():
    """The pattern itself comes first, its mirror last, as numpy's correlation has it."""
    random = np.random.default_rng(0)
    pattern = random.standard_normal((6, 3))
    others = random.standard_normal((20, 6, 3))
    states = np.concatenate([others, [2 * pattern + 1, -pattern, np.zeros((6, 3))]])
    found = find_similar(pattern, states)
    assert (found.index[0], found.index[-1]) == (20, 21)
    expected = [np.corrcoef(pattern.ravel(), row.ravel())[0, 1] for row in states[:20]]
    correlation = np.empty(23)
    correlation[found.index] = found.correlation
    np.testing.assert_allclose(correlation[:20], expected, atol=1e-6)
    assert correlation[22] == 0


def test_hunting_finds_the_beat_itself_first():
    """Served in pieces, the beat whose pattern is looked for comes out with correlation 1."""
    config = NetworkConfig(n_samples=200)
    model = Model(config, initialise_weights(config, 1), ModelCard("made", "runs"))
    segments, classifier = make_segments(config, 9), Classifier(model)
    states = classifier.predict(segments, with_states=True).states
    units, first, last = np.array([4, 1]), 5, 9
    pieces = (segments.take(np.arange(k, k + 3)) for k in range(0, 9, 3))
    found = hunt_beats(classifier, pieces, units, first, last, states[7, first : last + 1][:, units])
    assert found.index[0] == 7
    assert found.correlation[0] == pytest.approx(1)
    assert sorted(found.index) == list(range(9))
    assert len(hunt_beats(classifier, [], units, first, last, states[7, 5:10][:, units]).index) == 0
