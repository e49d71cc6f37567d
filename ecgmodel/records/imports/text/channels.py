"""Channels that are named line by line above the samples: AcqKnowledge's list, LabChart's rows of titles and units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_CHANNELS = 64


@dataclass(frozen=True, slots=True)
class Channel:
    """The name of a channel and the word for its unit; either may be empty."""

    name: str
    unit: str


def read_channels(lines: Sequence[str]) -> tuple[Channel, ...]:
    """Read the channels from the lines before the header; none where no such list is there."""
    return _read_list(lines) or _read_rows(lines)


def _read_list(lines: Sequence[str]) -> tuple[Channel, ...]:
    """AcqKnowledge: `2 channels`, then for each a line with its name and one with its unit."""
    for i, line in enumerate(lines):
        match = re.fullmatch(r"\s*(\d{1,2})\s+channels?\s*[,;]?\s*", line, re.IGNORECASE)
        if match is None:
            continue
        count = int(match[1])
        pairs = [text.strip(" \t\r,;") for text in lines[i + 1 : i + 1 + 2 * count]]
        if 0 < count <= MAX_CHANNELS and len(pairs) == 2 * count:
            return tuple(Channel(name[:60], unit[:20]) for name, unit in zip(pairs[::2], pairs[1::2], strict=True))
    return ()


def _read_rows(lines: Sequence[str]) -> tuple[Channel, ...]:
    """LabChart and PowerLab: `ChannelTitle=`, `Range=` with the unit of the samples, `UnitName=`; a cell a channel."""
    rows = {}
    for line in lines:
        match = re.match(r"\s*\"?(ChannelTitle|Channel Title|Range|UnitName)=\"?\s?[\t,;]?(.*)", line, re.IGNORECASE)
        if match:
            cells = re.split(r"[\t;,]" if "\t" not in match[2] else r"\t", match[2].rstrip("\r\n\t;,"))
            rows[match[1].lower().replace(" ", "")] = [cell.strip(" '\"") for cell in cells]
    titles = rows.get("channeltitle")
    if not titles or len(titles) > MAX_CHANNELS:
        return ()
    ranges = [re.sub(r"^[-+±\d.,\seE]*(?:to\s[-+\d.,]+)?", "", cell) for cell in rows.get("range", ())]
    units = rows.get("unitname") or []
    return tuple(
        Channel(
            title[:60], next((row[i][:20] for row in (units, ranges) if i < len(row) and row[i] not in ("", "*")), "")
        )
        for i, title in enumerate(titles)
    )
