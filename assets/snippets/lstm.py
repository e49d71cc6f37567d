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

start = NetworkConfig(cell="lstm")
untrained = Model(start, initialise_weights(start, seed=0), ModelCard(name="untrained", segments="runs"))
model = untrained if MODEL is None else open_model(MODEL).for_record(RECORD)
record = open_record(RECORD)
segment = cut_one(record, model.card.segments, nearest_beat(record, BEAT_S))
features = map_features(model.config, model.weights, segment.signal[0])[-1].pooled  # x(t) of every step
cell = open_cell(model)
(W_f, W_i, W_o, W_g), (U_f, U_i, U_o, U_g), (b_f, b_i, b_o, b_g) = cell.kernel, cell.recurrent_kernel, cell.bias

h = c = np.zeros(cell.units)
for x in features[: STEP + 1]:
    f = sigmoid(x @ W_f + h @ U_f + b_f)
    i = sigmoid(x @ W_i + h @ U_i + b_i)
    o = sigmoid(x @ W_o + h @ U_o + b_o)
    g = np.tanh(x @ W_g + h @ U_g + b_g)
    c = f * c + i * g
    h = o * np.tanh(c)
print(f"f = {f[UNIT]:.3f}, i = {i[UNIT]:.3f}, o = {o[UNIT]:.3f}, g = {g[UNIT]:.3f}")
print(f"c = {c[UNIT]:.3f}, h = {h[UNIT]:.3f}")
