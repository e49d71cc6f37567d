"""Annotations as text: PhysioNet's `rdann` prints them, and Kaggle has them beside a record (`100annotations.txt`)."""

from __future__ import annotations

import re

import numpy as np

from ecgmodel.errors import ImportFileError
from ecgmodel.labels import SYMBOL_NAMES
from ecgmodel.records.imports.source import Source, utf8_blocks
from ecgmodel.records.record import Annotations

_HEADER = re.compile(r"\s*(?:Time|Elapsed time)\s+Sample\s*#\s+Type\b", re.IGNORECASE)
_LINE = re.compile(
    r"\s*(?:\[[^\]]{1,60}\]|[\d:.]{1,20})\s+(\d{1,12})\s+(\S{1,4})\s+-?\d{1,3}\s+-?\d{1,3}\s+-?\d{1,3}\s*(.{0,255})"
)


def is_annotation_text(text: str) -> bool:
    """Whether a file begins as `rdann -v` does, or its first lines are all annotations."""
    lines = [line for line in text[:4000].split("\n")[:-1] if line.strip()][:5]
    return bool(lines) and (
        _HEADER.match(lines[0]) is not None or all(_LINE.fullmatch(line.rstrip()) for line in lines)
    )


def read_annotation_text(source: Source, encoding: str) -> Annotations:
    """Read all annotations of a text file.

    Raises
    ------
    ImportFileError
        For a line that is no annotation, a symbol that PhysioBank does not know, or a time that goes back; names the
        line.
    """
    sample: list[int] = []
    symbol: list[str] = []
    aux: list[str] = []
    number = 0
    for block in utf8_blocks(source, encoding):
        for line in block.decode("utf-8", errors="replace").removesuffix("\n").split("\n"):
            number += 1
            if not line.strip() or _HEADER.match(line):
                continue
            match = _LINE.fullmatch(line.rstrip())
            if match is None or match[2] not in SYMBOL_NAMES:
                raise ImportFileError(
                    "Line {line} is not an annotation: '{text}'. A line has the time, the sample, the symbol "
                    "and three numbers.",
                    line=number,
                    text=line.strip()[:40],
                )
            if sample and int(match[1]) < sample[-1]:
                raise ImportFileError(
                    "Line {line}: sample {sample} comes after sample {before}. Annotations are in the order of time.",
                    line=number,
                    sample=match[1],
                    before=sample[-1],
                )
            sample.append(int(match[1]))
            symbol.append(match[2])
            aux.append(match[3].strip())
    if not sample:
        raise ImportFileError("The file has the header of annotations and no annotation.")
    return Annotations(np.array(sample, dtype=np.int64), np.array(symbol, dtype=str), np.array(aux, dtype=str))
