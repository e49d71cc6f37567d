"""Catalogues are compiled once; what is shown is what the .po files say."""

from pathlib import Path

import babel.messages.pofile
import pytest
from babel.messages.pofile import read_po

from ecgmodel.errors import EcgModelError
from pages.ui import text

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Beats"
msgstr "%s"

#, fuzzy
msgid "Gates"
msgstr "not checked yet"

msgid "{n} beat"
msgid_plural "{n} beats"
msgstr[0] "{n} 个心搏"

msgid "Empty"
msgstr ""
"""


@pytest.fixture(autouse=True)
def compiled(tmp_path, monkeypatch):
    """A cache of the test's own, and a process that has opened no catalogue."""
    monkeypatch.setattr(text, "COMPILED_FOLDER", tmp_path / "compiled")
    start_anew()
    yield tmp_path / "compiled"
    start_anew()


def start_anew():
    """Forget what this process has opened, as a new one would."""
    text._catalogue_files.cache_clear()
    text._open_catalogue.cache_clear()


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A locale folder with one small catalogue; returns a function that writes the translation of "Beats"."""
    folder = tmp_path / "locale" / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    monkeypatch.setattr(text, "LOCALE_FOLDER", tmp_path / "locale")
    monkeypatch.setattr(text, "language", lambda: "zh")

    def write(beats):
        (folder / "own.po").write_text(PO % beats, "utf-8")
        start_anew()

    write("心搏")
    return write


def test_every_message_is_said_as_the_po_files_have_it():
    """At the first start, which compiles, and at the next, which does not: the same words as Babel reads."""
    for _start in range(2):
        translate = text.translator("zh")
        for path in sorted((text.LOCALE_FOLDER / "zh" / "LC_MESSAGES").glob("*.po")):
            with path.open("rb") as stream:
                for message in read_po(stream):
                    if isinstance(message.id, str) and message.id:
                        assert translate(message.id) == message.string
        start_anew()


def test_a_later_start_parses_nothing(own, compiled, monkeypatch):
    """The compiled catalogue alone is read."""
    assert text.look_up("Beats") == "心搏"
    assert len(list(compiled.glob("zh-*.mo"))) == 1
    start_anew()
    monkeypatch.delattr(babel.messages.pofile, "read_po")
    assert text.look_up("Beats") == "心搏"


def test_a_changed_source_is_compiled_anew(own, compiled):
    """What the new source says is shown, and the old compiled file goes."""
    assert text.look_up("Beats") == "心搏"
    before = list(compiled.iterdir())
    own("搏动")
    assert text.look_up("Beats") == "搏动"
    after = list(compiled.iterdir())
    assert len(before) == len(after) == 1
    assert before != after


def test_without_a_cache_the_words_are_there(own, tmp_path, monkeypatch):
    """A cache that cannot be written, or holds what is no catalogue, costs time alone."""
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(text, "COMPILED_FOLDER", tmp_path / "file")
    assert text.look_up("Beats") == "心搏"


def test_a_broken_compiled_file_is_made_again(own, compiled):
    """A file of that name that is no catalogue is replaced."""
    text.look_up("Beats")
    (path,) = compiled.iterdir()
    path.write_bytes(b"nothing of the kind, and long enough for a header")
    start_anew()
    assert text.look_up("Beats") == "心搏"
    start_anew()
    assert text.look_up("Beats") == "心搏"
    assert path.read_bytes()[:4] == b"\xde\x12\x04\x95"


def test_plurals_and_what_is_not_translated(own, monkeypatch):
    """Chinese has one form, English two; fuzzy and empty entries stay English, and nothing is nothing."""
    assert [text.tn("{n} beat", "{n} beats", n) for n in (1, 2)] == ["1 个心搏", "2 个心搏"]
    assert [text.look_up(source) for source in ("Gates", "Empty", "Unknown", "")] == ["Gates", "Empty", "Unknown", ""]
    monkeypatch.setattr(text, "language", lambda: "en")
    assert [text.tn("{n} beat", "{n} beats", n) for n in (1, 2)] == ["1 beat", "2 beats"]
    assert text.look_up("Beats") == "Beats"


def test_visitors_read_no_folder_of_the_machine():
    """An error names a path by its last part on a page; the command line says all of it."""
    error = EcgModelError("File {file} is missing from {folder}.", file="100.dat", folder=Path("/srv/school/mitdb"))
    assert text.error_text(error) == "File 100.dat is missing from mitdb."
    assert str(error) == "File 100.dat is missing from /srv/school/mitdb."
