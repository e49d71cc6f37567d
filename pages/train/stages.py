"""How far a run has come: what it is doing, and how long that and the rest will take."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import streamlit as st

from ecgmodel.training.jobs.jobs import Run
from ecgmodel.training.progress import STAGES, Progress, Stage
from pages.train.words import time_words
from pages.ui.text import t, tn

START_S = 30
"""Seconds until a first epoch begins: starting a process, cutting segments, loading TensorFlow and compiling."""


def show_progress(run: Run, runs: Sequence[Run]) -> None:
    """Show what a run waits for, does, or has kept."""
    doing = run.doing
    if run.state == "waiting":
        st.progress(run.progress, _waiting_words(run, runs))
    elif run.state in ("stopped", "failed"):
        words = t("{done} of {total} epochs are kept.", done=len(run.epochs), total=run.n_epochs)
        st.progress(run.progress, words)
    elif run.state == "stopping":
        st.progress(run.progress, t("Stopping after this batch …"))
    elif run.is_busy and (doing is None or doing.stage != "batches"):
        _show_start(run, doing or Progress("process"))
    elif run.is_busy:
        st.progress(run.progress, " · ".join(_epoch_words(run, doing)))


def _waiting_words(run: Run, runs: Sequence[Run]) -> str:
    before = [other for other in runs if other.submitted < run.submitted and other.state == "waiting"]
    n = len(before) + sum(other.is_busy for other in runs)
    if n:
        return tn("Waiting for {n} run ahead of it.", "Waiting for {n} runs ahead of it.", n)
    words = t("Waiting for a worker, which is starting.")
    return f"{words} {_time_to_start(run.submitted)}"


def _show_start(run: Run, doing: Progress) -> None:
    words = {
        "process": t("Starting the training process …"),
        "records": t("Cutting segments: {done} of {total} records …", done=doing.done, total=doing.total),
        "tensorflow": t("Loading TensorFlow …"),
        "compiling": t(
            "Compiling the network for segments of another length, {done} of {total} …",
            done=doing.done + 1,
            total=doing.total,
        ),
    }[doing.stage]
    place = STAGES.index(doing.stage)
    is_first = not run.epochs
    if is_first and doing.stage != "compiling":
        words += f" {_time_to_start(doing.began or run.submitted)}"
    elif not math.isnan(doing.loss):
        words += " " + t("loss {loss:.3f}", loss=doing.loss)
    st.progress((place + doing.share) / (len(STAGES) - 1) if is_first else run.progress, words)
    st.caption(" → ".join(f"**{name}**" if k == place else name for k, name in enumerate(_stage_names().values())))


def _epoch_words(run: Run, doing: Progress) -> list[str]:
    words = [t("Epoch {epoch} of {total}", epoch=min(len(run.epochs) + 1, run.n_epochs), total=run.n_epochs)]
    if doing.epoch > len(run.epochs):
        words.append(t("batch {done} of {total}", done=doing.done, total=doing.total))
        if not math.isnan(doing.loss):
            words.append(t("loss {loss:.3f}", loss=doing.loss))
    left = run.seconds_left
    if left is not None:
        words.append(t("about {time} left", time=time_words(left)))
    return words


def _stage_names() -> dict[Stage, str]:
    return {
        "process": t("process"),
        "records": t("segments"),
        "tensorflow": "TensorFlow",
        "compiling": t("compiling"),
        "batches": t("batches"),
    }


def _time_to_start(since: float) -> str:
    """Say how long it takes until the first batch, after what it took so far."""
    left = START_S - (time.time() - since)
    if left < 1:
        return t("It takes longer than usual: this machine is busy.")
    return t("About {time} to the first batch.", time=time_words(left))
