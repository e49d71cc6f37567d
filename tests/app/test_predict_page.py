"""The Predict page, with models that nobody trained."""

import os
import re
import shutil
from threading import Event

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ecgmodel.classification import classify
from ecgmodel.classification.classify import classify_record
from ecgmodel.errors import RecordError
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard, open_shipped_model, read_model, write_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.beats import CHANNELS
from ecgmodel.segments.splits import DS1
from ecgmodel.training.jobs.jobs import create_run, rename_run
from ecgmodel.training.presets import find_preset
from pages.caches import models as models_cache
from pages.caches import predictions
from pages.caches.models import MAX_MODELS, MAX_OWN_MODELS, open_model
from pages.predict.certainty import apply_thresholds
from tests.app.screen import all_text, shows_trace


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("model", ["beats-gru", "gru"])
def test_simulated_record(open_app, no_mitdb, model, lang):
    """Every model names the beats of an annotated record beside its labels."""
    app = open_app("predict", record="simulated-mixed", model=model, lang=lang)
    assert not app.exception
    assert not app.warning
    assert shows_trace(app)
    assert app.get("html")
    assert ("Not a medical device" if lang == "en" else "不是医疗器械") in all_text(app)


def test_record_without_labels(open_app, no_mitdb):
    """Runs cannot be cut without labels: the page says so, and the model for beats finds its own R peaks."""
    app = open_app("predict", record="208-excerpt", model="gru")
    assert not app.exception
    assert shows_trace(app)
    assert "beats-gru takes its place" in all_text(app)
    assert "nothing to compare" in all_text(app)


def test_other_beats_are_counted_apart(open_app, mitdb_folder):
    """The 377 beats of 208 that belong to no class are not in the matrix of the other 2,578."""
    app = open_app("predict", record="208")
    assert "of 2,578** beats of the five classes" in all_text(app)
    assert [tab.label for tab in app.tabs][2] == "Beats outside the five classes (377)"
    table = app.dataframe[1].value
    assert dict(zip(table["Experts"].str[0], table["Beats"], strict=True)) == {"F": 373, "Q": 2, "S": 2}


def test_detected_beats(open_app, mitdb_folder):
    """With detected R peaks, what was found, missed and added is said."""
    app = open_app("predict", record="100")
    next(group for group in app.button_group if group.label == "R peaks").set_value("detected").run()
    assert not app.exception
    assert "beats found" in all_text(app)
    assert "EC57" in all_text(app)


@pytest.mark.parametrize(
    ("record", "said"), [("208", "saw this person in training"), ("202", "saw this"), ("100", "never saw this person")]
)
def test_badge(open_app, mitdb_folder, record, said):
    """The badge speaks of people: 202 is the man of 201, who is in DS1."""
    assert said in all_text(open_app("predict", record=record))


def test_no_models(open_app, models):
    """Without any model the page still opens, and says what is missing."""
    for path in models.glob("*.safetensors"):
        path.unlink()
    app = open_app("predict")
    assert not app.exception
    assert "no model here" in all_text(app)


def test_damaged_model(open_app, models):
    """A model file that is cut short is refused with the reason."""
    path = models / "beats-gru.safetensors"
    path.write_bytes(path.read_bytes()[:2000])
    app = open_app("predict", record="simulated-mixed")
    assert not app.exception
    assert "truncated or altered" in all_text(app)


@pytest.mark.parametrize("page", ["predict", "gates", "evaluate", "learn", "cards", "train"])
def test_a_card_with_a_score_of_one_name(open_app, no_mitdb, models, page):
    """A model whose card has a single figure, and none that pages usually show, opens on every page."""
    config = NetworkConfig(n_channels=len(CHANNELS))
    card = ModelCard(name="beats-gru", segments="beats", scores={"specificity": 0.5})
    write_model(Model(config, initialise_weights(config, seed=0), card), models / "beats-gru.safetensors")
    app = open_app(page, record="simulated-mixed", model="beats-gru")
    assert not app.exception


def test_own_model_file(open_app, models):
    """A model file that a visitor brings is used at once, and belongs to that session alone."""
    app = open_app("predict", record="simulated-mixed")
    app.file_uploader[0].upload("mine.safetensors", (models / "beats-gru.safetensors").read_bytes()).run()
    assert not app.exception
    assert app.query_params["model"] == "mine"
    assert "mine" not in open_app("predict", record="simulated-mixed").selectbox[1].options


def test_a_chosen_model_follows_its_run(open_app, no_mitdb, models, tmp_path, monkeypatch):
    """Renamed by anybody, also where another run gets its old name, it stays in use; deleted, the page says so."""
    monkeypatch.setenv("ECG_RUNS_DIR", str(tmp_path / "runs"))
    preset = find_preset("beats-gru")
    first, second = (create_run(tmp_path / "runs", preset, 0, title) for title in ("mine", "other"))
    for run in (first, second):
        shutil.copy(models / "beats-gru.safetensors", run / "model.safetensors")
    app = open_app("predict", record="simulated-mixed", model="mine")
    assert app.query_params["model"] == "mine"
    rename_run(first, "renamed")
    rename_run(second, "mine")
    app.run()
    assert not app.exception
    assert app.query_params["model"] == "renamed"
    assert not app.warning
    shutil.rmtree(first)
    app.run()
    assert not app.exception
    assert "Model 'renamed' is no longer here; beats-gru is used in its place." in [said.value for said in app.warning]
    app.selectbox[1].set_value("mine").run()
    assert app.query_params["model"] == "mine"
    assert not app.warning


def test_many_models_are_read_once(open_app, no_mitdb, models, tmp_path, monkeypatch):
    """However many runs there are, a second look at Predict and Gates opens no model's file again."""
    monkeypatch.setenv("ECG_RUNS_DIR", str(tmp_path / "runs"))
    for number in range(MAX_MODELS + 2):
        run = create_run(tmp_path / "runs", find_preset("beats-gru"), 0, f"run {number}")
        shutil.copy(models / "beats-gru.safetensors", run / "model.safetensors")
    app = open_app("predict", record="simulated-mixed", model="run 3")
    read_again = []
    monkeypatch.setattr(models_cache, "read_model", lambda path: read_again.append(path) or read_model(path))
    for page in ("predict", "gates"):
        app.switch_page(f"pages/{page}/page.py").run()
        assert not app.exception
        assert app.query_params["model"] == "run 3"
    assert read_again == []


def test_a_replaced_model_leaves_nothing_behind(open_app, no_mitdb, tmp_path, monkeypatch):
    """A second file of the same name answers for itself, in the labels and in what Gates tries on a sample."""
    asked = []

    def remember(ask):
        def ask_and_remember(record_name, model_name, *args):
            asked.append(float(open_model(model_name).weights["gru/bias"].flat[0]))
            return ask(record_name, model_name, *args)

        return ask_and_remember

    for name in ("_classify", "_draw_sample"):
        monkeypatch.setattr(predictions, name, remember(getattr(predictions, name)))
    app = open_app("predict", record="simulated-mixed", model="beats-gru")
    brought = tmp_path / "brought" / "mine.safetensors"  # not among the shipped ones
    brought.parent.mkdir()
    config = NetworkConfig(n_channels=len(CHANNELS))
    card = ModelCard(name="mine", segments="beats", protocol="ds1-ds2", train_records=DS1)
    for bias in (0.25, 0.5):
        weights = initialise_weights(config, seed=0)
        weights["gru/bias"][:] = bias
        write_model(Model(config, weights, card), brought)
        asked.clear()
        app.file_uploader[0].upload("mine.safetensors", brought.read_bytes()).run()
        assert not app.exception
        assert list(app.session_state["own.model"]) == ["mine"]
        app.session_state["own.gates"] = {"holds": {"z": 1}}
        app.switch_page("pages/gates/page.py").run()
        assert not app.exception
        assert asked == [bias, bias]
        app.switch_page("pages/predict/page.py").run()
        assert not app.exception
        assert shows_trace(app), all_text(app)


def test_model_files_make_room(open_app, no_mitdb, models):
    """A visitor's model files are bounded: the newest are kept, and the one in use is among them."""
    app = open_app("predict", record="simulated-mixed", model="gru")
    data = (models / "beats-gru.safetensors").read_bytes()
    for number in range(MAX_OWN_MODELS + 2):
        app.file_uploader[0].upload(f"mine-{number}.safetensors", data).run()
        assert not app.exception
    kept = [f"mine-{number}" for number in (MAX_OWN_MODELS, MAX_OWN_MODELS + 1)]
    assert list(app.session_state["own.model"]) == kept
    assert app.query_params["model"] == kept[-1]


def test_what_made_room_is_asked_for_again(open_app, no_mitdb, monkeypatch):
    """Where a prediction is no longer kept and cannot be made again, the page says why."""
    app = open_app("predict", record="simulated-mixed")
    predictions._shared_prediction.clear()

    def refuse(*args, **more):
        raise RecordError("The file of record {record} is gone.", record="simulated-mixed")

    monkeypatch.setattr(classify, "classify_record", refuse)
    app.run()
    assert not app.exception
    assert "The file of record simulated-mixed is gone." in all_text(app)
    assert shows_trace(app) or app.warning


def test_foreign_model_file(open_app):
    """What is no model file is refused with the reason, and the model stays."""
    app = open_app("predict", record="simulated-mixed")
    app.file_uploader[0].upload("mine.safetensors", b"\x80\x04pickle").run()
    assert not app.exception
    assert any("truncated or altered" in warning.value for warning in app.warning)
    assert "model" not in app.query_params


@pytest.mark.parametrize("name", ["model.h5", "model.keras", "model.pkl", "model.pt", "model"])
@pytest.mark.parametrize("page", ["predict", "train"])
def test_a_file_that_could_run_code_is_refused(open_app, no_mitdb, page, name):
    """With the reason, whatever is in it."""
    app = open_app(page, record="simulated-mixed")
    app.file_uploader[0].upload(name, b"\x80\x04\x95").run()
    assert not app.exception
    assert any("can run code when opened" in warning.value for warning in app.warning)
    assert "model" not in app.query_params


def test_unsure_beats_are_said_with_what_is_to_be_expected_of_the_others(open_app, shipped_models, no_mitdb):
    """As many as lie below the card's threshold, and the card's errors; a model whose card is silent says nothing."""
    record, model = open_record("simulated-mixed"), open_shipped_model("beats-gru")
    card = model.card.unsure
    n = int((classify_record(record, model).probabilities.max(axis=1) < card["threshold"]).sum())
    app = open_app("predict", record="simulated-mixed", model="beats-gru")
    assert not app.exception
    assert f"**{n:,} of {len(record.annotations.beats().sample):,}** beats are unsure" in all_text(app)
    left, of_all = card["errors"], card["errors_of_all"]
    assert f"of the others **{left:.1%}** are named wrongly ({of_all:.1%} of all)" in all_text(app)
    app = open_app("predict", record="simulated-mixed", model="gru")
    assert "unsure" not in all_text(app)
    assert "found|named rightly" not in all_text(app)


def test_a_pacemaker_makes_no_name_sure(open_app, shipped_models, mitdb_folder):
    """The page says why, and every beat of 104 is drawn as unsure, whatever its probability; not so of 100."""
    for record, said in (("104", True), ("100", False)):
        app = open_app("predict", record=record, model="beats-gru")
        assert not app.exception
        assert any("pacemaker" in warning.value for warning in app.warning) == said
        model = open_shipped_model("beats-gru")
        named = apply_thresholds(classify_record(open_record(record), model), None, model)
        assert named.unsure.all() == said


def test_thresholds_move_names_and_figures(open_app, shipped_models, no_mitdb):
    """Down, more is named A and found; off, all is as before; the errors to be expected follow."""
    app = open_app("predict", record="simulated-mixed", model="beats-gru")
    usual = next(line for line in all_text(app).splitlines() if line.startswith("|**S**"))
    agreed = next(line for line in all_text(app).splitlines() if "agrees with the experts" in line)
    app.toggle(key="predict.thresholds").set_value(True).run()
    app.slider(key="predict.threshold.A").set_value(0.05).run()
    assert not app.exception
    low = next(line for line in all_text(app).splitlines() if line.startswith("|**S**"))
    percents = [float(cell.strip("*%")) for cell in re.findall(r"\*\*[\d.]+%\*\*", low)]
    before = [float(cell.strip("*%")) for cell in re.findall(r"\*\*[\d.]+%\*\*", usual)]
    assert percents[0] > before[0] + 10
    assert percents[1] < before[1] - 10
    assert all(f"({cell}%)" in low for cell in before)
    assert agreed not in all_text(app)
    app.toggle(key="predict.thresholds").set_value(False).run()
    assert usual in all_text(app)
    assert agreed in all_text(app)


@pytest.mark.parametrize("model", ["beats-gru", "gru"])
def test_work_ends_with_its_visitor(open_app, no_mitdb, monkeypatch, model):
    """A visitor who leaves while a model reads a record leaves no work behind: of hundreds of pieces a few are read."""
    runs, served, ended, first = [], [], Event(), 4 * (os.cpu_count() or 1)
    serve, look = Classifier._serve, predictions.end_if_unwanted

    def serve_and_leave(self, *args):
        served.append(args)
        runs[0].script_requests.request_stop()  # what the end of a connection does
        if len(served) > first:
            ended.wait(20)  # the pool must not be through before the page looks
        return serve(self, *args)

    def look_and_tell(share):
        try:
            look(share)
        except BaseException:
            ended.set()
            raise

    def open_and_note(*args):
        runs.append(get_script_run_ctx())
        return models_cache.open_classifier(*args)

    monkeypatch.setattr(predictions, "open_classifier", open_and_note)
    monkeypatch.setattr(predictions, "end_if_unwanted", look_and_tell)
    monkeypatch.setattr(Classifier, "_serve", serve_and_leave)
    monkeypatch.setattr(classify, "PIECE", 1)
    app = open_app("predict", record="simulated-mixed", model=model)
    assert not app.exception
    assert len(runs) == 1
    assert ended.is_set()
    assert len(served) <= first + (os.cpu_count() or 1)
