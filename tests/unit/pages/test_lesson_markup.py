"""What Streamlit shows, as HTML of the lesson without a server."""

import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ecgmodel.errors import LessonError
from pages.lesson.code import wrap, write_scripts
from pages.lesson.markup import read_formula, read_markdown, show_all, show_table


def test_markdown_keeps_its_formulas_and_escapes_the_rest():
    """Bold and links are HTML, a formula is MathML, and HTML in the text is text."""
    html = read_markdown("**Bold** $h(t)$ <script>x</script> [a](https://doi.org/1)")
    assert "<strong>Bold</strong>" in html
    assert "<math" in html
    assert "<script>" not in html
    assert 'href="https://doi.org/1"' in html


def test_what_is_streamlits_own_goes():
    """Icons and colours are taken out, and their text stays; a price in dollars is no formula."""
    assert read_markdown(":green[:material/check: **Right.**] 5 $ or 6 $", inline=True) == (
        "<strong>Right.</strong> 5 $ or 6 $"
    )


@pytest.mark.parametrize(
    "latex",
    [
        r"\\begin{aligned} i, f, o &= \\sigma(W[h', x] + b)\\\\ h &= o \\cdot \\tanh c \\end{aligned}",
        r"\\frac{\\partial h(t)}{\\partial h(0)} = \\prod_{k=1}^{t} w\\,\\bigl(1 - h(k)^2\\bigr)",
    ],
)
def test_formulas_are_whole_mathml(latex):
    """They are well-formed, nothing of LaTeX is left in them, and lines stand below each other where there are two."""
    latex = latex.replace("\\\\", "\\")
    drawn = read_formula(latex, display=True)
    tree = ElementTree.fromstring(drawn)
    words = "".join(tree.itertext())
    assert not set("\\&") & set(words)
    rows = [part for part in tree.iter() if part.tag.endswith("mtr")]
    assert len(rows) == (2 if "aligned" in latex else 0)


def test_a_table_has_heads_that_are_told():
    """Columns and rows are named as a screen reader needs it."""
    html = show_table(pd.DataFrame({"Class": ["N", "V"], "n": [1, 2]}).set_index("Class"))
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 2


def test_scripts_are_classic():
    """No import and no export is left, which browsers refuse in a file; every component has its mount."""
    scripts = write_scripts()
    code = "\n".join(scripts.values())
    assert not [line for line in code.splitlines() if line.startswith(("import ", "export "))]
    for name in ("figure", "words", "pane", "gates"):
        assert f"LESSON.mounts.{name} = " in code


def test_code_without_an_export_is_no_component():
    """It is said, rather than mounted as nothing."""
    with pytest.raises(LessonError, match="exports 0"):
        wrap("nothing", ("shared/words.js",))


def test_what_a_button_does_goes_with_it():
    """A heading over a button, and the caption below, are left out; what stands elsewhere stays."""

    def play():
        import streamlit as st

        st.markdown("**Measure**")
        st.button("Now")
        st.caption("Takes a while.")
        st.markdown("**Accuracy**")
        st.caption("Of all.")

    script = AppTest.from_function(play, default_timeout=60).run()
    html = show_all(list(script.main))
    assert "Measure" not in html
    assert "Takes a while" not in html
    assert "Accuracy" in html
    assert "Of all." in html
