"""What the field really writes: kinds of file that were once read wrongly without a word."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from ecgmodel.errors import ImportFileError, QuestionError
from ecgmodel.records.imports.files import read_files, sniff_files
from ecgmodel.records.imports.remedies import find_remedies
from ecgmodel.records.imports.text.batches import find_losses
from ecgmodel.records.imports.text_file import IntervalTable, Recording
from ecgmodel.records.imports.understanding import ImportSettings
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

FS = 250.0
ECG = simulate_record(SimulationPlan(duration_s=60.0, fs=FS), seed=7).signals[:, 0].astype(float)
SHORT = ECG[:5000]


def read(rows: list[str], **settings: object) -> Recording:
    found = read_files({"x.csv": ("\n".join(rows) + "\n").encode()}, ImportSettings(**settings))
    assert isinstance(found, Recording)
    return found


def question_of(rows: list[str]) -> tuple[str, str]:
    question = sniff_files({"x.csv": ("\n".join(rows) + "\n").encode()}).question
    assert question is not None
    return question.setting, str(question.sentence)


def batches(size: int, *, lost: tuple[int, ...] = (), jitter: float = 0.0, clock: bool = False) -> list[str]:
    """Return the ECG in packets of `size` samples, each with one stamp."""
    random = np.random.default_rng(size)
    begin = datetime(2024, 1, 1, 10)
    rows = ["time,ecg [uV]"]
    for packet, start in enumerate(range(0, len(ECG), size)):
        seconds = 1 + (start + size * random.uniform(-jitter, jitter)) / FS
        if packet in lost:
            continue
        stamp = f"{begin + timedelta(seconds=seconds):%H:%M:%S.%f}" if clock else f"{1.7e9 + seconds:.3f}"
        rows += [f"{stamp},{1000 * v:.1f}" for v in ECG[start : start + size]]
    return rows


@pytest.mark.parametrize("size", [10, 36, 50, 73, 130, 250, 1000])
@pytest.mark.parametrize("lost", [(), (4,), (4, 9)])
@pytest.mark.parametrize(("jitter", "clock"), [(0.0, False), (0.0, True), (0.15, False)])
def test_a_batch_takes_the_time_of_its_samples(size: int, lost: tuple[int, ...], jitter: float, clock: bool) -> None:
    """Whatever the length of a batch, the recording lasts as long as it did; a lost batch is a gap of its length."""
    rows = batches(size, lost=lost, jitter=jitter, clock=clock)
    found = read(rows, **({"fs": FS} if jitter and size == 1000 else {}))
    assert found.record.fs == FS
    assert found.record.n_samples == len(ECG)
    signal = found.record.signals[:, 0]
    there = np.isfinite(signal)
    assert np.count_nonzero(~there) == len(lost) * size
    np.testing.assert_allclose(signal[there], ECG[there], atol=1e-4)


@pytest.mark.parametrize("gap", [(0, 0), (2000, 2040), (2000, 2350)])
@pytest.mark.parametrize("begin_ms", [0, 370, 990])
def test_a_clock_of_whole_seconds_loses_and_adds_nothing(gap: tuple[int, int], begin_ms: int) -> None:
    """250 rows with one and the same second last a second; where fewer have it, the rest is missing."""
    begin = datetime(2024, 1, 1, 23, 59, 50) + timedelta(milliseconds=begin_ms)
    rows = ["time,ecg (mV)"]
    rows += [
        f"{begin + timedelta(seconds=i / FS):%H:%M:%S},{v:.4f}" for i, v in enumerate(SHORT) if not gap[0] <= i < gap[1]
    ]
    found = read(rows)
    assert found.record.fs == FS
    assert found.record.n_samples == pytest.approx(len(SHORT), abs=1)
    assert np.isnan(found.record.signals).sum() == pytest.approx(gap[1] - gap[0], abs=1)


def test_a_late_stamp_is_no_loss() -> None:
    """A stamp that comes late is followed by one that is early again; nothing was lost."""
    time = np.arange(0, 1000, 50.0)
    time[7] += 40
    assert not find_losses(np.arange(0, 1000, 50), time).any()


COUNT = f"{len(SHORT)}"
VALUES = [f"{v:.4f}" for v in SHORT]


@pytest.mark.parametrize(
    ("front", "rate"),
    [
        ([COUNT], None),
        (["1613570000.00", "250.000"], FS),
        (["1613570000000", "250"], FS),
        (["2024-01-02 10:00:00", "250"], FS),
        (["250"], None),
        (["99999"], None),
    ],
)
def test_numbers_in_front_are_no_samples(front: list[str], rate: float | None) -> None:
    """A count, a start time and a rate are left out, with a note; a rate is taken where a start time is before it."""
    found = read(front + VALUES, **({} if rate else {"fs": FS}))
    assert found.record.fs == FS
    assert found.record.n_samples == len(SHORT)
    assert found.record.signals[0, 0] == pytest.approx(SHORT[0], abs=1e-4)
    assert any("comes before the samples" in str(note) for note in found.notes)


def test_a_count_of_microvolts_is_none() -> None:
    """A count that could be a voltage is one by being the number of rows."""
    found = read([COUNT, *(f"{1000 * v:.1f}" for v in SHORT)], fs=FS)
    assert found.record.n_samples == len(SHORT)


@pytest.mark.parametrize("first", ["3.1000", "-2.5", "0.0", "nan"])
def test_a_usual_first_sample_stays(first: str) -> None:
    """A tall, a low, a resting or a missing first sample is a sample, or a gap."""
    assert read([first, *VALUES], fs=FS).record.n_samples in (len(SHORT) + 1, len(SHORT))
    if first != "nan":
        assert read([first, *VALUES], fs=FS).record.signals[0, 0] == pytest.approx(float(first))


def test_a_rate_in_front_is_asked_and_not_assumed() -> None:
    """A lone 250 in front may be the rate: it is asked about, and offered first."""
    setting, sentence = question_of(["250", *VALUES])
    assert setting == "fs"
    assert "250" in sentence


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [("clock", "T10-00-00.{i:03d}", "clock"), ("Time", "@{i}@", "Time"), ("when", "t+00-{i:04d}", "when")],
)
def test_a_time_column_that_cannot_be_read_is_named(name: str, value: str, word: str) -> None:
    """The question for the rate names the column that should have answered it, and a value from it."""
    rows = [f"{name},ecg (mV)"] + [f"{value.format(i=i)},{v}" for i, v in enumerate(VALUES)]
    setting, sentence = question_of(rows)
    assert setting == "fs"
    assert word in sentence
    assert value.format(i=0)[:4] in sentence


def test_an_unknown_unit_of_time_is_asked() -> None:
    """Steps that would fit nanoseconds are not taken for them where the file names another unit."""
    rows = ["Time (ticks),ecg (mV)"] + [f"{i * 1_000_003},{v}" for i, v in enumerate(VALUES)]
    assert question_of(rows)[0] == "time_unit"


@pytest.mark.parametrize("text", ["4 msec/sample", "0.004 sec/sample", "4000 usec per sample", "0,004 s/sample"])
def test_an_interval_a_sample_is_the_rate(text: str) -> None:
    assert read([text, *VALUES]).record.fs == FS


def test_a_second_block_that_starts_again_is_refused_with_its_line() -> None:
    """Two recordings in one file are not joined as if they were one."""
    head = ["Interval=\t0.004 s", "ChannelTitle=\tECG", "Range=\t10.000 mV"]
    block = [*head, *(f"{i / FS:.3f}\t{v}" for i, v in enumerate(VALUES))]
    with pytest.raises(ImportFileError, match=f"Line {len(block) + 4}: the time goes back"):
        read(block + block)


def test_a_table_without_names_keeps_its_gap() -> None:
    """One gap in the rows that are looked at first makes a time column no less steady."""
    rows = [f"{i / FS + (3 if i >= 2000 else 0):.3f}\t{v}" for i, v in enumerate(VALUES)]
    found = read(rows)
    assert np.isnan(found.record.signals).sum() == 750


def test_leads_of_different_units_are_not_read_with_one_scale() -> None:
    """Of two leads with different units the first is read; the other can be chosen."""
    rows = ["I (mV),II (uV)"] + [f"{v},{1000 * float(v):.1f}" for v in VALUES]
    found = read(rows, fs=FS)
    assert found.record.leads == ("I",)
    assert read(rows, fs=FS, leads=("II",)).record.signals[0, 0] == pytest.approx(SHORT[0], abs=1e-3)


def test_an_impossible_value_is_an_artefact() -> None:
    """A flash of 30,000 mV is taken out and said; the samples around it are as without it."""
    rows = VALUES.copy()
    rows[2222] = "30000.0"
    found = read(rows, fs=FS)
    assert np.flatnonzero(np.isnan(found.record.signals[:, 0])).tolist() == [2222]
    assert any("30,000 mV at 8.89 s" in str(note) for note in found.notes)
    clean = read(VALUES, fs=FS).record.signals[:, 0]
    np.testing.assert_allclose(np.delete(found.record.signals[:, 0], 2222), np.delete(clean, 2222), atol=1e-6)


def test_what_is_not_said_is_never_assumed() -> None:
    """Bare numbers have no rate."""
    with pytest.raises(QuestionError):
        read(VALUES)


RR_MS = [800 + round(60 * np.sin(i / 5)) for i in range(200)]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("x.csv", ["RR", *map(str, RR_MS)]),
        ("x.csv", ["RR-interval [ms]", *map(str, RR_MS)]),
        ("x.csv", ["time,ibi", *(f"{i},{rr / 1000:.3f}" for i, rr in enumerate(RR_MS))]),
        ("my_rr_list.txt", [*map(str, RR_MS)]),
    ],
)
def test_rr_intervals_are_shown_as_such(name: str, rows: list[str]) -> None:
    """A list of RR intervals is no ECG: its rate and its length are those of the intervals."""
    found = read_files({name: ("\n".join(rows) + "\n").encode()})
    assert isinstance(found, IntervalTable)
    np.testing.assert_allclose(found.intervals.rr_s, np.array(RR_MS) / 1000)
    assert found.intervals.rate_bpm == pytest.approx(60_000 / np.median(RR_MS))
    assert "no ECG" in str(found.understanding.leads.evidence[0])


@pytest.mark.parametrize(
    "rows",
    [
        ["RR,ecg", *(f"{i % 7 + 800},{v}" for i, v in enumerate(VALUES[:2500]))],
        ["ecg", *(f"{800 + round(100 * v)}" for v in SHORT)],
        [f"{800 + round(100 * v)}" for v in SHORT],
        ["rr_sensor", *VALUES],
    ],
)
def test_an_ecg_is_no_list_of_intervals(rows: list[str]) -> None:
    """Neither an ECG beside intervals, nor ADC units of their size, nor millivolts of such a name are intervals."""
    assert isinstance(read(rows, fs=FS), Recording)


def test_intervals_can_be_read_as_samples_all_the_same() -> None:
    rows = ["RR", *(str(800 + i % 50) for i in range(2000))]
    assert isinstance(read(rows, kind="signal", fs=FS), Recording)


@pytest.mark.parametrize("width", [4, 8, 12, 16])
def test_a_table_of_channels_is_not_taken_for_wrapped_samples(width: int) -> None:
    """Channels that stand side by side are columns, whether they are alike or not, since time runs down."""
    factors = np.linspace(0.3, 1.5, width)
    rows = [",".join(f"{v * factor:.4f}" for factor in factors) for v in SHORT]
    found = read(rows, fs=FS)
    assert found.understanding.shape.value == "columns"
    assert found.record.n_samples == len(SHORT)


@pytest.mark.parametrize("width", [5, 10, 16, 25, 64])
def test_wrapped_samples_are_laid_end_to_end(width: int) -> None:
    rows = [" ".join(VALUES[i : i + width]) for i in range(0, len(VALUES), width)]
    found = read(rows, fs=FS)
    assert found.understanding.shape.value == "wrapped"
    np.testing.assert_allclose(found.record.signals[:, 0], SHORT, atol=1e-4)
    if width < 16:
        assert read(rows, fs=FS, shape="columns").record.n_samples == len(rows)


def test_lines_of_leads_have_to_be_equally_long() -> None:
    """A lead that is shorter than the first is named with its line."""
    rows = [",".join(["I", *VALUES]), ",".join(["II", *VALUES[:-3]])]
    with pytest.raises(ImportFileError, match="Line 2 has 4997 values"):
        read(rows, fs=FS)


@pytest.mark.parametrize("odd", ["ECG:251", "BPM:72,LOW:0,HIGH:1023", "hello"])
def test_a_line_with_other_names_is_no_sample(odd: str) -> None:
    """In a capture with names, a line that names other values is refused with its number, or left out as a gap."""
    rows = [f"ECG:{512 + round(100 * v)},LOW:0,HIGH:1023" for v in SHORT]
    rows[1000] = odd
    with pytest.raises(ImportFileError, match="Line 1001"):
        read(rows, fs=FS)
    found = read(rows, fs=FS, bad_cells="gap")
    assert np.flatnonzero(np.isnan(found.record.signals[:, 0])).tolist() == [1000]


@pytest.mark.parametrize(
    ("rows", "settings"),
    [
        ([*VALUES[:500], "x1", *VALUES[500:]], {"bad_cells": "gap"}),
        ([f"{(i % 2500) / FS:.3f}\t{v}" for i, v in enumerate(VALUES)], {"time_column": "none"}),
        (["ecg,I", *(f"0.5,{v}" for v in VALUES)], {"leads": ("I",)}),
    ],
)
def test_a_refusal_names_what_helps(rows: list[str], settings: dict[str, object]) -> None:
    """What an error offers is a change of settings with which the file is read, and an option of the command line."""
    before = {"leads": ("ecg",)} if "ecg" in rows[0] else {}
    with pytest.raises(ImportFileError) as error:
        read(rows, fs=FS, **before)
    (remedy, *_) = find_remedies(error.value, ImportSettings())
    assert remedy.changes == settings
    assert remedy.option.startswith("--")
    assert read(rows, fs=FS, **remedy.changes).record.n_samples >= len(VALUES)


def test_polarity_follows_the_flip() -> None:
    """How far beats reach up and down is said of the lead as it is shown."""
    plain, flipped = (read(VALUES, fs=FS, flip=flip).understanding.polarity for flip in (False, True))
    assert plain.evidence[0].values["up"] == flipped.evidence[0].values["down"]
    assert plain.value == "upright"
    assert flipped.value == "inverted"
