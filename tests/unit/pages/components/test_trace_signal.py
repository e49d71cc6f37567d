"""What the browser gets of a record's samples, read as shared/channel.js reads it."""

import gc

import numpy as np
import pytest

from ecgmodel.errors import RecordError
from ecgmodel.records.record import Header, Record
from pages.components import trace_signal
from pages.components.trace_signal import BIN, GAP, MAX_PIECES, PIECE_SAMPLES, encode_pieces, encode_signal
from tests.unit.pages.conftest import unpack

FS = 360.0


def make_record(signals):
    signals = np.asarray(signals, dtype=np.float32)
    leads = tuple(f"L{i}" for i in range(signals.shape[1]))
    return Record("made", signals, leads, FS, None, Header(), "upload")


@pytest.mark.parametrize("peak_mv", [0.3, 5.0, 400.0])
def test_samples_arrive_within_half_a_step(peak_mv):
    """Decoded samples differ from the record by half a step, 0.5 uV within 32 mV, and float32's rounding at most."""
    rng = np.random.default_rng(0)
    signals = rng.uniform(-peak_mv, peak_mv, (1000, 2))
    header, arrays = unpack(encode_signal(make_record(signals), ("L0", "L1")).packet)
    for i, lead in enumerate(header["fields"]["leads"]):
        decoded = arrays[f"lead_{i}"] * lead["step_mv"]
        assert np.abs(decoded - signals[:, i].astype(np.float32)).max() <= lead["step_mv"] * 0.505
        assert lead["step_mv"] == pytest.approx(max(0.001, peak_mv / 32767), rel=0.01)


def test_missing_samples_are_gaps():
    """NaN and infinity become the gap, and nothing else does."""
    signals = np.zeros((6, 1))
    signals[[1, 3], 0] = np.nan, np.inf
    _header, arrays = unpack(encode_signal(make_record(signals), ("L0",)).packet)
    assert arrays["lead_0"].tolist() == [0, GAP, 0, GAP, 0, 0]


@pytest.mark.parametrize("signals", [np.full((5, 1), np.nan), np.zeros((1, 1)), np.zeros((0, 1))])
def test_records_with_next_to_nothing(signals):
    """A lead without a value, a single sample and no sample at all are packed, with finite scales."""
    header, arrays = unpack(encode_signal(make_record(signals), ("L0",)).packet)
    assert len(arrays["lead_0"]) == len(signals)
    assert all(np.isfinite(header["fields"]["leads"][0][name]) for name in ("step_mv", "centre_mv", "span_mv"))


def test_unknown_lead_is_refused():
    """A lead that the record does not have is a `RecordError`."""
    with pytest.raises(RecordError):
        encode_signal(make_record(np.zeros((5, 1))), ("V9",))


def test_a_signal_is_encoded_once_and_forgotten_with_its_record():
    """A packet is kept as long as its array lives, and another record of the same name never gets it."""
    record = make_record(np.zeros((5, 1)))
    twin = make_record(np.ones((5, 1)))
    kept = trace_signal._encoded_signals._signals
    gc.collect()  # what earlier tests left
    before = len(kept)
    encoded = encode_signal(record, ("L0",))
    assert encode_signal(record, ("L0",)) is encoded
    assert encode_signal(twin, ("L0",)).packet.id != encoded.packet.id
    assert len(kept) == before + 2
    del record, twin
    gc.collect()
    assert len(kept) == before


@pytest.fixture
def long_record(monkeypatch):
    """A record of ten and a half pieces with a gap of two bins; a short one travels whole."""
    monkeypatch.setattr(trace_signal, "WHOLE_SAMPLES", PIECE_SAMPLES)
    signals = np.random.default_rng(1).normal(0, 0.5, (round(10.5 * PIECE_SAMPLES) + 5, 2))
    signals[3 * BIN : 5 * BIN] = np.nan
    return make_record(signals)


def test_the_pieces_of_a_long_record_are_its_samples(long_record):
    """All pieces behind one another are the lead, at the step of the first packet."""
    encoded = encode_signal(long_record, ("L1", "L0"))
    header, arrays = unpack(encoded.packet)
    assert header["fields"]["piece_samples"] == PIECE_SAMPLES
    assert set(arrays) == {"low_0", "high_0", "low_1", "high_1"}
    decoded = []
    for index in range(11):
        asked = {"signal": encoded.packet.id, "index": [index]}
        piece_header, piece = unpack(encode_pieces(long_record, encoded, 0.0, 10.0, asked)[index])
        assert piece_header["fields"] == {"of": encoded.packet.id, "index": index}
        decoded.append(piece["lead_0"])
    samples = np.concatenate(decoded)
    step_mv = header["fields"]["leads"][0]["step_mv"]
    expected = long_record.lead("L1")
    assert len(samples) == len(expected)
    np.testing.assert_array_equal(samples == GAP, np.isnan(expected))
    known = ~np.isnan(expected)
    assert np.abs(samples[known] * step_mv - expected[known]).max() <= step_mv * 0.505


def test_minima_and_maxima_of_a_long_record(long_record):
    """Bin for bin those of the samples; where all are gaps, the minimum lies above the maximum."""
    header, arrays = unpack(encode_signal(long_record, ("L0",)).packet)
    samples = long_record.lead("L0") / header["fields"]["leads"][0]["step_mv"]
    assert len(arrays["low_0"]) == -(-len(samples) // BIN)
    for number in (0, 2, 5, 2047, 2048, len(arrays["low_0"]) - 1):
        part = samples[number * BIN : (number + 1) * BIN]
        assert abs(arrays["low_0"][number] - part.min()) <= 0.51
        assert abs(arrays["high_0"][number] - part.max()) <= 0.51
    assert (arrays["low_0"][3:5] == 32767).all()
    assert (arrays["high_0"][3:5] == GAP).all()


def test_the_pieces_around_the_view_come_unasked(long_record):
    """A window on each side too; none where the view holds more than a few pieces, or the record is short."""
    encoded = encode_signal(long_record, ("L0",))
    piece_s = PIECE_SAMPLES / FS
    assert list(encode_pieces(long_record, encoded, 3.5 * piece_s, 10.0, None)) == [3]
    assert list(encode_pieces(long_record, encoded, 4 * piece_s - 15.0, 10.0, None)) == [3, 4]
    assert list(encode_pieces(long_record, encoded, 0.0, 10.0, None)) == [0]
    assert list(encode_pieces(long_record, encoded, 10.4 * piece_s, 10.0, None)) == [10]
    assert encode_pieces(long_record, encoded, 0.0, 10.5 * piece_s, None) == {}
    short = make_record(np.zeros((1000, 1)))
    assert encode_pieces(short, encode_signal(short, ("L0",)), 0.0, 1.0, None) == {}


def test_what_the_browser_asks_is_bounded(long_record):
    """Pieces of another record, pieces that are not there, and more than some at a time are not sent."""
    encoded = encode_signal(long_record, ("L0",))
    other = {"signal": "another", "index": [7]}
    assert list(encode_pieces(long_record, encoded, 0.0, 10.0, other)) == [0]
    greedy = {"signal": encoded.packet.id, "index": [-1, 10, 11, 10**9]}
    assert list(encode_pieces(long_record, encoded, 0.0, 10.0, greedy)) == [0, 10]
    many = {"signal": encoded.packet.id, "index": list(range(11))}
    assert len(encode_pieces(long_record, encoded, 0.0, 10.0, many)) == MAX_PIECES
