"""Language, address, session and start of the app."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ecgmodel.records.sources import catalogue
from pages.caches import models as models_cache
from tests.app.screen import APP, all_text, all_words, shows_trace

PAGES = ("start", "records", "predict", "gates", "train", "evaluate", "learn", "upload", "annotate")
WORDS = {
    "start": ("never use it for a diagnosis", "本软件不是医疗器械"),
    "records": ("Longest interval without", "最长的无心搏标注间隔"),
    "predict": ("The model agrees with the experts", "模型与专家一致"),
    "gates": ("What moved the decision", "判断的依据"),
    "train": ("No run yet", "还没有训练"),
    "evaluate": ("Click a cell of a matrix", "点击矩阵的一个格子"),
    "learn": ("Try it, then answer", "动手试一试，再回答"),
    "upload": ("What I understood", "我的理解"),
    "annotate": ("Your labels are a copy", "您的标注是您自己的副本"),
}
"""Words that stand on one page alone, in both languages."""

ROOT = Path(__file__).parents[2]


def test_first_visit_shows_a_trace(open_app, no_mitdb):
    """Without database, network or choice there is a trace, marked as simulated."""
    app = open_app()
    assert not app.exception
    assert shows_trace(app)
    assert "simulated" in all_text(app)


@pytest.mark.parametrize("page", PAGES)
def test_chinese(page, open_app, no_mitdb):
    """`?lang=zh` makes every page Chinese: what it says is in the catalogue, and no English sentence is left."""
    app = open_app(page, lang="zh")
    assert not app.exception
    assert WORDS[page][1] in all_words(app)
    lines = [line for line in all_words(app).splitlines() if not re.search("[\u4e00-\u9fff]", line)]
    assert [line for line in lines if re.search("[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", line)] == []


@pytest.mark.parametrize("page", PAGES[1:])
def test_every_page_says_what_is_wrong_with_its_address(page, open_app, no_mitdb):
    """An unknown record and an unknown model are each said once, whatever page the address is of."""
    app = open_app(page, record="nobody", model="nonsense")
    assert not app.exception
    said = [warning.value for warning in app.warning]
    assert sum("There is no record 'nobody'" in words for words in said) == 1
    assert sum("There is no model 'nonsense'" in words for words in said) == 1


@pytest.mark.parametrize(
    ("page", "address", "said"),
    [
        ("learn", {"chapter": "99"}, "chapter"),
        ("learn", {"chapter": "4", "step": "999"}, "step"),
        ("gates", {"unit": "999"}, "unit"),
        ("gates", {"beat": "soon"}, "soon"),
    ],
)
def test_what_only_a_page_knows_of_its_address(page, address, said, open_app, no_mitdb):
    """What the page itself finds wrong is said once, too."""
    app = open_app(page, **address)
    assert not app.exception
    assert len(app.warning) == 1
    assert said in app.warning[0].value


@pytest.mark.parametrize("page", PAGES[1:])
def test_folders_are_listed_once_a_run(page, open_app, mitdb_folder, monkeypatch):
    """However many records and models a page offers, it looks into each folder once."""
    app = open_app(page)
    looked, listed_runs = [], []
    look, list_runs = catalogue._names_complete_in, models_cache.list_trained_models

    def note(*where):
        if get_script_run_ctx() is not None:  # the test harness asks for the names of options between runs
            looked.append(where)
        return look(*where)

    monkeypatch.setattr(catalogue, "_names_complete_in", note)
    monkeypatch.setattr(
        models_cache, "list_trained_models", lambda *args, **more: listed_runs.append(1) or list_runs(*args, **more)
    )
    app.run()
    assert not app.exception
    assert len(looked) == len(set(looked)) >= 2  # the folder of the database, and the user's cache
    # The table of runs looks again by itself, every few seconds.
    assert len(listed_runs) <= 2 if page == "train" else len(listed_runs) == 1


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


def test_back_to_another_place_takes_the_whole_address(open_app):
    """Back brings an address of which only the record differs: its time counts as well."""
    app = open_app(record="simulated-rbbb", t="60", w="20")
    app.selectbox[0].set_value("simulated-lbbb").run()
    app.query_params.update(t="60")  # the visitor moved there, too, and then went back
    app.run()
    app.query_params.update(record="simulated-rbbb")
    app.run()
    assert dict(app.query_params) == {"record": "simulated-rbbb", "t": "60", "w": "20"}


def test_the_address_keeps_what_others_put_there(open_app):
    """What is none of ours in the address is left where it is."""
    app = open_app(record="simulated-rbbb", campaign="poster")
    assert app.query_params["campaign"] == "poster"


def test_another_record_starts_at_its_beginning(open_app):
    """A place in one record means nothing in another."""
    app = open_app(record="simulated-rbbb", t="60", w="20")
    app.selectbox[0].set_value("simulated-lbbb").run()
    assert (app.query_params["record"], app.query_params["t"], app.query_params["w"]) == ("simulated-lbbb", "0", "20")


def test_app_never_loads_tensorflow():
    """No page loads TensorFlow; Start, the first one, nothing that reads a record or runs a network, either."""
    script = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"app = AppTest.from_file({str(APP)!r}, default_timeout=60).run()\n"
        "assert not app.exception, app.exception\n"
        "heavy = {'tensorflow', 'keras', 'onnxruntime', 'sleepecg', 'sklearn', 'wfdb'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "app.switch_page('pages/predict/page.py').run()\n"
        "assert not app.exception, app.exception\n"
        "loaded = {'tensorflow', 'keras', 'sklearn'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
