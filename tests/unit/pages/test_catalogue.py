"""Every word that a visitor can see has a Chinese translation."""

import ast
import string
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from ecgmodel import errors, labels
from ecgmodel.records.sources.databases import DATABASES
from ecgmodel.records.timeline import RHYTHM_NAMES
from pages.records.notes import RECORD_NOTES
from pages.ui.glossary import TERMS

ROOT = Path(__file__).parents[3]
CATALOGUES = sorted((ROOT / "assets" / "locale" / "zh" / "LC_MESSAGES").glob("*.po"))
PAGES = sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py")])
LIBRARY = sorted(path for path in (ROOT / "ecgmodel").rglob("*.py") if "command_line" not in path.parts)

WORDS = {"t": 1, "tn": 2}
"""Functions of `pages.ui.text` that take literals, and how many."""

ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type)}

OWNED_BY_LIBRARY = {
    *labels.CLASS_NAMES.values(),
    *labels.SYMBOL_NAMES.values(),
    *RHYTHM_NAMES.values(),
    *RECORD_NOTES.values(),
    *(database.title for database in DATABASES),
    *(meaning for _english, _chinese, meaning in TERMS),
}
"""Strings that pages look up by value."""


def name_of(call):
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def calls(path, names):
    """Yield the calls of some functions in a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Call) and name_of(node) in names:
            yield node


def literal(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def words_of_pages():
    return {
        literal(part) for path in PAGES for call in calls(path, WORDS) for part in call.args[: WORDS[name_of(call)]]
    }


def error_templates():
    return {literal(call.args[0]) for path in (*LIBRARY, *PAGES) for call in calls(path, ERRORS) if call.args}


def messages():
    for path in CATALOGUES:
        with path.open("rb") as stream:
            for message in read_po(stream):
                if message.id:
                    yield path, message


def fields_of(template):
    return {field for _text, field, _spec, _conversion in string.Formatter().parse(template) if field is not None}


@pytest.fixture(scope="module")
def catalogue():
    found = {}
    for _path, message in messages():
        sources = (message.id,) if isinstance(message.id, str) else message.id
        forms = (message.string,) if isinstance(message.string, str) else message.string
        if all(forms) and not message.fuzzy:
            found[sources[0]] = forms[0]
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_translate_literals_only(path):
    """A template that is put together while the app runs could not be found here."""
    if path.name == "text.py":
        return
    for call in calls(path, WORDS):
        parts = call.args[: WORDS[name_of(call)]]
        assert all(literal(part) is not None for part in parts), f"{path.name}:{call.lineno}"


def test_every_word_of_a_page_is_there(catalogue):
    """What a page passes to `t` or `tn` is in the catalogue."""
    singulars = {literal(call.args[0]) for path in PAGES for call in calls(path, WORDS)} - {None}
    assert singulars - catalogue.keys() == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_list_in_a_sentence_is_joined_in_its_language(path):
    """Names in a sentence stand between t(", "), which is 、 in Chinese, never between a comma of the code."""
    joined = [
        call.lineno
        for call in calls(path, {"t", "tn"})
        for value in call.keywords
        for node in ast.walk(value.value)
        if isinstance(node, ast.Attribute) and node.attr == "join" and literal(node.value) == ", "
    ]
    assert joined == []


def test_every_error_is_there(catalogue):
    """What the library raises for a page to show is in the catalogue."""
    assert error_templates() - {None} - catalogue.keys() == set()


def test_every_label_is_there(catalogue):
    """Names of classes, symbols and rhythms, the notes on records and the glossary are in the catalogue."""
    assert OWNED_BY_LIBRARY - catalogue.keys() == set()


def test_same_fields_on_both_sides():
    """A translation fills the same fields as its source: no other name, none left out."""
    for path, message in messages():
        sources = (message.id,) if isinstance(message.id, str) else message.id
        forms = (message.string,) if isinstance(message.string, str) else message.string
        for form in forms:
            assert fields_of(form) == fields_of(sources[-1]), f"{path.name}: {sources[0]}"


def test_catalogues_do_not_contradict_each_other():
    """A source that stands in two files has one translation."""
    found = defaultdict(set)
    for _path, message in messages():
        found[str(message.id)].add(str(message.string))
    assert {source: forms for source, forms in found.items() if len(forms) > 1} == {}


def test_nothing_is_left_over():
    """A translation whose source is gone is taken out."""
    looked_up = {literal(call.args[0]) for path in PAGES for call in calls(path, {"look_up"})}
    used = words_of_pages() | error_templates() | OWNED_BY_LIBRARY | looked_up
    written = {literal(node) for path in (*PAGES, *LIBRARY) for node in ast.walk(ast.parse(path.read_text("utf-8")))}
    strict = {"common", "records", "predict", "labels", "errors"}
    left = {
        (path.name, source)
        for path, message in messages()
        for source in ((message.id,) if isinstance(message.id, str) else message.id)
        # What reports and the import say is handed from module to module, so there only the literal is looked for.
        if source not in (used if path.stem in strict else written)
    }
    assert left == set()
