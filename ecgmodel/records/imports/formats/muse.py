"""GE MUSE XML (`RestingECG`): waveforms of 16 bits in Base64, with their scale beside each lead."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, Sentence, say
from ecgmodel.records.imports.formats.signal_file import MAX_SIGNALS, Signal, SignalFile, assemble, choose_part
from ecgmodel.records.imports.formats.xml_tree import damaged_waveform, decode_base64, number_of, text_of

_UNITS = {"microvolts": "uV", "millivolts": "mV", "nanovolts": "nV"}
_SAMPLE_TYPES = {1: "<i1", 2: "<i2", 4: "<i4"}


def read_muse(root: Element, name: str, leads: tuple[str, ...] | None, part: str | None) -> SignalFile:
    """Read a MUSE document: its rhythm, and on demand the median beat.

    Leads III, aVR, aVL and aVF, which the format leaves out, are computed from I and II.

    Raises
    ------
    ImportFileError
        Where it holds no waveform, or one that makes no sense.
    """
    waveforms = root.findall("Waveform")[:MAX_SIGNALS]
    if not waveforms:
        raise ImportFileError("The GE MUSE file holds no waveform, only results. Export it with its waveforms.")
    names: list[str] = []
    for waveform in waveforms:
        kind = text_of(waveform, "WaveformType")[:40] or "Rhythm"
        names.append(f"{kind} ({len(names) + 1})" if kind in names else kind)
    sizes = [sum(len(text_of(lead, "WaveFormData")) for lead in waveform.findall("LeadData")) for waveform in waveforms]
    index, found = choose_part(names, sizes, part, say("it is the longest of {count}", count=len(names)))
    waveform = waveforms[index]
    base, power = number_of(text_of(waveform, "SampleBase")), number_of(text_of(waveform, "SampleExponent")) or 0.0
    if base is None or not 0 < base < 1e6 or not -6 <= power <= 6:
        raise ImportFileError("The GE MUSE file does not say how its waveform is sampled. Export it again.")
    sentence = say("its SampleBase is {base:g}", base=base)
    signals = [_read_lead(lead) for lead in waveform.findall("LeadData")[:MAX_SIGNALS]]
    derived, notes = _derive(signals)
    rate = Finding(base * 10.0**power, (sentence,))
    return assemble("muse", name, [*signals, *derived], rate, leads, part=found, notes=notes)


def _read_lead(lead: Element) -> Signal:
    label = text_of(lead, "LeadID")
    kind = _SAMPLE_TYPES.get(int(number_of(text_of(lead, "LeadSampleSize")) or 2))
    data = decode_base64(text_of(lead, "WaveFormData"), label)
    if kind is None or not data or len(data) % np.dtype(kind).itemsize:
        raise damaged_waveform(label)
    scale = number_of(text_of(lead, "LeadAmplitudeUnitsPerBit"))
    word = text_of(lead, "LeadAmplitudeUnits")
    unit = _UNITS.get(word.lower(), word) if scale else "raw"
    return Signal(label, unit, np.frombuffer(data, dtype=kind).astype(np.float32) * np.float32(scale or 1.0))


def _derive(signals: list[Signal]) -> tuple[list[Signal], tuple[Sentence, ...]]:
    """Return the limb leads that follow from I and II (Einthoven, Goldberger)."""
    known = {signal.label: signal for signal in signals}
    if "I" not in known or "II" not in known:
        return [], ()
    one, two = known["I"], known["II"]
    if one.unit != two.unit or len(one.values) != len(two.values):
        return [], ()
    made = {
        "III": two.values - one.values,
        "aVR": -(one.values + two.values) / 2,
        "aVL": one.values - two.values / 2,
        "aVF": two.values - one.values / 2,
    }
    derived = [Signal(label, one.unit, values) for label, values in made.items() if label not in known]
    if not derived:
        return [], ()
    names = ", ".join(signal.label for signal in derived)
    return derived, (say("The file leaves {names} out; they were computed from I and II.", names=names),)
