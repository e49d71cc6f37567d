"""What a test can see of the app."""

import re
from pathlib import Path

from streamlit.util import calc_hash

APP = Path(__file__).parents[2] / "app.py"


def come_in_by(app, page):
    """Make the first run of an app that of a visitor who comes by the address of a page.

    `AppTest.switch_page` knows a page's address only after a run; before, it takes the name of the file for it.
    """
    app._page_hash = calc_hash(page)


def all_text(app):
    """Return everything that a page says in words."""
    kinds = ("markdown", "caption", "warning", "info", "error")
    return as_read("\n".join(element.value for kind in kinds for element in app.get(kind)))


def as_read(text):
    """Return Markdown as a reader sees what was escaped in it."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text).replace("\u200b", "")


def all_words(app):
    """Return everything that a page says in words, with the labels of its controls."""
    kinds = ("button", "button_group", "selectbox", "toggle", "slider", "number_input", "text_input", "expander", "tab")
    labels = [element.label for kind in kinds for element in app.get(kind)]
    return "\n".join([all_text(app), *(as_read(label) for label in labels if label)])


def shows_trace(app):
    """Tell whether the page has a trace."""
    return any(element.proto.component_name == "ecg_trace" for element in app.get("bidi_component"))


def sent_into_fields(app):
    """Return the labels of the fields into which the last run put a value, over what a visitor types meanwhile."""
    kinds = ("number_input", "text_input", "slider", "toggle")
    fields = [element for kind in kinds for element in app.get(kind)]
    assert fields
    return [element.label for element in fields if element.proto.set_value]
