"""What a training would be, told before it starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.network.config import NetworkConfig
from ecgmodel.records.sources import simulated
from ecgmodel.records.sources.catalogue import read_outline
from ecgmodel.segments.mitdb_segments import cut_mitdb, place_segments
from ecgmodel.segments.splits import PROTOCOLS
from ecgmodel.training import plan as plan_module
from ecgmodel.training.fit import fit
from ecgmodel.training.jobs.jobs import Run
from ecgmodel.training.plan import estimate_epoch, plan_training, time_forward
from ecgmodel.training.presets import PRESETS, Preset
from ecgmodel.training.run_folder import EpochResult
from ecgmodel.training.train import split_for, training_records
from tests.unit.training.jobs.quick_worker import QuickStep

NAMES = simulated.NAMES[:4]


def outline_segments(preset: Preset, names: tuple[str, ...]):
    return place_segments(preset.segments, [read_outline(name) for name in names], preset.all_leads)


@pytest.mark.parametrize("kind", ["runs", "beats"])
@pytest.mark.parametrize("all_leads", [False, True])
def test_labels_alone_give_what_cutting_gives(kind, all_leads):
    """Everything but the signals, in the same order."""
    names = simulated.NAMES[:2]
    cut = cut_mitdb(kind, names, all_leads)
    placed = place_segments(kind, [read_outline(name) for name in names], all_leads)
    for name in ("length", "label", "record", "lead", "start_sample", "r_sample", "n_beats"):
        np.testing.assert_array_equal(getattr(placed, name), getattr(cut, name))
    assert placed.signal.shape == (len(cut), 0, cut.signal.shape[2])


def test_all_of_mitdb_is_the_paper_s_table(mitdb_folder):
    """Counted from the labels alone."""
    segments = outline_segments(PRESETS["paper-gru"], training_records(PRESETS["paper-gru"]))
    assert segments.class_counts() == {"N": 8245, "L": 344, "R": 660, "A": 1004, "V": 6246}


@pytest.mark.parametrize("protocol", PROTOCOLS[:2])
def test_the_parts_are_those_of_the_training(protocol):
    """Counted class by class."""
    preset = replace(PRESETS["paper-gru"], protocol=protocol, records=NAMES)
    segments = outline_segments(preset, NAMES)
    plan = plan_training(preset, 3, segments)
    split = split_for(preset, segments, 3)
    for counts, index in ((plan.train, split.train), (plan.validation, split.validation), (plan.test, split.test)):
        assert counts.tolist() == list(segments.take(index).class_counts().values())
    assert plan.n_epoch == len(split.train)


def test_an_epoch_sees_what_it_is_said_to_see(monkeypatch):
    """Also where it draws at most some segments of one class and record: counted in a training."""
    monkeypatch.setattr("ecgmodel.training.fit.TrainStep", QuickStep)
    preset = replace(PRESETS["paper-gru"], records=NAMES[:1])
    preset = replace(preset, settings=replace(preset.settings, epochs=1, most_per_record=20))
    segments = cut_mitdb("runs", NAMES[:1])
    seen = []
    monkeypatch.setattr(QuickStep, "__call__", lambda step, *batch: seen.append(batch[3]) or _no_result())
    train = segments.take(split_for(preset, segments, 0).train)
    fit(preset.config, preset.settings, train)
    n_seen = sum(int((weight > 0).sum()) for weight in seen)
    assert plan_training(preset, 0, segments).n_epoch == n_seen


def _no_result():
    from ecgmodel.training.step import StepResult

    return StepResult(1.0, 0.0)


def test_shorter_segments_are_less_work():
    """A bucket counts as its part of a full-length segment; a last-step read-out walks through the padding as well."""
    masked = replace(PRESETS["paper-gru"], config=NetworkConfig(readout="last_real"), records=NAMES)
    segments = outline_segments(masked, NAMES)
    short = plan_training(masked, 0, segments)
    last = plan_training(replace(masked, config=NetworkConfig()), 0, segments)
    assert 0 < short.work < last.work < short.n_epoch


def test_an_estimate_from_a_forward_pass_has_two_ends():
    """It grows with the forward pass, and its ends are as far apart as it may be wrong."""
    preset = replace(PRESETS["paper-gru"], records=NAMES)
    plan = plan_training(preset, 0, outline_segments(preset, NAMES))
    estimate = estimate_epoch(preset, plan, 1e-3)
    assert estimate.like is None
    assert 0 < estimate.low < estimate.high
    assert estimate_epoch(preset, plan, 2e-3).low == pytest.approx(2 * estimate.low)


def test_a_run_of_the_same_load_is_the_better_estimate(tmp_path):
    """Whatever its fold, seed and number of epochs; not one of another batch or network."""
    named = PRESETS["paper-gru"]
    preset = replace(named, records=NAMES, settings=replace(named.settings, epochs=6))
    plan = plan_training(preset, 0, outline_segments(preset, NAMES))
    epochs = tuple(EpochResult(k, 0.1, 1, 0.5, 1, 0.5, 0.5, seconds) for k, seconds in ((1, 30.0), (2, 2.0), (3, 4.0)))
    other = replace(preset, settings=replace(preset.settings, seed=8, epochs=3))
    run = Run("k", tmp_path, "before", "finished", other, 5, epochs, None, None, 0.0)
    estimate = estimate_epoch(preset, plan, 1e-3, [run])
    assert (estimate.low, estimate.high, estimate.like) == (3.0, 3.0, "before")
    # XLA compiles the step of a long training, and its epochs are shorter.
    long = replace(preset, settings=replace(preset.settings, epochs=1000))
    assert estimate_epoch(long, plan, 1e-3, [run]).like is None
    assert estimate_epoch(long, plan, 1e-3).high < estimate_epoch(other, plan, 1e-3).high
    larger = replace(preset, settings=replace(preset.settings, batch=8))
    assert estimate_epoch(larger, plan, 1e-3, [run]).like is None


def test_a_forward_pass_is_timed():
    """By the clock that is given: the fastest of three."""
    ticks = iter([0.0, 3.0, 10.0, 11.0, 20.0, 22.0])
    assert time_forward(NetworkConfig(), lambda: next(ticks)) == pytest.approx(1 / 64)


def test_a_large_network_is_timed_on_few_segments(monkeypatch):
    """So that the page answers: the multiply-adds that are timed have a bound, down to one segment."""
    asked = []

    class Counting:
        def __init__(self, _model):
            pass

        def predict(self, segments):
            asked.append(len(segments))

    monkeypatch.setattr(plan_module, "Classifier", Counting)
    large = NetworkConfig(filters=(64, 64, 64), kernels=(20, 20, 20), units=64)
    ticks = iter([0.0, 3.0, 10.0, 11.0, 20.0, 22.0])
    seconds = time_forward(large, lambda: next(ticks))
    assert len(set(asked)) == 1
    assert 1 <= asked[0] < 64
    assert asked[0] * large.n_multiply_adds() <= 1_000_000_000
    assert seconds == pytest.approx(1 / asked[0])


def test_classes_that_nobody_trains_or_judges_are_named():
    """A record with left bundle branch block alone beside one without."""
    names = ("simulated-lbbb", "simulated-normal")
    preset = replace(PRESETS["paper-gru"], protocol="patients-10fold", records=names)
    segments = outline_segments(preset, names)
    plans = [plan_training(preset, fold, segments) for fold in range(10)]
    held_out = next(plan for plan in plans if plan.test[1])
    assert "L" in held_out.never_trained
    assert "R" in held_out.never_judged
