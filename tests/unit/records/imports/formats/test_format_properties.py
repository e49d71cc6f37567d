"""Property tests: files of every format, mutated, are read or refused with a sentence, within time and memory."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import ecgmodel.records.wfdb_io  # noqa: F401 -- loaded here, so that no example has to wait for it
from ecgmodel.records.imports.understanding import ImportSettings
from tests.data.format_case import pack_zip
from tests.unit.records.imports.test_properties import quiet, read_or_refuse

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import edfio  # noqa: F401
    import openpyxl  # noqa: F401
    import pydicom  # noqa: F401
    from scipy.io import wavfile  # noqa: F401

FOLDER = Path(__file__).parents[4] / "data" / "formats"
SEEDS = [path for path in sorted(FOLDER.iterdir()) if path.name not in ("corpus.json", "sound.wav")]
WORDS = [
    *(
        b"\0",
        b"\xff",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x80",
        b"\x7f",
        b"NaN",
        b"1e999",
        b"-1",
        b"9" * 30,
        b"null",
        b"true",
    ),
    *(b"[]", b"{}", b"[[", b'"', b"<a>", b"</sequence>", b"&x;", b"<!DOCTYPE x>", b"\xc3\x28", b"\xf0\x9f\x92\x93"),
]

STARTS = (b"ISHNE1.0", b"ALIVE\0\0\0", b"RIFF\0\0\0\0WAVE", b"\0" * 128 + b"DICM", b"<?xml", b"[", b'{"', b"PK\x03\x04")


@st.composite
def any_settings(draw: st.DrawFn) -> ImportSettings:
    """Settings as a visitor may make them, fitting or not."""
    return ImportSettings(
        fs=draw(st.sampled_from([None, None, 250.0])),
        unit=draw(st.sampled_from([None, None, "uV", "adc"])),
        leads=draw(st.sampled_from([None, None, None, ("II",), ("nothing",)])),
        part=draw(st.sampled_from([None, None, None, "RHYTHM", "ECG"])),
        flip=draw(st.booleans()),
    )


def mutate(draw: st.DrawFn, data: bytes) -> bytes:
    """Return bytes cut short, changed, put in, taken out or doubled; mostly near the start, where headers are."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 5))):
        reach = draw(st.sampled_from([64, 600, len(changed), len(changed)]))
        place = draw(st.integers(0, max(min(reach, len(changed)) - 1, 0)))
        match draw(st.integers(0, 5)):
            case 0:
                word = draw(st.binary(min_size=1, max_size=4))
                changed[place : place + len(word)] = word
            case 1:
                changed[place:place] = draw(st.sampled_from(WORDS))
            case 2:
                word = draw(st.sampled_from(WORDS))
                changed[place : place + len(word)] = word
            case 3:
                del changed[place : place + draw(st.integers(1, 400))]
            case 4:
                changed[place:place] = changed[place : place + draw(st.integers(1, 300))]
            case 5:
                changed = changed[: max(place, 1)]
    return bytes(changed)


@st.composite
def mutated_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of the corpus, mutated; of an archive, one of the files in it, for the archive guards the rest."""
    path = draw(st.sampled_from(SEEDS))
    data = path.read_bytes()
    if path.suffix not in (".xlsx", ".zip") or draw(st.integers(0, 5)) == 0:
        return path.name, mutate(draw, data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = draw(st.sampled_from(sorted(files)))
    files[name] = mutate(draw, files[name])
    return path.name, pack_zip(files)


@quiet
@given(mutated_files(), any_settings())
def test_mutated_files_of_every_format_are_read_or_refused(file: tuple[str, bytes], chosen: ImportSettings) -> None:
    read_or_refuse(*file, chosen)


json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.text(max_size=8),
        st.lists(st.floats(-5, 5), min_size=50, max_size=60),
        st.sampled_from(["mV", "2023-01-01 00:00:00 +0100", "1 2 3 " * 30, "250 Hz"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=60),
        st.dictionaries(st.sampled_from(["fs", "ecg", "t", "unit", "Samples", "Timestamp", "factor", "x"]), inner),
    ),
    max_leaves=20,
)


@quiet
@given(json_values, any_settings())
def test_any_json_is_read_or_refused(value: object, chosen: ImportSettings) -> None:
    read_or_refuse("x.json", json.dumps(value).encode(), chosen)


@quiet
@given(
    st.sampled_from(STARTS),
    st.binary(max_size=2000),
    any_settings(),
)
def test_any_bytes_behind_a_known_beginning_are_read_or_refused(
    start: bytes, data: bytes, chosen: ImportSettings
) -> None:
    read_or_refuse("x.bin", start + data, chosen)
