import numpy as np

from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.runs import cut_runs, find_runs

SYMBOLS = "NNV+NNAVV"
RECORD = "simulated-mixed"

for first, last in find_runs(np.array(list(SYMBOLS))):
    print(SYMBOLS[first], "x", last - first + 1)
record = open_record(RECORD)
if record.annotations is not None:
    segments = cut_runs(record)
    print(len(segments), "segments", segments.class_counts())
    print("samples before the padding:", segments.length.min(), "to", segments.length.max())
