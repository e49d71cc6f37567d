"""What Streamlit shows as Markdown, formulas and tables, as HTML that needs no script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from streamlit.testing.v1.element_tree import Element

if TYPE_CHECKING:
    import pandas as pd
    from markdown_it import MarkdownIt

_FORMULA = re.compile(r"(?<!\\)\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\d)")
_ICON = re.compile(r":material/\w+:\s*")
_COLOUR = re.compile(r":[a-z]+(?:-background)?\[((?:[^\[\]]|\[[^\]]*\])*)\](?!\()")
_PRIME = re.compile(r"<msup><mi>(\w)</mi><m[io]>(?:&#x0?2032;|′)</m[io]></msup>")
"""A prime is raised already; as an exponent it would sit too high."""

_HEADING = re.compile(r"<p><strong>[^<]*</strong></p>")

_MARK = "zzformula{}zz"

SILENT = ("button", "selectbox", "number_input", "text_input", "toggle", "radio", "button_group", "bidi_component")
"""Controls, which need Python, and our own components, which `site` mounts."""


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "breaks": False}).enable("table")


def read_markdown(text: str, *, inline: bool = False) -> str:
    """Return Markdown with formulas between dollars as HTML; HTML within it is text."""
    formulas: list[str] = []

    def keep(match: re.Match[str]) -> str:
        formulas.append(match[1])
        return _MARK.format(len(formulas) - 1)

    text = _COLOUR.sub(r"\1", _ICON.sub("", text))
    text = _FORMULA.sub(keep, text)
    shown = _reader().renderInline(text) if inline else _reader().render(text)
    for k, formula in enumerate(formulas):
        shown = shown.replace(_MARK.format(k), read_formula(formula))
    return shown.replace('<a href="http', '<a rel="noreferrer" href="http')


def read_formula(latex: str, *, display: bool = False) -> str:
    """Return a formula as MathML, which browsers draw by themselves."""
    from latex2mathml.converter import convert

    latex = latex.replace(r"\begin{aligned}", r"\begin{array}{rl}").replace(r"\end{aligned}", r"\end{array}")
    drawn = convert(latex, display="block" if display else "inline")
    return _PRIME.sub(r'<mrow><mi>\1</mi><mo lspace="0" rspace="0">′</mo></mrow>', drawn)


def show_element(element: Element) -> str:
    """Return an element of the page as HTML; "" for what has no meaning without Python."""
    kind, proto = element.type, element.proto
    if kind in ("markdown", "caption", "latex"):
        body = proto.body
        if kind == "latex":
            return read_formula(body.strip().strip("$").strip(), display=True)
        shown = read_markdown(body)
        return f'<div class="quiet">{shown}</div>' if kind == "caption" else shown
    if kind in ("title", "header", "subheader"):
        return f"<h3>{read_markdown(proto.body, inline=True)}</h3>"
    if kind == "code":
        return f"<pre><code>{escape(proto.code_text)}</code></pre>"
    if kind == "html":
        return "" if proto.body.lstrip().startswith(("<style", "<script")) else f'<div class="wide">{proto.body}</div>'
    if kind in ("table", "arrow_table", "dataframe", "arrow_data_frame"):
        return show_table(element.value)
    if kind == "metric":
        lines = (proto.label, f"<b>{escape(proto.body)}</b>", escape(proto.delta))
        label = read_markdown(lines[0], inline=True)
        return f'<p class="metric"><span>{label}</span> {lines[1]} <small>{lines[2]}</small></p>'
    if kind in ("info", "success"):
        return read_markdown(proto.body)
    return ""


def show_all(elements: Sequence[Element]) -> str:
    """Return elements as HTML, one below the other.

    A heading over a button, and the caption below it, speak of what the button does, and go with it.
    """
    shown: list[str] = []
    after_button = False
    for element in elements:
        if element.type == "button" and shown and _HEADING.fullmatch(shown[-1].strip()):
            shown.pop()
            after_button = True
            continue
        if not (after_button and element.type == "caption"):
            shown.append(show_element(element))
        after_button = False
    return "\n".join(filter(None, shown))


def show_table(table: pd.DataFrame) -> str:
    """Return a table with heads that a screen reader can tell."""
    named = table.index.name is not None or table.index.dtype == object
    rows = []
    heads = [*([str(table.index.name or "")] if named else []), *map(str, table.columns)]
    head = "".join(f'<th scope="col">{read_markdown(name, inline=True)}</th>' for name in heads)
    for index, row in zip(table.index, table.to_numpy(), strict=True):
        first = f'<th scope="row">{read_markdown(str(index), inline=True)}</th>' if named else ""
        cells = "".join(f"<td>{read_markdown(str(value), inline=True)}</td>" for value in row)
        rows.append(f"<tr>{first}{cells}</tr>")
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
