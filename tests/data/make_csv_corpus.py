"""Make the files of `tests/data/csv/` from simulated ECGs, and `corpus.json` with what is true of each.

Run `python -m tests.data.make_csv_corpus` from the project's root; the same files come out each time. All that
`corpus.json` says comes from the simulation and from the rounding of the numbers written, never from the importer.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from ecgmodel.records.record import Record
from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record
from tests.data.field_cases import field_files

FOLDER = Path(__file__).parent / "csv"


@dataclass
class Case:
    """One file and what is true of it.

    Attributes
    ----------
    name : str
    data : bytes
    shape : str
        The row of the table of shapes that it stands for.
    fs : float
    unit : str
    leads : tuple of str
    values : ndarray of shape (n_samples, n_leads)
        In mV, as rounded in the file; NaN where a sample is missing.
    r_sample : ndarray
        R peaks, in samples of the file.
    settings : dict
        What has to be set by hand, since the file does not say it.
    question : str
        The setting that is asked for first, where `settings` are not given.
    absolute : bool
        Whether voltages are known; else only their shape is.
    """

    name: str
    data: bytes
    shape: str
    fs: float
    unit: str
    leads: tuple[str, ...]
    values: np.ndarray
    r_sample: np.ndarray
    settings: dict = field(default_factory=dict)
    question: str = ""
    absolute: bool = True
    inverted: bool = False

    def truth(self) -> dict:
        """Return what `corpus.json` says of this file."""
        first, last = (np.round(self.values[i].astype(float), 6).tolist() for i in (0, -1))
        return {
            "shape": self.shape,
            "fs": self.fs,
            "unit": self.unit,
            "leads": list(self.leads),
            "samples": len(self.values),
            "first": first,
            "last": last,
            "missing": int(np.isnan(self.values[:, 0]).sum()),
            "r_sample": self.r_sample.tolist(),
            "settings": self.settings,
            "question": self.question,
            "absolute": self.absolute,
            "inverted": self.inverted,
        }


def simulate(fs: float, seed: int, seconds: float = 8.0, **plan: float) -> Record:
    """Simulate a short ECG."""
    return simulate_record(SimulationPlan(duration_s=seconds, fs=fs, **plan), seed=seed)


def beats(record: Record) -> np.ndarray:
    """Return the R peaks of a simulated record."""
    return record.annotations.beats().sample


def lines(rows: list[str], end: str = "\n") -> str:
    """Join lines, with an end after the last."""
    return end.join(rows) + end


def number(value: float, digits: int, decimal: str = ".") -> str:
    """Write a number with a decimal mark."""
    return f"{value:.{digits}f}".replace(".", decimal)


# -- Watches -----------------------------------------------------------------------------------------------------------


def apple(name: str, words: dict[str, str], fs: str, seed: int, decimal: str = ".", encoding: str = "utf-8") -> Case:
    """A watch's export: words, a blank line, one value a line in microvolts."""
    rate = float(fs.replace(",", "."))
    record = simulate(rate, seed, 6.0)
    values = np.round(record.signals[:, 0].astype(float) * 1000 + 0.0004 * np.arange(record.n_samples) % 0.9, 3)
    head = [
        f"{words['name']},Erika Mustermann",
        f'{words["birth"]},"12. Aug 1964"',
        f"{words['date']},2023-05-06 07:08:09 +0200",
        f"{words['class']},Sinus",
        f"{words['symptoms']},",
        f"{words['software']},1.90",
        f'{words["device"]},"Watch6,2"',
        f"{words['rate']},{words['rate value'].format(fs=fs)}",
        "",
        "",
        f"{words['lead']},{words['lead value']}",
        f"{words['unit']},µV",
        "",
    ]
    text = lines(head + [number(v, 3, decimal) for v in values])
    return Case(name, text.encode(encoding), "watch", rate, "uV", ("I",), values[:, None] / 1000, beats(record))


ENGLISH = {
    "name": "Name",
    "birth": "Date of Birth",
    "date": "Recorded Date",
    "class": "Classification",
    "symptoms": "Symptoms",
    "software": "Software Version",
    "device": "Device",
    "rate": "Sample Rate",
    "rate value": "{fs} hertz",
    "lead": "Lead",
    "lead value": "Lead I",
    "unit": "Unit",
}
GERMAN = {
    **ENGLISH,
    "birth": "Geburtsdatum",
    "rate": "Messrate",
    "rate value": "{fs}\u00a0Hertz",
    "lead": "Ableitung",
    "lead value": "Ableitung I",
    "unit": "Einheit",
}
CHINESE = {
    **ENGLISH,
    "name": "姓名",
    "birth": "出生日期",
    "date": "记录日期",
    "class": "分类",
    "rate": "采样率",
    "rate value": "{fs}赫兹",
    "lead": "导联",
    "lead value": "导联 I",
    "unit": "单位",
}
HUNGARIAN = {
    **ENGLISH,
    "name": "Név",
    "birth": "Születési dátum",
    "rate": "Mintavételi gyakoriság",
    "rate value": "{fs}Hz",
    "lead": "Elvezetés",
    "lead value": "I",
    "unit": "Mértékegység",
}


def watches() -> list[Case]:
    """Apple Watch in four languages and encodings, Samsung Health Monitor."""
    chinese = apple("apple-zh-gbk.csv", CHINESE, "512", 3)
    gbk = chinese.data.decode().replace("µV", "微伏").encode("gb18030")
    return [
        apple("apple-en.csv", ENGLISH, "512.844", 1),
        apple("apple-de.csv", GERMAN, "511,562", 2, decimal=","),
        apple("apple-de-cp1252.csv", GERMAN, "511,562", 12, decimal=",", encoding="cp1252"),
        Case(**{**chinese.__dict__, "data": gbk}),
        apple("apple-hu.csv", HUNGARIAN, "512", 4),
        samsung("samsung.csv", 5, "Sampling rate,500.000 Hz"),
        samsung("samsung-crlf.csv", 6, "Sampling rate,500.000 Hz", end="\r\n"),
        samsung("samsung-utf16.csv", 7, "Sampling rate,500.000 Hz", encoding="utf-16"),
    ]


def samsung(name: str, seed: int, rate: str, end: str = "\n", encoding: str = "utf-8-sig") -> Case:
    """A watch's export with a byte order mark and a lone comma as its last line."""
    record = simulate(500.0, seed, 6.0)
    values = np.round(record.signals[:, 0].astype(float), 6)
    head = ["Name,Kim", "Date of birth,1970-01-01", "Recorded time,2023-05-06 07:08", rate, "Unit,mV", ""]
    text = end.join(head + [number(v, 6) for v in values] + [","])
    return Case(name, text.encode(encoding), "samsung", 500.0, "mV", ("ECG",), values[:, None], beats(record))


# -- Chest straps and boards -------------------------------------------------------------------------------------------


def polar(name: str, seed: int, milliseconds: str, gap: tuple[int, int] | None = None) -> Case:
    """A logger's text: the phone's clock, the sensor's nanoseconds, milliseconds, microvolts."""
    record = simulate(130.0, seed, 10.0)
    values = np.round(record.signals[:, 0].astype(float) * 1000)
    start = datetime(2022, 3, 4, 9, 59, 55)
    rows = ["Phone timestamp;sensor timestamp [ns];timestamp [ms];ecg [uV]"]
    if milliseconds == "absent":
        rows = ["Phone timestamp;sensor timestamp [ns];ecg [uV]"]
    for i, value in enumerate(values):
        if gap and gap[0] <= i < gap[1]:
            continue
        phone = (start + timedelta(seconds=(i // 73) * 73 / 130)).isoformat(timespec="milliseconds")
        cells = [phone, str(599616000123456789 + round(i * 1e9 / 130)), f"{value:.0f}"]
        if milliseconds != "absent":
            cells.insert(2, "0.0" if milliseconds == "zero" else number(i * 1000 / 130, 6))
        rows.append(";".join(cells))
    truth = values[:, None] / 1000
    if gap:
        truth[gap[0] : gap[1]] = np.nan
    return Case(name, lines(rows).encode(), "polar", 130.0, "uV", ("ecg",), truth, beats(record))


def openbci(name: str, seed: int, style: str) -> Case:
    """A board's text: comments, an index that starts again after 255, eight channels of which one is an ECG."""
    record = simulate(250.0, seed, 6.0)
    rng = np.random.default_rng(seed)
    ecg = np.round(record.signals[:, 0].astype(float) * 1000, 2)
    channel = {"new": 2, "old": 0, "clock": 5}[style]
    others = np.round(rng.normal(scale=20.0, size=(len(ecg), 8)), 2)
    others[:, channel] = ecg
    head = [
        "%OpenBCI Raw EXG Data",
        "%Number of channels = 8",
        "%Sample Rate = 250 Hz",
        "%Board = OpenBCI_GUI$BoardCytonSerial",
    ]
    if style == "old":
        head = [
            "%OpenBCI Raw EEG Data",
            "%Number of channels = 8",
            "%Sample Rate = 250.0 Hz",
            "%First Column = SampleIndex",
            "%",
        ]
    else:
        exg = [f"EXG Channel {i}" for i in range(8)]
        head.append(", ".join(["Sample Index", *exg, "Accel Channel 0", "Other", "Timestamp"]))
    rows = []
    for i, row in enumerate(others):
        cells = [str(i % 256), *(f"{v:.2f}" for v in row)]
        if style != "old":
            burst = 1671100000.0 + (i // 10) * 0.04
            cells += [f"{0.01 * (i % 3):.3f}", "0.0", f"{burst:.6f}"]
        rows.append(", ".join(cells))
    lead = f"EXG Channel {channel}" if style != "old" else "ECG"
    settings = {} if style != "old" else {"unit": "uV"}
    return Case(
        name, lines(head + rows).encode(), "openbci", 250.0, "uV", (lead,), ecg[:, None] / 1000, beats(record), settings
    )


def bitalino(name: str, seed: int, fs: int, channel: int, sensors: list[str]) -> Case:
    """A board's text: a JSON header, tabs, a tab at the end of each line, 10-bit samples."""
    record = simulate(float(fs), seed, 5.0)
    per_mv = 1024 * 1100 / 3300
    raw = np.clip(np.round(record.signals[:, 0].astype(float) * per_mv + 512), 0, 1023)
    labels = [f"A{i + 1}" for i in range(len(sensors))]
    columns = ["nSeq", "I1", "I2", "O1", "O2", *labels]
    device = {
        "sensor": sensors,
        "device name": "98:D3:B1:FD:3D:1F",
        "column": columns,
        "sync interval": 2,
        "time": "10:11:12.345",
        "date": "2023-5-6",
        "channels": list(range(1, len(sensors) + 1)),
        "mode": 0,
        "digital IO": [0, 0, 1, 1],
        "firmware version": 52,
        "device": "bitalino_rev",
        "sampling rate": fs,
        "resolution": [4, 1, 1, 1, 1] + [10] * len(sensors),
        "label": labels,
    }
    head = [
        "# OpenSignals Text File Format. Version 1",
        "# " + json.dumps({"98:D3:B1:FD:3D:1F": device}),
        "# EndOfHeader",
    ]
    rng = np.random.default_rng(seed)
    rows = []
    for i, value in enumerate(raw):
        analog = [str(int(value)) if k == channel else str(int(rng.integers(500, 520))) for k in range(len(sensors))]
        rows.append("\t".join([str(i % 16), "0", "0", "0", "0", *analog]) + "\t")
    values = (raw[:, None] - 512) / per_mv
    return Case(
        name, lines(head + rows).encode(), "bitalino", float(fs), "adc", (labels[channel],), values, beats(record)
    )


def arduino(name: str, seed: int, style: str) -> Case:
    """A sketch's text: one integer a line, `!` while an electrode is off; or the value and the milliseconds."""
    fs = 250.0
    mains = 0.1 if style == "mains" else 0.004
    record = simulate(fs, seed, 8.0, mains_mv=mains, mains_hz=50.0)
    raw = np.clip(np.round(record.signals[:, 0].astype(float) * 170 + 335), 0, 1023)
    values = raw[:, None].copy()
    rows = [str(int(v)) for v in raw]
    settings, question = {"fs": 250.0}, "fs"
    if style == "off":
        values[900:960] = np.nan
        rows[900:960] = ["!"] * 60
    if style == "millis":
        rng = np.random.default_rng(seed)
        rows = [f"{v},{2137 + 4 * i + int(rng.random() < 0.1)}" for i, v in enumerate(rows)]
        settings, question = {}, ""
    return Case(
        name,
        lines(rows, "\r\n").encode(),
        "arduino",
        fs,
        "adc",
        ("ECG",),
        values,
        beats(record),
        settings,
        question,
        absolute=False,
    )


def boards() -> list[Case]:
    """Polar, OpenBCI, BITalino and Arduino."""
    return [
        polar("polar.txt", 21, "relative"),
        polar("polar-zero-ms.txt", 22, "zero"),
        polar("polar-no-ms-gap.txt", 23, "absent", gap=(600, 730)),
        openbci("openbci.txt", 31, "new"),
        openbci("openbci-old.txt", 32, "old"),
        openbci("openbci-clock.csv", 33, "clock"),
        bitalino("opensignals.txt", 41, 1000, 0, ["ECG"]),
        bitalino("opensignals-2.txt", 42, 1000, 1, ["EDA", "ECG"]),
        bitalino("opensignals-500.txt", 43, 500, 0, ["ECGBIT", "RESP"]),
        arduino("arduino.txt", 51, "plain"),
        arduino("arduino-lead-off.log", 52, "off"),
        arduino("arduino-millis.csv", 53, "millis"),
        arduino("arduino-mains.txt", 54, "mains"),
    ]


# -- Databases as text -------------------------------------------------------------------------------------------------


def mitdb_text(name: str, seed: int, second: str, quotes: str) -> Case:
    """A MIT-BIH record as Kaggle has it: a counter and the converter's steps."""
    record = simulate(360.0, seed, 7.0)
    raw = np.round(record.signals.astype(float) * 200 + 1024)
    rows = [",".join(f"{quotes}{word}{quotes}" for word in ("sample #", "MLII", second))]
    rows += [f"{i},{int(a)},{int(b)}" for i, (a, b) in enumerate(raw)]
    values = (raw - 1024) / 200
    return Case(name, lines(rows).encode(), "mitdb text", 360.0, "adc", ("MLII", second), values, beats(record))


def atm(name: str, seed: int, style: str, fs: float = 360.0) -> Case:
    """PhysioBank ATM and `rdsamp`: names, a row of units, rounded times."""
    record = simulate(fs, seed, 7.0)
    values = np.round(record.signals.astype(float), 3)
    units = {"seconds": "seconds", "clock": "hh:mm:ss.mmm", "date": "hh:mm:ss.mmm dd/mm/yyyy"}[style]
    rows = ["'Elapsed time','MLII','V1'", f"'{units}','mV','mV'"]
    for i, (a, b) in enumerate(values):
        time = i / fs
        text = {
            "seconds": f"{time:.3f}",
            "clock": f"'0:{time:06.3f}'",
            "date": f"'[10:59:{55 + time:06.3f} 06/05/2023]'" if time < 5 else f"'[11:00:{time - 5:06.3f} 06/05/2023]'",
        }[style]
        rows.append(f"{text},{a:.3f},{b:.3f}")
    return Case(name, lines(rows).encode(), "atm", fs, "mV", ("MLII", "V1"), values, beats(record))


def databases() -> list[Case]:
    """MIT-BIH as text and PhysioBank's exports."""
    return [
        mitdb_text("100.csv", 61, "V5", "'"),
        mitdb_text("mitdb-excerpt.csv", 62, "V1", "'"),
        mitdb_text("203.csv", 63, "V1", '"'),
        atm("samples-seconds.csv", 64, "seconds"),
        atm("samples-clock.csv", 65, "clock"),
        atm("samples-date.csv", 66, "date"),
        atm("samples-257.csv", 67, "seconds", fs=257.0),
    ]


# -- Plain tables ------------------------------------------------------------------------------------------------------


def plain(
    name: str,
    seed: int,
    header: str,
    row: Callable[[int, float, np.ndarray], str],
    leads: tuple[str, ...],
    fs: float = 250.0,
    unit: str = "mV",
    per_mv: float = 1.0,
    digits: int = 4,
    encoding: str = "utf-8",
    end: str = "\n",
    inverted: bool = False,
    **truth: object,
) -> Case:
    """Any other table: `row` writes a line from its index, its time in s, and its samples in the file's unit."""
    record = simulate(fs, seed, 7.0)
    signals = record.signals.astype(float) * (-1 if inverted else 1)
    signals = np.column_stack([signals, 0.6 * signals[:, 0] + 0.2 * signals[:, 1]])[:, : len(leads)]
    values = np.round(signals * per_mv, digits)
    rows = ([header] if header else []) + [row(i, i / fs, v) for i, v in enumerate(values)]
    return Case(
        name,
        lines(rows, end).encode(encoding),
        "plain",
        fs,
        unit,
        leads,
        values / per_mv,
        beats(record),
        inverted=inverted,
        **truth,
    )


def plain_tables() -> list[Case]:
    """Delimiters, decimal marks, units of time, headers, encodings."""
    return [
        plain("plain-comma.csv", 71, "time,ecg", lambda i, t, v: f"{t:.4f},{v[0]:.4f}", ("ecg",)),
        plain(
            "plain-semicolon-comma.csv",
            72,
            "Zeit [s];EKG [mV]",
            lambda i, t, v: f"{t:.3f};{v[0]:.4f}".replace(".", ","),
            ("EKG",),
        ),
        plain(
            "plain-tab.tsv", 73, "ms\tII\tV2", lambda i, t, v: f"{t * 1000:.0f}\t{v[0]:.4f}\t{v[1]:.4f}", ("II", "V2")
        ),
        plain("plain-spaces.txt", 74, "", lambda i, t, v: f"  {t:8.4f}   {v[0]:9.4f}", ("ECG",)),
        plain(
            "plain-micros.csv",
            75,
            "micros,value",
            lambda i, t, v: f"{round(t * 1e6)},{v[0]:.0f}",
            ("value",),
            unit="uV",
            per_mv=1000.0,
            digits=0,
            fs=500.0,
        ),
        plain(
            "plain-samples.csv",
            76,
            "index,lead II (mV)",
            lambda i, t, v: f"{i},{v[0]:.4f}",
            ("II",),
            settings={"fs": 250.0},
            question="fs",
        ),
        plain(
            "plain-clock.csv",
            77,
            "Timestamp,I",
            lambda i, t, v: (
                f"2024-02-29T23:59:{54 + t:06.3f},{v[0]:.4f}" if t < 6 else f"2024-03-01T00:00:{t - 6:06.3f},{v[0]:.4f}"
            ),
            ("I",),
        ),
        plain(
            "plain-utf16.csv",
            78,
            "time (s)\tECG (µV)",
            lambda i, t, v: f"{t:.3f}\t{v[0]:.1f}",
            ("ECG",),
            unit="uV",
            per_mv=1000.0,
            digits=1,
            encoding="utf-16-le",
            fs=200.0,
        ),
        plain(
            "plain-volts.csv", 79, "t,V", lambda i, t, v: f"{t:.4f},{v[0]:.7f}", ("V",), unit="V", per_mv=1e-3, digits=7
        ),
        plain(
            "plain-one-column-250Hz.csv",
            80,
            "ecg",
            lambda i, t, v: f"{v[0]:.4f}",
            ("ecg",),
            settings={"fs": 250.0},
            question="fs",
        ),
        plain(
            "plain-one-column-comma.txt",
            81,
            "",
            lambda i, t, v: f"{v[0]:.4f}".replace(".", ","),
            ("ECG",),
            settings={"fs": 250.0},
            question="fs",
        ),
        plain(
            "plain-three-leads.csv",
            82,
            "",
            lambda i, t, v: ",".join(f"{x:.4f}" for x in v),
            ("column 1", "column 2", "column 3"),
            settings={"fs": 250.0},
            question="fs",
        ),
        plain("plain-inverted.csv", 83, "time,I", lambda i, t, v: f"{t:.4f},{v[0]:.4f}", ("I",), inverted=True),
        plain(
            "plain-fs-line.csv",
            84,
            "# fs = 400\n# device: home-made",
            lambda i, t, v: f"{v[0]:.4f}",
            ("ECG",),
            fs=400.0,
        ),
        plain("plain-sep-line.csv", 85, "sep=;\nt;ecg", lambda i, t, v: f"{t:.4f};{v[0]:.4f}", ("ecg",), end="\r\n"),
        plain(
            "plain-gbk.csv",
            86,
            "时间(秒),心电(毫伏)",
            lambda i, t, v: f"{t:.4f},{v[0]:.4f}",
            ("心电",),
            encoding="gb18030",
        ),
        plain(
            "plain-labels.csv",
            87,
            "time,ecg,label",
            lambda i, t, v: f"{t:.4f},{v[0]:.4f},{'N' if i % 200 else 'V'}",
            ("ecg",),
        ),
        plain("plain-quoted.csv", 88, '"time","ecg"', lambda i, t, v: f'"{t:.4f}","{v[0]:.4f}"', ("ecg",)),
        plain("plain-interval.csv", 89, "Sampling interval: 4 ms\n\necg_mV", lambda i, t, v: f"{v[0]:.4f}", ("ecg",)),
    ]


# -- Other kinds of file -----------------------------------------------------------------------------------------------


def heartbeat_rows(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return beats as Kaggle's table has them: from one R peak on, 0 to 1, zeros after the end; and their classes."""
    record = simulate(125.0, seed, 60.0, ventricular_share=0.3)
    marks = record.annotations.beats()
    rows, labels = [], []
    for i in range(2, 2 + count):
        stop = min(marks.sample[i + 1] + 40, marks.sample[i] + 187)
        piece = record.signals[marks.sample[i] : stop, 0].astype(float)
        piece = (piece - piece.min()) / (piece.max() - piece.min())
        rows.append(np.concatenate([piece, np.zeros(187 - len(piece))]))
        labels.append({"V": 2, "A": 1}.get(str(marks.symbol[i]), 0))
    return np.array(rows), np.array(labels)


def beat_files() -> dict[str, tuple[bytes, dict]]:
    """Kaggle's heartbeat rows: many, one, with numbers as header, without classes."""
    rows, labels = heartbeat_rows(91, 14)
    text = [",".join([*(f"{v:.18e}" for v in row), f"{label:.18e}"]) for row, label in zip(rows, labels, strict=True)]
    bare = [",".join(f"{v:.6f}" for v in row) for row in rows]
    header = ",".join(str(i) for i in range(188))
    return {
        "mitbih_test.csv": (lines(text[:10]).encode(), {"beats": 10, "labels": labels[:10].tolist()}),
        "heartbeat-one-row.csv": (text[3].encode(), {"beats": 1, "labels": [int(labels[3])]}),
        "heartbeat-header.csv": (lines([header, *text[:5]]).encode(), {"beats": 5, "labels": labels[:5].tolist()}),
        "heartbeat-no-class.csv": (lines(bare[:12]).encode(), {"beats": 12, "labels": [-1] * 12}),
    } | {}


def annotation_text(record: Record) -> str:
    """Write annotations as `rdann -v` does."""
    rows = ["      Time   Sample #  Type  Sub Chan  Num\tAux"]
    for sample, symbol, aux in zip(
        record.annotations.sample, record.annotations.symbol, record.annotations.aux, strict=True
    ):
        seconds = sample / record.fs
        rows.append(f"{int(seconds // 60):5d}:{seconds % 60:06.3f} {sample:8d} {symbol:>5s}    0    0    0\t{aux}")
    return lines(rows)


def device_files() -> list[Case]:
    """EDF, EDF+ and WFDB, the last also as a zip archive."""
    import edfio

    cases = []
    for name, seed, unit, labels in (
        ("holter.edf", 101, "mV", ("ECG II", "ECG V1")),
        ("sleep.edf", 102, "uV", ("EEG Fpz-Cz", "ECG")),
        ("strap.edf", 103, "uV", ("ECG I",)),
    ):
        record = simulate(256.0, seed, 8.0)
        scale = {"mV": 1.0, "uV": 1000.0}[unit]
        signals = []
        for i, label in enumerate(labels):
            column = 0 if label == "ECG" else i
            data = record.signals[:, column].astype(float) * scale
            signals.append(
                edfio.EdfSignal(
                    data, 256.0, label=label, physical_dimension=unit, physical_range=(-5 * scale, 5 * scale)
                )
            )
        file = io.BytesIO()
        edfio.Edf(signals, patient=edfio.Patient(name="X", code="SECRET")).write(file)
        ecg = [label for label in labels if "ECG" in label]
        values = np.column_stack(
            [record.signals[:, 0 if label == "ECG" else labels.index(label)] for label in ecg]
        ).astype(float)
        step = 10 / 65535
        values = np.round((values + 5) / step) * step - 5
        leads = tuple(label.removeprefix("ECG ") for label in ecg)
        cases.append(Case(name, file.getvalue(), "edf", 256.0, unit, leads, values, beats(record)))
    for name, seed, bits in (("wfdb-16.zip", 104, "16"), ("wfdb-212.zip", 105, "212"), ("wfdb-atr.zip", 106, "16")):
        record = simulate(360.0, seed, 8.0)
        raw = np.round(record.signals.astype(float) * 200).astype(np.int16)
        if bits == "16":
            data = raw.astype("<i2").tobytes()
        else:
            a, b = raw[:, 0].astype(int) & 0xFFF, raw[:, 1].astype(int) & 0xFFF
            data = np.column_stack([a & 0xFF, (a >> 8) | ((b >> 8) << 4), b & 0xFF]).astype(np.uint8).tobytes()
        header = lines(
            [
                "x 2 360 2880",
                f"x.dat {bits} 200/mV 12 0 0 0 0 MLII",
                f"x.dat {bits} 200/mV 12 0 0 0 0 V1",
                "# 64 F Mustermann",
            ]
        )
        files = {"x.hea": header.encode(), "x.dat": data}
        if "atr" in name:
            files["x.atr"] = write_atr(record)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file_name, content in files.items():
                archive.writestr(zipfile.ZipInfo(f"x/{file_name}", (2023, 5, 6, 7, 8, 10)), content)
        cases.append(Case(name, packed.getvalue(), "wfdb", 360.0, "mV", ("MLII", "V1"), raw / 200, beats(record)))
    return cases


def field_case(
    name: str,
    rows: list[str],
    shape: str,
    fs: float,
    unit: str,
    leads: tuple[str, ...],
    values: np.ndarray,
    record: Record,
    settings: dict | None = None,
    question: str = "",
) -> Case:
    """Return a file of `field_cases` with one lead."""
    data = lines(rows).encode()
    return Case(name, data, shape, fs, unit, leads, values[:, None], beats(record), settings or {}, question)


def write_atr(record: Record) -> bytes:
    """Write beats in the MIT annotation format: ten bits of time since the last, six of type."""
    codes = {"N": 1, "L": 2, "R": 3, "A": 8, "V": 5}
    words, last = [], 0
    marks = record.annotations.beats()
    for sample, symbol in zip(marks.sample, marks.symbol, strict=True):
        words.append((codes[str(symbol)] << 10) | (int(sample) - last))
        last = int(sample)
    return np.array([*words, 0], dtype="<u2").tobytes()


def main() -> None:
    """Write all files and `corpus.json`."""
    FOLDER.mkdir(exist_ok=True)
    signals: dict[str, dict] = {}
    for case in [
        *watches(),
        *boards(),
        *databases(),
        *plain_tables(),
        *device_files(),
        *field_files(simulate, field_case),
    ]:
        (FOLDER / case.name).write_bytes(case.data)
        signals[case.name] = case.truth()
    tables = {}
    for name, (data, truth) in beat_files().items():
        (FOLDER / name).write_bytes(data)
        tables[name] = truth
    marks = {}
    for name, seed in (("100annotations.txt", 61), ("203annotations.txt", 63), ("301annotations.txt", 64)):
        record = simulate(360.0, seed, 7.0)
        (FOLDER / name).write_text(annotation_text(record), encoding="utf-8", newline="\n")
        marks[name] = {"sample": record.annotations.sample.tolist(), "symbol": record.annotations.symbol.tolist()}
    corpus = {"signals": signals, "beats": tables, "annotations": marks}
    (FOLDER / "corpus.json").write_text(json.dumps(corpus, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
