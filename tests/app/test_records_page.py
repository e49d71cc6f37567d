"""The Records page."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.records.record import Annotations
from ecgmodel.records.sources import download, simulated
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.records.sources.record_filter import RecordFilter
from ecgmodel.records.variability import find_normal_intervals, measure_variability
from pages.records.panel import annotation_csv
from tests.app.screen import all_text, shows_trace


def test_headline_of_208(open_app, mitdb_folder):
    """Person, leads and counts are those that PhysioNet publishes for record 208."""
    text = all_text(open_app(record="208"))
    assert "F 23 y" in text
    assert "MLII, V1" in text
    assert "2,955 beats: N 1,586 V 992 F 373 S 2 Q 2" in text
    assert "ODC-By 1.0" in text


def test_every_record_has_a_note(open_app, mitdb_folder):
    """What to look for in a record is said in words of the project's own."""
    assert "fusions of ventricular and normal beats" in all_text(open_app(record="208"))
    assert "融合波" in all_text(open_app(record="208", lang="zh"))


def test_steps_through_the_list(open_app):
    """The neighbours in the list are one click away, and the ends are closed."""
    app = open_app(record="simulated-noisy")
    assert app.button(key="record_panel.next").disabled
    app.button(key="record_panel.previous").click().run()
    assert app.query_params["record"] == "simulated-rbbb"
    assert not app.button(key="record_panel.next").disabled


def test_excerpt_has_no_labels(open_app):
    """The excerpt of 208 is not annotated, and says so."""
    app = open_app(record="208-excerpt")
    assert not app.exception
    assert shows_trace(app)
    assert "not annotated" in all_text(app)


def test_record_that_is_not_here(open_app, no_mitdb):
    """A record of the database can be fetched where it is not on this machine; nothing is fetched unasked."""
    app = open_app(record="100")
    assert not app.exception
    assert "not on this machine" in all_text(app)
    assert [button.label for button in app.button if "Fetch" in button.label] == [
        "Fetch record 100 (2 MB)",
        "Fetch all 48 records (94 MB)",
    ]


def test_record_of_svdb_that_is_not_here(open_app, no_mitdb):
    """A record of svdb is fetched alone or with its database."""
    app = open_app(record="svdb/800")
    assert not app.exception
    assert [button.label for button in app.button if "Fetch" in button.label] == [
        "Fetch record svdb/800 (1 MB)",
        "Fetch all 78 records (55 MB)",
    ]


def test_record_of_svdb(open_app, svdb_folder):
    """A record of svdb shows its name, leads, beats, and whose it is, on both pages."""
    for page in ("records", "predict"):
        app = open_app(page, record="svdb/865")
        assert not app.exception
        assert shows_trace(app)
        assert "svdb/865" in all_text(app)
        assert "S 1,818" in all_text(app)
        assert "MIT-BIH Supraventricular Arrhythmia Database" in all_text(app)
        assert "10.13026/C2V30W" in all_text(app)
        assert "Moody GB" not in all_text(app)


def test_narrowed_list(open_app, no_mitdb):
    """The list of records narrows to simulated ones; the record in use stays in it, and so does the choice."""
    app = open_app(record="simulated-mixed")
    everything = app.selectbox(key="record_panel.picker").options
    assert len(everything) == 48 + 78 + 1 + len(simulated.NAMES)
    app.session_state["choice.record_panel.filter"] = RecordFilter(origins=("simulated",))
    app.run()
    narrowed = app.selectbox(key="record_panel.picker").options
    assert "simulated-mixed" in narrowed
    assert all(name.startswith("simulated-") for name in narrowed)
    assert len(narrowed) == len(simulated.NAMES)
    assert f"{len(narrowed)} of {len(everything)} records" in all_text(app)


def test_fetching_fails_in_words(open_app, no_mitdb, monkeypatch):
    """A download that fails says why and how to go on, and the app stays usable."""

    def refuse(*_args, **_options):
        raise download.DownloadError(
            "{host} cannot be reached ({reason}). Check", host="physionet.org", reason="no answer"
        )

    monkeypatch.setattr(download, "download_records", refuse)
    app = open_app(record="100")
    next(button for button in app.button if button.label.startswith("Fetch record")).click().run()
    assert not app.exception
    assert "physionet.org cannot be reached (no answer)" in app.warning[0].value


def test_table_of_the_window(open_app):
    """The table holds the beats of the window and no others."""
    app = open_app(record="simulated-mixed", t="100", w="10")
    app.session_state["records.table"] = True
    app.run()
    table = app.dataframe[0].value
    assert len(table) > 5
    assert table["Time (s)"].between(100, 110).all()
    record = open_record("simulated-mixed")
    beats = record.annotations.beats().sample / record.fs
    assert len(table) == np.sum((beats >= 100) & (beats < 110))


@pytest.mark.parametrize("name", ["simulated-mixed", "208-excerpt", "simulated-noisy"])
def test_every_embedded_record_opens(name, open_app, no_mitdb):
    """What the app brings along opens without a network."""
    app = open_app(record=name)
    assert not app.exception
    assert not app.warning
    assert shows_trace(app)


def test_annotations_as_csv():
    """The file holds every annotation, quotes and all."""
    record = open_record("simulated-mixed")
    rows = list(csv.reader(io.StringIO(annotation_csv(record))))
    assert rows[0] == ["sample", "time_s", "symbol", "text"]
    assert [int(row[0]) for row in rows[1:]] == record.annotations.sample.tolist()
    assert [row[2] for row in rows[1:]] == record.annotations.symbol.tolist()


def test_a_formula_in_an_annotation_stays_text():
    """Text that a visitor's .atr brings is no formula in the CSV; the mark of a rhythm is kept as it is."""
    marks = Annotations(np.array([0, 9]), np.array(["+", "N"]), np.array(["=HYPERLINK(1)", "(N"]))
    record = replace(open_record("208-excerpt"), annotations=marks)
    rows = list(csv.reader(io.StringIO(annotation_csv(record))))
    assert [row[2:] for row in rows[1:]] == [["+", "'=HYPERLINK(1)"], ["N", "(N"]]


def test_heart_rate_variability(open_app, no_mitdb):
    """On demand the page shows the measures, beside tachogram and Poincaré plot; they are the library's."""
    app = open_app("records", record="simulated-normal")
    assert not app.metric
    app.session_state["records.variability"] = True
    app.run()
    assert not app.exception
    record = open_record("simulated-normal")
    beats = record.annotations.beats()
    found = measure_variability(find_normal_intervals(beats.sample, beats.symbol, record.fs))
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown == {
        "SDNN": f"{found.sdnn_ms:.1f} ms",
        "RMSSD": f"{found.rmssd_ms:.1f} ms",
        "pNN50": f"{found.pnn50:.1%}",
        "SD1": f"{found.sd1_ms:.1f} ms",
        "SD2": f"{found.sd2_ms:.1f} ms",
    }
    assert len(app.get("plotly_chart")) == 2
