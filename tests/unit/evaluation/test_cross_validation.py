"""Every fold trained, tested and put together, on a small set and two folds; and what a kill leaves."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import ConfigError
from ecgmodel.evaluation import cross_validation as work
from ecgmodel.evaluation.baselines import judge_baselines
from ecgmodel.evaluation.predictions import Predictions, read_predictions, write_predictions
from ecgmodel.evaluation.results import list_results, read_result, write_result
from ecgmodel.network.config import NetworkConfig
from ecgmodel.segments import splits
from ecgmodel.segments.dataset import Segments
from ecgmodel.training import fit
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import RunFolder
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.train import describe_run
from tests.unit.training.conftest import make_sines
from tests.unit.training.jobs.quick_worker import QuickStep

TINY = NetworkConfig(filters=(2,), kernels=(3,), units=2, dense=(), n_samples=200)
QUICK = Preset("quick", "runs", "segments-10fold", TINY, TrainSettings(epochs=1, batch=64, learning_rate=1e-2))


@pytest.fixture(scope="module")
def small_set() -> Segments:
    """Of one length, so that there is one shape to compile."""
    return replace(make_sines(240, seed=2), length=np.full(240, 200, np.int32))


@pytest.fixture(autouse=True)
def _quick_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train without TensorFlow: these tests are about folds, not about what a network learns."""
    monkeypatch.setattr(fit, "TrainStep", QuickStep)


@pytest.fixture
def _two_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splits, "N_FOLDS", 2)


@pytest.mark.usefixtures("_two_folds")
def test_folds_are_trained_once_and_put_together(small_set: Segments, tmp_path: Path) -> None:
    """Every segment is tested once; what is there is not trained again; the file reads as it was written."""
    trained: list[int] = []
    watch = work.Watch(on_fold=trained.append)
    work.claim_evaluation(QUICK, tmp_path, resume=False)
    assert work.train_folds(QUICK, tmp_path, [1], watch, segments=small_set)
    assert work.missing_folds(QUICK, tmp_path) == (0,)
    with pytest.raises(ConfigError, match="lacks the folds 0"):
        work.gather_predictions(QUICK, tmp_path)
    work.claim_evaluation(QUICK, tmp_path, resume=True)
    assert work.train_folds(QUICK, tmp_path, [0, 1], watch, segments=small_set)
    assert trained == [1, 0]

    predictions = work.gather_predictions(QUICK, tmp_path)
    assert len(predictions) == len(small_set)
    np.testing.assert_array_equal(np.bincount(predictions.truth), np.bincount(small_set.label))
    baselines = judge_baselines(QUICK, segments=small_set)
    result = work.gather_result(QUICK, tmp_path, predictions, baselines)
    assert result.matrix.sum() == sum(fold.matrix.sum() for fold in result.folds) == len(small_set)
    assert all(sum(matrix.sum() for matrix in records.values()) == len(small_set) for records in baselines.values())
    assert len(result.shared_people) == 24
    assert all(fold.n_train + fold.n_validation + fold.n_test == len(small_set) for fold in result.folds)

    path = tmp_path / "quick.segments-10fold.json"
    write_result(result, path)
    read = read_result(path)
    assert list_results(tmp_path) == ("quick.segments-10fold",)
    assert read.network == TINY
    write_result(read, tmp_path / "again.json")
    written = json.loads(path.read_text("utf-8"))
    assert json.loads((tmp_path / "again.json").read_text("utf-8")) == written
    low, high = written["intervals"]["accuracy"]
    assert low <= written["scores"]["accuracy"] <= high
    assert set(written["baselines"]) == {"majority", "length", "nearest", "logistic"}


@pytest.mark.usefixtures("_two_folds")
def test_a_stopped_fold_goes_on(small_set: Segments, tmp_path: Path) -> None:
    """A stop leaves the fold without predictions; the next call trains it to its end."""
    work.claim_evaluation(QUICK, tmp_path, resume=False)
    assert not work.train_folds(QUICK, tmp_path, [0], should_stop=lambda: True, segments=small_set)
    assert work.missing_folds(QUICK, tmp_path) == (0, 1)
    assert work.train_folds(QUICK, tmp_path, [0], segments=small_set)
    assert work.missing_folds(QUICK, tmp_path) == (1,)


def test_a_folder_with_other_work_is_refused(tmp_path: Path) -> None:
    """Neither silently, nor by a resume with other settings."""
    work.claim_evaluation(QUICK, tmp_path, resume=True)
    with pytest.raises(ConfigError, match="already holds a run"):
        work.claim_evaluation(QUICK, tmp_path, resume=False)
    with pytest.raises(ConfigError, match="a different validate"):
        work.claim_evaluation(replace(QUICK, validate=False), tmp_path, resume=True)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    """With what to do about it."""
    path = tmp_path / "predictions.npz"
    path.write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(ConfigError, match=r"predictions\.npz no longer holds predictions"):
        read_predictions(path)
    broken = tmp_path / "gru.ds1-ds2.json"
    broken.write_text('{"format": "ecgmodel-result/1"}')
    with pytest.raises(ConfigError, match="does not hold the result"):
        read_result(broken)


def test_predictions_survive_the_file(tmp_path: Path) -> None:
    """Probabilities with half precision, all else exactly."""
    n = 7
    rows = Predictions(
        record=np.array(["100"] * 4 + ["208"] * 3),
        symbol=np.array(list("NNAV/FV")),
        truth=np.array([0, 0, 3, 4, -1, -1, 4], np.int8),
        start_sample=np.arange(n, dtype=np.int32) - 3,
        r_sample=np.arange(n, dtype=np.int32) * 100_000,
        length=np.full(n, 1000, np.int32),
        n_beats=np.ones(n, np.int32),
        fold=np.zeros(n, np.int8),
        label=np.array([0, 4, 3, 4, 0, 4, 0], np.int8),
        probabilities=np.random.default_rng(0).dirichlet(np.ones(5), n).astype(np.float32),
    )
    write_predictions(rows, tmp_path / "p.npz")
    read = read_predictions(tmp_path / "p.npz")
    for name in ("record", "symbol", "truth", "start_sample", "r_sample", "length", "n_beats", "fold", "label"):
        np.testing.assert_array_equal(getattr(read, name), getattr(rows, name))
    np.testing.assert_allclose(read.probabilities, rows.probabilities, atol=5e-4)
    assert rows.matrix().sum() == 5
    assert rows.record_matrices()["208"].sum() == 1


@pytest.mark.usefixtures("_two_folds")
def test_a_cluster_trains_the_folds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are missing, each on a worker; what goes wrong there is said here as it would be in this process."""
    from distributed import LocalCluster

    from ecgmodel.evaluation import on_cluster
    from tests.evaluation_case import make_predictions

    def train(preset: Preset, out: Path, folds: list[int]) -> None:
        """Stand for the training: it is tested above."""
        if preset.name == "bad":
            raise ConfigError("There is no preset '{name}'. Choose one of {names}.", name="bad", names="good")
        folder = RunFolder(work.fold_folder(out, folds[0]))
        folder.write_config(describe_run(preset, folds[0]))
        write_predictions(make_predictions("runs", 2, 0.9), folder.path / "predictions.npz")

    monkeypatch.setattr(on_cluster, "train_folds", train)
    done: list[int] = []
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0", protocol="tcp", host="127.0.0.1"
    ) as cluster:
        for folds in ([1], [0, 1], [0, 1]):
            on_cluster.train_folds_on_cluster(QUICK, tmp_path, folds, cluster.scheduler_address, done.append)
        assert done == [1, 0]
        assert work.missing_folds(QUICK, tmp_path) == ()
        (tmp_path / "b").mkdir()
        with pytest.raises(ConfigError, match="There is no preset 'bad'"):
            on_cluster.train_folds_on_cluster(
                replace(QUICK, name="bad"), tmp_path / "b", [0], cluster.scheduler_address
            )
