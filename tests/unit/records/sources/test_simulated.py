"""The simulator, held against its own plan and against the physiology that it claims."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from ecgmodel.errors import RecordError
from ecgmodel.records.sources import simulated
from ecgmodel.records.sources.simulated import SimulationPlan, open_simulated, simulate_record
from ecgmodel.records.sources.simulated_shapes import VENTRICLES

METRONOME = SimulationPlan(rr_variation=0.0, couplet_share=0.0, bigeminy_share=0.0, multiform_share=0.3)
QUIET = {"baseline_wander_mv": 0.0, "mains_mv": 0.0, "muscle_mv": 0.0}


def neighbours(record, symbol: str, around: str = "NLR"):
    """Intervals in s before and after each beat of `symbol` that stands between beats of `around`."""
    beats = record.annotations.beats()
    rr_s = np.diff(beats.sample) / record.fs
    at = [
        i
        for i in range(1, len(rr_s))
        if beats.symbol[i] == symbol and beats.symbol[i - 1] in around and beats.symbol[i + 1] in around
    ]
    return rr_s[np.array(at) - 1], rr_s[at]


@pytest.fixture(scope="module")
def records():
    return {name: open_simulated(name) for name in simulated.NAMES}


@pytest.mark.parametrize("name", simulated.NAMES)
def test_the_same_record_every_time(name: str, records):
    """A record is the same each time, says that it is simulated, and is as long as a MIT-BIH record."""
    record, again = records[name], open_simulated(name)
    np.testing.assert_array_equal(record.signals, again.signals)
    np.testing.assert_array_equal(record.annotations.sample, again.annotations.sample)
    assert record.source == "simulated"
    assert "simulated" in record.name
    assert "Simulated" in record.header.notes
    assert record.signals.shape == (650_000, 2)
    assert record.default_lead == "MLII"


def test_all_classes_over_the_set(records):
    """The mixed record has all five classes, each at least 100 times; every record has at least three."""
    counts = {name: Counter(record.annotations.beats().symbol.tolist()) for name, record in records.items()}
    assert min(counts["simulated-mixed"][symbol] for symbol in "NLRAV") >= 100
    for of_one in counts.values():
        assert len(of_one) >= 3
        assert set(of_one) <= set("NLRAV")


def test_seed():
    """Another seed is another person, rhythm and noise; the same seed is the same record."""
    minute = SimulationPlan(duration_s=60.0)
    one, two, again = (simulate_record(minute, seed=seed) for seed in (1, 2, 1))
    assert not np.array_equal(one.signals, two.signals)
    assert one.annotations.sample.tolist() != two.annotations.sample.tolist()
    np.testing.assert_array_equal(one.signals, again.signals)


@pytest.mark.parametrize("rate_bpm", [50.0, 74.0, 120.0])
def test_ventricular_beats_have_a_full_compensatory_pause(rate_bpm: float):
    """An early V, and the next beat two sinus intervals after the one before: RR before + RR after = 2 RR."""
    record = simulate_record(replace(METRONOME, heart_rate_bpm=rate_bpm, atrial_share=0.0, ventricular_share=0.1))
    rr_s = 60 / rate_bpm
    before, after = neighbours(record, "V")
    assert len(before) > 50
    np.testing.assert_allclose(before + after, 2 * rr_s, atol=0.012)
    assert (before < 0.7 * rr_s).all()
    assert (before > 0.25).all()  # never on the T wave's peak


@pytest.mark.parametrize("rate_bpm", [50.0, 74.0, 120.0])
def test_atrial_beats_reset_the_sinus_node(rate_bpm: float):
    """An early A, and a pause that is longer than RR but does not make up for its prematurity."""
    record = simulate_record(replace(METRONOME, heart_rate_bpm=rate_bpm, atrial_share=0.1, ventricular_share=0.0))
    rr_s = 60 / rate_bpm
    before, after = neighbours(record, "A")
    assert len(before) > 50
    assert (before < 0.8 * rr_s).all()
    assert (after > rr_s).all()
    assert (before + after < 1.97 * rr_s).all()


def test_shares_are_those_of_the_plan():
    """Premature beats come as often as asked for, within three standard deviations."""
    plan = replace(METRONOME, atrial_share=0.1, ventricular_share=0.05)
    counts = Counter()
    for seed in range(5):
        counts += Counter(simulate_record(plan, seed=seed).annotations.beats().symbol.tolist())
    cycles = counts["N"]  # each cycle begins with a sinus beat
    for symbol, share in (("A", 0.1), ("V", 0.05)):
        assert abs(counts[symbol] - share * cycles) < 3 * np.sqrt(share * (1 - share) * cycles)


def test_sinus_rhythm_breathes():
    """RR varies as asked for: not at all for a metronome, else by some per cent at the pace of breathing."""
    quiet = replace(METRONOME, atrial_share=0.0, ventricular_share=0.0)
    still = np.diff(simulate_record(quiet).annotations.beats().sample) / 360
    assert np.ptp(still) <= 3 / 360
    rr_s = np.diff(simulate_record(replace(quiet, rr_variation=0.03)).annotations.beats().sample) / 360
    assert 0.015 < rr_s.std() / rr_s.mean() < 0.04
    power = np.abs(np.fft.rfft(rr_s - rr_s.mean())) ** 2
    peak_hz = np.fft.rfftfreq(len(rr_s), rr_s.mean())[power.argmax()]
    assert peak_hz == pytest.approx(0.25, abs=0.02)


def test_episodes_of_conduction():
    """Conduction changes in episodes of equal length."""
    beats = simulate_record(replace(METRONOME, conduction=("N", "L", "R"))).annotations.beats()
    for k, symbol in enumerate("NLR"):
        third = (beats.sample > (k + 0.02) * 650_000 / 3) & (beats.sample < (k + 0.98) * 650_000 / 3)
        assert set(beats.symbol[third]) == {symbol, "A", "V"}


def test_bigeminy_is_marked(records):
    """Between "(B" and the next "(N" every second beat is V."""
    marks = records["simulated-ventricular"].annotations
    changes = [(i, text) for i, text in enumerate(marks.aux.tolist()) if text]
    assert changes[0][1] == "(N"
    episodes = [(a, b) for (a, text), (b, _) in pairwise(changes) if text == "(B"]
    assert len(episodes) >= 3
    for start, stop in episodes:
        symbols = "".join(marks.symbol[start + 1 : stop])
        assert len(symbols) >= 10
        assert set(symbols[1::2]) == {"V"}
        assert "V" not in symbols[::2]


def test_annotations_are_at_the_largest_deflection():
    """Without noise, the annotated sample is the extremum of MLII within 60 ms."""
    record = simulate_record(SimulationPlan(conduction=("N", "L", "R"), multiform_share=0.3, **QUIET))
    signal = np.abs(record.lead())
    for sample in record.annotations.beats().sample:
        around = signal[max(sample - 21, 0) : sample + 22]
        assert signal[sample] >= around.max() - 0.011  # two steps of the converter


def test_shapes_are_those_of_the_classes():
    """QRS width, T direction and P wave as textbooks have them (MLII, in mV and ms)."""
    record = simulate_record(
        replace(METRONOME, conduction=("N", "L", "R"), multiform_share=0.0, atrial_share=0.08, **QUIET), seed=3
    )
    beats = record.annotations.beats()
    signal = record.lead()
    mean = {}
    for symbol in "NLRV":
        r_samples = beats.sample[(beats.symbol == symbol) & (beats.sample > 200) & (beats.sample < 649_700)]
        mean[symbol] = np.mean([signal[r - 144 : r + 216] for r in r_samples], axis=0)  # from -400 to 600 ms

    def at(symbol: str, start_ms: float, stop_ms: float) -> np.ndarray:
        return mean[symbol][round(144 + start_ms * 0.36) : round(144 + stop_ms * 0.36)]

    def qrs_ms(symbol: str) -> float:
        return (np.abs(at(symbol, -120, 120)) > 0.2 * np.abs(mean[symbol][144])).sum() / 0.36

    assert qrs_ms("N") < 70
    assert min(qrs_ms("L"), qrs_ms("V")) > 90
    assert 0.8 < mean["N"][144] < 2.0
    assert mean["V"][144] > mean["N"][144]
    for symbol in "NR":
        assert at(symbol, 200, 320).max() > 0.1
    for symbol in "LV":  # T points away from a broad QRS complex
        assert at(symbol, 200, 320).min() < -0.2
    assert at("R", 35, 75).min() < -0.4  # the wide terminal S
    for symbol in "NLR":
        assert at(symbol, -210, -120).max() > 0.08  # P
    v1 = record.signals[:, 1]
    late = {s: np.mean([v1[r + 5 : r + 25].max() for r in beats.sample[beats.symbol == s][:50]]) for s in "NLR"}
    assert late["R"] > 0.5  # rSR' in V1
    assert max(late["N"], late["L"]) < 0.2


@pytest.mark.parametrize(("conduction", "form"), [(name, form) for name in "LR" for form in range(3)])
def test_blocks_are_as_broad_as_published(conduction: str, form: int):
    """QRS complexes of 120 to 160 ms, from the first to the last twentieth of their height in either lead."""
    time_s = np.arange(-0.2, 0.25, 0.001)
    waves = [wave for wave in VENTRICLES[conduction][form] if wave.part == "QRS"]
    bells = np.exp(-0.5 * ((time_s[:, None] - [w.centre_s for w in waves]) / [w.width_s for w in waves]) ** 2)
    leads = np.abs(bells @ [(w.mlii_mv, w.v1_mv) for w in waves])  # (n_times, 2)
    inside = np.flatnonzero((leads > 0.05 * leads.max(axis=0)).any(axis=1))
    assert 120 <= inside[-1] - inside[0] <= 160


@pytest.mark.parametrize("seed", range(6))
def test_blocks_have_their_v1(seed: int):
    """Surawicz et al. 2009: V1 ends positive in RBBB; it is negative throughout, but for a small r, in LBBB."""
    for conduction in "LR":
        plan = replace(METRONOME, conduction=(conduction,), atrial_share=0.0, ventricular_share=0.0, duration_s=20.0)
        record = simulate_record(replace(plan, **QUIET), seed=seed)
        r_sample = record.annotations.beats().sample[3:-3]
        v1 = np.mean([record.signals[r - 72 : r + 72, 1] for r in r_sample], axis=0)  # from -200 to 200 ms
        v1 -= v1[:25].mean()
        late = v1[72 + 5 : 72 + 22].max()  # 14 to 60 ms behind R
        if conduction == "R":
            assert late > 0.4
        else:
            assert v1[72 - 29 : 72 + 29].min() < -0.5
            assert late < 0.3


@pytest.mark.parametrize(
    ("setting", "low_hz", "high_hz"),
    [("baseline_wander_mv", 0.0, 0.6), ("mains_mv", 49.5, 50.5), ("muscle_mv", 15.0, 150.0)],
)
def test_noise_is_where_and_as_large_as_asked_for(setting: str, low_hz: float, high_hz: float):
    """Each noise has the root mean square asked for, within its band."""
    plan = replace(METRONOME, mains_hz=50.0, **QUIET)
    noise = simulate_record(replace(plan, **{setting: 0.2})).lead() - simulate_record(plan).lead()
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(0.2, rel=0.03)
    power = np.abs(np.fft.rfft(noise)) ** 2
    hz = np.fft.rfftfreq(len(noise), 1 / 360)
    assert power[(hz >= low_hz) & (hz <= high_hz)].sum() / power[1:].sum() > 0.99


def test_other_sampling_frequency():
    """The same plan and seed at 500 Hz are the same beats at the same times."""
    slow, fast = (simulate_record(SimulationPlan(duration_s=60.0, fs=fs, **QUIET), seed=4) for fs in (250.0, 500.0))
    assert slow.annotations.symbol.tolist() == fast.annotations.symbol.tolist()
    np.testing.assert_allclose(slow.annotations.sample / 250, fast.annotations.sample / 500, atol=0.005)
    assert fast.n_samples == 30_000


@pytest.mark.parametrize("duration_s", [2.0, 3.3, 10.0])
def test_short_records(duration_s: float):
    """A few seconds are enough, and every beat lies within."""
    for seed in range(10):
        record = simulate_record(SimulationPlan(duration_s=duration_s), seed=seed)
        assert record.n_samples == round(duration_s * 360)
        assert np.isfinite(record.signals).all()
        assert (record.annotations.sample < record.n_samples).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"heart_rate_bpm": 0.0},
        {"heart_rate_bpm": float("nan")},
        {"ventricular_share": 0.9},
        {"muscle_mv": -1.0},
        {"mains_hz": 440.0},
        {"duration_s": 0.0},
        {"fs": 50.0},
        {"conduction": ()},
        {"conduction": ("V",)},
    ],
)
def test_plans_that_cannot_be(wrong: dict):
    """A plan out of range is refused with what is allowed."""
    with pytest.raises(RecordError, match="may be"):
        simulate_record(SimulationPlan(**wrong))


def test_half_an_hour_is_quick():
    """The record shown first on a new machine takes well under a second (0.2 s on an idle core)."""
    open_simulated("simulated-mixed")
    started = time.process_time()
    open_simulated("simulated-mixed")
    assert time.process_time() - started < 0.6
