"""The Upload page, with models that nobody trained: what it understands, asks, refuses, and forgets."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from ecgmodel.classification import classify
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.records.imports.recipes import write_link
from ecgmodel.records.imports.understanding import ImportSettings
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from pages.upload.results import symbols_of
from tests.app.screen import all_text, as_read, sent_into_fields, shows_trace
from tests.unit.pages.conftest import unpack

CSV = Path(__file__).parents[1] / "data" / "csv"
TRUTH = json.loads((CSV / "corpus.json").read_text(encoding="utf-8"))["signals"]


@pytest.fixture
def upload_page(open_app, no_mitdb):
    """The page as on a first visit."""
    return open_app("upload")


def drop(app, *files):
    """Drop files, each a name with its bytes or the name of a file of the corpus."""
    pairs = [(file, (CSV / file).read_bytes()) if isinstance(file, str) else file for file in files]
    for name, data in pairs:
        app.file_uploader[0].upload(name, data)
    return app.run()


def press(app, key):
    return next(button for button in app.button if button.key == key).click().run()


def widget(app, kind, key):
    return next(element for element in app.get(kind) if element.key == key)


def upload_of(app):
    return app.session_state["own.upload"]["current"]


def test_first_visit(upload_page):
    """A file to try is read and labelled at once, and the record in use stays what it was."""
    assert not upload_page.exception
    assert shows_trace(upload_page)
    assert "line 6 says 'Sample Rate,512 hertz'" in all_text(upload_page)
    assert "Not a medical device" in all_text(upload_page)
    assert upload_page.session_state["choice.record"] == "simulated-mixed"


def test_chinese(open_app, no_mitdb):
    """The page and its evidence are Chinese where the visitor reads it."""
    app = open_app("upload", lang="zh")
    assert not app.exception
    assert "我的理解" in all_text(app)
    assert "第 6 行" in all_text(app)
    assert "不是医疗器械" in all_text(app)


@pytest.mark.parametrize("kind", ["watch", "strap"])
def test_files_to_try(upload_page, kind):
    """A file that says everything becomes the record in use without a question."""
    app = press(upload_page, f"upload.{kind}")
    assert not app.exception
    assert upload_of(app).understanding.question is None
    assert len(upload_of(app).analysis.r_sample) > 30
    assert app.session_state["choice.record"].startswith("upload: ")
    assert "record" not in app.query_params


def test_the_one_question(upload_page):
    """Bare numbers ask for the rate alone; the answer brings the trace, and can be taken back."""
    app = press(upload_page, "upload.plain")
    assert "how many are they, in Hz?" in all_text(app)
    assert not shows_trace(app)
    widget(app, "number_input", "upload.answer.fs").set_value(360.0).run()
    assert not app.exception
    assert shows_trace(app)
    assert upload_of(app).found.record.duration_s == pytest.approx(60.0)
    assert "set by hand" in all_text(app)
    press(app, "upload.reset")
    assert "how many are they, in Hz?" in all_text(app)


FORMATS = CSV.parent / "formats"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("plain.xlsx", "of 3 sheets it has the most numbers"),
        ("readings.json", "'scalingFactor' is 10922, so many ADC units make 1 mV"),
        ("muse.xml", "GE MUSE (XML)"),
        ("ecg.dcm", "DICOM"),
        ("annotated.edf", "EDF"),
        ("challenge.zip", "WFDB"),
        ("reference.scp", "a sample takes 2,000 µs"),
    ],
)
def test_formats_with_a_header(upload_page, name, word):
    """What was understood of a file is shown with where it stands, and the trace is drawn."""
    truth = json.loads((FORMATS / "corpus.json").read_text(encoding="utf-8"))[name]
    app = drop(upload_page, (name, (FORMATS / name).read_bytes()))
    assert not app.exception
    assert word in all_text(app)
    assert shows_trace(app)
    assert list(upload_of(app).found.record.leads) == truth["leads"]


def test_a_guessed_unit_is_marked_and_set_by_hand(upload_page):
    """An EDF whose unit is not known has a unit control that says so; what is set there holds."""
    app = drop(upload_page, ("odd-unit.edf", (FORMATS / "odd-unit.edf").read_bytes()))
    assert "'milliV', is not known" in all_text(app)
    assert "were taken for mV" in all_text(app)
    before = upload_of(app).found.record.signals[100, 0]
    widget(app, "selectbox", "upload.set.unit").select("uV").run()
    assert not app.exception
    assert upload_of(app).found.record.signals[100, 0] == pytest.approx(before / 1000)
    assert "were taken for" not in all_text(app)


def test_another_recording_of_a_file_can_be_chosen(upload_page):
    """A file with two recordings offers the other one."""
    app = drop(upload_page, ("readings.json", (FORMATS / "readings.json").read_bytes()))
    assert upload_of(app).found.record.n_samples == 2000
    widget(app, "selectbox", "upload.set.part").select("ecgReadings[0].waveformSamples").run()
    assert not app.exception
    assert upload_of(app).found.record.n_samples == 1500


ONE_OF_EACH_KIND = (
    "apple-zh-gbk.csv",
    "arduino-millis.csv",
    "holter.edf",
    "mitdb-excerpt.csv",
    "openbci.txt",
    "opensignals.txt",
    "plain-semicolon-comma.csv",
    "polar.txt",
    "samsung-utf16.csv",
    "wfdb-212.zip",
)
"""What the page makes of a file does not depend on which of its kind it is: `test_corpus.py` reads every one."""


@pytest.mark.parametrize("name", ONE_OF_EACH_KIND)
def test_corpus(upload_page, name):
    """A file of each kind that answers itself is read as it is, named and drawn."""
    assert not TRUTH[name]["question"]
    app = drop(upload_page, name)
    assert not app.exception
    assert not app.warning, all_text(app)
    assert shows_trace(app)
    found = upload_of(app)
    assert found.title == name
    assert found.found.record.fs == pytest.approx(TRUTH[name]["fs"], rel=1e-3)
    assert found.analysis.prediction is not None


def test_changing_a_guess(upload_page):
    """Another rate or unit is taken at once; one that does not fit is refused, and nothing is lost."""
    app = drop(upload_page, "apple-en.csv")
    before = upload_of(app).found.record.duration_s
    widget(app, "number_input", "upload.set.fs").set_value(256.422).run()
    assert upload_of(app).found.record.duration_s == pytest.approx(2 * before, rel=1e-3)
    widget(app, "selectbox", "upload.set.unit").set_value("mV").run()
    assert not app.exception
    assert upload_of(app).settings.unit == "mV"
    widget(app, "number_input", "upload.set.first_line").set_value(99_999_999).run()
    assert not app.exception
    assert app.warning
    assert upload_of(app).settings.first_line is None
    assert shows_trace(app)


def test_fields_are_left_alone(upload_page):
    """What one guess starts does not overwrite the next one, into which the visitor types meanwhile."""
    app = drop(upload_page, "apple-en.csv")
    widget(app, "selectbox", "upload.set.unit").set_value("mV").run()
    assert sent_into_fields(app) == []


def test_flip(upload_page):
    """A lead that is upside down is offered to be flipped, and then points up."""
    app = drop(upload_page, "plain-inverted.csv")
    assert "may be upside down" in all_text(app)
    before = upload_of(app).found.record.lead().copy()
    press(app, "upload.flip")
    assert (upload_of(app).found.record.lead() == -before).all()
    assert "may be upside down" not in all_text(app)


def test_filters_are_off_and_shown_when_on(upload_page):
    """A filter changes the record in use, and the page says so."""
    app = press(upload_page, "upload.strap")
    said = "Filters are on"
    assert said not in all_text(app)
    widget(app, "toggle", "upload.baseline").set_value(True).run()
    assert not app.exception
    assert said in all_text(app)
    upload = upload_of(app)
    assert upload.analysis.record.signals is not upload.found.record.signals
    own = app.session_state["own.record"][upload.record_name]
    assert own.signals is upload.analysis.record.signals


def test_threshold(upload_page):
    """With a high threshold, a model that nobody trained is unsure of every beat."""
    app = press(upload_page, "upload.watch")
    widget(app, "slider", "upload.threshold").set_value(0.99).run()
    table = app.dataframe[0].value
    counts = dict(zip(table["Class"].str[0], table["Beats"], strict=True))
    assert counts["?"] == len(upload_of(app).analysis.r_sample)
    app.switch_page("pages/records/page.py").run()
    app.switch_page("pages/upload/page.py").run()
    assert widget(app, "slider", "upload.threshold").value == 0.99


def test_a_pacemaker_leaves_every_beat_unnamed(open_app, shipped_models, no_mitdb):
    """Spikes in front of the QRS complexes of a file: all its beats are drawn as ?, and it is said why."""
    record = simulate_record(SimulationPlan(duration_s=30.0, fs=250.0), seed=2)
    signal = record.lead("MLII").copy()
    signal[record.annotations.beats().sample[1:] - 20] += 0.6
    lines = "".join(f"{k / 250:.3f},{value:.4f}\n" for k, value in enumerate(signal))
    app = drop(open_app("upload"), ("paced.csv", f"time [s],MLII [mV]\n{lines}".encode()))
    assert not app.exception
    analysis = upload_of(app).analysis
    assert analysis.prediction.probabilities.max(axis=1).mean() > 0.8, "the model is sure of these beats"
    assert set(symbols_of(analysis, 0.1)) == {"?"}
    assert "pacemaker" in all_text(app)


def test_unsure_begins_where_the_card_says(open_app, shipped_models, no_mitdb):
    """At the probability whose errors are known, and these are said."""
    unsure = open_shipped_model("beats-gru").card.unsure
    app = press(open_app("upload"), "upload.watch")
    shown = widget(app, "slider", "upload.threshold")
    assert shown.value == round(unsure["threshold"], 2)
    assert f"{unsure['errors']:.1%} are named wrongly" in shown.help


def test_unsure_begins_at_a_half_where_the_card_says_nothing(upload_page):
    """A model that nobody judged has no threshold of its own."""
    shown = widget(press(upload_page, "upload.watch"), "slider", "upload.threshold")
    assert shown.value == 0.5
    assert "named wrongly" not in shown.help


def test_recipe(upload_page):
    """What was set for one file is saved and applied to the next."""
    app = drop(upload_page, "arduino.txt")
    recipe = json.dumps({"fs": 250.0, "unit": "adc", "adc_per_mv": 200.0})
    widget(app, "file_uploader", "upload.recipe").upload("recipe.json", recipe.encode()).run()
    assert not app.exception
    assert upload_of(app).settings.fs == 250.0
    assert shows_trace(app)


def test_recipe_that_is_none(upload_page):
    """A recipe that is none changes nothing."""
    app = drop(upload_page, "apple-en.csv")
    widget(app, "file_uploader", "upload.recipe").upload("recipe.json", b'{"fs": -5}').run()
    assert not app.exception
    assert app.warning
    assert shows_trace(app)


BAD = {
    "empty.csv": b"",
    "one.csv": b"0.5\n",
    "text.csv": b"Dear doctor,\nplease find my heart.\n",
    "page.csv": b"<!doctype html><html><body>1,2</body></html>",
    "doc.csv": b"%PDF-1.7\n1 0 obj\n",
    "book.csv": b"PK\x03\x04" + b"\0" * 60,
    "nul.csv": b"0.1\n\0\0\0\n0.2\n",
    "binary.csv": bytes(range(256)) * 4,
    "wide.csv": b"\n".join(b",".join(b"%d" % (i % 7) for _ in range(5000)) for i in range(60)) + b"\n",
    "bomb.zip": b"PK\x03\x04 no archive",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files(upload_page, name):
    """Each is refused with one sentence that names the file; the result of another file is not shown, nor lost."""
    app = drop(upload_page, "apple-en.csv")
    app = drop(app, (name, BAD[name]))
    assert not app.exception
    assert len(app.warning) == 1
    assert name in app.warning[0].value.replace("\\", "")
    assert not shows_trace(app)
    app = press(app, "upload.back")
    assert upload_of(app).title == "apple-en.csv"
    assert not app.warning
    assert shows_trace(app)


def test_a_refused_file_is_not_answered_by_the_sample(upload_page):
    """On a first visit, what the file to try gives is not left standing beside the refusal."""
    app = drop(upload_page, ("text.csv", BAD["text.csv"]))
    assert len(app.warning) == 1
    assert not shows_trace(app)
    assert not app.dataframe
    assert "text.csv" in as_read(" ".join(text.value for text in app.sidebar.markdown))


def test_the_sidebar_speaks_of_the_file_in_sight(upload_page):
    """While a file is shown that is not the record in use, the sidebar names the file."""
    app = upload_page.run()
    assert upload_of(app).title in as_read(" ".join(text.value for text in app.sidebar.markdown))


def test_rr_intervals_are_a_tachogram(upload_page):
    """A list of RR intervals is shown as such, with its rate; it can be read as an ECG all the same."""
    rows = "RR\n" + "\n".join(str(800 + 10 * (i % 5)) for i in range(300)) + "\n"
    app = drop(upload_page, ("rr.csv", rows.encode()))
    assert not app.exception
    assert not shows_trace(app)
    assert "no ECG" in all_text(app)
    assert "73/min" in [metric.value for metric in app.metric]
    assert {"SDNN", "RMSSD", "pNN50", "SD1", "SD2"} <= {metric.label for metric in app.metric}
    assert "does not tell ectopic beats" in all_text(app)
    app = press(app, "upload.as_signal")
    assert upload_of(app).understanding.question.setting == "fs"


def test_a_doubt_offers_the_other_rate(upload_page):
    """A stated rate that is half of the true one is doubted, and one click reads the file at the other."""
    from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

    signal = simulate_record(SimulationPlan(duration_s=30.0, fs=250.0), seed=1).signals[:, 0]
    rows = "Sample Rate: 125 Hz\n" + "\n".join(f"{v:.4f}" for v in signal) + "\n"
    app = drop(upload_page, ("half.csv", rows.encode()))
    assert "At 250 Hz" in app.warning[0].value
    app = press(app, "upload.doubt")
    assert upload_of(app).found.record.fs == 250.0
    assert not app.warning


def numbers(change=lambda i: None, n=3000):
    return "\n".join(["time,ecg", *(change(i) or f"{i * 0.004:.3f},{i % 200 / 100:.2f}" for i in range(n))]).encode()


@pytest.mark.parametrize(
    "data",
    [
        numbers(lambda i: "5.000,0.1" if i == 2000 else None),
        numbers(lambda i: "8.000,oops" if i == 2000 else None),
        numbers(lambda i: f"{i * 0.004:.3f},0.5"),
    ],
    ids=["backward", "word", "constant"],
)
def test_bad_inside(upload_page, data):
    """A fault that is met while reading is one sentence; the settings stay, and no record is published."""
    app = drop(upload_page, ("inside.csv", data))
    assert not app.exception
    assert len(app.warning) == 1, all_text(app)
    assert not shows_trace(app)
    assert upload_of(app).title == "inside.csv"
    assert app.session_state["choice.record"] == "simulated-mixed"


def test_lines_left_out_as_gaps(upload_page):
    """Where a line cannot be read, the page offers to leave it out."""
    app = drop(upload_page, ("inside.csv", numbers(lambda i: "8.000,oops" if i == 2000 else None)))
    press(app, "upload.gaps")
    assert not app.exception
    assert shows_trace(app)
    assert not app.warning


def test_a_gap_is_no_interval(upload_page):
    """Ten minutes that the file leaves out are not said to be an RR interval, on this page or another."""
    rows = [f"{i * 0.004 + (600 if i > 5000 else 0):.3f},{pulse(i):.3f}" for i in range(10_000)]
    app = drop(upload_page, ("holter.csv", "\n".join(["time,ecg", *rows]).encode()))
    assert not app.exception
    upload = upload_of(app)
    assert upload.found.record.duration_s == pytest.approx(640.0, abs=0.1)
    shown = {metric.label: float(metric.value.removesuffix(" s").removesuffix("/min")) for metric in app.metric}
    assert shown["Longest RR interval"] == pytest.approx(1.0, abs=0.2)
    table = next(frame.value for frame in app.dataframe if "RR before (s)" in frame.value)
    assert table["RR before (s)"].max() < 1.2


def pulse(i):
    """Return a beat a second at 250 Hz, in mV."""
    return max(0.0, 1 - abs(i % 250 - 100) / 8)


def test_beat_rows(upload_page):
    """Heartbeats without their recording are shown with the file's labels, and get no names."""
    app = drop(upload_page, "mitbih_test.csv")
    assert not app.exception
    assert "one a row" in all_text(app)
    assert shows_trace(app)
    assert upload_of(app).analysis is None


def test_annotations_alone(upload_page):
    """Annotations without samples name the recording that they need, and show no empty lead, rate or unit."""
    app = drop(upload_page, "100annotations.txt")
    assert not app.exception
    corpus = json.loads((CSV / "corpus.json").read_text(encoding="utf-8"))
    count = len(corpus["annotations"]["100annotations.txt"]["sample"])
    assert f"These are {count:,} annotations and no ECG" in app.info[0].value
    assert "record 100." in app.info[0].value
    assert not shows_trace(app)
    assert "Lead" not in all_text(app)
    assert "****" not in all_text(app)


def test_samples_with_annotations(upload_page):
    """A record with its annotations shows the file's labels above the model's."""
    app = drop(upload_page, "100.csv", "100annotations.txt")
    assert not app.exception
    assert upload_of(app).found.record.annotations is not None


def test_other_pages_show_it(upload_page):
    """Records, Predict and Annotate open the upload as the record in use."""
    app = press(upload_page, "upload.watch")
    for page in ("records", "predict", "annotate"):
        app.switch_page(f"pages/{page}/page.py").run()
        assert not app.exception
        assert shows_trace(app)
        assert "upload: watch.csv" in all_text(app)


def test_another_file_of_the_same_name(upload_page):
    """What was computed from a file is not shown for another one of its name, nor for the same one turned around."""
    app = drop(upload_page, "apple-en.csv")
    app.switch_page("pages/predict/page.py").run()
    assert shown_samples(app) == upload_of(app).analysis.r_sample.tolist()
    app.switch_page("pages/upload/page.py").run()
    app = drop(app, ("apple-en.csv", (CSV / "apple-de.csv").read_bytes()))
    assert upload_of(app).analysis.prediction.fs == pytest.approx(511.562)
    app.switch_page("pages/predict/page.py").run()
    assert not app.exception
    assert shown_samples(app) == upload_of(app).analysis.r_sample.tolist()


def test_what_upload_found_is_not_asked_again(upload_page, monkeypatch):
    """Predict shows the beats that Upload has named, without the model."""
    app = press(upload_page, "upload.watch")
    monkeypatch.setattr(classify, "classify_record", lambda *args, **more: pytest.fail("asked again"))
    app.switch_page("pages/predict/page.py").run()
    assert not app.exception
    assert shown_samples(app) == upload_of(app).analysis.r_sample.tolist()


def shown_samples(app):
    """Return where the model's labels stand in the trace of this page."""
    packets = [element.proto for element in app.get("bidi_component") if element.proto.component_name == "ecg_labels"]
    _, arrays = unpack(SimpleNamespace(data=packets[-1].bytes))
    return arrays["row_0_sample"].tolist()


def test_remove(upload_page):
    """Removing the file takes it from all pages."""
    app = press(upload_page, "upload.watch")
    press(app, "upload.remove")
    assert not app.exception
    assert app.session_state["own.record"] == {}
    assert app.session_state["choice.record"] == "simulated-mixed"


def test_nobody_else_sees_it(open_app, no_mitdb):
    """Another visitor has neither the file nor its name."""
    app = open_app("upload")
    drop(app, "apple-en.csv")
    other = open_app("records")
    assert "apple" not in all_text(other)
    assert all("apple" not in str(option) for box in other.selectbox for option in box.options)
    stranger = open_app("records", record="upload: apple-en.csv")
    assert not stranger.exception
    assert "There is no record" in all_text(stranger)


def test_no_models(open_app, no_mitdb, models):
    """Without a model the trace shows the R peaks, unnamed."""
    for path in models.glob("*.safetensors"):
        path.unlink()
    app = open_app("upload")
    assert not app.exception
    assert shows_trace(app)
    assert upload_of(app).analysis.prediction is None


def test_several_recordings_are_a_list(upload_page):
    """Files that are not one record become a list with a line each; what cannot be read has its reason."""
    app = drop(upload_page, "apple-en.csv", "holter.edf", ("letter.txt", b"Dear doctor,\nplease find my heart.\n"))
    assert not app.exception
    many = app.session_state["own.upload"]["many"]
    assert list(many.recordings) == ["apple-en.csv", "holter.edf", "letter.txt"]
    assert many.lines["apple-en.csv"].fs == TRUTH["apple-en.csv"]["fs"]
    assert "Dear doctor" in many.lines["letter.txt"].error
    assert len(app.dataframe) == 1
    assert "No line of the file begins a table of numbers" in app.dataframe[0].value["Remarks"].iloc[-1]
    assert not shows_trace(app)
    app = press(app, "upload.many.close")
    assert shows_trace(app)


def test_one_record_in_several_files_is_no_list(upload_page):
    """A recording with its annotations is opened at once."""
    app = drop(upload_page, "100.csv", "100annotations.txt")
    assert not app.exception
    assert upload_of(app).found.record.annotations is not None
    assert shows_trace(app)


def test_a_linked_recipe_says_where_it_does_not_fit(upload_page):
    """A recipe that came by the address is applied to the next file; what that file contradicts is said."""
    upload_page.query_params["recipe"] = write_link(ImportSettings(fs=500.0, flip=True))
    app = drop(upload_page.run(), "plain-clock.csv")
    assert not app.exception
    assert upload_of(app).settings.flip
    assert upload_of(app).found.record.fs == TRUTH["plain-clock.csv"]["fs"]
    assert "500 Hz" in as_read(app.warning[0].value)
