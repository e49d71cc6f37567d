"""The three noises of the MIT-BIH Noise Stress Test Database (Moody, Muldrow & Mark 1984; doi 10.13026/C2HS3T)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from ecgmodel.errors import RecordError
from ecgmodel.records import format_212

FOLDER_VARIABLE = "ECG_NSTDB_DIR"
"""Environment variable that names a folder with the noise records, version 1.0.0; PhysioNet calls it `nstdb`."""

Noise = Literal["bw", "em", "ma"]
"""Wander of the baseline, movement of electrodes, muscle artefact."""

NOISES: tuple[Noise, ...] = get_args(Noise)
FS_HZ = 360.0

SHA256 = {
    "bw.dat": "15f68280aba8b006f5497c14da44b558e68caaabc2afc5c4b710eea779b7512c",
    "bw.hea": "90748bcf16d08fb563380958654d3306a4b63230d0f84aac742d27a2ad24571e",
    "em.dat": "4f9416a04b2bed98081ee3118c1282f9e35321bfd5da96ce48056a3fe147358d",
    "em.hea": "031aa70330cd362203e27bcd2b0f68546150f8669d5d9fd7a414402aceca3499",
    "ma.dat": "40bda613a3e65adb277df1b72f8a41d2c1c2e0131ea4ec1e03cf1e2cd68199c4",
    "ma.hea": "58e8b571fd24b00922f5735919481900bdcb6d5b080d7e81a291c8808aa05cb9",
}


@dataclass(frozen=True, slots=True, eq=False)
class NoiseRecord:
    """Half an hour of noise without an ECG.

    Attributes
    ----------
    name : {"bw", "em", "ma"}
    signals : ndarray of shape (n_samples, 2), float32
        In mV, at `FS_HZ`.
    """

    name: Noise
    signals: np.ndarray


def read_noise(name: Noise) -> NoiseRecord:
    """Read a noise from the folder that `ECG_NSTDB_DIR` names.

    Raises
    ------
    RecordError
        Where the variable is not set, or a file is missing or not as published.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        raise RecordError(
            "The noises of the MIT-BIH Noise Stress Test Database are needed. Put the files of "
            "physionet.org/content/nstdb/1.0.0 into a folder, and name it in {variable}.",
            variable=FOLDER_VARIABLE,
        )
    for file in (f"{name}.dat", f"{name}.hea"):
        try:
            found = hashlib.sha256((Path(folder) / file).read_bytes()).hexdigest()
        except OSError as error:
            raise RecordError(
                "File {file} in {folder} cannot be read ({reason}). Fetch it from physionet.org/content/nstdb/1.0.0.",
                file=file,
                folder=folder,
                reason=error.strerror,
            ) from error
        if found != SHA256[file]:
            raise RecordError(
                "File {file} in {folder} was altered: its SHA-256 begins with {found}, expected {expected}. Fetch it "
                "from physionet.org/content/nstdb/1.0.0.",
                file=file,
                folder=folder,
                found=found[:12],
                expected=SHA256[file][:12],
            )
    return NoiseRecord(name, format_212.read_signals(Path(folder) / name))
