"""Language, address, session and start of the app."""

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.screen import APP, all_text, come_in_by, shows_trace

PAGES = ("records", "predict")

ROOT = Path(__file__).parents[2]


def test_first_visit_shows_a_trace(open_app, no_mitdb):
    """Without database, network or choice there is a trace, marked as simulated."""
    app = open_app()
    assert not app.exception
    assert shows_trace(app)
    assert "simulated" in all_text(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_link_right_after_the_start(page, models):
    """The first visit of a new process may be to any page; it goes through the frame."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    come_in_by(app, page)
    app.run()
    assert not app.exception
    assert shows_trace(app)
    assert app.sidebar.button_group


@pytest.mark.parametrize("page", PAGES)
def test_chinese(page, open_app):
    """`?lang=zh` makes every page Chinese."""
    app = open_app(page, lang="zh")
    assert not app.exception
    assert "记录" in all_text(app)
    assert "Record" not in all_text(app)


def test_language_switch(open_app):
    """The switch in the sidebar outweighs the address, and the address follows it."""
    app = open_app(lang="zh")
    app.sidebar.button_group[0].set_value("en").run()
    assert "Record" in all_text(app)
    assert "记录" not in all_text(app)
    assert "lang" not in app.query_params


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("records", "../../etc/passwd"),
        ("records", "999"),
        ("records", ""),
        ("records", "<script>"),
        ("records", "记录"),
        ("records", "2" * 10_000),
        ("predict", "../../etc/passwd"),
    ],
)
def test_unknown_record(page, name, open_app):
    """An unknown record name gives a message with the valid names, and a trace."""
    app = open_app(page, record=name)
    assert not app.exception
    assert shows_trace(app)
    assert any("simulated-mixed" in warning.value and "208" in warning.value for warning in app.warning)


def test_nearest_record(open_app, mitdb_folder):
    """A mistyped name opens the nearest, and the address is put right."""
    app = open_app(record="208x")
    assert app.query_params["record"] == "208"


@pytest.mark.parametrize("name", ["nonsense", "../gru", ""])
def test_unknown_model(name, open_app):
    """An unknown model name gives a message with the valid names, and the default model."""
    app = open_app("predict", model=name)
    assert not app.exception
    assert "beats-gru" in app.warning[0].value
    assert shows_trace(app)


@pytest.mark.parametrize(("asked", "shown"), [("nan", "0"), ("-5", "0"), ("abc", "0"), ("inf", "0"), ("75.5", "75.5")])
def test_time_of_the_address(asked, shown, open_app):
    """A time that is none is said and left; a good one is kept."""
    app = open_app(t=asked)
    assert not app.exception
    assert app.query_params["t"] == shown
    assert bool(app.warning) == (asked not in ("-5", "75.5"))


def test_choices_go_from_page_to_page(open_app):
    """Record, place and model are the same on the next page, and stand in its address."""
    app = open_app(record="simulated-rbbb", t="60", w="20", model="gru")
    app.query_params.clear()  # as Streamlit does where a page is left
    app.switch_page("pages/predict/page.py").run()
    assert not app.exception
    assert dict(app.query_params) == {"record": "simulated-rbbb", "t": "60", "w": "20", "model": "gru"}
    assert "**simulated-rbbb**" in all_text(app)


def test_another_record_starts_at_its_beginning(open_app):
    """A place in one record means nothing in another."""
    app = open_app(record="simulated-rbbb", t="60", w="20")
    app.selectbox[0].set_value("simulated-lbbb").run()
    assert (app.query_params["record"], app.query_params["t"], app.query_params["w"]) == ("simulated-lbbb", "0", "20")


def test_app_never_loads_tensorflow():
    """Both pages run without TensorFlow; the first one also without ONNX Runtime, Plotly and sleepecg."""
    script = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"app = AppTest.from_file({str(APP)!r}, default_timeout=60).run()\n"
        "assert not app.exception, app.exception\n"
        "loaded = {'tensorflow', 'keras', 'onnxruntime', 'sleepecg', 'sklearn'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
        "app.switch_page('pages/predict/page.py').run()\n"
        "assert not app.exception, app.exception\n"
        "loaded = {'tensorflow', 'keras', 'sklearn'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
