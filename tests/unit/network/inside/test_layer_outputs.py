"""What a recurrent layer returns, against Keras itself."""

import numpy as np
import pytest

from ecgmodel.network.inside.layer_outputs import draw_cell, keras_weights, layer_outputs


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", ["gru", "lstm"])
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("state", [False, True])
def test_equals_keras(kind, sequences, state):
    """Shapes and numbers are those of `keras.layers.GRU` and `LSTM` with the same weights and flags."""
    keras = pytest.importorskip("keras")
    cell = draw_cell(kind, 8, 4, seed=2)
    x = np.random.default_rng(5).normal(size=(32, 10, 8)).astype(np.float32)
    options = {"reset_after": False} if kind == "gru" else {}
    layer = getattr(keras.layers, kind.upper())(4, return_sequences=sequences, return_state=state, **options)
    layer.build(x.shape)
    layer.set_weights(keras_weights(cell))
    theirs = layer(x)
    theirs = [np.asarray(part) for part in theirs] if state else [np.asarray(theirs)]
    ours = layer_outputs(cell, x, sequences, state)
    assert [part.values.shape for part in ours] == [part.shape for part in theirs]
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our.values, their, atol=1e-5)


def test_example_of_the_course():
    """(32, 10, 8) into GRU(4): (32, 4); with both flags (32, 10, 4) and (32, 4)."""
    cell = draw_cell("gru", 8, 4)
    x = np.zeros((32, 10, 8), np.float32)
    assert [part.values.shape for part in layer_outputs(cell, x, False, False)] == [(32, 4)]
    assert [part.values.shape for part in layer_outputs(cell, x, True, True)] == [(32, 10, 4), (32, 4)]
