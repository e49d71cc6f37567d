from ecgmodel.classification.agreement import compare_beats
from ecgmodel.classification.classify import classify_record
from ecgmodel.network.model_file import list_shipped_models, open_model
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.scores.metrics import score

RECORD = "simulated-mixed"
MODEL = None  # None: only list what is shipped

for name in list_shipped_models():
    card = open_model(name).card
    print(name, card.protocol, "fold", card.fold, "accuracy", card.scores.get("accuracy"))
print(len(list_shipped_models()), "models are shipped")
if MODEL is not None:
    record = open_record(RECORD)
    matrix = compare_beats(classify_record(record, open_model(MODEL)), record.annotations).matrix
    print(matrix)
    print("accuracy", score(matrix).accuracy)
