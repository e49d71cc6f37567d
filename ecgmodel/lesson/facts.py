"""What a lesson asks and answers, computed from the shipped model, the shipped results and a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgmodel.errors import SegmentError
from ecgmodel.evaluation.results import Result, read_result, results_folder
from ecgmodel.figures.report import STRIP_S
from ecgmodel.labels import CLASSES
from ecgmodel.network.config import POOL, NetworkConfig
from ecgmodel.network.inside.experiments import Experiment, Hold, run_experiment
from ecgmodel.network.inside.feature_maps import convolve
from ecgmodel.network.inside.gates import GateTrace, trace_gates
from ecgmodel.network.inside.opening import find_telling_place
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.record import Record
from ecgmodel.records.signal.qrs_width import measure_qrs
from ecgmodel.segments.dataset import MODEL_FS
from ecgmodel.segments.one_beat import cut_one, list_beats
from ecgmodel.segments.typical import find_typical

MODEL = "beats-gru"
JUDGED = "gru"
"""The model whose results the scene of the split compares: all three are of it."""
PROTOCOLS = ("segments-10fold", "patients-10fold", "ds1-ds2")
KERNEL = (-1, 2, -1)
N_POINTS = 8
EVERY = 6  # samples between two points of the exercise
RARE = "A"


@dataclass(frozen=True, slots=True)
class StripBeat:
    """A beat of the strip: its label, and the RR interval before it (`None` of the first)."""

    r_sample: int
    symbol: str
    rr_s: float | None


@dataclass(frozen=True, slots=True)
class StripFacts:
    """The strip of the first scene.

    Attributes
    ----------
    start_s : float
    beats : tuple of StripBeat
    qrs_ms : mapping of str to float
        By label, of one beat of the strip; without those that could not be measured.
    """

    start_s: float
    beats: tuple[StripBeat, ...]
    qrs_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class KernelFacts:
    """A convolution by hand: whole numbers in tenths of a millivolt."""

    points: tuple[int, ...]
    sums: tuple[int, ...]
    relu: tuple[int, ...]
    pooled: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GateFacts:
    """One step of one unit, as the model gives it, to two digits; `state` is worked out from these digits."""

    step: int
    unit: int
    before: float
    candidate: float
    z: float
    state: float
    exact: float


@dataclass(frozen=True, slots=True)
class Named:
    """What a network names a beat, and how sure it is."""

    symbol: str
    probability: float


@dataclass(frozen=True, slots=True)
class WhatIfFacts:
    """Answers for an early and a normal beat: as trained, and with gates held; by "" or "z=0", "z=1", "r=0"."""

    early: Mapping[str, Named]
    normal: Mapping[str, Named]


@dataclass(frozen=True, slots=True)
class SplitFacts:
    """Accuracy and the rare class's row of counts by protocol; of `JUDGED`."""

    accuracy: Mapping[str, float]
    rare_row: Mapping[str, tuple[int, ...]]

    def rare_sensitivity(self, protocol: str) -> float:
        """Return the share of the rare class that is found."""
        row = self.rare_row[protocol]
        return row[CLASSES.index(RARE)] / sum(row)


@dataclass(frozen=True, slots=True)
class LessonFacts:
    """Everything that plan, worksheet and key speak of.

    Attributes
    ----------
    record : Record
    early_r, normal_r : int
        R peaks of the beats of the lesson, in samples.
    """

    record: Record
    early_r: int
    normal_r: int
    strip: StripFacts
    kernel: KernelFacts
    gate: GateFacts
    what_if: WhatIfFacts
    split: SplitFacts
    paper: NetworkConfig


def find_facts(record: Record) -> LessonFacts:
    """Compute what a lesson says of a record that has normal and ventricular beats."""
    early_r, normal_r = _typical(record, "V"), _typical(record, "N")
    model = open_shipped_model(MODEL)
    if record.source != "simulated":
        model = model.for_record(record.name)
    traces = {}
    for r in (early_r, normal_r):
        segment = cut_one(record, model.card.segments, r)
        prediction = Classifier(model).predict(segment, with_states=True)
        traces[r] = trace_gates(model, prediction, segment.length)
        if r == early_r:
            within = round(r * MODEL_FS / record.fs) - int(segment.start_sample[0])
    held = {
        "": Experiment(),
        "z=0": Experiment((Hold("z", 0.0),)),
        "z=1": Experiment((Hold("z", 1.0),)),
        "r=0": Experiment((Hold("r", 0.0),)),
    }
    answers = {
        r: {name: _named(run_experiment(model, trace, experiment)) for name, experiment in held.items()}
        for r, trace in traces.items()
    }
    return LessonFacts(
        record=record,
        early_r=early_r,
        normal_r=normal_r,
        strip=_strip(record, early_r),
        kernel=_kernel(record, normal_r),
        gate=_gate(traces[early_r], within, model.config.step_stride),
        what_if=WhatIfFacts(answers[early_r], answers[normal_r]),
        split=_split(),
        paper=NetworkConfig(),
    )


def _typical(record: Record, symbol: str) -> int:
    found = find_typical(record, symbol)
    if found is None:
        raise SegmentError(
            "A lesson needs normal and ventricular premature beats, and record {record} has no {symbol}. Choose "
            "another record, as 119.",
            record=record.name,
            symbol=symbol,
        )
    return found


def _strip(record: Record, early_r: int) -> StripFacts:
    marks, fs = list_beats(record), record.fs
    start_s = max(early_r / fs - STRIP_S / 2, 0.0)
    inside = np.flatnonzero((marks.sample >= (start_s + 0.05) * fs) & (marks.sample < (start_s + STRIP_S - 0.05) * fs))
    beats = tuple(
        StripBeat(
            int(marks.sample[k]),
            str(marks.symbol[k]),
            None if k == inside[0] else float(marks.sample[k] - marks.sample[k - 1]) / fs,
        )
        for k in inside
    )
    widths = {}
    for beat in beats:
        span = measure_qrs(record.signals, fs, beat.r_sample, marks.sample[marks.symbol == beat.symbol])
        if span is not None:
            widths.setdefault(beat.symbol, span.ms(fs))
    return StripFacts(start_s, beats, widths)


def _kernel(record: Record, r: int) -> KernelFacts:
    lead = np.nan_to_num(record.lead()).astype(np.float64)
    places = r + EVERY * (np.arange(N_POINTS) - N_POINTS // 2)
    base = float(np.median(lead[max(r - round(record.fs), 0) : r + round(record.fs)]))
    points = np.round(10 * (lead[places] - base)).astype(int)
    sums = convolve(points[:, None].astype(np.float64), np.array(KERNEL, np.float64)[:, None, None], "full")[:, 0]
    relu = np.maximum(sums, 0)
    pooled = relu[: len(relu) // POOL * POOL].reshape(-1, POOL).max(axis=1)
    return KernelFacts(*(tuple(int(value) for value in values) for values in (points, sums, relu, pooled)))


def _gate(trace: GateTrace, r: int, stride: int) -> GateFacts:
    step, unit = find_telling_place(trace, r, stride)
    before, candidate, z = (
        round(float(value), 2)
        for value in (trace.states[step - 1, unit], trace.row("h~")[step, unit], trace.row("z")[step, unit])
    )
    exact = float(trace.states[step, unit])
    return GateFacts(step, unit, before, candidate, z, round((1 - z) * before + z * candidate, 2), exact)


def _named(trace: GateTrace) -> Named:
    answer = trace.probabilities[trace.readout_step]
    return Named(CLASSES[int(answer.argmax())], float(answer.max()))


def _split() -> SplitFacts:
    results: dict[str, Result] = {
        protocol: read_result(results_folder() / f"{JUDGED}.{protocol}.json") for protocol in PROTOCOLS
    }
    rare = CLASSES.index(RARE)
    return SplitFacts(
        accuracy={protocol: result.scores.accuracy for protocol, result in results.items()},
        rare_row={protocol: tuple(int(n) for n in result.matrix[rare]) for protocol, result in results.items()},
    )
