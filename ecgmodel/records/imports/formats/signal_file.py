"""What every reader of a format returns: signals as the file has them, and what its header says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.records.imports.evidence import Finding, Sentence
from ecgmodel.records.imports.text.statements import FS_RANGE_HZ
from ecgmodel.records.imports.text.timing import MAX_DURATION_S, MAX_MISSING, MAX_SAMPLES, Gap
from ecgmodel.records.imports.text.words import ECG_NAME, OTHER_NAME, lead_name, signal_unit
from ecgmodel.records.record import Annotations

MAX_SIGNALS = 512

DAMAGE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    ZeroDivisionError,
    OSError,
    EOFError,
    NotImplementedError,
    RecursionError,
)
"""What libraries raise for damaged files, beside their own errors."""


@dataclass(frozen=True, slots=True, eq=False)
class SignalFile:
    """Signals out of a file with a header.

    Attributes
    ----------
    kind : str
        The format, a value of `understanding.FileKind`.
    name : str
        Of the record.
    signals : ndarray of shape (n_samples, n_leads), float32
        As the file has them, each in its own unit; NaN where samples are missing.
    leads : tuple of str
    others : tuple of str
        Names of signals that were not read.
    units : tuple of str
        The word for the unit of each lead as the file has it; empty where it says none.
    unit_reason : Sentence or None
        Where the file says that unit; `None` for "the file's header says so".
    lead_reasons : tuple of Sentence
        Why these are the leads; empty for the same.
    rate : Finding
        In Hz; `None` where the file does not say.
    annotations : Annotations or None
    part : Finding
        Which of several recordings in the file was read; `None` where there is but one.
    gaps : tuple of Gap
    notes : tuple of Sentence
        What was left out or changed, for the visitor to know.
    """

    kind: str
    name: str
    signals: np.ndarray
    leads: tuple[str, ...]
    others: tuple[str, ...]
    units: tuple[str, ...]
    rate: Finding
    unit_reason: Sentence | None = None
    lead_reasons: tuple[Sentence, ...] = ()
    annotations: Annotations | None = None
    part: Finding = field(default_factory=lambda: Finding(None))
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """One signal of a file, before leads are chosen.

    Attributes
    ----------
    label : str
        Its name as the file has it.
    unit : str
        The word for its unit; empty where there is none.
    values : ndarray of shape (n_samples,), float32
    """

    label: str
    unit: str
    values: np.ndarray


def name_signals(labels: Sequence[str]) -> list[str]:
    """Return a name for each signal: the standard name of its lead, else its label; no two are the same."""
    names: list[str] = []
    for i, label in enumerate(labels):
        plain = "".join(mark for mark in " ".join(label.split()) if mark.isprintable())[:60]
        name = lead_name(plain) or plain or f"signal {i + 1}"
        names.append(f"{name} ({i + 1})" if name in names else name)
    return names


def choose_signals(names: Sequence[str], units: Sequence[str], leads: tuple[str, ...] | None) -> list[int]:
    """Return the indices of the signals to read.

    Parameters
    ----------
    names, units : sequence of str
    leads : tuple of str or None
        By name; `None` takes those that are called ECG or as a lead is, else those in a unit of voltage, else the only
        one.

    Raises
    ------
    ImportFileError
        Where there is no such signal.
    """
    if leads is not None:
        for lead in leads:
            if lead not in names:
                raise ImportFileError(
                    "The file has no signal '{name}'; it has {known}. Choose one of these.",
                    name=lead[:60],
                    known=", ".join(names[:40]),
                )
        return [names.index(lead) for lead in dict.fromkeys(leads)]
    named = [i for i, name in enumerate(names) if lead_name(name.split(" (")[0]) or ECG_NAME.search(name)]
    plain = [i for i, name in enumerate(names) if signal_unit(units[i]) and not OTHER_NAME.search(name)]
    chosen = named or plain or ([0] if len(names) == 1 else [])
    if not chosen:
        raise ImportFileError(
            "No signal of the file is called ECG; it has {known}. Choose one of these.", known=", ".join(names[:40])
        )
    return chosen


def check_fs(fs: float) -> None:
    """Raise `ImportFileError` for a rate (Hz) at which no ECG is sampled."""
    if not FS_RANGE_HZ[0] <= fs <= FS_RANGE_HZ[1]:
        raise ImportFileError(
            "A sampling rate of {fs} Hz cannot be an ECG's, which is between {low:g} and {high:g} Hz.",
            fs=fs,
            low=FS_RANGE_HZ[0],
            high=FS_RANGE_HZ[1],
        )


def lay_out(values: np.ndarray, lengths: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, tuple[Gap, ...]]:
    """Put pieces of a recording where their time is, with NaN between them.

    Parameters
    ----------
    values : ndarray of shape (n_samples,) or (n_samples, n_leads), float32
        The pieces one after the other.
    lengths : ndarray of shape (n_pieces,), int64
    starts : ndarray of shape (n_pieces,), int64
        Where each begins, in samples; a piece that would begin before the one before has ended follows it at once.

    Returns
    -------
    ndarray and tuple of Gap
    """
    ends = np.cumsum(lengths)
    shifts = np.zeros(len(lengths), dtype=np.int64)
    gaps = []
    before = 0
    for i, shift in enumerate((starts - (ends - lengths)).tolist()):
        first = int(ends[i] - lengths[i])
        if shift > before + 1:  # one sample is the rounding of times
            gaps.append(Gap(first + before, first + shift, i + 1))
            before = shift
        shifts[i] = before
    if not gaps:
        return values, ()
    if before * (values.size // max(len(values), 1)) > MAX_MISSING:
        raise ImportFileError(
            "The pauses of the recording would take more than {samples:,} samples. Cut the file into parts.",
            samples=MAX_MISSING,
        )
    whole = np.full((int(ends[-1]) + before, *values.shape[1:]), np.nan, dtype=np.float32)
    whole[np.arange(len(values)) + np.repeat(shifts, lengths)] = values
    return whole, tuple(gaps)


def check_size(n_samples: int, n_leads: int, fs: float) -> None:
    """Raise `ImportFileError` for a recording that would not fit the memory."""
    if n_samples * max(n_leads, 1) > MAX_SAMPLES or n_samples > MAX_DURATION_S * fs:
        raise ImportFileError(
            "The recording is longer than {days:g} days or has more than {samples} samples in its leads. Cut the file, "
            "or choose fewer leads.",
            days=MAX_DURATION_S / 86400,
            samples=MAX_SAMPLES,
        )


def assemble(
    kind: str,
    name: str,
    signals: Sequence[Signal],
    rate: Finding,
    leads: tuple[str, ...] | None,
    **more: object,
) -> SignalFile:
    """Choose leads among signals of one rate, and put them side by side; the shortest ends the recording.

    Parameters
    ----------
    kind, name : str
    signals : sequence of Signal
    rate : Finding
    leads : tuple of str or None
        As of `choose_signals`.
    **more
        Further fields of `SignalFile`.

    Raises
    ------
    ImportFileError
        Where no signal can be read.
    """
    if not signals:
        raise ImportFileError("The file holds no signal. Export the recording again, with its waveforms.")
    names = name_signals([signal.label for signal in signals])
    chosen = choose_signals(names, [signal.unit for signal in signals], leads)
    n_samples = min(len(signals[i].values) for i in chosen)
    if rate.value is not None:
        check_fs(float(rate.value))  # type: ignore[arg-type]
        check_size(n_samples, len(chosen), float(rate.value))  # type: ignore[arg-type]
    columns = np.empty((n_samples, len(chosen)), dtype=np.float32)
    for column, i in enumerate(chosen):
        values = signals[i].values[:n_samples]
        with np.errstate(over="ignore", invalid="ignore"):
            columns[:, column] = values
    columns[~np.isfinite(columns)] = np.nan
    return SignalFile(
        kind=kind,
        name=name[:100],
        signals=columns,
        leads=tuple(names[i] for i in chosen),
        others=tuple(other for i, other in enumerate(names) if i not in chosen),
        units=tuple(signals[i].unit for i in chosen),
        rate=rate,
        **more,  # type: ignore[arg-type]
    )


def choose_part(
    names: Sequence[str], sizes: Sequence[int], wanted: str | None, reason: Sentence
) -> tuple[int, Finding]:
    """Choose one of several recordings of a file: the one that was asked for, else the longest.

    Parameters
    ----------
    names : sequence of str
        No two are the same.
    sizes : sequence of int
        Samples of each.
    wanted : str or None
    reason : Sentence
        Why the longest is taken.

    Returns
    -------
    int and Finding
        Its index, and its name with the others as alternatives; a finding without value where there is but one.

    Raises
    ------
    ImportFileError
        Where none has the name that was asked for.
    """
    if wanted is not None and wanted not in names:
        raise ImportFileError(
            "The file has no part '{name}'; it has {known}. Choose one of these.",
            name=wanted[:60],
            known=", ".join(names[:40]),
        )
    index = names.index(wanted) if wanted is not None else max(range(len(names)), key=lambda i: sizes[i])
    if len(names) == 1:
        return index, Finding(None)
    others = tuple(name for i, name in enumerate(names) if i != index)
    return index, Finding(names[index], (reason,), others)
