"""The view of the Gates page: heat maps, calculator and play, as a component of plain JavaScript.

As with the trace, what is heavy and constant travels in elements of its own: the words with the code, and one packet
for each model on the beat. The numbers are sent as they are, so that the calculator shows what the library computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from ecgmodel.figures import palette
from ecgmodel.figures.gates import gate_table, state_table
from ecgmodel.labels import CLASSES
from ecgmodel.network.inside.gates import GateTrace
from ecgmodel.network.inside.saliency import Saliency
from ecgmodel.network.model_file import Model
from ecgmodel.segments.dataset import MODEL_FS, Segments
from pages.components.delivery import send
from pages.components.packets import CARRIER_FILES, ELEMENT_FILES, Packet, join_code, pack, stamp
from pages.session import choices
from pages.ui.text import t

CODE_FILES = (
    "shared/channel.js",
    *ELEMENT_FILES,
    "shared/icons.js",
    "gates/data.js",
    "gates/paint.js",
    "gates/calculator.js",
    "gates/pane.js",
    "gates/gates.js",
    "gates/carry_words.js",
)
"""The files of the view in the order in which they are joined into one module."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A beat within a segment.

    Attributes
    ----------
    sample : int
        R peak, in samples of the segment.
    symbol : str
        "" where nobody annotated it.
    chosen : bool
        Whether it is the beat that the page opened.
    """

    sample: int
    symbol: str
    chosen: bool


@dataclass(frozen=True, slots=True, eq=False)
class Pane:
    """One model on one beat.

    Attributes
    ----------
    name, title : str
        Of the model; what to write above the figure.
    model : Model
    trace : GateTrace
    segment : Segments
        The single one that the model read.
    marks : tuple of Mark
        R peaks within the segment.
    baseline : ndarray of shape (n_steps, 5), float32, or None
        The probabilities without the experiment or the edit.
    saliency : Saliency or None
    """

    name: str
    title: str
    model: Model
    trace: GateTrace
    segment: Segments
    marks: tuple[Mark, ...]
    baseline: np.ndarray | None = None
    saliency: Saliency | None = None


@dataclass(frozen=True, slots=True)
class GatesEvent:
    """What the view tells the page.

    Attributes
    ----------
    step, unit : int or None
        Where the visitor last came to rest; `None` before.
    wish : str or None
        The wish of the page after which that was.
    brush : (int, int) or None
        First and last step of the stretch that the visitor brushed.
    """

    step: int | None
    unit: int | None
    wish: str | None
    brush: tuple[int, int] | None


def show_gates(
    panes: Sequence[Pane],
    *,
    key: str,
    step: int,
    unit: int,
    wish: str,
    brush: tuple[int, int] | None,
    private: bool = False,
) -> None:
    """Show one model, or two side by side, on the same beat.

    Parameters
    ----------
    panes : sequence of Pane
    key : str
        Key of the widget.
    step, unit : int
        Where to go when `wish` is another than before; otherwise the visitor stays where they are.
    wish : str
    brush : (int, int) or None
        The stretch to mark.
    private : bool
        Whether a record or a model is the visitor's own.
    """
    words = encode_words()
    packets = [encode_pane(pane) for pane in panes]
    with st.container(gap=None):
        send(_words_carrier, f"{key}.words", words, private=False)
        for number, packet in enumerate(packets):
            send(_pane_carrier, f"{key}.pane_{number}", packet, private=private)
        data = {
            "text": words.id,
            "panes": [packet.id for packet in packets],
            "step": step,
            "unit": unit,
            "wish": wish,
            "brush": None if brush is None else {"first": brush[0], "last": brush[1]},
        }
        _gates(
            key=key,
            data=data | {"stamp": stamp(key, data)},
            on_cell_change=_ignore,
            on_brush_change=_ignore,
        )


def read_gates(key: str) -> GatesEvent:
    """Return what the view `key` last reported, before or after it is shown in this run."""
    reported = st.session_state.get(key) or {}
    cell, brush = reported.get("cell"), reported.get("brush")
    return GatesEvent(
        step=None if cell is None else int(cell["step"]),
        unit=None if cell is None else int(cell["unit"]),
        wish=None if cell is None else cell["wish"],
        brush=None if brush is None else (int(brush["first"]), int(brush["last"])),
    )


def _ignore() -> None:
    """Do nothing: Streamlit keeps a state only where it has a callback."""


def encode_pane(pane: Pane) -> Packet:
    """Return everything that the browser needs to show one model on one beat."""
    trace, config, segment = pane.trace, pane.model.config, pane.segment
    r_sample = next((mark.sample for mark in pane.marks if mark.chosen), 0)
    fields = {
        "name": pane.name,
        "title": pane.title,
        "cell": trace.cell.kind,
        "rows": trace.cell.rows,
        "gates": trace.cell.gates,
        "n_steps": trace.n_steps,
        "n_features": trace.cell.n_features,
        "units": trace.cell.units,
        "step_stride": config.step_stride,
        "n_samples": config.n_samples,
        "length": trace.length,
        "readout_step": trace.readout_step,
        "fs": MODEL_FS,
        "r_sample": r_sample,
        "lead": str(segment.lead[0]),
        "channels": list(range(config.n_channels)),
        "classes": CLASSES,
        "marks": [asdict(mark) for mark in pane.marks],
    }
    arrays = {
        "segment": segment.signal[0].T.reshape(-1),
        "features": trace.features.reshape(-1),
        "values": trace.values.reshape(-1),
        "totals": trace.totals.reshape(-1),
        "probabilities": trace.probabilities.reshape(-1),
        "kernel": trace.cell.kernel.reshape(-1),
        "recurrent": trace.cell.recurrent_kernel.reshape(-1),
        "bias": trace.cell.bias.reshape(-1),
    }
    if trace.held is not None:
        arrays["held"] = trace.held.astype(np.uint8).reshape(-1)
    if trace.off is not None:
        arrays["off"] = trace.off.astype(np.uint8)
    if pane.baseline is not None:
        arrays["baseline"] = pane.baseline.reshape(-1)
    if pane.saliency is not None:
        fields["saliency_label"] = pane.saliency.label
        arrays["saliency"] = pane.saliency.fall
    return pack(fields, arrays)


def encode_words() -> Packet:
    """Return the words and colours of the view in the visitor's language."""
    fields = {
        "palette": {
            theme: {"paper": asdict(palette.PAPER[theme]), "classes": palette.CLASS_INKS[theme]}
            for theme in ("light", "dark")
        }
        | {"marks": palette.CLASS_MARKS, "other": palette.OTHER_COLOUR},
        "title": t("Gates of the recurrent cell"),
        "surface": t(
            "Segment, gates and states at every step. Left and right choose the step, up and down the unit, "
            "space plays, B begins and ends a stretch, Escape drops it."
        )
        if choices.has_server()
        else t(
            "Segment, gates and states at every step. Left and right choose the step, up and down the unit, "
            "space plays."
        ),
        "calculator": t("Gate calculator"),
        "play": t("Play"),
        "pause": t("Pause"),
        "first_step": t("First step"),
        "step_back": t("One step back"),
        "step_on": t("One step on"),
        "readout_step": t("The step that is read out"),
        "speed": t("Speed"),
        "steps_a_second": t("{n} steps/s", n="{n}"),
        "order": t("Order of the units"),
        "as_stored": t("units as stored"),
        "by_peak": t("units by their peak"),
        "place": t(
            "step {step} (0 to {last}): has seen sample {sample}, {time}",
            step="{step}",
            last="{last}",
            sample="{sample}",
            time="{time}",
        ),
        "time": t("{time}, in both", time="{time}"),
        "before_r": t("{time} s before R", time="{time}"),
        "after_r": t("{time} s after R", time="{time}"),
        "final_answer": t("Answer, read out after step {step}", step="{step}"),
        "step_unit": t("step {step}, unit {unit}", step="{step}", unit="{unit}"),
        "unit_up": t("The unit above"),
        "unit_down": t("The unit below"),
        "features_scale": t("features"),
        "gates_scale": t("gates"),
        "states_scale": t("candidate, hidden state"),
        "typical_beat": t("this heart's typical beat"),
        "rhythm_local": t("RR against the last 8 (low: early)"),
        "rhythm_slow": t("RR against the slow rhythm of 64"),
        "rhythm_irregular": t("irregularity, a third as high"),
        "baseline": t("P before the change"),
        "hint": t(
            "Click a cell, or use the arrow keys. Drag across the segment to brush a stretch; by key, B begins and "
            "ends one."
        )
        if choices.has_server()
        else t("Click a cell, or use the arrow keys."),
        "brush_from": t("The stretch begins at step {first}.", first="{first}"),
        "brush_to": t("Steps {first} to {last} are brushed.", first="{first}", last="{last}"),
        "comma": t(", "),
        "after_step": t("After step {step}", step="{step}"),
        "moved": t("moved P"),
        "fall": t(
            "without sample {sample}, P({symbol}) falls by {change}",
            sample="{sample}",
            symbol="{symbol}",
            change="{change}",
        ),
        "rise": t(
            "without sample {sample}, P({symbol}) rises by {change}",
            sample="{sample}",
            symbol="{symbol}",
            change="{change}",
        ),
        "rhythm": t("rhythm"),
        "at_sample": t(
            "sample {sample}, {time}: {value} standard deviations",
            sample="{sample}",
            time="{time}",
            value="{value}",
        ),
        "rhythm_at": t(
            "prematurity {local} (local), {slow} (slow rhythm), irregularity {irregularity}",
            local="{local}",
            slow="{slow}",
            irregularity="{irregularity}",
        ),
        "rows": {
            "x": t("feature"),
            "r": t("reset gate"),
            "z": t("update gate"),
            "h~": t("candidate"),
            "h": t("hidden state"),
            "f": t("forget gate"),
            "i": t("input gate"),
            "o": t("output gate"),
            "g": t("candidate"),
            "c": t("cell state"),
        },
        "padding": t("padding"),
        "bias": t("bias"),
        "sum": t("sum"),
        "rounded": t("All numbers are rounded. Where ≈ stands, only the unrounded ones agree in the last digit."),
        "held": t("held by the experiment"),
        "off": t("The experiment switched this unit off: h = 0."),
        "more": t("{n} smaller terms", n="{n}"),
        "fewer": t("only the largest terms"),
    }
    return pack(
        fields,
        {
            "gate_table": gate_table().reshape(-1),
            "state_table_light": state_table("light").reshape(-1),
            "state_table_dark": state_table("dark").reshape(-1),
        },
    )


_words_carrier = st.components.v2.component(
    "ecg_gates_words", js=join_code(CODE_FILES, "gates/gates.css"), isolate_styles=False
)
_pane_carrier = st.components.v2.component("ecg_gates_pane", js=join_code(CARRIER_FILES), isolate_styles=False)
_gates = st.components.v2.component("ecg_gates", js=join_code(("shared/channel.js", "gates/show.js")))
