"""The form of a training: a preset or a network of one's own, what it costs, and the button that starts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from ecgmodel.errors import ConfigError, EcgModelError
from ecgmodel.network.config import CELLS, READOUTS, NetworkConfig
from ecgmodel.segments.splits import PROTOCOLS, count_folds
from ecgmodel.training.jobs.jobs import Run, create_run
from ecgmodel.training.plan import TrainingPlan, estimate_epoch
from ecgmodel.training.presets import PRESETS, Preset
from ecgmodel.training.settings import CLASS_WEIGHTINGS
from ecgmodel.training.train import adapt_preset
from pages.caches.trainings import forward_seconds, job_queue, training_plan
from pages.session import choices
from pages.session.own_runs import MOST_OF_ALL, MOST_UNFINISHED, has_room, note_own_run
from pages.train.data import data_records
from pages.train.fields import (
    FIELD,
    keep,
    list_numbers,
    number,
    select,
    text_input,
    toggle,
    whole,
    whole_input,
    whole_numbers,
)
from pages.train.stages import START_S
from pages.train.words import protocol_name, readout_name, time_words, weighting_name
from pages.ui.blocks import show_error
from pages.ui.text import plain, t, tn


def training_form() -> dict[str, Any]:
    """Return what stands in the form, on a first visit the paper's GRU."""
    form = choices.training_form()
    if form is None:
        form = {"records": "mitdb" if data_records("mitdb") else "simulated"} | _describe(PRESETS["paper-gru"], 0)
        choices.set_training_form(form)
    return form


def fill_form(preset: Preset, fold: int) -> None:
    """Put the settings of a run into the form."""
    base = preset.name.removeprefix("own-")
    records = "simulated" if preset.records else "mitdb"
    filled = _describe(preset, fold) | {"records": records, "preset": base if base in PRESETS else "gru", "own": True}
    choices.set_training_form(filled)


def read_form(form: dict[str, Any]) -> Preset:
    """Return what is to be trained.

    Raises
    ------
    ConfigError
        Where a field holds a value that cannot be trained with.
    """
    base = PRESETS[form["preset"]]
    records = data_records(form["records"]) if form["records"] == "simulated" else ()
    preset = replace(
        base,
        protocol=form["protocol"],
        records=records,
        settings=replace(
            base.settings.without_teachers(),  # a visitor waits for one network, not for its teachers, too
            epochs=whole(form["epochs"]),
            batch=whole(form["batch"]),
            learning_rate=number(form["learning_rate"]),
            class_weighting=form["class_weighting"],
            clip_norm=number(form["clip_norm"]),
            seed=whole(form["seed"]),
        ),
    )
    if form["own"]:
        config = NetworkConfig(
            cell=form["cell"],
            filters=whole_numbers(form["filters"]),
            kernels=whole_numbers(form["kernels"]),
            units=whole(form["units"]),
            dense=whole_numbers(form["dense"]),
            dropout=number(form["dropout"]),
            batch_norm=form["batch_norm"],
            readout=form["readout"],
            n_channels=base.config.n_channels,
        )
        preset = replace(preset, config=config)
    settings = preset.settings
    usual = replace(adapt_preset(base, preset.protocol, settings.epochs, settings.seed), records=records)
    return preset if preset == usual else replace(preset, name=f"own-{base.name}")


def show_form(form: dict[str, Any], runs: Sequence[Run]) -> None:
    """Show the form with what a training would cost, and start one on a click."""
    with st.container(horizontal=True):
        select("preset", t("Preset"), list(PRESETS), on_change=_take_preset)
        select("protocol", t("Protocol"), _protocols(form), format_func=protocol_name, on_change=_take_first_fold)
        select("fold", t("Fold held out"), list(range(count_folds(form["protocol"]))), width=120)
    with st.container(horizontal=True):
        whole_input("epochs", t("Epochs"))
        whole_input("batch", t("Batch"))
        text_input("learning_rate", t("Learning rate"), width=110)
        whole_input("seed", t("Seed"))
        select(
            "class_weighting",
            t("Class weighting"),
            CLASS_WEIGHTINGS,
            format_func=weighting_name,
            width=150,
        )
        text_input(
            "clip_norm",
            t("Largest gradient norm"),
            width=170,
            help=t("Over all weights together; a step with a larger one is scaled down to it, which keeps it finite."),
        )
    _show_network(form)
    preset, plan = _show_cost(form, runs)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.text_input(
            t("Name of the run"), placeholder=_free_title(form, runs), key="train.title", width=220, max_chars=60
        )
        clicked = st.button(
            t("Train"), type="primary", icon=":material/play_arrow:", disabled=preset is None, key="train.submit"
        )
    if not clicked or preset is None or plan is None:
        return
    if not has_room({run.key for run in runs if run.state not in ("finished", "stopped", "failed")}):
        show_error(
            EcgModelError(
                "A visitor can have {own} unfinished runs, and all visitors together {all}. Wait until one has ended.",
                own=MOST_UNFINISHED,
                all=MOST_OF_ALL,
            )
        )
        return
    try:
        path = create_run(job_queue().folder, preset, int(form["fold"]), title.strip() or _free_title(form, runs))
    except EcgModelError as error:
        show_error(error)
        return
    note_own_run(path.name)
    choices.set_run(path.name)
    st.rerun()


def _show_network(form: dict[str, Any]) -> None:
    with st.expander(t("The network"), type="compact", expanded=bool(form["own"])):
        toggle("own", t("Change it"))
        off = not form["own"]
        with st.container(horizontal=True):
            select("cell", t("Cell"), CELLS, format_func=str.upper, disabled=off, width=100)
            whole_input("units", t("Units"), disabled=off)
            text_input("filters", t("Filters in each layer"), disabled=off, width=150)
            text_input("kernels", t("Kernel lengths"), disabled=off, width=150)
            text_input("dense", t("Dense layers"), disabled=off, width=110)
            text_input("dropout", t("Dropout"), disabled=off, width=90)
            select(
                "readout",
                t("Read-out"),
                READOUTS,
                format_func=readout_name,
                disabled=off,
                width=240,
            )
        toggle("batch_norm", t("Batch normalisation"), disabled=off)


def _show_cost(form: dict[str, Any], runs: Sequence[Run]) -> tuple[Preset | None, TrainingPlan | None]:
    """Say what the training would cost, or what is wrong in the form."""
    try:
        preset = read_form(form)
        plan = training_plan(preset, int(form["fold"]))
    except EcgModelError as error:
        show_error(_in_words(error))
        return None, None
    config = preset.config
    if not plan.train.any():
        show_error(ConfigError("Training needs segments, each with one of the five classes. This split leaves none."))
        return None, None
    estimate = estimate_epoch(preset, plan, forward_seconds(config), runs)
    epochs = preset.settings.epochs
    parts = [
        t("**{n:,}** weights", n=config.n_weights()),
        t("**{n:,}** multiply-adds a segment", n=config.n_multiply_adds()),
        t("**{n:,}** segments an epoch", n=plan.n_epoch),
    ]
    st.markdown(" · ".join(parts))
    if estimate.like is not None:
        duration = t(
            "**{time}** for {epochs} epochs, as “{title}” took",
            time=time_words(epochs * estimate.high),
            epochs=epochs,
            title=plain(estimate.like),
        )
    else:
        duration = t(
            "**{low} to {high}** for {epochs} epochs, judged by a forward pass timed just now",
            low=time_words(epochs * estimate.low),
            high=time_words(epochs * estimate.high),
            epochs=epochs,
        )
    start = t("{time} to start", time=time_words(START_S))
    ahead = sum(run.state in ("waiting", "starting", "training") for run in runs)
    queue = [tn("{n} run is ahead of it", "{n} runs are ahead of it", ahead)] if ahead else []
    st.caption(" · ".join([duration, start, *queue]))
    if n_teachers := PRESETS[form["preset"]].settings.teachers:
        st.caption(
            t(
                "The shipped network of this preset had {n} teachers, too: networks that were trained first, whose "
                "mean answer it learned beside the labels. Here it learns from the labels alone, which is quicker.",
                n=n_teachers,
            )
        )
    _show_gaps(plan)
    return preset, plan


def _show_gaps(plan: TrainingPlan) -> None:
    if plan.never_trained:
        st.caption(
            ":orange[:material/warning:] "
            + t(
                "No segment of {classes} is left to train on in this fold, so the model will never name one. "
                "Another fold or protocol has them.",
                classes=t(", ").join(plan.never_trained),
            )
        )
    if not plan.validation.any() and not plan.test.any():
        st.caption(":orange[:material/warning:] " + t("Nothing is held out in this fold, so nothing will be judged."))
    elif plan.never_judged:
        st.caption(
            ":orange[:material/warning:] "
            + t(
                "No segment of {classes} is held out in this fold, so it cannot be told how well they are found.",
                classes=t(", ").join(plan.never_judged),
            )
        )


def _in_words(error: EcgModelError) -> EcgModelError:
    """Return the error with the label of the field in the place of the setting's name."""
    labels = {
        "epochs": t("Epochs"),
        "batch": t("Batch"),
        "learning_rate": t("Learning rate"),
        "clip_norm": t("Largest gradient norm"),
        "seed": t("Seed"),
        "Units": t("Units"),
        "Filters": t("Filters in each layer"),
        "Number of convolutions": t("Number of convolutions"),
        "Number of dense layers": t("Number of dense layers"),
        "Kernel length": t("Kernel length"),
        "Dense units": t("Dense units"),
    }
    name = error.values.get("name")
    if name not in labels:
        return error
    return type(error)(error.template, **(error.values | {"name": labels[name]}))


def _describe(preset: Preset, fold: int) -> dict[str, Any]:
    """Return what the form shows of a preset."""
    config, settings = preset.config, preset.settings
    return {
        "preset": preset.name,
        "own": False,
        "protocol": preset.protocol,
        "fold": fold,
        "epochs": settings.epochs,
        "batch": settings.batch,
        "learning_rate": f"{settings.learning_rate:g}",
        "class_weighting": settings.class_weighting,
        "clip_norm": f"{settings.clip_norm:g}",
        "seed": settings.seed,
        "cell": config.cell,
        "units": config.units,
        "filters": list_numbers(config.filters),
        "kernels": list_numbers(config.kernels),
        "dense": list_numbers(config.dense),
        "dropout": f"{config.dropout:g}",
        "batch_norm": config.batch_norm,
        "readout": config.readout,
    }


def _take_preset() -> None:
    form = choices.training_form()
    name = st.session_state[f"{FIELD}.preset"]
    filled = form | _describe(PRESETS[name], 0)
    if filled["protocol"] not in _protocols(filled):
        filled["protocol"] = _protocols(filled)[0]
    choices.set_training_form(filled)


def _take_first_fold() -> None:
    keep("protocol")
    choices.set_training_form(choices.training_form() | {"fold": 0})


def _protocols(form: dict[str, Any]) -> tuple[str, ...]:
    """Return the protocols that these records allow: DS1 and DS2 are lists of MIT-BIH records."""
    return PROTOCOLS[:3] if form["records"] == "mitdb" else PROTOCOLS[:2]


def _free_title(form: dict[str, Any], runs: Sequence[Run]) -> str:
    titles = {run.title for run in runs}
    base = t("{cell} of my own", cell=form["cell"].upper()) if form["own"] else form["preset"]
    name = t("{name}, fold {fold}", name=base, fold=form["fold"]) if form["protocol"] != "ds1-ds2" else base
    numbered = (f"{name} ({n})" for n in range(2, len(titles) + 3))
    return name if name not in titles else next(title for title in numbered if title not in titles)
