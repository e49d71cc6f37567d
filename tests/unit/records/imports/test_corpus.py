"""The corpus: every file is read as the simulation that it was written from, `tests/data/csv/corpus.json`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import QuestionError
from ecgmodel.records.imports.files import AnnotationList, read_files, sniff_files
from ecgmodel.records.imports.text_file import BeatTable, Recording
from ecgmodel.records.imports.understanding import ImportSettings
from ecgmodel.records.signal.r_peaks import detect_r_peaks

FOLDER = Path(__file__).parents[3] / "data" / "csv"
CORPUS = json.loads((FOLDER / "corpus.json").read_text(encoding="utf-8"))
SIGNALS: dict[str, dict] = CORPUS["signals"]


def read(name: str, **settings: object) -> Recording:
    found = read_files({name: (FOLDER / name).read_bytes()}, ImportSettings(**settings))
    assert isinstance(found, Recording)
    return found


@pytest.mark.parametrize("name", SIGNALS)
def test_rate_unit_and_leads_are_those_of_the_simulation(name: str) -> None:
    truth = SIGNALS[name]
    found = read(name, **truth["settings"])
    assert found.record.fs == pytest.approx(truth["fs"], rel=1e-4)
    assert found.understanding.unit.value == truth["unit"]
    assert list(found.record.leads) == truth["leads"]
    assert found.record.source == "upload"
    assert found.record.signals.dtype == np.float32


@pytest.mark.parametrize("name", SIGNALS)
def test_first_and_last_values_and_gaps_are_those_of_the_simulation(name: str) -> None:
    truth = SIGNALS[name]
    signals = read(name, **truth["settings"]).record.signals
    assert len(signals) == truth["samples"]
    assert np.isnan(signals[:, 0]).sum() == truth["missing"]
    first, last = np.array(truth["first"]), np.array(truth["last"])
    if truth["absolute"]:
        np.testing.assert_allclose(signals[0], first, atol=1e-4)
        np.testing.assert_allclose(signals[-1], last, atol=1e-4)
    else:  # ADC units of unknown gain: positive, linear, and of a heart's size
        assert np.sign(signals[0, 0] - signals[-1, 0]) == np.sign(first[0] - last[0])
        assert 0.5 < np.nanmax(signals) - np.nanmin(signals) < 6.0


@pytest.mark.parametrize("name", SIGNALS)
def test_r_peaks_are_where_the_simulation_has_beats(name: str) -> None:
    truth = SIGNALS[name]
    record = read(name, **truth["settings"]).record
    signal = record.signals[:, 0]
    there = np.flatnonzero(np.isfinite(signal))
    filled = np.interp(np.arange(len(signal)), there, signal[there])
    peaks = detect_r_peaks(filled * (-1 if truth["inverted"] else 1), record.fs) / record.fs
    beats = np.array([sample for sample in truth["r_sample"] if np.isfinite(signal[sample])]) / truth["fs"]
    inner = beats[(beats > 1.0) & (beats < record.duration_s - 0.5)]  # the detector needs a second to learn the signal
    found = sum(np.min(np.abs(peaks - beat)) < 0.06 for beat in inner)
    assert len(inner) >= 2
    assert found >= len(inner) - 1


@pytest.mark.parametrize("name", [name for name, truth in SIGNALS.items() if truth["question"]])
def test_what_a_file_does_not_say_is_asked_and_never_assumed(name: str) -> None:
    data = {name: (FOLDER / name).read_bytes()}
    question = sniff_files(data).question
    assert question is not None
    assert question.setting == SIGNALS[name]["question"]
    assert len(question.choices) >= 2
    with pytest.raises(QuestionError) as error:
        read_files(data)
    assert str(error.value) == str(question.sentence)


@pytest.mark.parametrize("name", [name for name, truth in SIGNALS.items() if not truth["question"]])
def test_a_file_that_answers_itself_is_read_without_a_question(name: str) -> None:
    found = sniff_files({name: (FOLDER / name).read_bytes()})
    assert found.question is None
    assert found.rate.certain
    assert all(str(sentence) for _, finding in found.findings() for sentence in finding.evidence)


def test_each_shape_has_at_least_three_files() -> None:
    counts = Counter(truth["shape"] for truth in SIGNALS.values())
    assert set(counts) == {
        "watch", "samsung", "polar", "mitdb text", "atm", "openbci", "bitalino", "arduino", "plain", "edf", "wfdb",
        "batch", "numbers in front", "converted", "raw and calibrated", "clock", "labchart", "serial", "rows",
    }  # fmt: skip
    assert min(counts.values()) >= 3
    assert len(CORPUS["beats"]) >= 3
    assert len(CORPUS["annotations"]) >= 3


@pytest.mark.parametrize("name", [n for n, truth in SIGNALS.items() if truth["leads"][0] in ("I", "II", "MLII", "ecg")])
def test_polarity_is_that_of_the_simulation_where_it_is_told(name: str) -> None:
    truth = SIGNALS[name]
    expected = "inverted" if truth["inverted"] else "upright"
    assert read(name, **truth["settings"]).understanding.polarity.value in (expected, None)


def test_an_inverted_lead_is_seen_and_can_be_flipped() -> None:
    found = read("plain-inverted.csv")
    assert found.understanding.polarity.value == "inverted"
    flipped = read("plain-inverted.csv", flip=True)
    np.testing.assert_array_equal(flipped.record.signals, -found.record.signals)


@pytest.mark.parametrize("name", CORPUS["beats"])
def test_heartbeat_rows_are_beats_with_their_classes(name: str) -> None:
    truth = CORPUS["beats"][name]
    found = read_files({name: (FOLDER / name).read_bytes()})
    assert isinstance(found, BeatTable)
    assert found.beats.signal.shape == (truth["beats"], 187)
    assert found.beats.label.tolist() == truth["labels"]
    assert found.beats.fs == 125.0
    assert found.beats.signal.min() == 0.0
    np.testing.assert_allclose(found.beats.signal.max(axis=1), 1.0, atol=1e-6)


@pytest.mark.parametrize("name", CORPUS["annotations"])
def test_annotations_as_text_are_those_of_the_simulation(name: str) -> None:
    truth = CORPUS["annotations"][name]
    found = read_files({name: (FOLDER / name).read_bytes()})
    assert isinstance(found, AnnotationList)
    assert found.record == name[:3]
    assert found.annotations.sample.tolist() == truth["sample"]
    assert found.annotations.symbol.tolist() == truth["symbol"]


def test_a_record_and_its_annotations_are_read_together() -> None:
    names = ("100.csv", "100annotations.txt")
    found = read_files({name: (FOLDER / name).read_bytes() for name in names})
    assert isinstance(found, Recording)
    assert found.record.annotations is not None
    assert found.record.annotations.sample.tolist() == CORPUS["annotations"]["100annotations.txt"]["sample"]
    assert found.record.annotations.beats().sample.tolist() == SIGNALS["100.csv"]["r_sample"]


def test_wfdb_annotations_come_with_their_record() -> None:
    record = read("wfdb-atr.zip").record
    assert record.annotations is not None
    assert record.annotations.sample.tolist() == SIGNALS["wfdb-atr.zip"]["r_sample"]


@pytest.mark.parametrize("name", SIGNALS)
def test_nothing_of_the_person_is_kept(name: str) -> None:
    found = read(name, **SIGNALS[name]["settings"])
    text = repr(found.understanding) + repr(found.record.header) + found.record.name + "".join(map(str, found.notes))
    for word in ("Mustermann", "Erika", "1964", "Kim", "1970", "SECRET"):
        assert word not in text
