"""HL7 annotated ECG (aECG Implementation Guide, 21 March 2005), as the FDA takes it.

A series holds sets of sequences: one for the time, with its increment, and one a lead, each sample of which is
`origin + scale * digit`. The subject and the site are passed over; of the annotations, beats are read (`aecg_beats`).
"""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, Sentence, say
from ecgmodel.records.imports.formats.aecg_beats import SECONDS, read_beats
from ecgmodel.records.imports.formats.signal_file import MAX_SIGNALS, Signal, SignalFile, assemble, choose_part
from ecgmodel.records.imports.formats.xml_tree import damaged_waveform, number_of, read_numbers, text_of
from ecgmodel.records.imports.text.units import PER_MV
from ecgmodel.records.imports.text.words import signal_unit, time_unit


def read_aecg(root: Element, name: str, leads: tuple[str, ...] | None, part: str | None) -> SignalFile:
    """Read an aECG document; beats that were averaged (derived series) are left out.

    Raises
    ------
    ImportFileError
        Where it holds no waveform, or one that makes no sense.
    """
    sets = [
        (f"{place} {number}", series, element)
        for place, series in _number(root.findall("component/series"), "series")
        for number, element in enumerate(series.findall("component/sequenceSet"), start=1)
    ]
    if not sets:
        raise ImportFileError("The HL7 aECG file holds no waveform, only results. Export the recording itself.")
    if len(sets) > MAX_SIGNALS:
        raise ImportFileError("The HL7 aECG file has too many series. Export one recording.")
    sizes = [sum(len(text_of(s, "value/digits")) for s in _sequences(element)) for _, _, element in sets]
    reason = say("it is the longest of {count}", count=len(sets))
    index, found = choose_part([label for label, _, _ in sets], sizes, part, reason)
    rate: Finding = Finding(None, certain=False)
    signals = []
    head = None
    _, series, chosen = sets[index]
    for sequence in _sequences(chosen):
        code = sequence.find("code")
        label = "" if code is None else code.get("code", "")
        if label.upper().startswith("TIME"):
            rate = _read_rate(sequence) or rate
            head = sequence.find("value/head")
        else:
            signals.append(_read_lead(label, sequence))
    file = assemble("aecg", name, signals, rate, leads, part=found)
    if rate.value is None:
        return file
    return replace(file, annotations=read_beats(series, head, file.signals[:, 0], float(rate.value)))


def _number(elements: list[Element], word: str) -> list[tuple[str, Element]]:
    return [(f"{word} {number}.", element) for number, element in enumerate(elements, start=1)]


def _sequences(element: Element) -> list[Element]:
    return element.findall("component/sequence")[:MAX_SIGNALS]


def _read_rate(sequence: Element) -> Finding | None:
    increment = sequence.find("value/increment")
    if increment is None:
        return None
    step, unit = number_of(increment.get("value")), time_unit(increment.get("unit", ""))
    if step is None or step <= 0 or unit not in SECONDS:
        return None
    sentence: Sentence = say(
        "the increment of its time is {step:g} {unit}", step=step, unit=increment.get("unit", "")[:10]
    )
    return Finding(float(f"{1 / (step * SECONDS[unit]):.9g}"), (sentence,))


def _read_lead(label: str, sequence: Element) -> Signal:
    label = label.removeprefix("MDC_ECG_LEAD_").removeprefix("MDC_ECG_")
    digits = read_numbers(text_of(sequence, "value/digits"), label)
    scale, origin = sequence.find("value/scale"), sequence.find("value/origin")
    unit = "" if scale is None else scale.get("unit", "")
    step = 1.0 if scale is None else number_of(scale.get("value"))
    zero = 0.0 if origin is None else number_of(origin.get("value"))
    if step is None or zero is None:
        raise damaged_waveform(label)
    if zero and origin is not None:
        mine, its = signal_unit(unit), signal_unit(origin.get("unit", ""))
        zero *= PER_MV.get(mine or "", 1.0) / PER_MV.get(its or "", 1.0) if mine and its else 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        return Signal(label, unit, (zero + step * digits).astype(np.float32))
