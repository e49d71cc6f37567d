"""Every format is read as the simulation that another program wrote: rate, unit, leads, millivolts, gaps, R peaks."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.errors import ImportFileError, QuestionError
from ecgmodel.records.imports.files import read_files, sniff_files
from ecgmodel.records.imports.text_file import Recording
from ecgmodel.records.imports.understanding import ImportSettings
from ecgmodel.records.signal.amplitude import measure_r_amplitude
from tests.data.format_case import PERSON

FOLDER = Path(__file__).parents[4] / "data" / "formats"
CORPUS: dict[str, dict] = json.loads((FOLDER / "corpus.json").read_text(encoding="utf-8"))


def read(name: str, **settings: object) -> Recording:
    found = read_files({name: (FOLDER / name).read_bytes()}, ImportSettings(**(CORPUS[name]["settings"] | settings)))
    assert isinstance(found, Recording)
    return found


@pytest.mark.parametrize("name", CORPUS)
def test_rate_unit_leads_and_kind_are_those_of_the_simulation(name: str) -> None:
    """What the file says is taken as it says it, and sniffing says the same as reading."""
    truth = CORPUS[name]
    found = read(name)
    understood = sniff_files({name: (FOLDER / name).read_bytes()}, ImportSettings(**truth["settings"]))
    for understanding in (found.understanding, understood):
        assert understanding.kind == truth["kind"]
        assert understanding.unit.value == truth["unit"]
        assert understanding.rate.value == pytest.approx(truth["fs"], rel=1e-6)
        assert understanding.question is None
    assert found.record.fs == pytest.approx(truth["fs"], rel=1e-6)
    assert list(found.record.leads) == truth["leads"]
    assert found.record.source == "upload"


@pytest.mark.parametrize("name", CORPUS)
def test_millivolts_and_gaps_are_those_of_the_simulation(name: str) -> None:
    """First, last and the sum of all samples of every lead; where the voltage is not known, only the shape."""
    truth = CORPUS[name]
    found = read(name)
    signals = found.record.signals.astype(np.float64)
    assert len(signals) == truth["samples"]
    assert int(np.isnan(signals[:, 0]).sum()) == truth["missing"]
    assert [[gap.start, gap.stop] for gap in found.gaps] == truth["gaps"]
    if truth["absolute"]:
        np.testing.assert_allclose(signals[0], truth["first"], atol=2e-4)
        np.testing.assert_allclose(signals[-1], truth["last"], atol=2e-4)
        np.testing.assert_allclose(np.nansum(signals, axis=0), truth["sum"], atol=0.02)
    else:
        assert 0.5 < np.nanmax(signals) - np.nanmin(signals) < 6.0


@pytest.mark.parametrize("name", CORPUS)
def test_beats_stand_where_they_were_simulated(name: str) -> None:
    """At the R peaks of the simulation the first lead is as high as an ECG: no factor of 1000, none of 200."""
    truth = CORPUS[name]
    record = read(name).record
    amplitude = measure_r_amplitude(record.signals[:, 0], record.fs, np.array(truth["r_sample"]))
    assert amplitude is not None
    assert 0.3 < amplitude < 3.0


@pytest.mark.parametrize("name", CORPUS)
def test_nothing_of_the_person_is_kept(name: str) -> None:
    """The name that stands in the file is nowhere in what is read of it."""
    found = read(name)
    kept = pickle.dumps((found.record.name, found.record.leads, found.record.header, found.understanding, found.notes))
    assert PERSON.encode() not in kept


@pytest.mark.parametrize("name", [name for name, truth in CORPUS.items() if truth["note"]])
def test_what_is_guessed_or_left_out_is_said(name: str) -> None:
    """A file that was cut short, interrupted, or of no known unit comes with a sentence that says so."""
    notes = [str(note) for note in read(name).notes]
    assert any(CORPUS[name]["note"] in note for note in notes), notes


@pytest.mark.parametrize("name", [name for name, truth in CORPUS.items() if truth["parts"] > 1])
def test_the_other_recordings_of_a_file_can_be_chosen(name: str) -> None:
    """Of several recordings the longest is read; another is read when it is asked for by its name."""
    found = read(name)
    others = found.understanding.part.alternatives
    assert len(others) == CORPUS[name]["parts"] - 1
    if not name.endswith(".xlsx"):  # the other sheet holds one number
        other = read(name, part=others[0])
        assert other.record.n_samples < found.record.n_samples
        assert other.understanding.part.value == others[0]
    with pytest.raises(ImportFileError, match="has no part 'nothing'"):
        read(name, part="nothing")


@pytest.mark.parametrize("name", [name for name, truth in CORPUS.items() if len(truth["leads"]) > 1])
def test_one_lead_can_be_chosen(name: str) -> None:
    """The last lead alone is what stood in its column before."""
    lead = CORPUS[name]["leads"][-1]
    alone, all_leads = read(name, leads=(lead,)), read(name)
    assert alone.record.leads == (lead,)
    np.testing.assert_array_equal(alone.record.signals[:, 0], all_leads.record.signals[:, -1])


def test_a_file_of_numbers_alone_is_asked_for_its_rate() -> None:
    """Neither a JSON array nor a lone MATLAB matrix says its rate; nobody guesses it."""
    for name in ("numbers.json", "alone.mat"):
        data = (FOLDER / name).read_bytes()
        question = sniff_files({name: data}).question
        assert question is not None
        assert question.setting == "fs"
        with pytest.raises(QuestionError):
            read_files({name: data})


@pytest.mark.parametrize("name", ["blank-unit.edf", "odd-unit.edf", "count.edf", "amplifier.wav"])
def test_a_guessed_unit_is_uncertain_and_can_be_set(name: str) -> None:
    """The unit control works for files with a header: a thousandth of the millivolts, and no note any more."""
    found = read(name)
    assert not (found.understanding.unit.certain and found.understanding.scale.certain)
    as_mv, as_uv = read(name, unit="mV"), read(name, unit="uV")
    np.testing.assert_allclose(as_mv.record.signals, as_uv.record.signals * 1000, rtol=1e-5)
    assert as_uv.understanding.unit.evidence[0].template == "set by hand"
    assert not any("unit" in str(note) for note in as_uv.notes)


def test_steps_to_the_millivolt_can_be_set_for_a_wav() -> None:
    """With the amplifier's gain given, a WAV is in millivolts as it was simulated."""
    truth = CORPUS["amplifier.wav"]
    signals = read("amplifier.wav", unit="adc", adc_zero=0.0, adc_per_mv=6000.0).record.signals.astype(np.float64)
    np.testing.assert_allclose(signals.sum(axis=0), truth["sum"], atol=0.02)


def test_annotations_of_edf_plus_are_kept() -> None:
    """Beats become labels at their sample, other texts comments; 200 Hz, so 1.5 s is sample 300."""
    annotations = read("annotated.edf").record.annotations
    assert annotations is not None
    assert annotations.sample.tolist() == [300, 350, 650]
    assert annotations.symbol.tolist() == ["N", '"', "V"]
    assert annotations.aux.tolist() == ["", "Lead off", ""]


def test_comments_alone_are_no_labels_of_beats() -> None:
    """A file whose annotations name no beat has no expert's labels; the comments are there as events."""
    data = (FOLDER / "annotated.edf").read_bytes().replace(b"\x14N\x14", b"\x14a b\x14"[:3] + b"\x14", 1)
    data = data.replace(b"\x14V\x14", b"\x14x\x14", 1).replace(b"\x14a \x14", b"\x14x\x14", 1)
    found = read_files({"x.edf": data})
    assert isinstance(found, Recording)
    assert found.record.annotations is None
    assert found.events is not None
    assert "Lead off" in found.events.aux.tolist()


def test_the_rate_of_a_header_can_be_overruled() -> None:
    """What is set by hand goes before what the file says."""
    assert read("running.edf", fs=250.0).record.fs == 250.0


def test_a_mirrored_lead_can_be_turned() -> None:
    """`flip` turns all leads of a file with a header."""
    np.testing.assert_array_equal(read("ecg.dcm", flip=True).record.signals, -read("ecg.dcm").record.signals)


def test_einthoven_holds_for_the_leads_that_are_computed() -> None:
    """Of GE's leads II - I = III, and aVR + aVL + aVF = 0."""
    record = read("muse.xml").record
    lead = {name: record.signals[:, i].astype(np.float64) for i, name in enumerate(record.leads)}
    np.testing.assert_allclose(lead["II"] - lead["I"], lead["III"], atol=1e-5)
    np.testing.assert_allclose(lead["aVR"] + lead["aVL"] + lead["aVF"], 0, atol=1e-5)
