"""Every sentence of the import is in the Chinese catalogue, and none is left over there."""

from __future__ import annotations

import ast
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[5]
RECORDS = ROOT / "ecgmodel" / "records"
MODULES = sorted((RECORDS / "imports").rglob("*.py"))
SPEAKERS = {"say", "ImportFileError", "ImportStoppedError", "QuestionError"}


def templates() -> set[str]:
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    found.add(first.value)
    return found


def literals() -> set[str]:
    """Return every text of the library; what is made of a file is also judged and listed outside the import."""
    return {
        node.value
        for path in (ROOT / "ecgmodel").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_the_catalogue_has_every_sentence_and_no_other() -> None:
    with (ROOT / "assets" / "locale" / "zh" / "LC_MESSAGES" / "imports.po").open("rb") as stream:
        catalogue = {message.id: message.string for message in read_po(stream) if message.id}
    assert templates() - set(catalogue) == set()
    assert set(catalogue) - literals() == set()
    assert all(catalogue.values())
