"""EDF, BDF and WFDB as recorders and monitors leave them, packed by hand."""

from __future__ import annotations

import numpy as np

from ecgmodel.records.record import Record
from tests.data.format_case import PERSON, Case, beats, pack_zip, simulate, steps_of


def edf_record(fs: float, seed: int, seconds: float = 8.0) -> tuple[Record, np.ndarray]:
    """Return a simulated record and its first lead as steps of 1/3000 mV."""
    record = simulate(fs, seed, seconds)
    return record, steps_of(record, 3000)[:, 0]


def edf_bytes(
    steps: np.ndarray,
    fs: int,
    *,
    unit: str = "mV",
    limits: tuple[str, str] = ("-10", "10"),
    n_records: int | None = None,
    onsets: list[float] | None = None,
    events: dict[int, list[tuple[float, str]]] | None = None,
    bits: int = 16,
) -> bytes:
    """Return an EDF or BDF file with records of one second, packed by hand.

    Parameters
    ----------
    steps : ndarray of shape (n_samples,)
    fs : int
    unit, limits : str
        As they stand in the header.
    n_records : int or None
        What the header says; `None` for the truth.
    onsets : list of float or None
        Of each record in seconds, in an EDF+ file.
    events : dict
        Annotations by record.
    bits : {16, 24}
    """
    count = len(steps) // fs
    plus = onsets is not None
    top = 2 ** (bits - 1) - 1
    kind = "BDF" if bits == 24 else "EDF"
    words = 60 if plus else 0
    sizes = [fs, words] if plus else [fs]
    interrupted = plus and any(abs(onset - i) > 1e-9 for i, onset in enumerate(onsets))
    reserved = (f"{kind}+{'D' if interrupted else 'C'}" if plus else ("24BIT" if bits == 24 else "")).ljust(44)
    version = b"\xffBIOSEMI" if bits == 24 else b"0       "
    head = version + PERSON.ljust(80).encode() + b"Startdate X X X X".ljust(80) + b"06.05.2307.08.09"
    head += str(256 * (1 + len(sizes))).ljust(8).encode() + reserved.encode()
    head += str(count if n_records is None else n_records).ljust(8).encode() + b"1       "
    head += str(len(sizes)).ljust(4).encode()
    both = ["", ""] if plus else [""]
    for first, second, width in (
        ("ECG II", f"{kind} Annotations", 16),
        ("AgCl", "", 80),
        (unit, "", 8),
        (limits[0], "-1", 8),
        (limits[1], "1", 8),
        (str(-top - 1 if limits[0] != "-10" else -30000), str(-top - 1), 8),
        (str(top if limits[0] != "-10" else 30000), str(top), 8),
        ("", "", 80),
        (str(fs), str(words), 8),
        ("", "", 32),
    ):
        head += b"".join(text.ljust(width).encode() for text in (first, second)[: len(both)])
    body = b""
    for i in range(count):
        piece = steps[i * fs : (i + 1) * fs]
        if bits == 16:
            body += piece.astype("<i2").tobytes()
        else:
            body += piece.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        if plus:
            text = f"+{onsets[i]:g}\x14\x14\0".encode()
            text += b"".join(f"+{at:g}\x14{word}\x14\0".encode() for at, word in (events or {}).get(i, []))
            body += text.ljust(words * bits // 8, b"\0")
    return head + body


def edf_files() -> list[Case]:
    """EDF whose recorder was switched off, EDF+D, BDF, annotations, and limits and units as they should not be."""
    cases = []

    def add(name: str, seed: int, **more: object) -> None:
        fields = {
            key: more.pop(key)
            for key in ("note", "gaps", "kept", "scale", "cut", "case_unit", "absolute")
            if key in more
        }
        record, steps = edf_record(200.0, seed)
        data = edf_bytes(steps, 200, **more)
        if "cut" in fields:
            data = data[: -fields["cut"]]
        low, high = (float(limit.replace(",", ".")) for limit in more.get("limits", ("-10", "10")))
        values = (steps + 32768) * ((high - low) / 65535) + low if "limits" in more else steps / 3000
        values = values[: fields.get("kept", len(steps)), None]
        if "gaps" in fields:
            at, stop = fields["gaps"][0]
            values = np.concatenate([values[:at], np.full((stop - at, 1), np.nan), values[at:]])
        peaks = beats(record)
        if "gaps" in fields:
            peaks = np.where(peaks >= at, peaks + stop - at, peaks)
        cases.append(
            Case(
                name,
                data,
                "edf",
                200.0,
                fields.get("case_unit", "mV"),
                ("II",),
                values,
                peaks[peaks < len(values)],
                gaps=fields.get("gaps", []),
                note=fields.get("note", ""),
                absolute=fields.get("absolute", True),
            )
        )

    add("running.edf", 261, n_records=-1)
    add("cut.edf", 262, cut=500, kept=1200, note="cut short")
    add("interrupted.edf", 263, onsets=[0, 1, 2, 3, 7, 8, 9, 10], gaps=[[800, 1400]], note="gaps without samples (1)")
    events = {1: [(1.5, "N"), (1.75, "Lead off")], 3: [(3.25, "V")]}
    add("annotated.edf", 264, onsets=[float(i) for i in range(8)], events=events)
    add("blank-unit.edf", 265, unit="", note="by their size")
    add("odd-unit.edf", 266, unit="milliV", note="by their size")
    add("count.edf", 267, unit="count", case_unit="adc", note="how many ADC units make 1 mV", absolute=False)
    add("comma.edf", 268, limits=("-10,923", "10,92233"), note="")

    record, steps = edf_record(250.0, 269)
    wide = steps * 20  # 24 bits of 1/60 µV
    data = edf_bytes(wide, 250, bits=24, unit="uV", limits=("-139811", "139811"))
    scale = 2 * 139811 / (2**24 - 1)
    values = ((wide + 2**23) * scale - 139811)[:, None] / 1000
    cases.append(Case("biosemi.bdf", data, "edf", 250.0, "uV", ("II",), values, beats(record)))
    return cases


def segments_file() -> Case:
    """A WFDB record of two segments with a pause between them, as monitors write."""
    record = simulate(250.0, 271)
    steps = steps_of(record, 200)
    first, second = steps[:1000], steps[1000:]
    line = "16 200/mV 16 0 0 0 0 II"
    files = {
        "m.hea": f"m/3 1 250 {len(steps) + 500}\nm_1 1000\n~ 500\nm_2 1000\n# {PERSON}\n".encode(),
        "m_1.hea": f"m_1 1 250 1000\nm_1.dat {line}\n".encode(),
        "m_2.hea": f"m_2 1 250 1000\nm_2.dat {line}\n".encode(),
        "m_1.dat": first.astype("<i2").tobytes(),
        "m_2.dat": second.astype("<i2").tobytes(),
    }
    values = np.concatenate([first / 200, np.full((500, 1), np.nan), second / 200])
    peaks = beats(record)
    peaks = np.where(peaks >= 1000, peaks + 500, peaks)
    note = "gaps without samples (1)"
    return Case(
        "segments.zip", pack_zip(files), "wfdb", 250.0, "mV", ("II",), values, peaks, gaps=[[1000, 1500]], note=note
    )
