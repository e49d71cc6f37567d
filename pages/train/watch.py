"""The run in view: how far it is, its curves and epochs, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.figures.training import MAX_RUNS, Curves, CurveWords, draw_curves, draw_gradients
from ecgmodel.training.export import export_keras, export_onnx, export_tensorboard
from ecgmodel.training.jobs import jobs
from ecgmodel.training.jobs.job_file import name_download
from ecgmodel.training.jobs.jobs import JobState, Run
from pages.caches.models import trained_models
from pages.session import choices
from pages.session.own_runs import give_key, has_key, may_change_run
from pages.train.data import theme
from pages.train.form import fill_form
from pages.train.stages import show_progress
from pages.train.words import protocol_name
from pages.ui.blocks import show_error
from pages.ui.downloads import offer_file
from pages.ui.text import plain, t

_ERROR = "train.error"
CHART_CONFIG = {"displayModeBar": False}
"""Plotly's buttons would cover the titles on a phone; without them a drag still zooms and a double click resets."""

COLOURS: dict[JobState, str] = {
    "waiting": "gray",
    "starting": "blue",
    "training": "blue",
    "stopping": "orange",
    "stopped": "orange",
    "failed": "red",
    "finished": "green",
    "damaged": "red",
}


def run_in_view(runs: Sequence[Run]) -> Run | None:
    """Return the run that the visitor chose, else the one that is being trained, else the newest."""
    chosen = next((run for run in runs if run.key == choices.run_key()), None)
    return chosen or next((run for run in runs if run.is_busy), None) or next(iter(runs), None)


def show_state(run: Run, runs: Sequence[Run]) -> None:
    """Show what a run is, and how far."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(run.title)}**")
        st.badge(state_word(run.state), color=COLOURS[run.state])
        st.caption(describe_run(run))
    show_progress(run, runs)
    if run.error is not None:
        show_error(run.error)


def show_curves(run: Run) -> None:
    """Show the epochs of a run, as curves and as a table."""
    if run.epochs:
        st.plotly_chart(
            draw_curves([curves_of(run)], curve_words(), theme(), choices.page_choice("train", "smoothing", 0.0)),
            key=f"train.curves.{run.key}",
            config=CHART_CONFIG,
            alt=t("Loss, accuracy and learning rate of every epoch"),
        )
        st.caption(t("Thin: training, with dropout, while the weights still move. Bold: validation, as served."))
        if run.epochs[-1].gradient_norms:
            with st.expander(t("Gradient norm of each layer"), type="compact", key=f"train.norms.{run.key}"):
                _show_gradients(run)
        with st.expander(t("Epochs as a table"), type="compact", key=f"train.epochs.{run.key}"):
            _show_epochs(run)
    elif run.is_busy or run.state == "waiting":
        st.caption(t("The curves begin when the first epoch has ended."))


def _show_gradients(run: Run) -> None:
    st.plotly_chart(
        draw_gradients(curves_of(run), t("gradient norm"), t("epoch"), theme()),
        key=f"train.gradients.{run.key}",
        config=CHART_CONFIG,
        alt=t("Gradient norm of each layer"),
    )
    st.caption(
        t(
            "Mean over the batches of an epoch, before the largest norm of {clip:g} cuts it. Where the first layers' "
            "fall far below the last one's, the gradient vanishes on its way back.",
            clip=run.preset.settings.clip_norm,
        )
    )


def choose_smoothing() -> None:
    """Show how far the curves are smoothed; it is kept for all runs."""
    key = "train.smoothing"
    choices.put(key, choices.page_choice("train", "smoothing", 0.0))
    st.slider(
        t("Smoothing"),
        0.0,
        0.9,
        step=0.1,
        key=key,
        width=220,
        on_change=lambda: choices.set_page_choice("train", "smoothing", st.session_state[key]),
        help=t("Each point becomes a mean in which the point before counts for so much; the curve itself stays faint."),
    )


def curves_of(run: Run, name: str | None = None) -> Curves:
    """Return what a figure needs of a run, under its title or another name."""
    return Curves(plain(run.title if name is None else name, "figure"), run.epochs, run.n_epochs)


def curve_words() -> CurveWords:
    """Return the words of the curves."""
    return CurveWords(
        epoch=t("epoch"),
        loss=t("loss"),
        accuracy=t("accuracy"),
        learning_rate=t("learning rate"),
        train=t("training"),
        validation=t("validation"),
    )


def state_word(job_state: JobState) -> str:
    """Return the name of a state."""
    return {
        "waiting": t("waits"),
        "starting": t("starts"),
        "training": t("trains"),
        "stopping": t("is stopping"),
        "stopped": t("stopped"),
        "failed": t("failed"),
        "finished": t("finished"),
        "damaged": t("damaged"),
    }[job_state]


def describe_run(run: Run) -> str:
    """Return in a line what a run trains."""
    if run.preset is None:
        return ""
    config = run.preset.config
    parts = [
        t("{cell}, {units} units", cell=config.cell.upper(), units=config.units),
        protocol_name(run.preset.protocol),
    ]
    if run.preset.protocol != "ds1-ds2":
        parts.append(t("fold {fold}", fold=run.fold))
    if run.preset.records:
        parts.append(t("simulated records"))
    return " · ".join(parts)


def show_actions(run: Run) -> None:
    """Show everything that can be asked of a run.

    This must not be in a fragment that runs by itself: a file made on a click is lost when its button is drawn again.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="train.actions"):
        may_change = may_change_run(run.key)
        if may_change and run.state in ("waiting", "starting", "training"):
            _button(run, "stop", t("Stop"), ":material/stop:", lambda: jobs.request_stop(run.path))
        if may_change and run.state in ("stopped", "failed"):
            _button(run, "resume", t("Go on"), ":material/play_arrow:", lambda: jobs.request_training(run.path))
        if run.state == "finished":
            _show_use(run)
            _show_downloads(run)
        elif run.epochs and not run.is_busy:
            _show_events_download(run)
        if run.preset is not None:
            pinned = choices.pinned_runs()
            is_pinned = run.key in pinned
            words = t("Unpin") if is_pinned else t("Pin to compare")
            icon = ":material/keep_off:" if is_pinned else ":material/keep:"
            pins = [key for key in pinned if key != run.key] if is_pinned else [*pinned, run.key][-MAX_RUNS:]
            st.button(words, icon=icon, type="tertiary", on_click=choices.pin_runs, args=(pins,), key="train.pin")
            st.button(
                t("Copy settings"),
                icon=":material/content_copy:",
                type="tertiary",
                on_click=fill_form,
                args=(run.preset, run.fold),
                key="train.copy",
            )
        if may_change:
            _show_rename(run)
            if not run.is_busy:
                _show_delete(run)
    if not may_change:
        _ask_for_key()
    error = st.session_state.pop(_ERROR, None)
    if error is not None:
        show_error(error)


def _ask_for_key() -> None:
    """Say whose a run is, and let a teacher in."""
    st.caption(t("Another visitor started this run: only they, and whoever has the teacher's key, can change it."))
    if not has_key():
        return
    with st.popover(t("Teacher's key"), icon=":material/key:", type="tertiary", key="train.key"):
        words = st.text_input(t("Teacher's key"), type="password", key="train.key.words", label_visibility="collapsed")
        if words and give_key(words):
            st.rerun()
        if words:
            st.caption(t("This is not the teacher's key."))


def _show_use(run: Run) -> None:
    name = next((model.name for model in trained_models() if model.key == run.key), None)
    if name is not None and st.button(
        t("Use in Predict"), icon=":material/ecg_heart:", type="primary", key="train.use"
    ):
        choices.set_model(name)
        st.switch_page("pages/predict/page.py")


def _show_downloads(run: Run) -> None:
    with st.popover(t("Download"), icon=":material/download:", type="tertiary", key="train.download"):
        model = run.path / "model.safetensors"
        _download(run, ".safetensors", t("the model, as this app reads it"), model.read_bytes)
        _download(run, ".onnx", t("for ONNX Runtime"), lambda: export_onnx(run.path))
        _download(run, ".keras", t("for Keras; made by TensorFlow in some seconds"), lambda: export_keras(run.path))
        _show_events_download(run)
        _download(run, ".config.json", t("all settings"), (run.path / "config.json").read_bytes)


def _show_events_download(run: Run) -> None:
    words = t("TensorBoard's event files, made in some seconds")
    _download(run, ".tensorboard.zip", words, lambda: export_tensorboard(run.path))


def _download(run: Run, ending: str, words: str, make: Callable[[], bytes]) -> None:
    offer_file(f"{ending} · {words}", make, name_download(run.title, ending), "application/octet-stream")


def _show_rename(run: Run) -> None:
    with st.popover(t("Rename"), icon=":material/edit:", type="tertiary", key="train.rename"):
        key = f"train.title.{run.key}"
        st.text_input(t("Name of the run"), value=run.title, key=key, max_chars=60)
        _button(run, "rename", t("Rename"), None, lambda: jobs.rename_run(run.path, st.session_state[key]))


def _show_delete(run: Run) -> None:
    with st.popover(t("Delete"), icon=":material/delete:", type="tertiary", key="train.delete"):
        st.markdown(
            t(
                "Delete **{title}** with its model and its {n} epochs? No visitor will see it again.",
                title=plain(run.title),
                n=len(run.epochs),
            )
        )
        _button(run, "delete", t("Delete it"), None, lambda: jobs.delete_run(run.path))


def _button(run: Run, name: str, label: str, icon: str | None, ask: Callable[[], None]) -> None:
    """Show a button that asks something of the run; what is refused is shown at the next run of the page."""

    def click() -> None:
        try:
            ask()
        except EcgModelError as error:
            st.session_state[_ERROR] = error

    st.button(label, icon=icon, on_click=click, key=f"train.{name}.{run.key}")


def _show_epochs(run: Run) -> None:
    st.dataframe(
        {
            t("Epoch"): [epoch.epoch for epoch in run.epochs],
            t("Learning rate"): [f"{epoch.learning_rate:.2e}" for epoch in run.epochs],
            t("Loss"): [round(epoch.loss, 4) for epoch in run.epochs],
            t("Accuracy"): [f"{epoch.accuracy:.2%}" for epoch in run.epochs],
            t("Validation loss"): [round(epoch.validation_loss, 4) for epoch in run.epochs],
            t("Validation accuracy"): [f"{epoch.validation_accuracy:.2%}" for epoch in run.epochs],
            t("Mean sensitivity"): [f"{epoch.validation_sensitivity:.2%}" for epoch in run.epochs],
            t("Seconds"): [round(epoch.seconds, 1) for epoch in run.epochs],
        },
        hide_index=True,
        height=min(36 * (len(run.epochs) + 1) + 2, 320),
    )
