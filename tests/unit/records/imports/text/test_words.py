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


def test_the_catalogue_has_every_sentence_and_no_other() -> None:
    with (ROOT / "assets" / "locale" / "zh" / "LC_MESSAGES" / "imports.po").open("rb") as stream:
        catalogue = {message.id: message.string for message in read_po(stream) if message.id}
    assert set(catalogue) == templates()
    assert all(catalogue.values())
