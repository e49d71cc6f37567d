import numpy as np

from ecgmodel.labels import AAMI_OF_SYMBOL
from ecgmodel.records.signal.qrs_width import measure_qrs
from ecgmodel.records.signal.waves import find_waves
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.one_beat import list_beats, nearest_beat

RECORD = "simulated-mixed"
BEAT_S = 20.0

record = open_record(RECORD)
beats = list_beats(record)
r = nearest_beat(record, BEAT_S)
index = int(np.searchsorted(beats.sample, r))
before = int(beats.sample[index - 1])
alike = beats.sample[beats.symbol == beats.symbol[index]]
qrs = measure_qrs(record.signals, record.fs, r, alike)  # all leads, mean of beats that look alike
atrial = AAMI_OF_SYMBOL.get(str(beats.symbol[index])) != "V"  # one from the ventricles has no P wave of its own
waves = find_waves(record.lead(), record.fs, r, before, qrs, atrial=atrial)
print("label", beats.symbol[index] or "none", "at", r / record.fs, "s")
print("QRS", "not measured" if qrs is None else f"{qrs.ms(record.fs):.0f} ms, mean of {qrs.n_beats} beats")
print("P at", waves.p_peak, ", T at", waves.t_peak)
print("RR", (r - before) / record.fs, "s,", 60 * record.fs / (r - before), "per minute")
