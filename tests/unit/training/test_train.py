"""From a preset to a model file, in a run folder."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import ConfigError
from ecgmodel.network.model_file import read_model
from ecgmodel.segments.dataset import Segments, join_segments
from ecgmodel.training.presets import PRESETS, Preset, find_preset
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.step import TrainStep
from ecgmodel.training.train import adapt_preset, keep_default_lead, train_preset
from tests.unit.training.conftest import SMALL

pytestmark = pytest.mark.tensorflow

QUICK = Preset("quick", "runs", "segments-10fold", SMALL, TrainSettings(epochs=2, batch=32, learning_rate=1e-2))


def test_the_model_file_says_where_it_comes_from(sines: Segments, step: TrainStep, tmp_path: Path) -> None:
    """Card, scores and weights as returned."""
    model = train_preset(QUICK, sines, fold=3, out=tmp_path / "run", step=step)
    read = read_model(tmp_path / "run" / "model.safetensors")
    assert read.card == model.card
    assert read.config == SMALL
    card = read.card
    assert (card.name, card.protocol, card.fold, card.epochs, card.segments) == (
        "quick",
        "segments-10fold",
        3,
        2,
        "runs",
    )
    assert set(card.train_records) == set(sines.record)
    assert 0 <= card.scores["accuracy"] <= 1
    assert card.held_out.startswith("fold 3 of segments-10fold")
    assert card.command == "python -m ecgmodel train --config config.json --out runs/quick"
    assert {"tensorflow", "keras", "numpy"} <= card.versions.keys()


def test_nobody_who_is_held_out_is_in_the_card(sines: Segments, step: TrainStep, tmp_path: Path) -> None:
    """Under a protocol of people."""
    preset = replace(QUICK, protocol="patients-10fold")
    card = train_preset(preset, sines, fold=0, out=tmp_path, step=step).card
    assert not set(card.train_records) & {name for name in np.unique(sines.record) if name in card.held_out}
    assert "did not train it" in card.held_out


def test_a_folder_with_a_run_is_not_overwritten(sines: Segments, step: TrainStep, tmp_path: Path) -> None:
    """Neither silently, nor by a resume with other settings."""
    train_preset(QUICK, sines, 0, tmp_path, step=step)
    with pytest.raises(ConfigError, match="already holds a run"):
        train_preset(QUICK, sines, 0, tmp_path, step=step)
    with pytest.raises(ConfigError, match="a different fold"):
        train_preset(QUICK, sines, 1, tmp_path, resume=True)
    with pytest.raises(ConfigError, match="a different training"):
        train_preset(adapt_preset(QUICK, epochs=9), sines, 0, tmp_path, resume=True)
    assert train_preset(QUICK, sines, 0, tmp_path, resume=True, step=step).card.epochs == 2


def test_nothing_to_resume_is_said(sines: Segments, tmp_path: Path) -> None:
    """An empty folder."""
    with pytest.raises(ConfigError, match="no run to resume"):
        train_preset(QUICK, sines, 0, tmp_path, resume=True)


def test_an_edited_config_is_refused(sines: Segments, tmp_path: Path) -> None:
    """With its path."""
    (tmp_path / "config.json").write_text("{not json")
    with pytest.raises(ConfigError, match=r"config\.json"):
        train_preset(QUICK, sines, 0, tmp_path, resume=True)


def test_a_stopped_run_leaves_no_model(sines: Segments, step: TrainStep, tmp_path: Path) -> None:
    """And goes on later."""
    assert train_preset(QUICK, sines, 0, tmp_path, should_stop=lambda: True, step=step) is None
    assert not (tmp_path / "model.safetensors").exists()
    assert train_preset(QUICK, sines, 0, tmp_path, resume=True, step=step).card.epochs == 2


def test_other_leads_train_but_never_judge(sines: Segments) -> None:
    """A beat is judged once, in its record's default lead, also where that is not MLII; its other lead never trains."""
    from ecgmodel.segments.splits import split_segments

    first = np.char.endswith(sines.record, "3")
    one = replace(sines, lead=np.where(first, "V5", "MLII"))
    other = replace(sines, lead=np.where(first, "V2", "V1"))
    both = join_segments([one, other])
    split = keep_default_lead(split_segments(both, "segments-10fold", 0), both)
    single = split_segments(one, "segments-10fold", 0)
    np.testing.assert_array_equal(split.test, single.test)
    np.testing.assert_array_equal(split.validation, single.validation)
    assert {"V5", "MLII"} == set(both.lead[split.test])
    np.testing.assert_array_equal(split.train, np.concatenate([single.train, single.train + len(sines)]))


def test_the_paper_presets_are_the_paper_s_table() -> None:
    """2,725 weights with the GRU, 3,265 with the LSTM."""
    assert PRESETS["paper-gru"].config.n_weights() == 2725
    assert PRESETS["paper-lstm"].config.n_weights() == 3265


def test_an_unknown_preset_is_refused() -> None:
    """With those there are."""
    with pytest.raises(ConfigError, match="paper-gru, paper-lstm, gru, beats-gru"):
        find_preset("transformer")


@pytest.mark.parametrize("changes", [{"protocol": "leave-one-out"}, {"epochs": 0}, {"seed": -4}])
def test_impossible_changes_are_refused(changes: dict[str, object]) -> None:
    """As the settings themselves."""
    with pytest.raises(ConfigError):
        adapt_preset(QUICK, **changes)
