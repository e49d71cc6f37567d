"""The Gates page, with models that nobody trained."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecgmodel.labels import CLASSES
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.gates import trace_gates
from ecgmodel.network.model_file import Model, ModelCard, open_shipped_model, read_model, write_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.record import Annotations
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.edit import beat_surroundings, cut_segment
from tests.app.screen import APP, all_text, come_in_by, sent_into_fields

CHANGED = "before, **"
"""What the page says of an answer that an experiment or an edit changed."""


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
    """Every other model that reads the beat is offered, the other cell first: an LSTM beside the default model, too."""
    for model, others in (("gru", ["lstm · LSTM", "beats-gru · GRU"]), ("beats-gru", ["lstm · LSTM", "gru · GRU"])):
        app = open_app("gates", record="simulated-mixed", model=model)
        assert n_panes(app) == 1
        assert next(box for box in app.selectbox if box.label == "Compare with").options == ["no other model", *others]
        choose(app, "Compare with", "lstm")
        assert not app.exception
        assert not app.warning
        assert n_panes(app) == 2
        assert ("The cursor stands at the same time in both" in all_text(app)) == (model == "beats-gru")


def test_runs_stand_beside_experts_beats_alone(open_app, no_mitdb, lstm):
    """Without experts' labels there are no runs, so only another model of beats could stand beside one."""
    assert not any(box.label == "Compare with" for box in open_app("gates", record="208-excerpt").selectbox)


def test_a_beat_without_a_run_beside(open_app, mitdb_folder, lstm):
    """A fusion beat is in no run: the model of beats shows it, and the page says why the other one does not."""
    beats = open_record("208").annotations.beats()
    fusion = int(beats.sample[beats.symbol == "F"][5])
    app = open_app("gates", record="208", beat=f"{fusion / 360:.3f}")
    choose(app, "Compare with", "lstm")
    assert n_panes(app) == 1
    assert any("is in no run of the five classes" in warning.value for warning in app.warning)


def find_r_peaks(record):
    """Return the beats of a record without annotations, as the page finds them."""
    r_sample = detect_r_peaks(record.lead(), record.fs)
    return Annotations(r_sample, np.full(len(r_sample), ""), np.full(len(r_sample), ""))


FIRST_RECORDS = ("simulated-mixed", "208-excerpt", "100", "109", "118", "208", "210", "228", "svdb/865")


@pytest.mark.parametrize("name", FIRST_RECORDS)
def test_the_first_beat_is_right_and_its_gates_differ(navigated, request, name):
    """With the shipped model, by what the library says of the beat, step and unit in the address."""
    if name.isdecimal() or name.startswith("svdb/"):
        request.getfixturevalue("mitdb_folder" if name.isdecimal() else "svdb_folder")
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["record"] = name
    come_in_by(app, "gates")
    app.run()
    assert not app.exception
    record, model = open_record(name), open_shipped_model("beats-gru")
    beats = find_r_peaks(record) if record.annotations is None else record.annotations.beats()
    index = int(np.abs(beats.sample / record.fs - float(app.query_params["beat"])).argmin())
    lead = record.default_lead
    around = beat_surroundings(name, lead, record.lead(), beats.sample, beats.symbol, record.fs, index)
    segment, classifier = cut_segment(around), Classifier(model).for_record(name)
    trace = trace_gates(classifier.model, classifier.predict(segment, with_states=True), segment.length)
    assert trace.answer.max() > 0.9
    if record.annotations is not None:
        assert CLASSES[trace.answer.argmax()] == beats.symbol[index]
    step, unit = (int(app.query_params[key]) for key in ("step", "unit"))
    values = sorted(float(trace.row(gate)[step, unit]) for gate in trace.cell.gates[:-1])
    assert min(np.diff(values)) > 0.15
    assert abs(trace.states[step, unit] - trace.states[step - 1, unit]) > 0.1


def test_what_if_r_is_always_1_takes_two_clicks(open_app, no_mitdb):
    """One for the tool, one for the gate; the answer and the matrix of a sample follow; reset takes all back."""
    app = open_app("gates", record="simulated-mixed")
    choose(app, "Tools", "hold")
    choose(app, "*r* is always", 1)
    assert not app.exception
    assert CHANGED in all_text(app)
    assert "right as trained" in all_text(app)
    assert len(app.get("html")) >= 2
    press(app, "Reset")
    assert CHANGED not in all_text(app)


def test_an_address_holds_gates(open_app, no_mitdb):
    """A link may open with a gate held; one that asks for a gate that is not there is told which there are."""
    app = open_app("gates", record="simulated-mixed", hold="z:0")
    assert not app.exception
    assert CHANGED in all_text(app)
    assert app.query_params["hold"] == "z:0"
    press(app, "End the experiment")
    assert CHANGED not in all_text(app)
    assert "hold" not in app.query_params
    for asked in ("f:1", "z:2", "h~:1", "z"):
        app = open_app("gates", record="simulated-mixed", hold=asked)
        assert not app.exception
        assert "The gates of this cell are r, z" in app.warning[0].value
        assert CHANGED not in all_text(app)


def test_experiments_stay_in_sight(open_app, no_mitdb):
    """With another tool in hand the experiment goes on, and can be ended."""
    app = open_app("gates", record="simulated-mixed")
    choose(app, "Tools", "hold")
    choose(app, "Switched off", [int(app.query_params["unit"])])
    choose(app, "Tools", "hunt")
    assert CHANGED in all_text(app)
    press(app, "End the experiment")
    assert CHANGED not in all_text(app)


def test_edits_and_undo(open_app, no_mitdb):
    """A preset sets the sliders, a slider adds to it, undo takes back one after the other."""
    app = open_app("gates", record="simulated-mixed")
    choose(app, "Tools", "edit")
    press(app, "Early and wide")
    assert CHANGED in all_text(app)
    slider = next(slider for slider in app.slider if slider.label == "QRS width (times)")
    assert slider.value == pytest.approx(2.2)
    choose(app, "QRS height (times)", 0.5)
    press(app, "Undo")
    assert next(slider for slider in app.slider if slider.label == "QRS height (times)").value == 1
    press(app, "Undo")
    assert CHANGED not in all_text(app)


@pytest.mark.parametrize("model", ["beats-gru", "gru"])
def test_saliency(open_app, no_mitdb, model):
    """What moved the decision is said; of a model that hears the rhythm, what the rhythm is worth too."""
    app = open_app("gates", record="simulated-mixed", model=model)
    choose(app, "What moved the decision", True)
    assert not app.exception
    assert "falls without this part of the lead" in all_text(app)
    assert not re.search(r"(fall|rise) by [-−]", all_text(app))
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
