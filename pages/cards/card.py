"""The choice of a card, the card itself, the worst records with the way to their traces, and the file to print."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from ecgmodel.evaluation.predictions import Predictions
from ecgmodel.figures.model_card import Judged, find_worst_s, list_judged, list_worst, make_card, write_card
from ecgmodel.figures.rendering import render
from ecgmodel.network.model_file import Model
from pages.caches.models import model_name_in_use, open_model, shipped_models
from pages.caches.results import open_result, result_intervals, result_names, result_predictions
from pages.session.place import DEFAULT_WINDOW_S
from pages.ui.downloads import offer_file
from pages.ui.kept_choice import choose_kept
from pages.ui.text import language, plain, t, translator


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A model, and what was judged of its preset."""

    model: Model
    judged: list[Judged]


def choose_card() -> str:
    """Show the choice of a shipped model, and return it; the model in use is offered first."""
    names = shipped_models()
    first = model_name_in_use() if model_name_in_use() in names else names[0]
    return choose_kept(
        st.segmented_control,
        t("Model"),
        names,
        page="cards",
        name="model",
        first=first,
        asked_as="card",
        required=True,
    )


def show_card(name: str) -> Card:
    """Show the card of a model."""
    model = open_model(name)
    results = [result for result in map(open_result, result_names()) if result is not None]
    card = Card(model, list_judged(name, results, lambda result: result_intervals(result.name)))
    sections = make_card(model, card.judged, translator(language()))
    st.html(render("card.html", title=t("Model card: {name}", name=name), sections=sections))
    return card


def show_worst(card: Card, name: str) -> None:
    """List the records with the most mistakes, each with the way to its trace."""
    worst = list_worst(card.judged)
    if not worst:
        return
    st.markdown(f"### {t('Records, the worst first')}")
    lines = [f"|{t('Record')}|{t('Segments')}|{t('Accuracy')}|", "|---|---:|---:|"]
    predictions = result_predictions(card.judged[-1].result.name)
    for row in worst:
        wish = {"record": row.record, "model": name} | _place_of_worst(predictions, row.record)
        lines.append(f"|[{plain(row.record)}](predict?{urlencode(wish)})|{row.n:,}|{row.accuracy:.1%}|")
    st.markdown("\n".join(lines))
    st.caption(
        t(
            "Under {protocol}. A name opens the record in Predict, at the wrong answer with the highest probability. "
            "A cross-fitted model reads it by the network that never saw the person; any other model has one network, "
            "which may have trained on it.",
            protocol=card.judged[-1].result.protocol,
        )
    )


def _place_of_worst(predictions: Predictions | None, record: str) -> dict[str, str]:
    """Return the part of an address that shows the surest wrong answer to a record, where answers are kept."""
    worst_s = None if predictions is None else find_worst_s(predictions, record)
    if worst_s is None:
        return {}
    return {"t": f"{max(0.0, worst_s - DEFAULT_WINDOW_S / 2):.2f}", "w": f"{DEFAULT_WINDOW_S:g}"}


def offer_card(card: Card, name: str) -> None:
    """Offer the card as one HTML file."""
    say, lang = translator(language()), language()
    offer_file(
        t("Card to print"),
        lambda: write_card(card.model, card.judged, say=say, lang=lang),
        f"{name}-card.html",
        "text/html",
    )
