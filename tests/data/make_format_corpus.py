"""Make the files of `tests/data/formats/` from simulated ECGs, and `corpus.json` with what is true of each.

Run `python -m tests.data.make_format_corpus` from the project's root; the same files come out each time. What writes a
file knows nothing of what reads it: openpyxl, pydicom and SciPy where they can write the format, else bytes packed by
hand after the published layout. All that `corpus.json` says comes from the simulation and the rounding of the samples.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.data.write_binary import alivecor_file, dicom_file, ishne_file, matlab_files, scp_files, wav_files
from tests.data.write_tables import json_files, workbooks
from tests.data.write_wards import edf_files, segments_file
from tests.data.write_xml import aecg_file, muse_file, philips_files

FOLDER = Path(__file__).parent / "formats"


def main() -> None:
    """Write all files and `corpus.json`."""
    FOLDER.mkdir(exist_ok=True)
    cases = [
        *workbooks(),
        *json_files(),
        aecg_file(),
        muse_file(),
        *philips_files(),
        dicom_file(),
        ishne_file(),
        alivecor_file(),
        *scp_files(),
        *wav_files(),
        *matlab_files(),
        *edf_files(),
        segments_file(),
    ]
    for case in cases:
        (FOLDER / case.name).write_bytes(case.data)
    corpus = {case.name: case.truth() for case in cases}
    (FOLDER / "corpus.json").write_text(json.dumps(corpus, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
