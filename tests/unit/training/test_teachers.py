"""Teachers: their mean answer, what the loss makes of it, and that a stop loses nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import ConfigError
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments
from ecgmodel.training.fit import fit
from ecgmodel.training.presets import Preset
from ecgmodel.training.run_folder import RunFolder
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.step import TrainStep, forward
from ecgmodel.training.teachers import SEEDS_APART, train_teachers
from ecgmodel.training.train import train_preset
from tests.unit.training.conftest import QUICK, SMALL

pytestmark = pytest.mark.tensorflow

TAUGHT = replace(QUICK, teachers=2, teacher_epochs=2, taught_share=0.7)


def test_the_loss_is_kerass_over_labels_and_teachers() -> None:
    """30 % sparse cross-entropy with the labels, 70 % cross-entropy with the teachers' probabilities."""
    import keras

    config = replace(SMALL, dropout=0.0)
    random = np.random.default_rng(0)
    signal = random.standard_normal((8, config.n_samples, 1)).astype(np.float32)
    length, label = np.full(8, config.n_samples, np.int32), random.integers(0, 5, 8)
    taught = random.dirichlet(np.ones(5), 8).astype(np.float32)
    step = TrainStep(config, initialise_weights(config, 1), jit_compile=False)
    logits = forward(config, step.variables, signal, length)
    by_label = keras.losses.sparse_categorical_crossentropy(label, logits, from_logits=True)
    by_teachers = keras.losses.categorical_crossentropy(taught, logits, from_logits=True)
    expected = float(np.sum(0.3 * np.asarray(by_label) + 0.7 * np.asarray(by_teachers)))
    found = step(signal, length, label, np.ones(8, np.float32), 0.0, taught, 0.7)
    assert found.loss == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("natural", [False, True])
def test_answers_are_the_mean_of_networks_from_other_starts(
    natural: bool, sines: Segments, step: TrainStep, tmp_path: Path
) -> None:
    """Each is what `fit` makes with that seed, before its answers are moved to natural shares."""
    weighted = replace(TAUGHT, natural_shares=natural, class_weighting="balanced")
    answers = train_teachers(SMALL, weighted, sines, RunFolder(tmp_path), step)
    expected = []
    for number in (1, 2):
        own = replace(QUICK, epochs=2, class_weighting="balanced", seed=QUICK.seed + number * SEEDS_APART)
        weights = fit(SMALL, own, sines, step=step).weights
        expected.append(Classifier(Model(SMALL, weights, ModelCard("", "runs"))).predict(sines).probabilities)
    np.testing.assert_allclose(answers, np.mean(expected, axis=0), atol=1e-5)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)


def test_a_pupil_learns_what_its_teachers_say(sines: Segments, step: TrainStep) -> None:
    """Where they call every second class by the next one's name, so does a network that hears nothing else."""
    names = (sines.label // 2 * 2 + 1).clip(max=4)
    taught = np.eye(5, dtype=np.float32)[names]
    deaf = replace(QUICK, epochs=12, teachers=1, teacher_epochs=1, taught_share=1.0)
    weights = fit(SMALL, deaf, sines, step=step, taught=taught).weights
    found = Classifier(Model(SMALL, weights, ModelCard("", "runs"))).predict(sines).label
    assert np.mean(found == names) > 0.9


def train(sines: Segments, step: TrainStep, path: Path, resume: bool, n_epochs: int) -> Model | None:
    """Train with teachers until so many epochs are done in this process, theirs and the pupil's."""
    seen: list[int] = []
    preset = Preset("own-taught", "runs", "segments-10fold", SMALL, TAUGHT)
    return train_preset(
        preset,
        sines,
        0,
        path,
        resume,
        on_epoch=lambda result: seen.append(result.epoch),
        should_stop=lambda: len(seen) >= n_epochs,
        step=step,
    )


def test_a_run_with_teachers_goes_on_where_it_was_stopped(sines: Segments, step: TrainStep, tmp_path: Path) -> None:
    """Stopped in the first teacher, in the second, and in the pupil: the same weights as without a stop."""
    whole = train(sines, step, tmp_path / "whole", False, 100)
    for number, n_epochs in enumerate((1, 2, 2)):
        assert train(sines, step, tmp_path / "cut", number > 0, n_epochs) is None
    resumed = train(sines, step, tmp_path / "cut", True, 100)
    for name, value in whole.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], value, err_msg=name)
    assert sorted(path.name for path in (tmp_path / "whole").glob("teacher-*")) == ["teacher-1", "teacher-2"]
    assert whole.card.training["teachers"] == 2
    runs = [RunFolder(path) for path in (tmp_path / "whole", *(tmp_path / "whole").glob("teacher-*"))]
    epochs = [epoch for run in runs for epoch in run.read_events()]
    assert len(epochs) == 2 * 2 + TAUGHT.epochs
    found = [epoch.seconds for epoch in RunFolder(tmp_path / "whole").read_all_events()]
    assert sorted(found) == sorted(epoch.seconds for epoch in epochs)


def test_teachers_and_their_share_belong_together() -> None:
    """One without the other says nothing."""
    for settings in (
        {"teachers": 2},
        {"taught_share": 0.5},
        {"teachers": 2, "taught_share": 0.5},
        {"teacher_epochs": 3},
    ):
        with pytest.raises(ConfigError, match="give all"):
            TrainSettings(**settings)
    assert "teachers" not in TrainSettings().to_dict()
    assert TrainSettings.from_dict(TAUGHT.to_dict()) == TAUGHT
