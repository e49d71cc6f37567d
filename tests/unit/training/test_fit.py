"""Fitting: it learns, it resumes, it stops, and it says why it cannot."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import ConfigError
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments
from ecgmodel.training import fit as fit_module
from ecgmodel.training.batches import bucket_lengths, choose_bucket, shift_of_shares
from ecgmodel.training.fit import TrainingDivergedError, fit, prepare_step
from ecgmodel.training.run_folder import RunFolder
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.step import TrainStep
from tests.unit.training.conftest import QUICK, SMALL, make_sines

pytestmark = pytest.mark.tensorflow


def test_it_learns_to_tell_sines_apart(sines: Segments, other_sines: Segments, step: TrainStep) -> None:
    """Five frequencies, chance is 20 %."""
    result = fit(SMALL, replace(QUICK, epochs=30), sines, other_sines, step=step)
    assert result.finished
    assert result.epochs[-1].validation_accuracy > 0.9
    assert result.epochs[-1].loss < result.epochs[0].loss / 2


def test_the_same_seed_gives_the_same_weights(sines: Segments, step: TrainStep) -> None:
    """And another seed others."""
    first, again, other = (
        fit(SMALL, replace(QUICK, epochs=1, seed=seed), sines, step=step).weights for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(first["gru/kernel"], again["gru/kernel"])
    assert not np.array_equal(first["gru/kernel"], other["gru/kernel"])


def test_a_step_that_is_used_again_remembers_nothing(sines: Segments, step: TrainStep) -> None:
    """As folds of an evaluation use it: neither weights nor moments of the last fit are left."""
    settings = replace(QUICK, epochs=1)
    fresh, first, second = (fit(SMALL, settings, sines, step=used).weights for used in (None, step, step))
    for name, value in fresh.items():
        np.testing.assert_allclose(first[name], value, atol=1e-6)
        np.testing.assert_allclose(second[name], value, atol=1e-6)


def test_a_resumed_run_ends_as_one_that_never_stopped(
    sines: Segments, other_sines: Segments, step: TrainStep, tmp_path: Path
) -> None:
    """Stopped in the middle of the second epoch: that epoch is done again."""
    settings = replace(QUICK, ema_decay=0.9, noise_sd=0.1)
    whole = fit(SMALL, settings, sines, other_sines, step=step)
    folder = RunFolder(tmp_path / "run")
    batches = []

    def stop_in_second_epoch() -> bool:
        return len(batches) == 20

    stopped = fit(
        SMALL,
        settings,
        sines,
        other_sines,
        folder,
        on_batch=lambda number, total: batches.append(number),
        should_stop=stop_in_second_epoch,
        step=step,
    )
    assert not stopped.finished
    assert len(folder.read_events()) == 1
    resumed = fit(SMALL, settings, sines, other_sines, RunFolder(tmp_path / "run"), step=step)
    assert [event.epoch for event in folder.read_events()] == [1, 2, 3]
    for name, value in whole.weights.items():
        np.testing.assert_allclose(value, resumed.weights[name], atol=1e-6)


@pytest.mark.parametrize(("epochs", "most", "compiled"), [(3, 0, False), (250, 0, True), (250, 1, False)])
def test_xla_is_waited_for_where_a_training_is_long(
    sines: Segments, monkeypatch: pytest.MonkeyPatch, epochs: int, most: int, compiled: bool
) -> None:
    """Counted in segments that the epochs really see: 400 here, or one of a class and person."""
    asked = []
    monkeypatch.setattr(fit_module, "TrainStep", lambda *_given, jit_compile, **_settings: asked.append(jit_compile))
    prepare_step(SMALL, replace(QUICK, epochs=epochs, most_per_record=most), sines)
    assert asked == [compiled]


@pytest.mark.parametrize("n_more", [0, 1])
def test_a_crash_between_checkpoint_and_events_loses_no_epoch(
    sines: Segments, step: TrainStep, tmp_path: Path, n_more: int
) -> None:
    """The events are one line behind the checkpoint; going on mends them, also where no epoch is left to train."""
    folder = RunFolder(tmp_path)
    fit(SMALL, QUICK, sines, None, folder, step=step)
    lines = (tmp_path / "events.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "events.jsonl").write_text("".join(lines[:2]))
    result = fit(SMALL, replace(QUICK, epochs=3 + n_more), sines, None, RunFolder(tmp_path), step=step)
    assert [event.epoch for event in result.epochs] == list(range(1, 4 + n_more))
    assert [event.loss for event in folder.read_events()] == [event.loss for event in result.epochs]


def test_a_loss_that_is_no_number_stops_with_advice(sines: Segments, step: TrainStep) -> None:
    """An infinite sample does it."""
    signal = sines.signal.copy()
    signal[0, 0] = np.inf
    with pytest.raises(TrainingDivergedError, match="learning rate below"):
        fit(SMALL, QUICK, replace(sines, signal=signal), step=step)


def test_nothing_to_train_on_is_refused(sines: Segments) -> None:
    """An empty split, or a segment without a class."""
    with pytest.raises(ConfigError, match="needs segments"):
        fit(SMALL, QUICK, sines.take(np.arange(0)))
    with pytest.raises(ConfigError, match="needs segments"):
        fit(SMALL, QUICK, replace(sines, label=np.full(len(sines), -1)))


def test_a_checkpoint_of_another_network_is_refused(sines: Segments, step: TrainStep, tmp_path: Path) -> None:
    """With what to do."""
    fit(SMALL, replace(QUICK, epochs=1), sines, None, RunFolder(tmp_path), step=step)
    with pytest.raises(ConfigError, match="another network"):
        fit(replace(SMALL, units=9), QUICK, sines, None, RunFolder(tmp_path))


def test_a_damaged_checkpoint_is_refused(sines: Segments, step: TrainStep, tmp_path: Path) -> None:
    """A truncated file."""
    fit(SMALL, replace(QUICK, epochs=1), sines, None, RunFolder(tmp_path), step=step)
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ConfigError, match="damaged"):
        fit(SMALL, QUICK, sines, None, RunFolder(tmp_path), step=step)


def test_an_epoch_sees_at_most_so_many_of_a_record_and_class(sines: Segments, step: TrainStep) -> None:
    """Counted over the batches of an epoch."""
    counted = []
    fit(
        SMALL,
        replace(QUICK, epochs=1, most_per_record=2),
        sines,
        on_batch=lambda number, total: counted.append(total),
        step=step,
    )
    groups = {(record, label) for record, label in zip(sines.record, sines.label, strict=True)}
    assert counted[0] <= -(-2 * len(groups) // QUICK.batch) + 2 < -(-len(sines) // QUICK.batch)


@pytest.mark.parametrize("kernels", [(20, 10, 5), (9, 9), (31,)])
def test_buckets_hold_every_step_that_sees_the_signal(kernels: tuple[int, ...]) -> None:
    """By convolving: ones as long as the segment, cut at its bucket, reach as many steps as in the whole window."""
    config = NetworkConfig(filters=(1,) * len(kernels), kernels=kernels)

    def steps_reached(length: int, padded: int) -> int:
        x = (np.arange(padded) < length).astype(float)
        for kernel in kernels:
            x = np.convolve(x, np.ones(kernel))
            x = x[: len(x) // 2 * 2].reshape(-1, 2).max(axis=1)
        return int(np.flatnonzero(x > 1e-9).max()) + 1

    length = np.array([200, 260, 260, 300, 500, 700, 941, 1000, 1000])
    edges = bucket_lengths(length, config)
    for value, bucket in zip(length, edges[choose_bucket(length, edges, config)], strict=True):
        assert value <= bucket <= 1000
        assert steps_reached(value, bucket) == steps_reached(value, 1000) == config.last_real_step(value) + 1


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 0},
        {"epochs": 10**6},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"learning_rate": -1e-3},
        {"batch": 0},
        {"batch": 2.5},
        {"ema_decay": 1.0},
        {"class_weighting": "inverse"},
        {"seed": -1},
    ],
)
def test_impossible_settings_are_refused(changes: dict[str, object]) -> None:
    """Each names what is allowed."""
    with pytest.raises(ConfigError):
        TrainSettings(**changes)


def test_natural_shares_make_probabilities_of_weighted_classes_true(step: TrainStep) -> None:
    """Of segments that tell nothing, four in five are N: so say the probabilities, not half as the weights would."""
    label = np.repeat([0, 0, 0, 0, 1], 64)
    segments = make_sines(len(label), seed=1)
    told = replace(segments, signal=np.zeros_like(segments.signal), label=label)
    weighted = replace(QUICK, epochs=6, class_weighting="balanced", ema_decay=0.99)
    for natural, share in ((False, 0.5), (True, 0.8)):
        result = fit(SMALL, replace(weighted, natural_shares=natural), told, told, step=step)
        model = Model(SMALL, result.weights, ModelCard("", "runs"))
        likely = Classifier(model).predict(told).probabilities.mean(axis=0)
        assert likely[0] / (likely[0] + likely[1]) == pytest.approx(share, abs=0.04)
        # Judged as it is served.
        assert result.epochs[-1].validation_loss == pytest.approx(-np.log(likely[label]).mean(), abs=0.01)


def test_shares_are_those_of_the_records_not_of_their_leads() -> None:
    """A draw of 2 a class out of 6 N and 2 V, seen in two leads of which the second was thinned: 6 to 2 again."""
    segments = make_sines(12, seed=1)
    train = replace(
        segments,
        label=np.array([0] * 6 + [4] * 2 + [0] * 2 + [4] * 2),
        record=np.full(12, "r"),
        lead=np.array(["MLII"] * 8 + ["V1"] * 4),
    )
    settings = replace(QUICK, most_per_record=2)
    shift = shift_of_shares(train, settings, np.ones(5))
    assert shift[0] - shift[4] == pytest.approx(np.log(6 / 2))
    assert not shift[1:4].any()
