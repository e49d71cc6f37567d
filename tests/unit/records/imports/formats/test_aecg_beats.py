"""Beats that an HL7 aECG names: their kinds in PhysioBank's letters, at their R peaks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.records.imports.files import read_files
from ecgmodel.records.imports.understanding import ImportSettings
from ecgmodel.records.record import Annotations

FOLDER = Path(__file__).parents[4] / "data" / "formats"
R_SAMPLE = json.loads((FOLDER / "corpus.json").read_text("utf-8"))["aecg.xml"]["r_sample"]
FS = 500.0
KINDS = ("NORMAL", "LBB_BLK_COMP", "RBB_BLK_COMP", "ATR_P_C", "V_P_C", "PACED", "BLK_IVCD")
SYMBOLS = ["N", "L", "R", "A", "V", "/", "?"]


def boundary(code: str, low: str, high: str, unit: str) -> str:
    return (
        f'<support><supportingROI><code code="ROIPS"/><component><boundary><code code="{code}"/>'
        f'<value><low value="{low}"{unit}/><high value="{high}"{unit}/></value>'
        "</boundary></component></supportingROI></support>"
    )


def stamp(seconds: float) -> str:
    """Return a moment of the recording, which begins at 07:08:09."""
    whole = 8 * 60 + 9 + seconds
    return f"2023050607{int(whole // 60):02d}{whole % 60:06.3f}"


def place(r_sample: int, before_s: float, after_s: float, absolute: bool) -> str:
    at = r_sample / FS
    if absolute:
        return boundary("TIME_ABSOLUTE", stamp(at - before_s), stamp(at + after_s), "")
    return boundary("TIME_RELATIVE", f"{1e3 * (at - before_s):g}", f"{1e3 * (at + after_s):g}", ' unit="ms"')


def annotation(code: str, kind: str, inside: str) -> str:
    return f'<component><annotation><code code="{code}"/><value code="{kind}"/>{inside}</annotation></component>'


def read(beats: str, head: str = "20230506070809.000", **settings: object) -> Annotations | None:
    sets = f"<subjectOf><annotationSet>{beats}</annotationSet></subjectOf>"
    data = (FOLDER / "aecg.xml").read_text("utf-8").replace("</series>", f"{sets}</series>")
    data = data.replace('<head value="20230506070809.000"/>', f'<head value="{head}"/>')
    return read_files({"aecg.xml": data.encode()}, ImportSettings(**settings)).record.annotations


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("lead", ["II", "V1"])
def test_kinds_and_r_peaks_of_whole_beats(absolute: bool, lead: str) -> None:
    """A region from P to T holds the R peak, whatever the lead; the kinds are letters, the oddest a ? with its name."""
    r_sample = [r for r in R_SAMPLE if 200 < r < 2700]
    kinds = [KINDS[i % len(KINDS)] for i in range(len(r_sample))]
    beats = [
        annotation("MDC_ECG_BEAT", f"MDC_ECG_BEAT_{kind}", place(r, 0.25, 0.45, absolute))
        for r, kind in zip(r_sample, kinds, strict=True)
    ]
    found = read("".join(reversed(beats)), leads=(lead,))
    assert found is not None
    assert found.symbol.tolist() == [SYMBOLS[i % len(KINDS)] for i in range(len(r_sample))]
    assert np.abs(found.sample - r_sample).max() <= 0.06 * FS
    assert {aux for symbol, aux in zip(found.symbol, found.aux, strict=True) if symbol == "?"} <= {"BLK_IVCD"}


def test_the_qrs_within_a_beat_is_preferred_and_zones_are_those_of_the_head() -> None:
    """Two hours of time zone between the head and nothing else move no beat."""
    r = R_SAMPLE[2]
    ends = [f"{stamp(r / FS + shift)}+0200" for shift in (-0.05, 0.05)]
    qrs = annotation("MDC_ECG_WAVC", "MDC_ECG_WAVC_QRSWAVE", boundary("TIME_ABSOLUTE", *ends, ""))
    wrong = place(R_SAMPLE[4], 0.2, 0.2, True)
    found = read(annotation("MDC_ECG_BEAT", "MDC_ECG_BEAT_NORMAL", wrong + qrs), head="20230506070809.000+0200")
    assert found is not None
    assert found.sample.tolist() == pytest.approx([r], abs=0.03 * FS)


@pytest.mark.parametrize(
    "beats",
    [
        "",
        annotation("MDC_ECG_HEART_RATE", "", ""),
        annotation("MDC_ECG_BEAT", "MDC_ECG_BEAT_NORMAL", ""),
        annotation("MDC_ECG_BEAT", "MDC_ECG_BEAT_ATR_PWAVE_B", place(500, 0.1, 0.1, True)),
        annotation("MDC_ECG_BEAT", "MDC_ECG_BEAT_NORMAL", boundary("TIME_ABSOLUTE", "20231306070809", "x", "")),
        annotation("MDC_ECG_BEAT", "MDC_ECG_BEAT_NORMAL", boundary("TIME_ABSOLUTE", "99991231235959", "", "")),
        annotation("MDC_ECG_BEAT", "MDC_ECG_BEAT_NORMAL", boundary("TIME_RELATIVE", "1e300", "-1e300", ' unit="s"')),
        annotation("MDC_ECG_BEAT", "MDC_ECG_BEAT_NORMAL", boundary("TIME_RELATIVE", "0", "6000", ' unit="ms"')),
    ],
)
def test_what_names_no_place_or_no_beat_is_left_out(beats: str) -> None:
    """The recording is read all the same."""
    assert read(beats) is None
