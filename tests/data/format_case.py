"""One file of the corpus of formats, and how its ECG is simulated."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field

import numpy as np

from ecgmodel.records.record import Record
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

PERSON = "MUSTERMANN^ERIKA"
"""Stands in every format that names a person, and must not be found in what is read."""


@dataclass
class Case:
    """One file and what is true of it.

    Attributes
    ----------
    name : str
    data : bytes
    kind : str
    fs : float
    unit : str
        Of the samples in the file.
    leads : tuple of str
    values : ndarray of shape (n_samples, n_leads)
        In mV, as rounded in the file; NaN where samples are missing.
    r_sample : ndarray
    settings : dict
        What has to be set by hand.
    parts : int
        How many recordings the file holds.
    gaps : list of pairs of int
    note : str
        A word of a note that must come with it.
    absolute : bool
        Whether voltages are known; else only their shape is.
    """

    name: str
    data: bytes
    kind: str
    fs: float
    unit: str
    leads: tuple[str, ...]
    values: np.ndarray
    r_sample: np.ndarray
    settings: dict = field(default_factory=dict)
    parts: int = 1
    gaps: list = field(default_factory=list)
    note: str = ""
    absolute: bool = True

    def truth(self) -> dict:
        """Return what `corpus.json` says of this file."""
        first, last = (np.round(self.values[i].astype(float), 6).tolist() for i in (0, -1))
        return {
            "kind": self.kind,
            "fs": self.fs,
            "unit": self.unit,
            "leads": list(self.leads),
            "samples": len(self.values),
            "first": first,
            "last": last,
            "sum": np.round(np.nansum(self.values.astype(float), axis=0), 3).tolist(),
            "missing": int(np.isnan(self.values[:, 0]).sum()),
            "r_sample": self.r_sample.tolist(),
            "settings": self.settings,
            "parts": self.parts,
            "gaps": self.gaps,
            "note": self.note,
            "absolute": self.absolute,
        }


def simulate(fs: float, seed: int, seconds: float = 8.0) -> Record:
    """Simulate a short ECG."""
    return simulate_record(SimulationPlan(duration_s=seconds, fs=fs), seed=seed)


def beats(record: Record) -> np.ndarray:
    """Return the R peaks of a simulated record."""
    return record.annotations.beats().sample


def steps_of(record: Record, per_mv: float, leads: int = 1) -> np.ndarray:
    """Return the samples of the first leads as whole steps."""
    return np.round(record.signals[:, :leads].astype(float) * per_mv).astype(np.int64)


def pack_zip(files: dict[str, bytes]) -> bytes:
    """Return an archive that is the same each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2023, 5, 6, 7, 8, 10)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
