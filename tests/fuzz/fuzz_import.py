"""Coverage-guided fuzzing of the import, with Google's atheris (not among the test requirements).

Run `pip install atheris`, then
`python -m tests.fuzz.fuzz_import -max_total_time=600 "$(mktemp -d)" tests/data/csv tests/data/formats` in the project's
root; the first folder takes what it finds worth keeping, the others are where it starts. Any exception but
`EcgModelError` is a finding; keep its input as a case of `tests/unit/records/imports`.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["ecgmodel"]):
    from ecgmodel.errors import EcgModelError
    from ecgmodel.records.imports.files import read_files
    from ecgmodel.records.imports.understanding import ImportSettings

NAMES = ("x.csv", "x.txt", "x.zip", "x.edf", "x.dat", "x.xlsx", "x.json", "x.xml", "x.dcm", "x.scp", "x.mat")
SETTINGS = (ImportSettings(), ImportSettings(fs=250.0), ImportSettings(fs=250.0, bad_cells="gap"))


def read_once(data: bytes) -> None:
    """Read one input; its first byte picks the file's name and the settings."""
    if not data:
        return
    name = NAMES[data[0] % len(NAMES)]
    chosen = SETTINGS[data[0] // len(NAMES) % len(SETTINGS)]
    try:
        read_files({name: data[1:]}, chosen)
    except EcgModelError:
        return


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_once)
    atheris.Fuzz()
