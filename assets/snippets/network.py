from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.feature_maps import map_features
from ecgmodel.network.model_file import Model, ModelCard, open_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.one_beat import cut_one, nearest_beat

RECORD = "simulated-mixed"
BEAT_S = 20.0
MODEL = None  # None: the weights with which training starts

if MODEL is None:
    config = NetworkConfig()
    model = Model(config, initialise_weights(config, seed=0), ModelCard(name="untrained", segments="runs"))
else:
    model = open_model(MODEL).for_record(RECORD)
record = open_record(RECORD)
segment = cut_one(record, model.card.segments, nearest_beat(record, BEAT_S))
for layer in map_features(model.config, model.weights, segment.signal[0]):
    print(layer.output.shape, "pooled to", layer.pooled.shape, "largest", layer.pooled.max())
prediction = Classifier(model).predict(segment, with_states=True)
print(prediction.states.shape, prediction.probabilities.round(3))
