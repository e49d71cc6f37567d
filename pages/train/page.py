"""Train: choose a network, watch it learn, compare runs, and take one to the other pages.

What changes during a training is in fragments, which look at the run folders periodically.
"""

from collections.abc import Sequence

import streamlit as st

from ecgmodel.errors import EcgModelError
from ecgmodel.training.jobs.jobs import Run, list_runs, read_run
from ecgmodel.training.presets import PRESETS
from pages.caches.listing import look_anew
from pages.caches.trainings import job_queue, training_plan
from pages.session import address, choices
from pages.train.data import choose_records, show_data
from pages.train.form import read_form, show_form, training_form
from pages.train.runs import choose_compared, show_comparison, show_runs
from pages.train.watch import choose_smoothing, run_in_view, show_actions, show_curves, show_state
from pages.ui.blocks import show_error, show_not_a_medical_device
from pages.ui.model_choice import choose_model_file
from pages.ui.text import t

BUSY_EVERY_S = 1.0
QUIET_EVERY_S = 5.0
CURVES_EVERY_S = 2.0
TABLE_EVERY_S = 3.0


def watch_state() -> None:
    """Show how far the run in view is; where its state or the number of runs changed, run the whole page."""
    queue = job_queue()
    now = list_runs(queue.folder)
    queue.nudge(now)
    if queue.trouble is not None:
        show_error(queue.trouble)
    run = run_in_view(now)
    if is_busy(now) != busy or (run and (run.key, run.state)) != (in_view and (in_view.key, in_view.state)):
        st.rerun()
    if run is None:
        st.caption(t("No run yet. Press Train, and its curves grow here."))
    else:
        show_state(run, now)


def watch_curves() -> None:
    """Show the epochs of the run in view."""
    if in_view is not None and in_view.path.exists():
        show_curves(read_run(in_view.path))


def watch_runs() -> None:
    """Show all runs, and some of them side by side."""
    look_anew()
    runs = list_runs(job_queue().folder)
    run = run_in_view(runs)
    if run is None:
        return
    show_runs(runs, run)
    if len(runs) < 2:
        return
    compared = choose_compared(runs, run)
    if len(compared) > 1:
        show_comparison(compared, runs)
    elif compared:
        st.caption(t("Choose another run to see both side by side."))


def is_busy(runs: Sequence[Run]) -> bool:
    """Tell whether any run is waiting or in progress."""
    return any(run.is_busy or run.state == "waiting" for run in runs)


choices.set_run(address.take_asked("run") or choices.run_key())
form = training_form()
choose_records(form)
try:
    preset = read_form(form)
    plan = training_plan(preset, int(form["fold"]))
except EcgModelError:
    preset, plan = PRESETS[form["preset"]], None  # the form says what is wrong
show_data(form, preset, plan)
runs = list_runs(job_queue().folder)
busy = is_busy(runs)
in_view = run_in_view(runs)
if in_view is not None:
    address.note(run=in_view.key)
every_s = BUSY_EVERY_S if busy else QUIET_EVERY_S
left, right = st.columns((0.36, 0.64), gap="medium")
with left:
    show_form(form, runs)
with right:
    st.fragment(watch_state, run_every=every_s)()
    if in_view is not None:
        show_actions(in_view)
        if in_view.epochs:
            choose_smoothing()
        st.fragment(watch_curves, run_every=max(every_s, CURVES_EVERY_S))()
st.fragment(watch_runs, run_every=max(every_s, TABLE_EVERY_S))()
choose_model_file()
show_not_a_medical_device()
