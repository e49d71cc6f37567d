"""Text that is not ours, on its way to Markdown and to figures."""

import pytest
from markdown_it import MarkdownIt

from pages.ui.text import plain
from tests.app.screen import as_read

PAYLOADS = (
    "![x](https://host.example/x)",
    "[x](https://host.example/x)",
    "<img src=https://host.example/x>",
    ":material/delete:",
    ":red[x]",
    ":smile:",
    "$x^2$",
    "*x* **x** _x_ ~~x~~ `x` ==x==",
    "# x",
    "1. x",
    "- x",
    "---",
    "www.host.example",
    "me@host.example",
    "a -> b <- c -- d >= e",
    "&lt;b&gt;",
    "a\n\n# b",
    "| a | b |",
    "\\*x\\*",
)


@pytest.mark.parametrize("text", PAYLOADS)
def test_markdown_shows_it_as_it_is(text):
    """A reader of Markdown who knows all of GitHub's rules finds one paragraph of bare text in it, the text itself."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    paragraph, inline, end = reader.parse(plain(text))
    assert (paragraph.type, inline.type, end.type) == ("paragraph_open", "inline", "paragraph_close")
    assert {child.type for child in inline.children} <= {"text", "text_special"}
    shown = "".join(child.content for child in inline.children)
    assert shown.replace("\u200b", "") == " ".join(text.split())
    assert as_read(plain(text)) == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (":material/delete:", ":material/"),
        (":smile:", ":smile:"),
        (":red[x]", ":red"),
        ("https://host.example", "://"),
        ("www.host.example", "www."),
        ("me@host.example", "@host"),
        ("a -> b", "->"),
        ("a--b", "--"),
    ],
)
def test_what_streamlit_replaces_in_bare_text(text, mark):
    """Streamlit's own marks are broken up, for it looks for them after escapes are resolved."""
    assert mark in text
    assert mark not in as_read_by_streamlit(plain(text))


def as_read_by_streamlit(text):
    """Return text as it is when its escapes are resolved."""
    return text.replace("\\", "")


def test_figures_show_it_as_it_is():
    """Plotly reads HTML of its own and TeX between dollars; it gets neither."""
    shown = plain("<a href='https://host.example'>x</a> & $x$", "figure")
    assert not set("<>$") & set(shown)
    assert shown.startswith("&lt;a href='https://host.example'&gt;x&lt;/a&gt; &amp; ")
