"""Which tool of the Gates page is in use, and what moved the decision."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ecgmodel.labels import CLASSES
from ecgmodel.network.inside.saliency import WINDOW_SAMPLES
from ecgmodel.segments.dataset import MODEL_FS
from pages.components.gates import GatesEvent, Pane
from pages.session import visitor
from pages.ui.text import plain, t

TOOLS = ("hold", "edit", "hunt")
_TOOL = "gates.tool"
_SALIENCY = "gates.saliency"


def choose_tool() -> str | None:
    """Show the tools and return the one in use."""
    names = {"hold": t("What if …"), "edit": t("Edit the beat"), "hunt": t("Unit hunting")}
    return st.pills(
        t("Tools"),
        TOOLS,
        format_func=names.__getitem__,
        key=_TOOL,
        label_visibility="collapsed",
        persist_state="session",
    )


def choose_saliency() -> bool:
    """Show whether to mark what moved the decision."""
    return st.toggle(
        t("What moved the decision"),
        key=_SALIENCY,
        persist_state="session",
        help=t(
            "Occlusion: {window} ms of the lead at a time become a straight line, and the model is asked again.",
            window=round(1000 * WINDOW_SAMPLES / MODEL_FS),
        ),
    )


def show_saliency(panes: Sequence[Pane]) -> None:
    """Say what the strip under the segment means."""
    for pane in panes:
        found = pane.saliency
        symbol = CLASSES[found.label]
        words = t(
            "{model}: colour above the line, P({symbol}) falls without this part of the lead; grey below, it rises.",
            model=plain(pane.name),
            symbol=symbol,
        )
        if pane.model.config.n_channels > 2:
            change = found.without_rhythm
            words += " " + (
                t(
                    "If its rhythm channels said that every beat is in time, it would fall by {change:.2f}.",
                    change=change,
                )
                if change >= 0
                else t(
                    "If its rhythm channels said that every beat is in time, it would rise by {change:.2f}.",
                    change=-change,
                )
            )
        st.caption(words)


def keep_brush(event: GatesEvent, n_steps: int) -> tuple[int, int] | None:
    """Take over the stretch that the visitor brushed, and return the one in force, within the model's steps."""
    kept = visitor.own("gates")
    if visitor.is_news("gates.brush", event.brush):
        kept["brush"] = event.brush
    brush = kept.get("brush")
    return None if brush is None else (min(brush[0], n_steps - 1), min(brush[1], n_steps - 1))
