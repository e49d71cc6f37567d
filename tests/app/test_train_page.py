"""The Train page: its form, what it refuses, and runs that every visitor sees. The cluster is left out."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest

from ecgmodel.errors import ConfigError
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import read_model
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.records.sources.simulated import NAMES as SIMULATED
from ecgmodel.training import fit
from ecgmodel.training.comparison import _flatten
from ecgmodel.training.jobs import jobs, work
from ecgmodel.training.jobs.job_file import JOB_LOCK
from ecgmodel.training.jobs.job_queue import JobQueue
from ecgmodel.training.jobs.jobs import create_run, list_runs, read_run
from ecgmodel.training.presets import PRESETS, Preset
from ecgmodel.training.progress import Progress
from ecgmodel.training.run_folder import RunFolder
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.step import StepResult
from ecgmodel.training.train import describe_run
from pages.session import choices
from pages.train import words as words_of_settings
from tests.app.screen import all_text, sent_into_fields
from tests.unit.training.jobs.quick_worker import QuickStep

TINY = Preset(
    "own-paper-gru",
    "runs",
    "segments-10fold",
    NetworkConfig(filters=(2, 2), kernels=(3, 3), units=2, dense=()),
    TrainSettings(epochs=2, batch=64),
    records=("simulated-mixed",),
)


@pytest.fixture
def runs(tmp_path, monkeypatch, no_mitdb) -> Path:
    """The folder of runs, on a machine without the database, with a queue that hands nothing over."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("ECG_RUNS_DIR", str(folder))
    monkeypatch.setattr(JobQueue, "nudge", lambda queue, runs: None)
    monkeypatch.setattr(fit, "TrainStep", QuickStep)
    return folder


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def labels(app):
    return [button.label for button in app.button]


def field(app, label):
    kinds = ("number_input", "text_input", "selectbox", "toggle")
    return next(element for kind in kinds for element in app.get(kind) if element.label == label)


@pytest.mark.parametrize(("lang", "says"), [("en", "Press Train"), ("zh", "还没有训练")])
def test_a_first_visit_without_the_database(open_app, runs, lang, says):
    """Simulated records train, their classes are counted, and what it costs is said before anything starts."""
    app = open_app("train", lang=lang)
    assert not app.exception
    assert not app.warning
    assert says in all_text(app)
    assert "2,725" in all_text(app)
    assert "406,730" in all_text(app)
    symbols = [symbol for name in SIMULATED for symbol, _ in groupby(open_record(name).annotations.symbol)]
    counts = [symbols.count(symbol) for symbol in "NLRAV"]
    assert list(app.table[0].value.iloc[:, 0]) == [f"{n:,}" for n in (*counts, sum(counts))]
    assert len(app.get("plotly_chart")) == 1
    assert list_runs(runs) == ()


def test_counts_stand_beside_the_paper_s(open_app, mitdb_folder, tmp_path, monkeypatch):
    """Class by class; the parts of the first fold add up to all."""
    monkeypatch.setenv("ECG_RUNS_DIR", str(tmp_path))
    table = open_app("train").table[0].value
    assert list(table["Paper"]) == list(table["Ours"]) == ["8,245", "344", "660", "1,004", "6,246", "16,499"]
    parts = table[["training", "validation", "held out"]].map(lambda text: int(text.replace(",", "")))
    assert parts.sum(axis=1).tolist() == [8245, 344, 660, 1004, 6246, 16499]


@pytest.mark.parametrize(
    ("label", "value", "says"),
    [
        ("Epochs", 0, "Epochs is 0; it must be from 1 to 1000"),
        ("Epochs", 10**6, "Epochs is 1000000"),
        ("Batch", -4, "Batch is -4"),
        ("Learning rate", "0", "Learning rate is 0.0"),
        ("Learning rate", "nan", "Learning rate is nan"),
        ("Learning rate", "-0.1", "Learning rate is -0.1"),
        ("Learning rate", "fast", "'fast' is not a number"),
        ("Seed", -1, "Seed is -1"),
        ("Largest gradient norm", "0", "Largest gradient norm is 0.0; it must be from 0.001 to 1000000"),
        ("Units", 10_000, "Units is 10000; it must be a whole number from 1 to 512"),
        ("Kernel lengths", "2000, 10, 5", "Kernel length is 2000; it must be a whole number from 1 to 1000"),
        ("Kernel lengths", "20, 10", "3 filter counts and 2 kernel lengths"),
        ("Filters in each layer", "3, six, 6", "'3, six, 6' is not a list of whole numbers"),
        ("Dropout", "1", "The dropout is 1.0"),
        ("Dense layers", "512 " * 40, "Number of dense layers is 40; it must be a whole number from 0 to 32"),
    ],
)
def test_what_cannot_be_trained_is_said_in_a_sentence(open_app, runs, label, value, says):
    """Nothing can be started meanwhile, nothing is lost, and the right value mends it."""
    app = open_app("train")
    if label in ("Units", "Kernel lengths", "Filters in each layer", "Dropout", "Dense layers"):
        field(app, "Change it").set_value(True).run()
    usual = field(app, label).value
    field(app, label).set_value(value).run()
    assert not app.exception
    (warning,) = app.warning
    assert says in warning.value
    assert next(button for button in app.button if button.label == "Train").disabled
    assert field(app, "Preset").value == "paper-gru"
    field(app, label).set_value(usual).run()
    assert not app.warning
    assert not next(button for button in app.button if button.label == "Train").disabled
    assert list_runs(runs) == ()


def test_a_network_beyond_all_measure_is_told_and_not_timed(open_app, runs, monkeypatch):
    """The library's own sentence, before anything of it is built in the page."""
    timed = []
    monkeypatch.setattr("ecgmodel.training.plan.time_forward", lambda config: timed.append(config) or 1e-3)
    app = open_app("train")
    field(app, "Change it").set_value(True).run()
    field(app, "Kernel lengths").set_value("20, 500, 5").run()
    timed.clear()
    field(app, "Filters in each layer").set_value("256, 256, 6").run()
    assert not app.exception
    with pytest.raises(ConfigError, match="weights; at most 16,000,000 fit into a model file") as refused:
        NetworkConfig(filters=(256, 256, 6), kernels=(20, 500, 5))
    assert str(refused.value) in [warning.value for warning in app.warning]
    assert timed == []


def said_of_folds(app, words):
    """Return on which of ten folds over people the page says something."""
    field(app, "Protocol").set_value("patients-10fold").run()
    said = set()
    for fold in range(10):
        field(app, "Fold held out").set_value(fold).run()
        assert not app.exception
        if words in all_text(app):
            said.add(fold)
    return said


def test_a_visitor_s_training_has_no_teachers(open_app, runs):
    """The page says that the shipped network had some; the run that it starts has none, and another name."""
    app = open_app("train")
    assert "teachers" not in all_text(app)
    field(app, "Preset").set_value("beats-gru").run()
    assert f"had {PRESETS['beats-gru'].settings.teachers} teachers, too" in all_text(app)
    press(app, "Train")
    (run,) = list_runs(runs)
    assert run.preset.settings.teachers == 0
    assert run.preset.settings.epochs == PRESETS["beats-gru"].settings.epochs
    assert run.preset.name == "own-beats-gru"
    assert run.preset.all_leads


def test_a_class_that_a_fold_lacks_is_said(open_app, runs):
    """One person alone has right bundle branch blocks, so that most folds cannot judge them."""
    assert said_of_folds(open_app("train"), "is held out in this fold, so it cannot")


def test_a_fold_that_holds_nobody_out_is_said(open_app, runs, monkeypatch):
    """Of ten folds over two people at most four hold somebody out, to test or to validate."""
    monkeypatch.setattr("pages.train.form.data_records", lambda source: ("simulated-mixed", "simulated-normal"))
    assert len(said_of_folds(open_app("train"), "Nothing is held out in this")) >= 6


def test_a_run_is_started_and_seen_by_everybody(open_app, runs):
    """With the settings of the form; another visitor sees it wait, stops it, and it can go on once."""
    app = open_app("train")
    field(app, "Change it").set_value(True).run()
    field(app, "Cell").set_value("lstm").run()
    field(app, "Units").set_value(7).run()
    field(app, "Epochs").set_value(3).run()
    field(app, "Largest gradient norm").set_value("0.25").run()
    field(app, "Name of the run").set_value("my first").run()
    press(app, "Train")
    (run,) = list_runs(runs)
    assert (run.title, run.state, run.n_epochs) == ("my first", "waiting", 3)
    assert (run.preset.config.cell, run.preset.config.units) == ("lstm", 7)
    assert run.preset.config.filters == (3, 6, 6)
    assert run.preset.settings.clip_norm == 0.25
    assert app.query_params["run"] == run.key

    other = open_app("train")
    assert "my first" in all_text(other)
    press(other, "Stop")
    assert read_run(run.path).state == "stopped"
    app.run()
    press(app, "Go on")
    assert read_run(run.path).state == "waiting"
    press(other, "Go on")
    assert any("is already running" in warning.value for warning in other.warning)
    assert read_run(run.path).state == "waiting"


def test_a_finished_run_serves_everywhere(open_app, runs, monkeypatch):
    """It is among the models of every page and visitor, under its title, and leaves with its run."""
    path = create_run(runs, TINY, 0, "my model")
    work.train_job(path)
    app = open_app("train")
    assert not app.exception
    offered = [element.proto.label.split(" ")[0] for element in app.get("download_button")]
    assert offered == [".safetensors", ".onnx", ".keras", ".tensorboard.zip", ".config.json"]
    press(app, "Use in Predict")
    assert app.query_params["model"] == "my model"
    predict = open_app("predict", record="simulated-mixed", model="my model")
    assert not predict.exception
    assert "my model" in predict.sidebar.markdown[1].value
    # It has only seen simulated records, and every page that speaks of it says so.
    for page in ("predict", "gates"):
        speaks = open_app(page, record="simulated-mixed", model="my model")
        assert not speaks.exception
        badges = [element.value for element in speaks.markdown if "trained on simulated records" in element.value]
        assert len(badges) == 2, "beside the record and in the sidebar"
    assert "simulated records" in all_text(open_app("train"))
    weights = read_model(path / "model.safetensors").config.n_weights()
    assert f"{weights:,} weights" in all_text(predict)

    press(app := open_app("train"), "Delete it")
    assert not path.exists()
    predict = open_app("predict", record="simulated-mixed", model="my model")
    assert not predict.exception
    assert "There is no model 'my model' here" in all_text(predict)


def test_a_run_is_renamed(open_app, runs):
    """And not to nothing."""
    path = create_run(runs, TINY, 0, "old name")
    app = open_app("train")
    names = [element for element in app.text_input if element.label == "Name of the run"]
    names[-1].set_value("new name").run()
    press(app, "Rename")
    assert read_run(path).title == "new name"
    names = [element for element in app.text_input if element.label == "Name of the run"]
    names[-1].set_value(" ").run()
    press(app, "Rename")
    assert any("needs a name" in warning.value for warning in app.warning)
    assert read_run(path).title == "new name"


def test_a_training_that_failed_gives_advice_and_its_settings(open_app, runs, monkeypatch):
    """Its settings can be taken into the form, to be mended there."""
    monkeypatch.setattr(QuickStep, "__call__", lambda *batch: StepResult(float("nan"), 0.0))
    path = create_run(runs, replace(TINY, settings=replace(TINY.settings, seed=9)), 0, "too fast")
    work.train_job(path)
    app = open_app("train")
    assert any("learning rate below 0.003" in warning.value for warning in app.warning)
    press(app, "Copy settings")
    assert field(app, "Units").value == 2
    assert field(app, "Filters in each layer").value == "2, 2"
    assert field(app, "Seed").value == 9


def test_a_folder_that_was_edited_is_told(open_app, runs):
    """The page opens, the run can be deleted."""
    path = create_run(runs, TINY, 0, "edited")
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps(config | {"fold": 77}))
    app = open_app("train")
    assert not app.exception
    assert any("was edited" in warning.value for warning in app.warning)
    assert {"Delete it"} <= set(labels(app))
    assert not {"Go on", "Stop"} & set(labels(app))


def test_two_runs_side_by_side(open_app, runs):
    """Their curves, scores, and the one setting in which they differ."""
    for title, units in (("small", 2), ("large", 3)):
        preset = replace(TINY, config=replace(TINY.config, units=units))
        work.train_job(create_run(runs, preset, 0, title))
    app = open_app("train")
    press(app, "Pin to compare")
    small = next(run.key for run in list_runs(runs) if run.title == "small")
    app.query_params["run"] = small
    app.run()
    assert not app.exception
    assert app.subheader[0].value == "small beside large"
    differences = app.table[-1].value
    assert differences.to_dict("index") == {"Units": {"small": "2", "large": "3"}}
    assert "Accuracy, held out" in app.table[-2].value.index
    assert app.table[-2].value.loc["Trained on"].tolist() == ["simulated records"] * 2


def test_more_runs_and_the_same_title(open_app, runs):
    """Three runs, two of one name: none is lost, each has its column, in the table of runs as well."""
    for title, seed in (("twin", 1), ("twin", 2), ("other", 3)):
        settings = replace(TINY.settings, seed=seed, class_weighting="root" if seed == 3 else "none")
        work.train_job(create_run(runs, replace(TINY, settings=settings), 0, title))
    made = {read_run(path).preset.settings.seed: path.name for path in runs.iterdir() if path.is_dir()}
    app = open_app("train")
    compare = next(element for element in app.multiselect if element.label == "Compare")
    compare.set_value(list(made.values())).run()
    assert not app.exception
    assert app.subheader[0].value == "3 runs side by side"
    names = [f"twin · {made[1][-6:]}", f"twin · {made[2][-6:]}", "other"]
    differences = app.table[-1].value
    assert sorted(differences.columns) == sorted(names)
    assert differences.loc["Seed", names].tolist() == ["1", "2", "3"]
    assert differences.loc["Class weighting", names].tolist() == ["none", "none", "root of rarity"]
    assert sorted(app.table[-2].value.columns) == sorted(names)
    table = next(frame.value for frame in app.dataframe if "Run" in frame.value)
    assert sorted(table["Run"]) == sorted(names)
    next(slider for slider in app.slider if slider.label == "Smoothing").set_value(0.5).run()
    assert not app.exception


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_settings_are_compared_in_the_form_s_words(monkeypatch, lang):
    """No setting of any preset is without a word, in either language, and no value raises."""
    monkeypatch.setattr(choices, "language", lambda: lang)
    words = words_of_settings.setting_words()
    for preset in PRESETS.values():
        records = ("simulated-mixed",) if preset.segments == "beats" else ()
        description = describe_run(replace(preset, records=records, validate=False), 0)
        for setting, value in _flatten(description):
            assert words[setting] != setting
            assert words_of_settings.value_words(setting, value)


def test_what_a_run_does_before_its_first_epoch_is_told(open_app, runs):
    """Each stage in words with what is counted, the time to the first batch, then its batches with their loss."""
    path = create_run(runs, TINY, 0, "watched")
    said = {}
    with RunFolder(path).hold(JOB_LOCK):
        for stage in (
            Progress("process"),
            Progress("records", 2, 3),
            Progress("tensorflow"),
            Progress("compiling", 1, 4, 1),
            Progress("batches", 5, 20, 1, 1.25, 10.0),
        ):
            hold = RunFolder(path).hold() if stage.stage in ("tensorflow", "compiling", "batches") else nullcontext()
            noted = replace(stage, began=time.time() - 10)
            (path / "progress.json").write_text(json.dumps(noted.to_dict()))
            with hold:
                app = open_app("train")
            assert not app.exception
            bar = app.get("progress")[0].proto
            said[stage.stage] = (bar.text, bar.value, all_text(app))
    assert "Starting the training process" in said["process"][0]
    assert "2 of 3 records … About 20 s to the first batch." in said["records"][0]
    assert "Loading TensorFlow … About 20 s" in said["tensorflow"][0]
    assert "another length, 2 of 4" in said["compiling"][0]
    assert "**TensorFlow** → compiling → batches" in said["tensorflow"][2]
    # 40 batches of 2 s in both epochs, five of them done
    assert said["batches"][0] == "Epoch 1 of 2 · batch 5 of 20 · loss 1.250 · about 1 min left"
    values = [value for _, value, _ in said.values()]
    assert values[:4] == sorted(set(values[:4]))


def test_a_full_disk_at_the_start_is_said(open_app, runs, monkeypatch):
    """Nothing of a run is left that could not be written."""
    app = open_app("train")
    runs.write_text("")
    press(app, "Train")
    assert any("cannot be written" in warning.value for warning in app.warning)
    runs.unlink()
    assert jobs.list_runs(runs) == ()


def test_fields_are_left_alone(open_app, runs):
    """The run that one field starts takes nothing from the next one, into which the visitor types meanwhile."""
    app = open_app("train")
    field(app, "Change it").set_value(True).run()
    field(app, "Units").set_value(4).run()
    assert sent_into_fields(app) == []
    field(app, "Filters in each layer").set_value("2, 2, 2").run()
    assert (field(app, "Units").value, field(app, "Filters in each layer").value) == (4, "2, 2, 2")
    field(app, "Preset").set_value("gru").run()
    assert "Epochs" in sent_into_fields(app)
    assert field(app, "Epochs").value == 24
