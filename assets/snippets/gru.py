import numpy as np
from scipy.special import expit as sigmoid

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.cell import open_cell
from ecgmodel.network.inside.feature_maps import map_features
from ecgmodel.network.model_file import Model, ModelCard, open_model
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.one_beat import cut_one, nearest_beat

RECORD = "simulated-mixed"
BEAT_S = 20.0
MODEL = None  # None: the weights with which training starts
STEP = 14
UNIT = 0

start = NetworkConfig(cell="gru")
untrained = Model(start, initialise_weights(start, seed=0), ModelCard(name="untrained", segments="runs"))
model = untrained if MODEL is None else open_model(MODEL).for_record(RECORD)
record = open_record(RECORD)
segment = cut_one(record, model.card.segments, nearest_beat(record, BEAT_S))
features = map_features(model.config, model.weights, segment.signal[0])[-1].pooled  # x(t) of every step
cell = open_cell(model)  # z weighs the new
(W_r, W_z, W_h), (U_r, U_z, U_h), (b_r, b_z, b_h) = cell.kernel, cell.recurrent_kernel, cell.bias

h = np.zeros(cell.units)
for x in features[: STEP + 1]:
    r = sigmoid(x @ W_r + h @ U_r + b_r)
    z = sigmoid(x @ W_z + h @ U_z + b_z)
    candidate = np.tanh(x @ W_h + (r * h) @ U_h + b_h)
    h = (1 - z) * h + z * candidate
print(f"r = {r[UNIT]:.3f}, z = {z[UNIT]:.3f}, h~ = {candidate[UNIT]:.3f}, h = {h[UNIT]:.3f}")
