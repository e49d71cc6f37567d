"""What tells a file from the one that stood in its place."""

from __future__ import annotations

import os
from pathlib import Path

from pages.caches.listing import stamp_files


def test_every_way_to_change_a_file_changes_its_stamp(tmp_path: Path) -> None:
    """Written, cut, replaced, gone, back; and replaced by one of the same size and time, as `cp -p` does."""
    path = tmp_path / "100.dat"
    stamps = [stamp_files([path])]
    assert stamps == [None]

    def note() -> None:
        assert stamp_files([path]) == stamp_files([path])
        stamps.append(stamp_files([path]))

    path.write_bytes(b"abcd")
    os.utime(path, ns=(0, 10))
    note()
    path.write_bytes(b"abc")
    os.utime(path, ns=(0, 10))
    note()
    os.utime(path, ns=(0, 11))
    note()
    other = tmp_path / "other"
    other.write_bytes(b"xyz")
    os.utime(other, ns=(0, 11))
    other.replace(path)
    note()
    assert len(set(stamps)) == 5
    path.unlink()
    assert stamp_files([path]) is None


def test_a_file_in_a_second_place_changes_the_stamp(tmp_path: Path) -> None:
    """A record that is damaged in its folder and fetched into the cache is read again."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"1")
    alone = stamp_files([first, second])
    second.write_bytes(b"1")
    assert alone != stamp_files([first, second])
