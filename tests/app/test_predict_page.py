"""The Predict page, with models that nobody trained."""

import pytest

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


def test_own_model_file(open_app, models):
    """A model file that a visitor brings is used at once, and belongs to that session alone."""
    app = open_app("predict", record="simulated-mixed")
    app.file_uploader[0].upload("mine.safetensors", (models / "beats-gru.safetensors").read_bytes()).run()
    assert not app.exception
    assert app.query_params["model"] == "mine"
    assert "mine" not in open_app("predict", record="simulated-mixed").selectbox[1].options


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
