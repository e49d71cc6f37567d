"""Files from before the settings of a training got the names of today."""

import json
from dataclasses import replace
from pathlib import Path

from ecgmodel.evaluation.cross_validation import find_result
from ecgmodel.evaluation.results import read_result, result_path
from ecgmodel.network.model_file import read_model
from ecgmodel.training.presets import find_preset
from ecgmodel.training.run_folder import RunFolder
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.train import adapt_preset, describe_run, read_preset
from tests.evaluation_case import ship_result

FORMER_MODEL = Path(__file__).parents[2] / "data" / "former" / "paper-gru.safetensors"
"""As it was shipped under the former names."""

# By hand, from the metadata of that file.
FORMER_TRAINING = {
    "epochs": 30,
    "batch": 64,
    "learning_rate": 0.005,
    "weight_decay": 0.0,
    "label_smoothing": 0.0,
    "class_weighting": "none",
    "average": 0.998,
    "noise": 0.1,
    "stretch": 0.2,
    "memory": 131,
    "most_per_record": 0,
    "seed": 0,
}


def test_a_model_file_of_former_names_is_read() -> None:
    """Its card names its settings as they are called today, and they are those of its preset."""
    data = FORMER_MODEL.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert json.loads(header["__metadata__"]["ecgmodel"])["card"]["training"] == FORMER_TRAINING
    training = read_model(FORMER_MODEL).card.training
    assert (training["ema_decay"], training["noise_sd"]) == (0.998, 0.1)
    assert (training["amplitude_jitter"], training["chrono_max_steps"]) == (0.2, 131)
    assert training["clip_norm"] == 1.0  # no setting then, and written in the code
    settings = replace(find_preset("paper-gru").settings, epochs=30, seed=0)
    assert TrainSettings.from_dict(training) == settings


def test_a_run_folder_of_former_names_goes_on(tmp_path: Path) -> None:
    """It describes the very run that its preset describes today, so `resume` takes it for the same."""
    preset = adapt_preset(find_preset("paper-gru"), epochs=30)
    former = describe_run(preset, 2) | {"training": FORMER_TRAINING}
    (tmp_path / "config.json").write_text(json.dumps(former))
    assert RunFolder(tmp_path).read_config() == describe_run(preset, 2)
    assert read_preset(former) == preset


def test_a_result_of_former_names_is_read(tmp_path: Path) -> None:
    """Its settings are those of the preset today, so an evaluation is found and not done again."""
    result = ship_result(tmp_path, "paper-gru", "segments-10fold")
    path = result_path("paper-gru", "segments-10fold", tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"training": FORMER_TRAINING}))
    assert read_result(path).training == find_preset("paper-gru").settings.to_dict()
    assert find_result(find_preset("paper-gru"), tmp_path).matrix.tolist() == result.matrix.tolist()


def test_settings_are_read_under_either_name() -> None:
    """By themselves, as the command line and the form of a run read them."""
    assert TrainSettings.from_dict({"average": 0.5, "memory": 7}) == TrainSettings(ema_decay=0.5, chrono_max_steps=7)
    assert TrainSettings.from_dict({"ema_decay": 0.5, "chrono_max_steps": 7}) == TrainSettings.from_dict(
        {"average": 0.5, "memory": 7}
    )
