"""The code of the components as classic scripts: browsers load no ES modules from a file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from ecgmodel.errors import LessonError
from pages.components import figure, gates
from pages.components.packets import read_asset

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "lesson"

_EXPORT = re.compile(r"^export default ", re.MULTILINE)


def write_scripts() -> dict[str, str]:
    """Return the scripts of the lesson by file name; `lesson.js` has to come first."""
    return {
        "lesson.js": (ASSETS / "lesson.js").read_text(encoding="utf-8"),
        "figures.js": wrap("figure", figure.CODE_FILES, style="learn/figure.css"),
        "gates.js": wrap("words", gates.CODE_FILES, constant="gates/gates.css")
        + wrap("pane", ("shared/channel.js", "shared/carry_packet.js"))
        + wrap("gates", ("shared/channel.js", "gates/show.js")),
    }


def wrap(name: str, files: Sequence[str], *, style: str | None = None, constant: str | None = None) -> str:
    """Return the code of one component as a script that hands `LESSON.mounts[name]` what mounts it.

    Parameters
    ----------
    name : str
    files : sequence of str
        As they are joined for Streamlit.
    style : str or None
        A sheet that `lesson.js` puts beside the component.
    constant : str or None
        A sheet that the code expects as `CSS`.

    Raises
    ------
    LessonError
        Where the files do not export exactly one thing.
    """
    code = "\n".join(map(read_asset, files))
    code, n_exports = _EXPORT.subn(f"LESSON.mounts.{name} = ", code)
    if n_exports != 1:
        raise LessonError("The code of {name} exports {n} things; a component has one.", name=name, n=n_exports)
    css = "" if constant is None else f"const CSS = {json.dumps(read_asset(constant))};\n"
    beside = "" if style is None else f"LESSON.styles.{name} = {json.dumps(read_asset(style))};\n"
    return f'(() => {{\n"use strict";\n{css}{code}\n{beside}}})();\n'
