from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.explain import explain_step
from ecgmodel.network.inside.gates import trace_gates
from ecgmodel.network.model_file import Model, ModelCard, open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.one_beat import cut_one, nearest_beat

RECORD = "simulated-mixed"
BEAT_S = 20.0
MODEL = None  # None: the weights with which training starts
STEP = 14
UNIT = 0

if MODEL is None:
    config = NetworkConfig(cell="lstm")
    model = Model(config, initialise_weights(config, seed=0), ModelCard(name="untrained", segments="runs"))
else:
    model = open_shipped_model(MODEL)
record = open_record(RECORD)
segment = cut_one(record, model.card.segments, nearest_beat(record, BEAT_S))
prediction = Classifier(model).predict(segment, with_states=True)
trace = trace_gates(model, prediction, segment.length)
explained = explain_step(trace, STEP, UNIT)
for gate in explained.gates:
    print(gate.name, f"sum {gate.total:.3f}, value {gate.value:.3f}")
print(f"c(t) = f c(t-1) + i g = {explained.old.product:.3f} + {explained.new.product:.3f} = {explained.memory:.3f}")
print(f"h(t) = {explained.state:.3f}")
