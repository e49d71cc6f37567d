"""What noise does to the detector of R peaks and to the classifier, each for itself.

Records get noise of the MIT-BIH Noise Stress Test Database in every other two minutes (`records.signal.noise_stress`),
and only these minutes are judged. The detector is judged by where the experts' beats are. The classifier is given the
experts' R peaks, so that what it gets wrong is not the detector's fault; each record is read by the network that never
saw its person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ecgmodel.errors import ConfigError, RecordError
from ecgmodel.evaluation.aami import count_groups, score_groups
from ecgmodel.evaluation.json_values import read_format, write_lines
from ecgmodel.evaluation.r_peaks import STRESS_DB
from ecgmodel.network.serving import Classifier
from ecgmodel.records.record import Annotations, Record
from ecgmodel.records.signal.noise_stress import is_noisy, stress
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.records.sources.noise_records import FS_HZ, NOISES, Noise, read_noise
from ecgmodel.scores.beat_detection import DetectionCounts, count_detections

FORMAT = "ecgmodel-noise-stress/1"
FILE = "noise-stress.json"
STRESSED_RECORDS = ("118", "119", "209", "233")
"""Those of the MIT-BIH Noise Stress Test Database, and two with more atrial (209) and ventricular (233) beats."""


@dataclass(frozen=True, slots=True, eq=False)
class StressedRecord:
    """One record in one noise.

    Attributes
    ----------
    record : str
    noise : {"bw", "em", "ma"} or None
        `None` for the same minutes without noise.
    snr_db : float or None
    found : DetectionCounts
    groups : ndarray of shape (5, 3), int64
        What became of the experts' beats, as `aami.count_groups` has it.
    """

    record: str
    noise: Noise | None
    snr_db: float | None
    found: DetectionCounts
    groups: np.ndarray


@dataclass(frozen=True, slots=True)
class StressPoint:
    """All records in one noise; fractions, NaN where there was nothing to judge.

    Attributes
    ----------
    detected, detected_rightly : float
        Sensitivity and positive predictivity of the detector.
    sensitivity, positive_predictivity : dict of str to float
        Of the classifier, for S and V.
    """

    detected: float
    detected_rightly: float
    sensitivity: dict[str, float]
    positive_predictivity: dict[str, float]


@dataclass(frozen=True, slots=True)
class NoiseStress:
    """All that was judged.

    Attributes
    ----------
    model : str
    seed : int
    rows : tuple of StressedRecord
    command : str
    """

    model: str
    seed: int
    rows: tuple[StressedRecord, ...]
    command: str

    @property
    def records(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(dict.fromkeys(row.record for row in self.rows))

    @property
    def noises(self) -> tuple[Noise, ...]:
        """The noises, in order."""
        return tuple(dict.fromkeys(row.noise for row in self.rows if row.noise is not None))

    def levels(self, noise: Noise) -> tuple[float, ...]:
        """Return the signal-to-noise ratios of a noise, in dB, the quietest noise first."""
        return tuple(dict.fromkeys(row.snr_db for row in self.rows if row.noise == noise))

    def point(self, noise: Noise | None, snr_db: float | None) -> StressPoint:
        """Return what all records together reached."""
        rows = [row for row in self.rows if (row.noise, row.snr_db) == (noise, snr_db)]
        found = sum((row.found for row in rows), DetectionCounts(0, 0, 0))
        groups = score_groups(sum(row.groups for row in rows))
        return StressPoint(
            found.sensitivity, found.positive_predictivity, groups.sensitivity, groups.positive_predictivity
        )


def judge_in_noise(
    classifier: Classifier,
    records: Sequence[str] = STRESSED_RECORDS,
    noises: Sequence[Noise] = NOISES,
    levels: Sequence[float] = STRESS_DB,
    seed: int = 0,
    progress: Callable[[str], None] = lambda line: None,
) -> NoiseStress:
    """Judge detector and classifier without noise and in every noise.

    Parameters
    ----------
    classifier : Classifier
        Of a model that reads beats.
    records : sequence of str
    noises : sequence of {"bw", "em", "ma"}
    levels : sequence of float
        Signal-to-noise ratios in dB.
    seed : int
        Decides where in its half hour a noise begins, for each record anew.
    progress : callable
        Told what was judged.

    Raises
    ------
    RecordError
        Where a record or a noise is not on this machine, or is damaged.
    SegmentError
        Where the model reads other segments than beats.
    """
    channels = {noise: read_noise(noise).signals[:, 0] for noise in noises}
    random = np.random.default_rng(seed)
    rows = []
    for name in records:
        record = open_record(name, allow_download=False)
        if record.fs != FS_HZ or record.annotations is None:
            raise RecordError(
                "Record {record} cannot be judged in noise: that takes {fs:g} Hz, as the noises have, and annotations. "
                "Choose a record of the MIT-BIH Arrhythmia Database.",
                record=name,
                fs=FS_HZ,
            )
        rows.append(_judge(classifier, record, None, None, record.lead()))
        for noise, channel in channels.items():
            shifted = np.roll(channel, -int(random.integers(len(channel))))
            rows += [
                _judge(classifier, record, noise, snr_db, stress(record, shifted, snr_db).astype(np.float32))
                for snr_db in levels
            ]
            progress(f"record {name} in {noise}")
    named = "" if tuple(records) == STRESSED_RECORDS else "".join(f" --record {name}" for name in records)
    model = classifier.model.card.name
    command = f"python -m ecgmodel noise --model {model}{named} --seed {seed} --out assets/results/{FILE}"
    return NoiseStress(model, seed, tuple(rows), command)


def _judge(
    classifier: Classifier, record: Record, noise: Noise | None, snr_db: float | None, signal: np.ndarray
) -> StressedRecord:
    from ecgmodel.classification.classify import classify_record

    noisy = is_noisy(record.n_samples, record.fs)
    marks = record.annotations
    kept = noisy[marks.sample]
    judged = Annotations(marks.sample[kept], marks.symbol[kept], marks.aux[kept])
    peaks = detect_r_peaks(signal, record.fs)
    stressed = replace(record, signals=signal[:, None], leads=(record.default_lead,))
    named = classify_record(stressed, classifier, beats="annotated")
    inside = noisy[named.r_sample]
    return StressedRecord(
        record.name,
        noise,
        snr_db,
        count_detections(judged, peaks[noisy[peaks]], record.fs),
        count_groups(named.symbol[inside], named.label[inside]),
    )


def format_noise_stress(found: NoiseStress) -> bytes:
    """Return the JSON file: a line for each record in each noise."""
    rows = [
        {
            "record": row.record,
            "noise": row.noise,
            "snr_db": row.snr_db,
            "beats": row.found.n_beats,
            "missed": row.found.n_missed,
            "invented": row.found.n_invented,
            "groups": row.groups.tolist(),
        }
        for row in found.rows
    ]
    head = {"format": FORMAT, "model": found.model, "seed": found.seed, "command": found.command}
    return write_lines(head | {"rows": rows}, spread=("rows",))


def read_noise_stress(path: Path) -> NoiseStress:
    """Read what `format_noise_stress` gave.

    Raises
    ------
    ConfigError
        Where there is none, or it is damaged or of another format.
    """
    try:
        values = read_format(path, FORMAT)
        rows = tuple(
            StressedRecord(
                str(row["record"]),
                row["noise"],
                row["snr_db"],
                DetectionCounts(int(row["beats"]), int(row["missed"]), int(row["invented"])),
                np.array(row["groups"], dtype=np.int64).reshape(5, 3),
            )
            for row in values["rows"]
        )
        return NoiseStress(str(values["model"]), int(values["seed"]), rows, str(values["command"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            "{path} does not hold a noise stress test. Make it again: python -m ecgmodel noise.", path=path.name
        ) from error
