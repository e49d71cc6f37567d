"""What a training sees of a record, against the record itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgmodel.records.record import Annotations, Record
from ecgmodel.records.signal.r_peaks import detect_r_peaks
from ecgmodel.records.sources.catalogue import RecordOutline, read_outline
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from ecgmodel.segments.beats import cut_beats
from ecgmodel.segments.projections import projected_leads
from ecgmodel.segments.views import (
    MOST_OF_LEAD,
    MOST_OF_VIEW,
    MOTION_SNR_DB,
    add_motion,
    cut_views,
    name_views,
    place_views,
    snap_to_detected,
)


@pytest.fixture(scope="module")
def record() -> Record:
    return simulate_record(SimulationPlan(ventricular_share=0.1), seed=3)


def outline(record: Record) -> RecordOutline:
    return RecordOutline(record.name, record.leads, record.n_samples, record.annotations, record.fs)


def test_views_of_two_leads(record: Record):
    """Both leads, six mixtures, a watch and a person in motion, the default lead first."""
    names = name_views(record.leads)
    assert names[: len(record.leads)] == (record.default_lead, *(x for x in record.leads if x != record.default_lead))
    assert names[2:8] == projected_leads(record.leads)
    assert len(names) == 10
    assert name_views(("V1",)) == ("V1", "V1 watch", "V1 motion")


def test_each_view_keeps_beats_from_start_to_end(record: Record):
    """Of a class a view keeps no more than its most, spread over the record; the default lead keeps more."""
    segments = cut_views(record, thin=True)
    for number, view in enumerate(name_views(record.leads)):
        of_view = segments.take(segments.lead == view)
        for label in np.unique(of_view.label):
            all_of_class = np.flatnonzero(record.annotations.beats().symbol == "NLRAV"[label])
            kept = of_view.r_sample[of_view.label == label] / 360 * record.fs
            assert len(kept) == min(len(all_of_class), MOST_OF_VIEW if number else MOST_OF_LEAD)
            if len(kept) == MOST_OF_VIEW:
                assert kept[0] < 0.1 * record.n_samples
                assert kept[-1] > 0.9 * record.n_samples


def test_the_default_lead_is_what_is_served(record: Record):
    """Its view holds what serving cuts at the detected R peaks, but for the wander, to half precision."""
    segments = cut_views(record)
    own = segments.take(segments.lead == record.default_lead)
    served = cut_beats(record.lead(), detect_r_peaks(record.lead(), record.fs), record.fs, level=False)
    place = np.abs(served.r_sample[:, np.newaxis] - own.r_sample).argmin(axis=0)
    np.testing.assert_allclose(own.signal.astype(np.float32), served.signal[place], atol=5e-3)


def test_what_is_counted_is_what_is_cut(record: Record):
    """Without the signals the same beats are found, class by class and view by view."""
    for thin in (False, True):
        cut, placed = cut_views(record, thin), place_views(outline(record), thin)
        for name in ("label", "lead", "r_sample", "start_sample", "record", "length"):
            assert (getattr(cut, name) == getattr(placed, name)).all()


def test_labels_of_svdb_are_among_ours(svdb_folder):
    """S is A's group; Q, which no class stands for, trains nothing."""
    segments = place_views(read_outline("svdb/865"), thin=True)
    own = segments.take(segments.lead == "ECG1")
    assert own.class_counts() == {"N": MOST_OF_LEAD, "L": 0, "R": 0, "A": MOST_OF_LEAD, "V": 235}


def test_marks_move_to_the_peak(record: Record):
    """Marks 50 ms late come back to the detected R peaks; a mark far from all stays."""
    peaks = detect_r_peaks(record.lead(), record.fs)
    late = peaks + round(0.05 * record.fs)
    assert (snap_to_detected(late, record.lead(), record.fs) == peaks).all()
    alone = np.array([peaks[3] + round(0.3 * record.fs)])
    assert (snap_to_detected(alone, record.lead(), record.fs) == alone).all()


def test_views_are_the_same_each_time(record: Record):
    """Noise is drawn from the record's name."""
    assert (cut_views(record).signal == cut_views(record).signal).all()


def test_motion_is_as_strong_as_it_says():
    """Peaks of height 1 have a power of an eighth; each minute their noise is 0 to 18 dB below it."""
    fs, height = 360.0, 1.0
    signal = np.zeros(round(600 * fs), dtype=np.float32)
    signal[::20] = height  # one sample in 20, so that the 99th of a hundred is the height
    noise = add_motion(signal, fs, np.random.default_rng(0)) - signal
    power = noise.reshape(10, -1).var(axis=1)
    snr_db = 10 * np.log10(height**2 / 8 / power)
    assert snr_db.min() > MOTION_SNR_DB[0] - 0.1
    assert snr_db.max() < MOTION_SNR_DB[1] + 0.1
    assert np.ptp(snr_db) > 3


def test_a_record_of_few_beats(record: Record):
    """Eight beats give eight segments a view; none give none."""
    beats = record.annotations.beats()
    few = replace(record, annotations=Annotations(beats.sample[:8], beats.symbol[:8], beats.aux[:8]))
    assert len(cut_views(few)) == 8 * len(name_views(record.leads))
    none = replace(record, annotations=Annotations(beats.sample[:0], beats.symbol[:0], beats.aux[:0]))
    assert len(cut_views(none)) == 0
