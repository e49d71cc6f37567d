"""Beats that an HL7 aECG names, as annotations of PhysioBank.

A series may hold sets of annotations; one of a beat (`MDC_ECG_BEAT`) has a value of ISO/IEEE 11073-10102 for its kind,
and a region of interest in absolute time, or relative to the start: of the whole beat, or, in an annotation within it,
of its QRS complex. PhysioBank marks the R peak, which is looked for in that region.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

import numpy as np

from ecgmodel.records.imports.formats.xml_tree import number_of
from ecgmodel.records.record import Annotations

MAX_BEATS = 200_000
LONGEST_BEAT_S = 3.0
QRS_S = 0.06
"""Half of what a narrow QRS takes: so far from its steepest place lies its peak."""

SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}

_SYMBOLS = {
    "NORMAL": "N",
    "BB_BLK": "B",
    "LBB_BLK_COMP": "L",
    "LBB_BLK_INCOMP": "L",
    "RBB_BLK_COMP": "R",
    "RBB_BLK_INCOMP": "R",
    "SV_P_C": "S",
    "ATR_P_C": "A",
    "ATR_P_C_ABER": "a",
    "JUNC_P_C": "J",
    "SV_ESC": "n",
    "ATR_ESC": "e",
    "JUNC_ESC": "j",
    "V_P_C": "V",
    "V_P_C_RONT": "r",
    "V_P_C_FUSION": "F",
    "V_ESC": "E",
    "PACED": "/",
    "PACED_FUS": "f",
    "UNKNOWN": "Q",
}
"""Kinds of beats by what stands behind `MDC_ECG_BEAT_`; any other kind of beat is named in the text of a `?`."""

_BEAT = "MDC_ECG_BEAT"
_BLOCKED_P_WAVES = ("ATR_PWAVE_B", "LK")
_QRS = frozenset(f"MDC_ECG_WAVC_{wave}" for wave in ("QRSWAVE", "RWAVE", "QSWAVE"))
_STAMP = re.compile(r"(\d{14})(?:\.(\d{1,9}))?([+-]\d{4})?")


def read_beats(series: Element, head: Element | None, lead: np.ndarray, fs: float) -> Annotations | None:
    """Return the beats that a series names.

    Parameters
    ----------
    series : Element
    head : Element or None
        When the recording begins, as its time has it.
    lead : ndarray of shape (n_samples,), float32
        In which R peaks are looked for.
    fs : float
        In Hz.

    Returns
    -------
    Annotations or None
        `None` where it names none.
    """
    start = _absolute(head)
    rows = []
    for annotation in series.iterfind("subjectOf/annotationSet//annotation"):
        kind = _kind(annotation)
        if kind is None or kind in _BLOCKED_P_WAVES or len(rows) == MAX_BEATS:
            continue
        region = _region(annotation, start, 0.0 if start is not None else _relative(head))
        place = None if region is None else _find_peak(lead, fs, *region)
        if place is not None:
            symbol = _SYMBOLS.get(kind, "?")
            rows.append((place, symbol, kind[:40] if symbol == "?" else ""))
    if not rows:
        return None
    rows.sort(key=lambda row: row[0])
    sample, symbol, aux = zip(*rows, strict=True)
    return Annotations(np.array(sample, dtype=np.int64), np.array(symbol), np.array(aux))


def _kind(annotation: Element) -> str | None:
    """Return the kind of a beat, as "V_P_C"; empty where it is not said, `None` where the annotation is of no beat."""
    code, value = _code(annotation.find("code")), _code(annotation.find("value"))
    if code != _BEAT and not code.startswith(f"{_BEAT}_"):
        return None
    named = value if value.startswith(_BEAT) else code
    return named.removeprefix(_BEAT).removeprefix("_")


def _code(element: Element | None) -> str:
    return "" if element is None else element.get("code", "").strip().upper()


def _region(annotation: Element, start: datetime | None, zero: float | None) -> tuple[float, float] | None:
    """Return from when to when a beat's QRS complex, or else the beat, lasts, in seconds of the recording."""
    parts = [part for part in annotation.iterfind("component/annotation") if _code(part.find("value")) in _QRS]
    for part in (*parts, annotation):
        for boundary in part.iterfind("support/supportingROI/component/boundary"):
            value = boundary.find("value")
            if value is None:
                continue
            absolute = _code(boundary.find("code")) == "TIME_ABSOLUTE"
            ends = []
            for end in (value.find("low"), value.find("high"), value):
                at = (_absolute(end) if absolute else _relative(end)) if end is not None else None
                if at is not None and absolute and start is not None:
                    ends.append((at - start).total_seconds())
                elif at is not None and not absolute and zero is not None:
                    ends.append(at - zero)
            if ends:
                return ends[0], ends[-1]
    return None


def _absolute(element: Element | None) -> datetime | None:
    """Return a time stamp of HL7, as "20230506070809.000+0200"; without a zone it is taken as UTC, like its fellows."""
    match = _STAMP.fullmatch("" if element is None else element.get("value", "").strip())
    if match is None:
        return None
    try:
        moment = datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    zone = match[3] or "+0000"
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    fraction = timedelta(microseconds=round(float(f"0.{match[2] or 0}") * 1e6))
    try:
        return moment + fraction - (ahead if zone[0] == "+" else -ahead)
    except OverflowError:
        return None


def _relative(element: Element | None) -> float | None:
    """Return a physical quantity of time in seconds."""
    value = None if element is None else number_of(element.get("value"))
    scale = None if element is None else SECONDS.get(element.get("unit", "s").strip())
    return None if value is None or scale is None else value * scale


def _find_peak(lead: np.ndarray, fs: float, from_s: float, to_s: float) -> int | None:
    """Return the R peak between two moments: the furthest from the middle around the steepest place."""
    if not 0 <= to_s - from_s <= LONGEST_BEAT_S or not -1 < from_s < len(lead) / fs:
        return None
    first, last = max(0, round(from_s * fs)), min(len(lead) - 1, round(to_s * fs))
    if last - first < 2:
        return first if first < len(lead) else None
    signal = np.nan_to_num(lead[first : last + 1].astype(np.float64))
    steepest = int(np.argmax(np.abs(np.diff(signal))))
    reach = round(QRS_S * fs)
    around = slice(max(0, steepest - reach), steepest + reach + 2)
    away = np.abs(signal[around] - np.median(signal))
    return first + around.start + int(np.argmax(away))
