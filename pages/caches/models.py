"""Models and their classifiers, kept for all visitors.

ONNX Runtime, which runs a model, is imported by the first page that needs it, so that a first trace does not wait for
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ecgmodel.errors import ModelFileError
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard, list_shipped_models, read_model, shipped_model_path
from ecgmodel.training.jobs.job_file import (
    TrainedModel,
    list_trained_models,
    name_download,
    runs_folder,
)

if TYPE_CHECKING:
    from ecgmodel.network.serving import Classifier
from pages.caches.freeze import freeze
from pages.caches.listing import listed, stamp_files
from pages.session import address, choices
from pages.session.visitor import BroughtFiles, own, own_files, own_stamp, put_own

MAX_MODELS = 8
MAX_OUTLINES = 2048
MAX_OWN_MODELS = 2
"""Model files that a visitor can have at a time; each may take 64 MiB."""
DEFAULT_MODELS = ("beats-gru", "gru")
"""The model of a first visit: one that reads any signal comes first."""


@dataclass(frozen=True, slots=True)
class ModelOutline:
    """A model without its weights.

    Attributes
    ----------
    config : NetworkConfig
    card : ModelCard
    """

    config: NetworkConfig
    card: ModelCard


def model_names() -> tuple[str, ...]:
    """Return the name of every model that this visitor can use: the default first, then those trained here."""
    return (*shipped_models(), *(model.name for model in trained_models()), *own("model"))


def shipped_models() -> tuple[str, ...]:
    """Return the models that the project ships, the default first."""
    return tuple(sorted(_shipped_models(), key=lambda name: (name not in DEFAULT_MODELS, name)))


def trained_models() -> tuple[TrainedModel, ...]:
    """Return the models that were trained on this machine, the newest first."""
    return listed("trained", lambda: list_trained_models(runs_folder(), taken=_shipped_models()))


def _shipped_models() -> tuple[str, ...]:
    return listed("shipped", list_shipped_models)


def open_model(name: str) -> Model:
    """Return a model by name.

    Raises
    ------
    ModelFileError
        Where there is none, or its file is damaged.
    """
    brought = own("model").get(name)
    return brought if brought is not None else _shared_model(name, model_stamp(name))


def model_outline(name: str) -> ModelOutline | None:
    """Return a model without its weights, for a look at all that there are; `None` where its file is damaged."""
    brought = own("model").get(name)
    return _shared_outline(name, model_stamp(name)) if brought is None else ModelOutline(brought.config, brought.card)


def model_name_in_use() -> str | None:
    """Return the name of the model in use, the default one before a choice; `None` where there is no model at all."""
    names = model_names()
    chosen = choices.model_name()
    return chosen if chosen in names else next(iter(names), None)


def keep_up_with_runs() -> None:
    """Let the choice of a trained model follow its run where someone renames it; tell of a model that is gone."""
    chosen = choices.model_name()
    if chosen is None:
        return
    runs = trained_models()
    of_run = next((model for model in runs if model.key == choices.model_run()), None)
    if of_run is None and choices.model_run() is None and chosen in model_names():
        of_run = next((model for model in runs if model.name == chosen), None)
    if of_run is not None:
        if of_run.name != chosen:
            choices.set_model(of_run.name)
        choices.set_model_run(of_run.key)
    elif choices.model_run() is not None or chosen not in model_names():
        choices.forget_model()
        taken = model_name_in_use()
        if taken is not None:
            address.add_problem(
                ModelFileError(
                    "Model '{asked}' is no longer here; {taken} is used in its place.",
                    asked=chosen,
                    taken=taken,
                )
            )


def open_classifier(name: str, record: str) -> Classifier:
    """Return what serves a record: of a cross-fitted model, the network that never saw its person.

    Parameters
    ----------
    name : str
        Of the model.
    record : str
        Of the record; the name of a visitor's own does not say whose it is.
    """
    serve = _own_classifier if name in own("model") else _shared_classifier
    return serve(name, model_stamp(name)).for_record("" if record in own("record") else record)


def open_model_for(name: str, record: str) -> Model:
    """Return the model that `open_classifier` serves a record with."""
    return open_model(name).for_record("" if record in own("record") else record)


def keep_own_model(name: str, model: Model, file_name: str) -> None:
    """Keep a model that the visitor brought in a file; the oldest makes room where there are too many."""
    kept = own("model")
    kept.pop(name, None)  # a new file of this name is the newest again
    put_own("model", name, model, BroughtFiles((file_name,)))
    for oldest in list(kept)[:-MAX_OWN_MODELS]:
        del kept[oldest]


def model_source(name: str) -> str:
    """Return by what the library opens a model elsewhere: the name of a shipped one, or else its file's name.

    The file of a trained model is called as its download is.
    """
    brought = own_files("model", name)
    if brought is not None:
        return brought.names[0]
    trained = next((model for model in trained_models() if model.name == name), None)
    return name if trained is None else name_download(trained.title, ".safetensors")


def _model_path(name: str) -> Path:
    """Return where a model of this machine lies, shipped or trained; where there is none, a path without a file."""
    if name in _shipped_models():  # the name of a trained model is free text and must not become part of a path
        return shipped_model_path(name)
    paths = listed("trained paths", lambda: {model.name: model.path for model in trained_models()})
    return paths.get(name, runs_folder() / "none")


def model_stamp(name: str) -> str | None:
    """Return what tells the model that a name stands for now from any other of this name: a key for caches.

    `None` where there is no file of this name; of a visitor's own model, what it got when it came.
    """
    return own_stamp("model", name) if name in own("model") else stamp_files([_model_path(name)])


@st.cache_resource(max_entries=MAX_MODELS, show_spinner=False)
def _shared_model(name: str, stamp: str | None) -> Model:
    if stamp is None:
        raise ModelFileError(
            "There is no model '{asked}' here. The models are {names}.", asked=name, names=", ".join(model_names())
        )
    return freeze(read_model(_model_path(name)))


@st.cache_resource(max_entries=MAX_OUTLINES, show_spinner=False)
def _shared_outline(name: str, stamp: str | None) -> ModelOutline | None:
    try:
        model = read_model(_model_path(name))  # not kept: it would push out those that are in use
    except ModelFileError:
        return None
    return ModelOutline(model.config, model.card)


@st.cache_resource(max_entries=MAX_MODELS, show_spinner=False)
def _shared_classifier(name: str, stamp: str | None) -> Classifier:
    from ecgmodel.network.serving import Classifier

    return Classifier(_shared_model(name, stamp))


@st.cache_resource(scope="session", max_entries=MAX_OWN_MODELS, show_spinner=False)
def _own_classifier(name: str, stamp: str | None) -> Classifier:
    from ecgmodel.network.serving import Classifier

    return Classifier(open_model(name))


@st.cache_resource(max_entries=2, show_spinner=False)
def untrained_classifier(cell: str) -> Classifier:
    from ecgmodel.network.serving import Classifier

    return Classifier(untrained_model(cell))


@st.cache_resource(max_entries=2, show_spinner=False)
def untrained_model(cell: str) -> Model:
    """Return the paper's network with the weights with which training starts."""
    config = NetworkConfig(cell=cell)
    return freeze(
        Model(config, initialise_weights(config, seed=0), ModelCard(name=f"untrained-{cell}", segments="runs"))
    )
