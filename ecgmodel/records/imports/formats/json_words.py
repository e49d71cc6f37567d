"""What the keys of a JSON file say of its samples: a rate, a unit, how many ADC units make a millivolt.

Keys are read as words, whatever their style: `samplingFrequencyHz`, `sampling_frequency` and `Sampling-Frequency` are
one. A fact that stands near the samples goes before one that stands far.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ecgmodel.records.imports.evidence import Finding, Sentence, say
from ecgmodel.records.imports.text.statements import FS_RANGE_HZ, read_quantity
from ecgmodel.records.imports.text.words import (
    FILTER_WORDS,
    INTERVAL_WORDS,
    RATE_WORDS,
    UNIT_KEYS,
    lead_name,
    signal_unit,
    time_unit,
)

Scope = tuple[Mapping[str, object], ...]
"""The objects around an array, the outermost first."""

_RATE_KEYS = frozenset(RATE_WORDS) | {"sr", "srate", "sps", "sampling frequency hertz", "samples per sec"}
_INTERVAL_KEYS = frozenset(INTERVAL_WORDS) | {"dt", "period"}
_UNIT_ALIASES = {"mcv": "uV", "microvolts": "uV", "volts": "V"}
_STEPS_KEYS = frozenset(
    {"scaling factor", "millivolts scaling factor", "mv scaling factor", "adc gain", "steps per mv", "lsb per mv"}
)
"""So many ADC units make one millivolt."""

_NANOVOLT_KEYS = frozenset({"amplitude resolution", "amplitude resolution nv", "nanovolts per step"})
"""So many nanovolts are one step."""

MAX_FACTS = 2000


@dataclass(frozen=True, slots=True)
class Scaling:
    """How samples become a voltage: `(sample - zero) * factor`, in `unit`.

    Attributes
    ----------
    zero, factor : float
    unit : str
        Empty where the file does not say.
    reason : Sentence or None
    """

    zero: float
    factor: float
    unit: str
    reason: Sentence | None


def words_of(key: str) -> str:
    """Return a key as words: lower case, with single blanks between them."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-./]+", " ", key[:120])
    return " ".join(spaced.split()).lower()


def unit_of(text: object) -> str | None:
    """Return the unit of voltage that a text is, in the project's own spelling."""
    if not isinstance(text, str) or len(text) > 30:
        return None
    return _UNIT_ALIASES.get(text.strip().lower()) or signal_unit(text) or signal_unit(text.replace(" ", ""))


def find_rate(scope: Scope) -> Finding:
    """Return the sampling rate that the objects around an array state, and where."""
    for key, value in _facts(scope):
        words = words_of(key.rsplit(".", 1)[-1])
        if FILTER_WORDS.search(words):
            continue
        number = _number(value)
        if number is None:
            continue
        plain = re.sub(r" (?:in )?(?:hz|hertz)$", "", words)
        if plain in _RATE_KEYS or any(plain.endswith(f" {word}") for word in _RATE_KEYS if " " in word):
            rate = number
        else:
            rate = _rate_of_interval(words, number)
        if rate is not None and FS_RANGE_HZ[0] <= rate <= FS_RANGE_HZ[1]:
            return Finding(float(f"{rate:.9g}"), (say("'{path}' is {value:g}", path=key[:60], value=number),))
    return Finding(None, certain=False)


def _rate_of_interval(words: str, number: float) -> float | None:
    match = re.fullmatch(r"(.+?)(?: in)?(?: (s|sec|seconds|ms|msec|milliseconds|us))?", words)
    if match is None or match[1] not in _INTERVAL_KEYS or number <= 0:
        return None
    unit = time_unit(match[2] or "") or ("s" if number < 0.05 else "ms")
    return {"s": 1.0, "ms": 1e3, "us": 1e6}[unit] / number


def find_scaling(key: str, scope: Scope) -> Scaling:
    """Return the unit of an array and the factor before it.

    Parameters
    ----------
    key : str
        The array's own key, which may end in a unit: `ecg_mV`.
    scope : tuple of mapping
    """
    words = words_of(key)
    for tail in (re.split(r"[\W_]+", key.rstrip(")] "))[-1], words.rsplit(" ", 1)[-1], words.replace(" ", "")):
        if (unit := unit_of(tail)) and tail.lower() not in ("v", "raw", "count", "counts", "digital", "au"):
            return Scaling(0.0, 1.0, unit, say("its name is '{name}'", name=key[:60]))
    zero, factor = 0.0, 1.0
    for path, value in _facts(scope):
        last = words_of(path.rsplit(".", 1)[-1])
        number = _number(value)
        if last in _STEPS_KEYS and number is not None and number > 0:
            reason = say("'{path}' is {value:g}, so many ADC units make 1 mV", path=path[:60], value=number)
            return Scaling(0.0, 1.0 / number, "mV", reason)
        if last in _NANOVOLT_KEYS and number is not None and number > 0:
            return Scaling(
                0.0,
                number,
                "nV",
                say("'{path}' is {value:g}, the nanovolts of an ADC unit", path=path[:60], value=number),
            )
        if _is_sampled_data(scope) and number is not None and number != 0:
            factor = number if path == "factor" else factor
            zero = number if path == "origin" else zero
    for path, value in _facts(scope):
        words = words_of(path.rsplit(".", 1)[-1])
        is_key = (
            words in UNIT_KEYS
            or words.rsplit(" ", 1)[-1] in ("unit", "units")
            or (words == "code" and _is_sampled_data(scope))
        )
        if is_key and (unit := unit_of(value)):
            return Scaling(zero, factor, unit, say("'{path}' is '{text}'", path=path[:60], text=str(value)[:20]))
    return Scaling(zero, factor, "", None)


def _is_sampled_data(scope: Scope) -> bool:
    """Whether the samples stand in a `SampledData` of FHIR, whose `factor` and `period` mean what FHIR says."""
    return bool(scope) and {"period", "dimensions"} <= scope[-1].keys()


def _facts(scope: Scope) -> Iterator[tuple[str, object]]:
    """Yield path and value of what stands near the samples, the nearest first."""
    left = MAX_FACTS
    for around in reversed(scope):
        for path, value in _leaves(around, "", 2):
            left -= 1
            if left < 0:
                return
            yield path, value


def _leaves(node: Mapping[str, object], path: str, depth: int) -> Iterator[tuple[str, object]]:
    for key, value in node.items():
        here = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict):
            if depth:
                yield from _leaves(value, here, depth - 1)
            if "value" in value:
                yield here, value["value"]
        elif not isinstance(value, list):
            yield here, value


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value) if abs(value) < 1e15 else None
    if isinstance(value, str) and len(value) <= 30:
        quantity = read_quantity(value.strip())
        return None if quantity is None else quantity[0]
    return None


def lead_of(element: Mapping[str, object], taken: Sequence[str]) -> str | None:
    """Return the lead that an object is about, from the first of its texts that names one.

    Parameters
    ----------
    element : mapping
    taken : sequence of str
        Leads that other objects are about.
    """
    for text in _texts(element, 5):
        if (name := lead_name(re.sub(r"^MDC_ECG_(?:LEAD_|ELEC_POTL_)", "", text))) and name not in taken:
            return name
    return None


def _texts(node: object, depth: int) -> Iterator[str]:
    """Yield the short texts in an object and in short lists below it."""
    if isinstance(node, str):
        if len(node) <= 60:
            yield node
    elif depth and isinstance(node, dict):
        for value in list(node.values())[:50]:
            yield from _texts(value, depth - 1)
    elif depth and isinstance(node, list):
        for value in node[:4]:
            yield from _texts(value, depth - 1)
