"""What a test can see of the app."""

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
    return "\n".join(element.value for kind in kinds for element in app.get(kind))


def shows_trace(app):
    """Tell whether the page has a trace."""
    return any(element.proto.component_name == "ecg_trace" for element in app.get("bidi_component"))


def sent_into_fields(app):
    """Return the labels of the fields into which the last run put a value, over what a visitor types meanwhile."""
    kinds = ("number_input", "text_input", "slider", "toggle")
    fields = [element for kind in kinds for element in app.get(kind)]
    assert fields
    return [element.label for element in fields if element.proto.set_value]
