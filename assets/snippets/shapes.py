import numpy as np

from ecgmodel.network.inside.layer_outputs import draw_cell, layer_outputs

BATCH = 32
STEPS = 10
FEATURES = 8
UNITS = 4
CELL = "gru"
RETURN_SEQUENCES = True
RETURN_STATE = True

cell = draw_cell(CELL, FEATURES, UNITS, seed=0)
x = np.random.default_rng(1).normal(size=(BATCH, STEPS, FEATURES)).astype(np.float32)
for output in layer_outputs(cell, x, RETURN_SEQUENCES, RETURN_STATE):
    print(output.meaning, output.values.shape, output.values[0].ravel()[:4])
