"""Text of visitors on every page: titles, names, headers, notes, cards and addresses are shown, never rendered."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.evaluation.predictions import write_predictions
from ecgmodel.network.model_file import read_model
from ecgmodel.records.exports.wfdb_files import format_atr
from ecgmodel.records.record import Annotations, Header
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.training.jobs.job_queue import JobQueue
from ecgmodel.training.presets import find_preset
from ecgmodel.training.train import adapt_preset, describe_run
from tests.app.screen import all_text
from tests.evaluation_case import make_predictions

TEXT = "![x](https://host/x)<img src=x>:material/pets:$x$"
FILE = "![x](x)<img src=x>:smile:$x$"
"""No slash, as a name of a file has none."""

READ_AS_MARKDOWN = (
    *("markdown", "caption", "warning", "info", "error", "success", "subheader", "badge", "metric", "table"),
    *("button", "toggle", "expander", "tab", "button_group", "popover", "progress", "spinner", "page_link", "alert"),
)


def rendered(app):
    """Return everything in the page's elements that Streamlit reads as Markdown or HTML."""
    found = [str(element.proto) for kind in READ_AS_MARKDOWN for element in app.get(kind)]
    found += [element.proto.body for element in app.get("html")]
    # A widget's id carries its key, which nobody sees.
    return "\n".join(line for part in found for line in part.splitlines() if not line.strip().startswith("id: "))


def check(app, *, shows):
    """See that the text is there to read, and nothing of it is markup."""
    assert not app.exception
    if shows is not None:
        assert shows in all_text(app)
    for markup in ("![x](", "<img src=x>", ":material/pets:", ":smile:", "$x$"):
        assert markup not in rendered(app).replace("\\\\", "\\")
    for chart in app.get("plotly_chart"):  # Plotly reads HTML, and TeX between dollars
        assert not {markup for markup in ("<img", "$x$") if markup in chart.proto.spec}


@pytest.mark.parametrize("page", ["records", "predict", "gates", "train", "evaluate", "learn", "upload", "annotate"])
def test_address(page, open_app, no_mitdb):
    """What an address asks for is quoted, not rendered."""
    app = open_app(page, record=TEXT, model=TEXT, beat=TEXT, chapter=TEXT, step=TEXT, run=TEXT, preset=TEXT)
    check(app, shows=TEXT[:40])


@pytest.fixture
def visitor(open_app, no_mitdb, models):
    """A visitor whose record, leads, header, rhythms, model and card carry the text, on the page of records."""
    app = open_app("records", record="simulated-mixed")
    plain = open_record("simulated-mixed")
    marks = plain.annotations
    named = replace(
        plain,
        name=f"upload: {FILE}",
        leads=(TEXT, "V1"),
        annotations=Annotations(
            np.concatenate(([0], marks.sample)),
            np.concatenate((["+"], marks.symbol)),
            np.concatenate(([f"({TEXT}"], marks.aux)),
        ),
        header=Header(medication=(TEXT,), notes=TEXT),
        source="upload",
    )
    model = read_model(models / "beats-gru.safetensors")
    card = replace(model.card, held_out=TEXT, protocol="own", train_records=(), held_out_records=())
    app.session_state["own.record"] = {named.name: named}
    app.session_state["own.model"] = {FILE: replace(model, card=card)}
    app.session_state["own.stamps"] = {("record", named.name): TEXT, ("model", FILE): TEXT}
    app.session_state["choice.record"] = named.name
    app.session_state["choice.model"] = FILE
    return app


@pytest.mark.parametrize("page", ["records", "predict", "gates", "learn", "annotate"])
def test_record_and_model(page, visitor):
    """A record, its leads, header and rhythms, and a model with its card."""
    visitor.switch_page(f"pages/{page}/page.py").run()
    check(visitor, shows=FILE)
    if page == "records":
        assert all_text(visitor).count(TEXT) >= 3


def test_colleague(visitor):
    """The name of a colleague's file, beside one's own labels."""
    visitor.switch_page("pages/annotate/page.py").run()
    next(button for button in visitor.button if button.key == "annotate.begin").click().run()
    truth = open_record("simulated-mixed")
    data = format_atr(truth.annotations.beats(), truth.fs)
    visitor.file_uploader[0].upload(f"{FILE}.atr", data).run()
    visitor.session_state["annotate.compare"] = True
    visitor.run()
    check(visitor, shows=f"only {FILE[:20]}")


def test_upload(open_app, no_mitdb):
    """The name of a file and of its columns; what was refused is quoted as well."""
    app = open_app("upload")
    rows = "\n".join(f"{i * 0.004:.3f},{(i % 200) / 100:.2f},{(i % 100) / 100:.2f}" for i in range(3000))
    app.file_uploader[0].upload(f"{FILE}.csv", f"time,{TEXT},II\n{rows}".encode()).run()
    check(app, shows=FILE)
    app.file_uploader[0].upload(f"{FILE}.txt", b"0.5\n").run()
    check(app, shows=f"{FILE}.txt")


@pytest.fixture
def trained(tmp_path, monkeypatch, models, no_mitdb):
    """Two trainings with the text as their title, finished and judged."""
    monkeypatch.setenv("ECG_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setattr(JobQueue, "nudge", lambda queue, runs: None)
    preset = adapt_preset(find_preset("paper-gru"))
    for number in (1, 2):
        run = tmp_path / "runs" / f"2026010{number}-000000-abcdef"
        run.mkdir(parents=True)
        (run / "job.json").write_text(
            json.dumps({"title": f"{TEXT}{number}", "submitted": float(number), "wanted": False})
        )
        (run / "config.json").write_text(json.dumps(describe_run(preset, 0)))
        (run / "model.safetensors").write_bytes((models / "gru.safetensors").read_bytes())
        write_predictions(make_predictions("runs", 1, 0.8), run / "predictions.npz")
    return tmp_path / "runs"


def test_titles_of_runs_on_train(trained, open_app):
    """All visitors see each other's titles: in view, beside each other, in the curves."""
    app = open_app("train")
    app.session_state["choice.pinned_runs"] = ("20260101-000000-abcdef",)
    app.session_state["choice.run"] = "20260102-000000-abcdef"
    app.run()
    check(app, shows=f"{TEXT}2")
    assert "beside" in rendered(app)


def test_titles_of_runs_on_evaluate(trained, open_app):
    """A training's title in the lists, the captions and the curves of its part."""
    app = open_app("evaluate")
    app.selectbox(key="evaluate.main").set_value(f"run:{TEXT}1").run()
    app.selectbox(key="evaluate.beside").set_value(f"run:{TEXT}2").run()
    check(app, shows=None)
    for tab in ("Classes", "Records", "Thresholds", "Export"):
        app.session_state["evaluate.tabs"] = tab
        app.run()
        check(app, shows=None)
