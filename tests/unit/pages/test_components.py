import gc
import json

import numpy as np
import pytest

from ecgmodel.errors import RecordError
from ecgmodel.records.record import Header, Record
from pages.ui import components
from pages.ui.components import GAP, View, encode_signal, next_wish
from pages.ui.packets import pack


def make_record(signals, source="upload"):
    signals = np.asarray(signals, dtype=np.float32)
    leads = tuple(f"L{i}" for i in range(signals.shape[1]))
    return Record("made", signals, leads, 360.0, None, Header(), source)


def unpack(packet):
    """Read a packet by the words of channel.js: header length, header, arrays at multiples of 8."""
    length = int.from_bytes(packet.data[:4], "little")
    header = json.loads(packet.data[4 : 4 + length])
    body = packet.data[4 + length :]
    arrays = {
        part["name"]: np.frombuffer(body, part["type"], part["length"], part["offset"]) for part in header["arrays"]
    }
    return header, arrays


def test_packet_gives_back_what_was_packed():
    """Fields and arrays of every type come back, each array at a multiple of 8 bytes."""
    arrays = {
        "a": np.array([1, -2, 3], dtype=np.int16),
        "b": np.array([], dtype=np.uint8),
        "c": np.array([1.5, np.nan], dtype=np.float32),
        "d": np.array([2**31 - 1], dtype=np.int32),
    }
    header, found = unpack(pack({"名": "心搏"}, arrays))
    assert header["fields"] == {"名": "心搏"}
    assert all(part["offset"] % 8 == 0 for part in header["arrays"])
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_packet_id_follows_content():
    """The same content has the same id, any other content another one."""
    first = pack({"x": 1}, {"a": np.arange(3, dtype=np.int16)})
    assert pack({"x": 1}, {"a": np.arange(3, dtype=np.int16)}) == first
    assert pack({"x": 2}, {"a": np.arange(3, dtype=np.int16)}).id != first.id
    assert pack({"x": 1}, {"a": np.arange(1, 4, dtype=np.int16)}).id != first.id


@pytest.mark.parametrize("peak_mv", [0.3, 5.0, 400.0])
def test_samples_arrive_within_half_a_step(peak_mv):
    """Decoded samples differ from the record by half a step, 0.5 uV within 32 mV, and float32's rounding at most."""
    rng = np.random.default_rng(0)
    signals = rng.uniform(-peak_mv, peak_mv, (1000, 2))
    header, arrays = unpack(encode_signal(make_record(signals), ("L0", "L1")))
    for i, lead in enumerate(header["fields"]["leads"]):
        decoded = arrays[f"lead_{i}"] * lead["step_mv"]
        assert np.abs(decoded - signals[:, i].astype(np.float32)).max() <= lead["step_mv"] * 0.505
        assert lead["step_mv"] == pytest.approx(max(0.001, peak_mv / 32767), rel=0.01)


def test_missing_samples_are_gaps():
    """NaN and infinity become the gap, and nothing else does."""
    signals = np.zeros((6, 1))
    signals[[1, 3], 0] = np.nan, np.inf
    _header, arrays = unpack(encode_signal(make_record(signals), ("L0",)))
    assert arrays["lead_0"].tolist() == [0, GAP, 0, GAP, 0, 0]


@pytest.mark.parametrize("signals", [np.full((5, 1), np.nan), np.zeros((1, 1)), np.zeros((0, 1))])
def test_records_with_next_to_nothing(signals):
    """A lead without a value, a single sample and no sample at all are packed, with finite scales."""
    header, arrays = unpack(encode_signal(make_record(signals), ("L0",)))
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
    kept = components._signal_packets._packets
    before = len(kept)
    packet = encode_signal(record, ("L0",))
    assert encode_signal(record, ("L0",)) is packet
    assert encode_signal(twin, ("L0",)).id != packet.id
    assert len(kept) == before + 2
    del record, twin
    gc.collect()
    assert len(kept) == before


FIRST, ELSEWHERE, THIRD = View(0.0, 10.0), View(50.0, 10.0), View(90.0, 10.0)


def report(view, wish):
    return {"start_s": view.start_s, "window_s": view.window_s, "wish": wish}


def test_the_echo_of_a_pan_is_no_wish():
    """The page passes on what the visitor reported, in that run or in the next: the trace does not move."""
    start = next_wish(None, FIRST, None)
    panned = next_wish(start, FIRST, report(ELSEWHERE, 1))
    assert (panned.number, components._current_view(panned)) == (1, ELSEWHERE)
    echoed = next_wish(panned, ELSEWHERE, report(ELSEWHERE, 1))
    assert (echoed.number, components._current_view(echoed)) == (1, ELSEWHERE)
    assert next_wish(start, ELSEWHERE, report(ELSEWHERE, 1)).number == 1


def test_a_page_can_ask_twice_for_the_same_view():
    """After the visitor has panned away, the same wish is a new one."""
    wish = next_wish(None, FIRST, None)
    wish = next_wish(wish, FIRST, report(ELSEWHERE, 1))
    wish = next_wish(wish, FIRST, report(ELSEWHERE, 1))
    assert (wish.number, components._current_view(wish)) == (2, FIRST)


def test_an_old_report_does_not_undo_a_wish():
    """A report made before the page's wish is not taken for the visitor's view after it."""
    wish = next_wish(None, FIRST, report(ELSEWHERE, 1))
    wish = next_wish(wish, THIRD, report(ELSEWHERE, 1))
    assert (wish.number, components._current_view(wish)) == (2, THIRD)
    wish = next_wish(wish, THIRD, report(ELSEWHERE, 1))
    assert (wish.number, components._current_view(wish)) == (2, THIRD)
    wish = next_wish(wish, THIRD, report(FIRST, 2))
    assert (wish.number, components._current_view(wish)) == (2, FIRST)


def test_without_reports_a_constant_view_moves_nothing():
    """A page that passes one view in every run asks once."""
    wish = next_wish(None, FIRST, None)
    for _run in range(3):
        wish = next_wish(wish, FIRST, None)
    assert wish.number == 1
