"""What an evaluation leaves: one JSON file with all that a page shows, and all that repeats it."""

from __future__ import annotations

import math
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import ConfigError
from ecgmodel.evaluation.aami import score_groups
from ecgmodel.evaluation.detected_scores import by_database, score_detected
from ecgmodel.evaluation.intervals import Interval, bootstrap_people
from ecgmodel.evaluation.json_values import arrays, lists, plain, points, read_format, write_lines
from ecgmodel.evaluation.operating_curves import ClassCurve, ReliabilityBin
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.former_names import rename_settings
from ecgmodel.records.sources.databases import person
from ecgmodel.scores.metrics import Scores, score
from ecgmodel.segments.splits import PROTOCOLS
from ecgmodel.training.run_folder import EpochResult

FORMAT = "ecgmodel-result/1"
RESULTS_VARIABLE = "ECG_RESULTS_DIR"
"""Environment variable that names another folder of results than the one that the project ships."""


@dataclass(frozen=True, slots=True, eq=False)
class FoldSummary:
    """One fold.

    Attributes
    ----------
    fold : int
    n_train, n_validation, n_test : int
        Segments.
    train_records, test_records : tuple of str
    matrix : ndarray of shape (5, 5), int64
    epochs : tuple of EpochResult
    seconds : float
        Of training.
    """

    fold: int
    n_train: int
    n_validation: int
    n_test: int
    train_records: tuple[str, ...]
    test_records: tuple[str, ...]
    matrix: np.ndarray
    epochs: tuple[EpochResult, ...]
    seconds: float

    @property
    def shared_people(self) -> tuple[str, ...]:
        """Who stands on both sides."""
        return tuple(
            sorted({person(name) for name in self.train_records} & {person(name) for name in self.test_records})
        )


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A preset under a protocol.

    Attributes
    ----------
    preset, protocol, segments : str
    network : NetworkConfig
    training : dict
        Settings of the training.
    validate : bool
        Whether a part was kept for choices.
    folds : tuple of FoldSummary
    records : dict of str to ndarray of shape (5, 5), int64
        Matrix of every tested record.
    groups : dict of str to ndarray of shape (5, 3), int64
        The same in the groups of AAMI (`aami.count_groups`); beats outside the five classes are in here alone.
    baselines : dict of str to dict
        For every baseline, the matrix of every tested record.
    class_curves : dict of str to ClassCurve
    reliability : tuple of ReliabilityBin
    seed, split_seed : int
    versions : dict of str to str
    seconds : float
        Of all trainings.
    command, created : str
    detected : dict of str to ndarray of shape (6, 4), int64
        Where beats were detected, what became of them in every record (`detected.count_detected`); else empty.
    """

    preset: str
    protocol: str
    segments: str
    network: NetworkConfig
    training: dict[str, object]
    validate: bool
    folds: tuple[FoldSummary, ...]
    records: dict[str, np.ndarray]
    groups: dict[str, np.ndarray]
    baselines: dict[str, dict[str, np.ndarray]]
    class_curves: dict[str, ClassCurve]
    reliability: tuple[ReliabilityBin, ...]
    seed: int
    split_seed: int
    versions: dict[str, str]
    seconds: float
    command: str
    created: str
    detected: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As the file is called: `NAME.PROTOCOL`."""
        return f"{self.preset}.{self.protocol}"

    @property
    def matrix(self) -> np.ndarray:
        """ndarray of shape (5, 5), int64: all folds."""
        return sum(self.records.values())

    @property
    def scores(self) -> Scores:
        """Of the matrix of all folds."""
        return score(self.matrix)

    @property
    def group_matrix(self) -> np.ndarray:
        """ndarray of shape (5, 3), int64: all folds, in the groups of AAMI."""
        return sum(self.groups.values())

    @property
    def shared_people(self) -> tuple[str, ...]:
        """Who stood on both sides of any fold."""
        return tuple(sorted(set().union(*(fold.shared_people for fold in self.folds))))

    def baseline_scores(self, name: str) -> Scores:
        """Return what a baseline reached."""
        return score(sum(self.baselines[name].values()))

    def intervals(self) -> dict[str, Interval]:
        """Return the bootstrap interval over people of every figure of `Scores.figures`."""
        return bootstrap_people(self.records, lambda matrices: score(matrices).figures())

    def baseline_intervals(self, name: str) -> dict[str, Interval]:
        """Return the intervals of what a baseline reached."""
        return bootstrap_people(self.baselines[name], lambda matrices: score(matrices).figures())

    def group_intervals(self) -> dict[str, Interval]:
        """Return the bootstrap interval over people of every figure of `AamiScores.to_dict`."""
        return bootstrap_people(self.groups, lambda matrices: score_groups(matrices).to_dict())

    def detected_scores(self) -> dict[str, dict[str, float]]:
        """Return what became of detected beats, database by database, by the names of `score_detected`."""
        found = by_database(self.detected).items()
        return {name: score_detected(sum(records.values())) for name, records in found}

    def detected_intervals(self) -> dict[str, dict[str, Interval]]:
        """Return the bootstrap interval over people of every figure of `detected_scores`."""
        return {name: bootstrap_people(records, score_detected) for name, records in by_database(self.detected).items()}


@dataclass(frozen=True, slots=True, eq=False)
class ResultIntervals:
    """The intervals over people of a result.

    Attributes
    ----------
    classes, groups : dict of str to (float, float)
        By the names of `Scores.figures` and `AamiScores.to_dict`.
    baselines : dict of str to dict
        For every baseline, by the names of `Scores.figures`.
    detected : dict of str to dict
        Where beats were detected, for every database, by the names of `score_detected`; else empty.
    """

    classes: dict[str, Interval]
    groups: dict[str, Interval]
    baselines: dict[str, dict[str, Interval]]
    detected: dict[str, dict[str, Interval]]


def find_intervals(result: Result) -> ResultIntervals:
    """Return the interval of every figure of a result."""
    baselines = {name: result.baseline_intervals(name) for name in result.baselines}
    return ResultIntervals(result.intervals(), result.group_intervals(), baselines, result.detected_intervals())


def results_folder() -> Path:
    """Return the folder of all results: `ECG_RESULTS_DIR`, else what the project ships."""
    named = os.environ.get(RESULTS_VARIABLE)
    return Path(named) if named else Path(__file__).parents[2] / "assets" / "results"


def result_path(preset: str, protocol: str, folder: Path) -> Path:
    """Return where a result lies."""
    return folder / f"{preset}.{protocol}.json"


def predictions_path(preset: str, protocol: str, folder: Path) -> Path:
    """Return where the segments of a result lie, if they were kept beside it."""
    return folder / f"{preset}.{protocol}.npz"


def list_results(folder: Path) -> tuple[str, ...]:
    """Return the names of the results in a folder, as `gru.segments-10fold`."""
    names = (path.name.removesuffix(".json") for path in folder.glob("*.json"))
    return tuple(sorted(name for name in names if name.rpartition(".")[2] in PROTOCOLS))


def describe_result(result: Result) -> dict[str, object]:
    """Return what the JSON file holds: everything, and the figures that follow from it."""
    described = {
        "format": FORMAT,
        "preset": result.preset,
        "protocol": result.protocol,
        "scores": result.scores.all_figures(),
        "intervals": result.intervals(),
        "matrix": result.matrix.tolist(),
        "aami": {
            "matrix": result.group_matrix.tolist(),
            "scores": score_groups(result.group_matrix).to_dict(),
            "intervals": result.group_intervals(),
        },
        "detected": {
            name: {
                "records": lists(records),
                "scores": result.detected_scores()[name],
                "intervals": result.detected_intervals()[name],
            }
            for name, records in by_database(result.detected).items()
        },
        "baselines": {
            name: {
                "scores": result.baseline_scores(name).all_figures(),
                "intervals": result.baseline_intervals(name),
                "records": lists(records),
            }
            for name, records in result.baselines.items()
        },
        "people_on_both_sides": result.shared_people,
        "segments": result.segments,
        "network": result.network.to_dict(),
        "n_weights": result.network.n_weights(),
        "training": result.training,
        "validate": result.validate,
        "seed": result.seed,
        "split_seed": result.split_seed,
        "versions": result.versions,
        "seconds": round(result.seconds, 1),
        "command": result.command,
        "created": result.created,
        "folds": [
            {
                **{name: getattr(fold, name) for name in ("fold", "n_train", "n_validation", "n_test")},
                "train_records": fold.train_records,
                "test_records": fold.test_records,
                "matrix": fold.matrix.tolist(),
                "seconds": round(fold.seconds, 1),
                "epochs": [epoch.numbers() for epoch in fold.epochs],
            }
            for fold in result.folds
        ],
        "records": lists(result.records),
        "groups": lists(result.groups),
        "class_curves": {name: asdict(curve) for name, curve in result.class_curves.items()},
        "reliability": [asdict(tenth) for tenth in result.reliability],
    }
    return plain(described)


def write_result(result: Result, path: Path) -> None:
    """Write the JSON file atomically.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    write_atomically(path, write_lines(describe_result(result)))


def read_result(path: Path) -> Result:
    """Read a result.

    Raises
    ------
    ConfigError
        Where there is none, or it is damaged or of another format.
    """
    try:
        return _parse(read_format(path, FORMAT))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            "{path} does not hold the result of an evaluation. Evaluate again: python -m ecgmodel evaluate.",
            path=path.name,
        ) from error


def _parse(values: dict) -> Result:
    kept = ("preset", "protocol", "segments", "validate", "seed", "split_seed", "versions", "seconds")
    return Result(
        **{name: values[name] for name in (*kept, "command", "created")},
        network=NetworkConfig.from_dict(values["network"]),
        training=rename_settings(values["training"]),
        folds=tuple(_parse_fold(fold) for fold in values["folds"]),
        records=arrays(values["records"], (5, 5)),
        groups=arrays(values["groups"], (5, 3)),
        detected={
            record: matrix
            for found in values.get("detected", {}).values()
            for record, matrix in arrays(found["records"], (6, 4)).items()
        },
        baselines={name: arrays(found["records"], (5, 5)) for name, found in values["baselines"].items()},
        class_curves={
            name: ClassCurve(
                points(curve["roc"]), points(curve["precision_recall"]), curve["auc"], curve["average_precision"]
            )
            for name, curve in values["class_curves"].items()
        },
        reliability=tuple(ReliabilityBin(**tenth) for tenth in values["reliability"]),
    )


def _parse_fold(values: dict) -> FoldSummary:
    return FoldSummary(
        **{name: values[name] for name in ("fold", "n_train", "n_validation", "n_test", "seconds")},
        train_records=tuple(values["train_records"]),
        test_records=tuple(values["test_records"]),
        matrix=arrays({"": values["matrix"]}, (5, 5))[""],
        epochs=tuple(
            EpochResult(**{name: math.nan if value is None else value for name, value in epoch.items()})
            for epoch in values["epochs"]
        ),
    )
