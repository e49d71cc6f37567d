"""The Gates page, with models that nobody trained."""

import numpy as np
import pytest

from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard, read_model, write_model
from ecgmodel.records.sources.catalogue import open_record
from tests.app.screen import all_text, sent_into_fields


def shows_gates(app):
    """Tell whether the page has the view of the cell."""
    return any(element.proto.component_name == "ecg_gates" for element in app.get("bidi_component"))


def n_panes(app):
    return sum(element.proto.component_name == "ecg_gates_pane" for element in app.get("bidi_component"))


def choose(app, label, value):
    """Set the one control with this label."""
    kinds = ("button_group", "selectbox", "toggle", "slider")
    found = [element for kind in kinds for element in app.get(kind) if element.label == label]
    assert len(found) == 1, label
    return found[0].set_value(value).run()


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()


@pytest.fixture
def lstm(models):
    """Ship an LSTM for runs, too."""
    config = NetworkConfig(cell="lstm")
    write_model(Model(config, initialise_weights(config, 1), ModelCard("lstm", "runs")), models / "lstm.safetensors")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("model", ["beats-gru", "gru", "lstm"])
def test_every_model_opens(open_app, no_mitdb, lstm, model, lang):
    """On an annotated record, in both languages, without complaint."""
    app = open_app("gates", record="simulated-mixed", model=model, lang=lang)
    assert not app.exception
    assert not app.warning
    assert shows_gates(app)
    assert ("Not a medical device" if lang == "en" else "不是医疗器械") in all_text(app)
    assert {"beat", "step", "unit"} <= app.query_params.keys()


def test_record_without_labels(open_app, no_mitdb):
    """The model for beats reads detected beats."""
    app = open_app("gates", record="208-excerpt", model="gru")
    assert not app.exception
    assert shows_gates(app)
    assert "Detected beat" in all_text(app)


def test_address_opens_the_place(open_app, no_mitdb):
    """Record, beat, step and unit come from the address, and stay there."""
    sample = int(open_record("simulated-mixed").annotations.beats().sample[50])
    place = {"record": "simulated-mixed", "beat": f"{sample / 360:.3f}", "step": "47", "unit": "12"}
    app = open_app("gates", **place)
    assert not app.warning
    assert {key: app.query_params[key] for key in place} == place
    assert "beat 51 of" in all_text(app)


@pytest.mark.parametrize(
    ("asked", "said", "taken"),
    [
        ({"step": "131"}, "has steps 0 to 130; 130 is shown", {"step": "130"}),
        ({"step": "-5", "unit": "99"}, "has units 0 to 19; 19 is shown", {"step": "0", "unit": "19"}),
        ({"unit": "x" * 10_000}, "is not a unit of this model", {}),
        ({"unit": "9" * 5_000}, "is not a unit of this model", {}),
        ({"beat": "0.02"}, "reads no beat at 0.02 s of record simulated-mixed; this is the nearest, at", {}),
        ({"beat": "nonsense"}, "reads no beat at nonsense s", {}),
        ({"beat": "nan"}, "reads no beat at nan s", {}),
        ({"beat": "99999999999999999999"}, "this is the nearest", {}),
    ],
)
def test_out_of_range(open_app, no_mitdb, asked, said, taken):
    """A sentence, and the nearest valid choice; once, not at every run."""
    app = open_app("gates", record="simulated-mixed", **asked)
    assert not app.exception
    assert shows_gates(app)
    assert sum(said in warning.value for warning in app.warning) == 1
    assert taken.items() <= dict(app.query_params).items()
    app.run()
    assert sum(said in warning.value for warning in app.warning) == 1


def test_beats_at_the_record_s_ends(open_app, no_mitdb):
    """The first and the last beat open like any other, with both kinds of models."""
    beats = open_record("simulated-mixed").annotations.beats().sample
    for model in ("beats-gru", "gru"):
        for sample in (beats[0], beats[-1]):
            app = open_app("gates", record="simulated-mixed", model=model, beat=f"{sample / 360:.3f}")
            assert not app.exception
            assert not app.warning
            assert shows_gates(app)


def test_beat_outside_the_runs(open_app, mitdb_folder):
    """A fusion beat is in no run, so a model of runs opens the nearest beat that it reads, and says so."""
    beats = open_record("208").annotations.beats()
    fusion = int(beats.sample[beats.symbol == "F"][5])
    app = open_app("gates", record="208", model="gru", beat=f"{fusion / 360:.3f}")
    assert any(f"no beat at {fusion / 360:.3f} s" in warning.value for warning in app.warning)
    assert shows_gates(app)


def test_beats_one_after_the_other(open_app, no_mitdb):
    """The arrows step through the beats of the chosen kind."""
    app = open_app("gates", record="simulated-mixed", beat="0")
    beats = open_record("simulated-mixed").annotations.beats()
    choose(app, "Beats to step through", "V")
    next(button for button in app.button if button.key == "gates.chevron_right").click().run()
    assert app.query_params["beat"] == f"{beats.sample[beats.symbol == 'V'][0] / 360:.3f}"
    assert "**V" in all_text(app)
    assert not app.warning


def test_side_by_side(open_app, no_mitdb, lstm):
    """An LSTM beside a GRU that reads the same segments; a model of beats is not offered beside them."""
    app = open_app("gates", record="simulated-mixed", model="gru")
    assert n_panes(app) == 1
    choose(app, "Compare with", "lstm")
    assert not app.exception
    assert n_panes(app) == 2
    offered = next(box for box in app.selectbox if box.label == "Compare with").options
    assert offered == ["no other model", "lstm"]


def test_what_if_r_is_always_1_takes_two_clicks(open_app, no_mitdb):
    """One for the tool, one for the gate; the answer and the matrix of a sample follow; reset takes all back."""
    app = open_app("gates", record="simulated-mixed")
    choose(app, "Tools", "hold")
    choose(app, "*r* is always", 1)
    assert not app.exception
    assert "Dotted lines: before" in all_text(app)
    assert "right as trained" in all_text(app)
    assert len(app.get("html")) >= 2
    press(app, "Reset")
    assert "Dotted lines: before" not in all_text(app)


def test_experiments_stay_in_sight(open_app, no_mitdb):
    """With another tool in hand the experiment goes on, and can be ended."""
    app = open_app("gates", record="simulated-mixed")
    choose(app, "Tools", "hold")
    choose(app, "Switched off", [int(app.query_params["unit"])])
    choose(app, "Tools", "hunt")
    assert "Dotted lines: before" in all_text(app)
    press(app, "End the experiment")
    assert "Dotted lines: before" not in all_text(app)


def test_edits_and_undo(open_app, no_mitdb):
    """A preset sets the sliders, a slider adds to it, undo takes back one after the other."""
    app = open_app("gates", record="simulated-mixed")
    choose(app, "Tools", "edit")
    press(app, "Early and wide")
    assert "Dotted lines: before" in all_text(app)
    slider = next(slider for slider in app.slider if slider.label == "QRS width (times)")
    assert slider.value == pytest.approx(2.2)
    choose(app, "QRS height (times)", 0.5)
    press(app, "Undo")
    assert next(slider for slider in app.slider if slider.label == "QRS height (times)").value == 1
    press(app, "Undo")
    assert "Dotted lines: before" not in all_text(app)


@pytest.mark.parametrize("model", ["beats-gru", "gru"])
def test_saliency(open_app, no_mitdb, model):
    """What moved the decision is said; of a model that hears the rhythm, what the rhythm is worth too."""
    app = open_app("gates", record="simulated-mixed", model=model)
    choose(app, "What moved the decision", True)
    assert not app.exception
    assert "falls without this part of the lead" in all_text(app)
    assert ("rhythm channels" in all_text(app)) == (model == "beats-gru")


def test_hunting_needs_a_stretch(open_app, no_mitdb):
    """Until one is brushed, the page says how."""
    app = open_app("gates", record="simulated-mixed")
    choose(app, "Tools", "hunt")
    assert "Drag across a stretch" in all_text(app)


def test_no_models(open_app, models):
    """Without any model the page still opens, and says what is missing."""
    for path in models.glob("*.safetensors"):
        path.unlink()
    app = open_app("gates")
    assert not app.exception
    assert "no model here" in all_text(app)


def test_model_without_a_recurrent_layer_of_ours(open_app, models):
    """Weights of another cell than the description says are refused with the reason."""
    model = read_model(models / "beats-gru.safetensors")
    weights = {name: value for name, value in model.weights.items() if not name.startswith("gru/")}
    weights["simple_rnn/kernel"] = np.zeros((6, 20), np.float32)
    write_model(Model(model.config, weights, model.card), models / "beats-gru.safetensors")
    app = open_app("gates", record="simulated-mixed")
    assert not app.exception
    assert any("gru/kernel" in warning.value for warning in app.warning)


def test_empty_record(open_app, no_mitdb, monkeypatch):
    """Where no beat is found, the page says so."""
    from ecgmodel.records.signal import r_peaks

    monkeypatch.setattr(r_peaks, "detect_r_peaks", lambda signal, fs: np.empty(0, np.int64))
    import streamlit as st

    st.cache_resource.clear()
    app = open_app("gates", record="208-excerpt")
    assert not app.exception
    assert "There is no beat in record" in all_text(app)
    st.cache_resource.clear()


def test_sliders_are_left_alone(open_app, no_mitdb):
    """A run puts values into the sliders of an edit only where they are other ones."""
    app = open_app("gates", record="simulated-mixed")
    choose(app, "Tools", "edit")
    choose(app, "QRS height (times)", 0.5)
    assert sent_into_fields(app) == []
    press(app, "Undo")
    assert sent_into_fields(app) == ["QRS height (times)"]


def test_tools_stay_in_hand(open_app, no_mitdb):
    """The tool in hand and the strip of what moved the decision are there again after another page."""
    app = open_app("gates")
    next(group for group in app.button_group if group.key == "gates.tool").set_value("hold").run()
    app.toggle(key="gates.saliency").set_value(True).run()
    app.switch_page("pages/predict/page.py").run()
    app.switch_page("pages/gates/page.py").run()
    assert not app.exception
    assert next(group for group in app.button_group if group.key == "gates.tool").value == "hold"
    assert app.toggle(key="gates.saliency").value
