"""What a record is: signals in mV, leads by name, a sampling frequency, annotations, and the header's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ecgmodel.errors import RecordError
from ecgmodel.labels import BEAT_SYMBOLS

PREFERRED_LEADS = ("MLII", "II", "I")
"""The lead taken where the user names none: the first of these that the record has, else its first."""

Origin = Literal["mitdb", "svdb", "excerpt", "simulated", "upload"]


@dataclass(frozen=True, slots=True, eq=False)
class Annotations:
    """Marks at samples of a record, in the order of time.

    Attributes
    ----------
    sample : ndarray of shape (n,), int64
        Samples from the start of the record; of a beat, its R peak.
    symbol : ndarray of shape (n,), str
        PhysioBank codes, see `labels.SYMBOL_NAMES`.
    aux : ndarray of shape (n,), str
        Further text; of `+` marks the rhythm, as in "(AFIB".
    """

    sample: np.ndarray
    symbol: np.ndarray
    aux: np.ndarray

    @property
    def is_beat(self) -> np.ndarray:
        """ndarray of shape (n,), bool: which marks are heartbeats."""
        return np.isin(self.symbol, list(BEAT_SYMBOLS))

    def beats(self) -> Annotations:
        """Return the heartbeats alone."""
        keep = self.is_beat
        return Annotations(self.sample[keep], self.symbol[keep], self.aux[keep])


@dataclass(frozen=True, slots=True)
class Header:
    """What a record's header says of the person; `None` or empty where it does not say."""

    age: int | None = None
    sex: Literal["F", "M"] | None = None
    medication: tuple[str, ...] = ()
    notes: str = ""


def default_lead(leads: Sequence[str]) -> str:
    """Return the lead of a record to read where the user names none."""
    return next((lead for lead in PREFERRED_LEADS if lead in leads), leads[0])


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """An ECG.

    Attributes
    ----------
    name : str
        As "208", or with the name of its database as "svdb/800", see `sources.databases`.
    signals : ndarray of shape (n_samples, n_leads), float32
        In mV.
    leads : tuple of str
        A name for each column of `signals`.
    fs : float
        Sampling frequency in Hz.
    annotations : Annotations or None
        The experts' marks; `None` where nobody annotated.
    header : Header
    source : {"mitdb", "svdb", "excerpt", "simulated", "upload"}
    """

    name: str
    signals: np.ndarray
    leads: tuple[str, ...]
    fs: float
    annotations: Annotations | None
    header: Header
    source: Origin

    @property
    def n_samples(self) -> int:
        """Length in samples."""
        return len(self.signals)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.fs

    @property
    def default_lead(self) -> str:
        """The lead to read where the user names none."""
        return default_lead(self.leads)

    def lead(self, name: str | None = None) -> np.ndarray:
        """Return one lead.

        Parameters
        ----------
        name : str or None
            `None` takes `default_lead`.

        Returns
        -------
        ndarray of shape (n_samples,), float32
            In mV.

        Raises
        ------
        RecordError
            Where the record has no such lead.
        """
        name = self.default_lead if name is None else name
        if name not in self.leads:
            raise RecordError(
                "Lead '{lead}' is not in record {record}, which has {leads}. Choose one of these.",
                lead=name,
                record=self.name,
                leads=", ".join(self.leads),
            )
        return self.signals[:, self.leads.index(name)]
