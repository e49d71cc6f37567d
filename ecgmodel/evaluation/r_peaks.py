"""Judge the R peak detector on every annotated record of this machine, and in noise beside wfdb's XQRS."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.evaluation.json_values import write_lines
from ecgmodel.records.record import Record
from ecgmodel.records.signal.beat_scores import BeatScorer
from ecgmodel.records.signal.noise_stress import stress
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.records.sources.catalogue import list_records, open_record
from ecgmodel.records.sources.databases import MITDB, SVDB, find_database, person
from ecgmodel.records.sources.noise_records import Noise, read_noise
from ecgmodel.scores.beat_detection import DetectionCounts, count_detections
from ecgmodel.segments.splits import DS1, DS2
from ecgmodel.training.beat_scores import fit_scorer, gather_examples, join_examples

FORMAT = "ecgmodel-r-peaks/1"
STRESSED_RECORDS = ("118", "119")
STRESS_DB = (24.0, 18.0, 12.0, 6.0, 0.0, -6.0)
"""Signal-to-noise ratios, as the MIT-BIH Noise Stress Test Database has them."""

NOTHING = DetectionCounts(0, 0, 0)
N_FOLDS = 4


@dataclass(frozen=True, slots=True)
class StressResult:
    """Both detectors on the stressed records.

    Attributes
    ----------
    noise : {"bw", "em", "ma"}
    snr_db : float
    ours, xqrs : DetectionCounts
        Of both records, over their whole length.
    our_seconds, xqrs_seconds : float
        Time on the processor.
    """

    noise: Noise
    snr_db: float
    ours: DetectionCounts
    xqrs: DetectionCounts
    our_seconds: float
    xqrs_seconds: float


@dataclass(frozen=True, slots=True)
class DetectorResult:
    """What the detector reached.

    Attributes
    ----------
    records : dict of str to DetectionCounts
        By record, outside of ventricular flutter.
    stress : tuple of StressResult
        Empty where the noises were left out.
    """

    records: dict[str, DetectionCounts]
    stress: tuple[StressResult, ...]

    def parts(self) -> dict[str, DetectionCounts]:
        """Return the sums over each database, and over the parts of MIT-BIH that were fitted on and not."""
        paced = set(MITDB.record_names) - set(DS1) - set(DS2)
        parts = {"mitdb": MITDB.record_names, "DS1": DS1, "DS2": DS2, "paced": paced, "svdb": SVDB.record_names}
        sums = {
            name: add_counts(self.records[record] for record in self.records if record in set(part))
            for name, part in parts.items()
        }
        return {name: counts for name, counts in sums.items() if counts.n_beats}


def add_counts(counts: Iterable[DetectionCounts]) -> DetectionCounts:
    """Return the sum."""
    return sum(counts, NOTHING)


def records_here() -> tuple[str, ...]:
    """Return the annotated records of the databases that are on this machine."""
    return tuple(
        entry.name
        for entry in list_records()
        if entry.available in ("folder", "cache") and find_database(entry.name) is not None
    )


def judge_detector(
    names: Sequence[str], noises: Sequence[Noise] = (), progress: Callable[[str], None] = lambda line: None
) -> DetectorResult:
    """Run the detector over records, and beside XQRS over 118 and 119 in noise.

    Parameters
    ----------
    names : sequence of str
    noises : sequence of {"bw", "em", "ma"}
    progress : callable
        Told what was judged.

    Raises
    ------
    RecordError
        Where a record or a noise is not on this machine, or is damaged.
    """
    records = {}
    for name in names:
        record = open_record(name, allow_download=False)
        records[name] = judge_record(record)
        progress(f"record {name}")
    stressed = [open_record(name, allow_download=False) for name in STRESSED_RECORDS] if noises else []
    results = []
    for noise in noises:
        for snr_db in STRESS_DB:
            results.append(_judge_stressed(stressed, noise, snr_db))
            progress(f"noise {noise} at {snr_db:g} dB")
    return DetectorResult(records, tuple(results))


def judge_record(record: Record, scorer: BeatScorer | None = None) -> DetectionCounts:
    """Count what the detector finds in the default lead of an annotated record."""
    return count_detections(record.annotations, detect_r_peaks(record.lead(), record.fs, scorer=scorer), record.fs)


def fit_over_people(
    names: Sequence[str], progress: Callable[[str], None] = lambda line: None
) -> tuple[BeatScorer, dict[str, DetectionCounts]]:
    """Fit the network on all records, and judge each by a network that was fitted without its person.

    Parameters
    ----------
    names : sequence of str
    progress : callable
        Told what was done.

    Returns
    -------
    tuple of (BeatScorer, dict of str to DetectionCounts)
        The network of all records, and what those of the folds reached on each.

    Raises
    ------
    RecordError
        Where a record or a noise is not on this machine, or is damaged.
    """
    examples = {}
    for name in names:
        examples[name] = gather_examples(open_record(name, allow_download=False))
        progress(f"candidates of {name}")
    people = sorted({person(name) for name in names})
    order = np.random.default_rng(0).permutation(len(people))
    fold_of = {people[place]: number % N_FOLDS for number, place in enumerate(order)}
    counts = {}
    for fold in range(N_FOLDS):
        tested = [name for name in names if fold_of[person(name)] == fold]
        scorer = fit_scorer(join_examples([examples[name] for name in names if name not in tested]))
        for name in tested:
            counts[name] = judge_record(open_record(name, allow_download=False), scorer)
        progress(f"fold {fold} of {N_FOLDS}")
    return fit_scorer(join_examples(list(examples.values()))), {name: counts[name] for name in names}


def _judge_stressed(records: Sequence[Record], noise: Noise, snr_db: float) -> StressResult:
    from ecgmodel.records.wfdb_io import detect_xqrs  # loads wfdb

    ours, xqrs, our_seconds, xqrs_seconds = NOTHING, NOTHING, 0.0, 0.0
    channel = read_noise(noise).signals[:, 0]
    for record in records:
        signal = stress(record, channel, snr_db)
        began = time.process_time()
        our_peaks = detect_r_peaks(signal, record.fs)
        turned = time.process_time()
        xqrs_peaks = detect_xqrs(signal, record.fs)
        our_seconds += turned - began
        xqrs_seconds += time.process_time() - turned
        ours += count_detections(record.annotations, our_peaks, record.fs)
        xqrs += count_detections(record.annotations, xqrs_peaks, record.fs)
    return StressResult(noise, snr_db, ours, xqrs, our_seconds, xqrs_seconds)


def describe_counts(counts: DetectionCounts) -> dict[str, float | int | None]:
    """Return what JSON holds of counts."""
    found = counts.n_found + counts.n_invented
    return {
        "beats": counts.n_beats,
        "missed": counts.n_missed,
        "invented": counts.n_invented,
        "sensitivity": round(counts.sensitivity, 6) if counts.n_beats else None,
        "positive_predictivity": round(counts.positive_predictivity, 6) if found else None,
    }


def describe_result(result: DetectorResult) -> dict[str, object]:
    """Return what JSON holds of a result."""
    return {
        "format": FORMAT,
        "command": "python -m ecgmodel detector --out assets/results/r-peaks.json",
        "matching": "one to one within 150 ms, outside of ventricular flutter",
        "parts": {name: describe_counts(counts) for name, counts in result.parts().items()},
        "records": {name: describe_counts(counts) for name, counts in result.records.items()},
        "noise_stress": [
            {
                "noise": row.noise,
                "snr_db": row.snr_db,
                "ours": describe_counts(row.ours),
                "xqrs": describe_counts(row.xqrs),
                "our_seconds": round(row.our_seconds, 4),
                "xqrs_seconds": round(row.xqrs_seconds, 2),
            }
            for row in result.stress
        ],
    }


def format_result(described: dict[str, object]) -> bytes:
    """Return the JSON file: a line for each record."""
    return write_lines(described, spread=[name for name, value in described.items() if isinstance(value, dict)])
