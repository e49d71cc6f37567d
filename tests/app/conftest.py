"""The app in Streamlit's own test harness, with small models that nobody trained."""

from __future__ import annotations

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from ecgmodel.evaluation.results import results_folder
from ecgmodel.network import model_file
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard, write_model
from ecgmodel.segments.beats import CHANNELS
from ecgmodel.segments.splits import DS1
from tests.app.screen import APP, come_in_by

scan_once = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(autouse=True)
def _as_a_server_runs_it(monkeypatch):
    """Leave out what Streamlit does again for each `AppTest` or run, and a server of the app once or never.

    It looks through all installed packages for components, and clears the state of Keras, which other tests load and
    the app does not; both take longer than most pages.
    """
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", scan_once)
    monkeypatch.setattr(script_runner, "_clean_problem_modules", lambda: None)


@pytest.fixture
def navigated(monkeypatch):
    """Make the app start as in its server.

    `AppTest` forgets at every run that the folder `pages` is none of Streamlit's own kind, which `app.py` says once.
    """
    initialise = PagesManager.__init__

    def initialise_after_navigation(self, *args, **options):
        initialise(self, *args, **options)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", initialise_after_navigation)


@pytest.fixture
def models(tmp_path, monkeypatch):
    """Ship one model for beats, trained on DS1 by its card, and one for runs."""
    scores = {"accuracy": 0.912, "sensitivity": 0.81, "specificity": 0.95}
    for name, kind, channels in (("beats-gru", "beats", len(CHANNELS)), ("gru", "runs", 1)):
        config = NetworkConfig(n_channels=channels)
        card = ModelCard(name=name, segments=kind, protocol="ds1-ds2", train_records=DS1, scores=scores)
        write_model(Model(config, initialise_weights(config, seed=0), card), tmp_path / f"{name}.safetensors")
    monkeypatch.setattr(model_file, "SHIPPED_FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def shipped_models(models, monkeypatch):
    """The models that the project ships, in place of those that nobody trained."""
    monkeypatch.setattr(model_file, "SHIPPED_FOLDER", results_folder().parent / "models")


@pytest.fixture
def open_app(navigated, models):
    """Return a function that opens a page of the app at an address and runs it."""

    def open_page(page="records", **address):
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.query_params.update(address)
        if page != "start":
            come_in_by(app, page)
        return app.run()

    return open_page
