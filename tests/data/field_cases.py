"""Files in the shapes of public bug reports: what devices and laboratories write that is no plain table.

`make_csv_corpus` writes them beside its own; each kind has at least three files.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

FS = 250.0


def batch_files(simulate: Callable, case: Callable) -> list:
    """Stamps that stand for a batch: a strap's 73 samples, whole seconds, and a packet that was lost."""
    cases = []
    for name, fs, size, lost, seed in (
        ("batch-73.csv", 130.0, 73, None, 201),
        ("batch-50-lost.csv", 250.0, 50, 20, 202),
        ("batch-36-jitter.csv", 250.0, 36, None, 203),
    ):
        record = simulate(fs, seed, 12.0)
        raw = np.round(record.signals[:, 0].astype(float) * 1000)
        values = raw.copy()
        jitter = np.random.default_rng(seed).uniform(-0.3, 0.3, len(raw)) if "jitter" in name else np.zeros(len(raw))
        rows = ["timestamp [ms];ecg [uV]"]
        for packet, start in enumerate(range(0, len(raw), size)):
            if packet == lost:
                values[start : start + size] = np.nan
                continue
            stamp = 1_700_000_000_000 + round(1000 * (start + size * jitter[packet]) / fs)
            rows += [f"{stamp};{value:.0f}" for value in raw[start : start + size]]
        cases.append(case(name, rows, "batch", fs, "uV", ("ecg",), values / 1000, record))
    record = simulate(FS, 204, 12.0)
    values = np.round(record.signals[:, 0].astype(float), 3)
    begin = datetime(2024, 3, 1, 9, 59, 57, 400_000)
    rows = ["time,ecg (mV)"]
    rows += [f"{begin + timedelta(seconds=i / FS):%Y-%m-%d %H:%M:%S},{v:.3f}" for i, v in enumerate(values)]
    cases.append(case("batch-seconds.csv", rows, "batch", FS, "mV", ("ecg",), values, record))
    return cases


def front_files(simulate: Callable, case: Callable) -> list:
    """Numbers in front of the samples that are none: AcqKnowledge's counts, a start time and a rate."""
    cases = []
    record = simulate(FS, 211)
    values = np.round(record.signals[:, 0].astype(float), 4)
    n = len(values)
    head = ["heart.acq", "4 msec/sample", "2 channels", "ECG", "mV", "Resp", "Volts", "milliSec\tCH1\tCH2\t"]
    rows = [f"{4 * i}\t{v:.4f}\t{np.sin(i / 300):.4f}\t" for i, v in enumerate(values)]
    cases.append(
        case(
            "acqknowledge.txt", [*head, f"\t{n}\t{n}\t", *rows], "numbers in front", FS, "mV", ("ECG",), values, record
        )
    )
    rows = [f"{i / FS:.3f},{v:.4f}" for i, v in enumerate(values)]
    head = ["heart.acq", "0.004 sec/sample", "1 channels", "ECG100C", "mV", "sec,CH1"]
    cases.append(
        case("acqknowledge.csv", [*head, f",{n}", *rows], "numbers in front", FS, "mV", ("ECG100C",), values, record)
    )
    rows = [f"{v:.4f}" for v in values]
    cases.append(
        case(
            "start-and-rate.csv",
            ["1613570000.00", "250.0", *rows],
            "numbers in front",
            FS,
            "mV",
            ("ECG",),
            values,
            record,
        )
    )
    cases.append(
        case(
            "count-first.txt", [f"{n}", *rows], "numbers in front", FS, "mV", ("ECG",), values, record, {"fs": FS}, "fs"
        )
    )
    return cases


def converted_files(simulate: Callable, case: Callable) -> list:
    """OpenSignals files that were converted to mV or uV, whose header still speaks of bits."""
    cases = []
    for name, seed, bits, factor, unit in (
        ("opensignals-mv.txt", 221, 10, 1.0, "mV"),
        ("opensignals-uv.txt", 222, 10, 1000.0, "uV"),
        ("opensignals-16-mv.txt", 223, 16, 1.0, "mV"),
    ):
        record = simulate(FS, seed, 6.0)
        values = np.round(record.signals[:, 0].astype(float) + 0.00037, 6)
        head = [
            "# OpenSignals Text File Format",
            f'# {{"00:07:80": {{"sensor": ["ECGBIT"], "sampling rate": 250, "resolution": [4, 1, 1, 1, 1, {bits}], '
            '"label": ["A1"], "column": ["nSeq", "I1", "I2", "O1", "O2", "A1"]}}',
            "# EndOfHeader",
        ]
        rows = [f"{i % 16}\t0\t0\t0\t0\t{v * factor:.6f}" for i, v in enumerate(values)]
        cases.append(case(name, head + rows, "converted", FS, unit, ("A1",), values, record))
    return cases


def shimmer_files(simulate: Callable, case: Callable) -> list:
    """Several rows of header, with raw and calibrated columns."""
    cases = []
    for name, seed, unit, factor in (
        ("shimmer-mvolts.csv", 231, "mVolts", 1.0),
        ("shimmer-uv.csv", 232, "uV", 1e3),
        ("shimmer-volts.csv", 233, "V", 1e-3),
    ):
        record = simulate(FS, seed, 6.0)
        values = np.round(record.signals[:, 0].astype(float), 4)
        head = [
            "Shimmer_43\tShimmer_43\tShimmer_43\tShimmer_43",
            "Timestamp\tTimestamp\tECG LA-RA\tECG LA-RA",
            "RAW\tCAL\tRAW\tCAL",
            f"no units\tmSecs\tno units\t{unit}",
        ]
        rows = [
            f"{i * 131 % 65536}\t{4.0 * i:.3f}\t{2048 + round(v * 300)}\t{v * factor:.8g}" for i, v in enumerate(values)
        ]
        known = {"mVolts": "mV"}.get(unit, unit)
        cases.append(case(name, head + rows, "raw and calibrated", FS, known, ("ECG LA-RA",), values, record))
    record = simulate(FS, 234, 6.0)
    values = np.round(record.signals[:, 0].astype(float), 5)
    start = "Shimmer_A1_"
    head = [
        '"sep=\t"',
        "\t".join(
            start + w for w in ("Timestamp_Unix_CAL", "ECG_LL-RA_24BIT_RAW", "ECG_LL-RA_24BIT_CAL", "Accel_X_CAL")
        ),
        "ms\tno units\tmV\tm/(s^2)",
    ]
    rows = [
        f"{1_700_000_000_000 + 4 * i:.3f}\t{round(v * 27_000)}\t{v:.5f}\t{np.sin(i / 99):.3f}"
        for i, v in enumerate(values)
    ]
    cases.append(case("shimmer-24bit.csv", head + rows, "raw and calibrated", FS, "mV", ("ECG LL-RA",), values, record))
    return cases


def clock_files(simulate: Callable, case: Callable) -> list:
    """Clocks of many kinds, most of them over midnight."""
    begin = datetime(2026, 1, 2, 23, 59, 57)

    def milli(t: datetime) -> str:
        return f"{t.microsecond // 1000:03d}"

    ways: dict[str, Callable[[datetime], str]] = {
        "clock-am-pm.csv": lambda t: f"{t:%I:%M:%S}.{milli(t)} {t:%p}",
        "clock-us-date.csv": lambda t: f"{t:%m/%d/%Y %I:%M:%S}.{milli(t)} {t:%p}",
        "clock-offset.csv": lambda t: f"{t:%Y-%m-%d %H:%M:%S}.{milli(t)} -0400",
        "clock-timedelta.csv": lambda t: f"{t.day - 2} days {t:%H:%M:%S}.{milli(t)}",
        "clock-midnight.csv": lambda t: f"{t:%H:%M:%S}.{milli(t)}",
        "clock-day-first.csv": lambda t: f"{t:%d/%m/%Y %H:%M:%S}.{milli(t)}",
        "clock-month-name.csv": lambda t: f"{t:%d-%b-%Y %H:%M:%S}.{milli(t)}",
        "clock-date-apart.csv": lambda t: f"{t:%d.%m.%Y},{t:%H:%M:%S}.{milli(t)}",
    }
    cases = []
    for seed, (name, write) in enumerate(ways.items(), start=241):
        record = simulate(FS, seed, 6.0)
        values = np.round(record.signals[:, 0].astype(float), 3)
        times = [begin + timedelta(milliseconds=4 * i) for i in range(len(values))]
        head = "date,time,ecg (mV)" if "apart" in name else "time,ecg (mV)"
        rows = [f"{write(t)},{v:.3f}" for t, v in zip(times, values, strict=True)]
        cases.append(case(name, [head, *rows], "clock", FS, "mV", ("ecg",), values, record))
    return cases


def labchart_files(simulate: Callable, case: Callable) -> list:
    """LabChart and PowerLab as text: titles, ranges, comments, and a second block whose time goes on."""
    cases = []
    record = simulate(FS, 251, 6.0)
    values = np.round(record.signals[:, 0].astype(float), 4)
    head = [
        "Interval=\t0.004 s",
        "ExcelDateTime=\t4.4198E+04\t01/01/2021 10:00:00.000",
        "TimeFormat=\tStartOfBlock",
        "ChannelTitle=\tECG\tPulse",
        "Range=\t10.000 mV\t5.000 V",
    ]
    rows = [f"{i / FS:.3f}\t{v:.4f}\t{np.sin(i / 99):.3f}" for i, v in enumerate(values)]
    rows[700] += "\t#* adrenaline"
    cases.append(case("labchart.txt", head + rows, "labchart", FS, "mV", ("ECG",), values, record))
    head = ["Interval=\t4 ms", "ChannelTitle=\tLead II", "Range=\t500 µV", "UnitName=\tµV"]
    rows = [f"{i / FS:.3f}\t{v * 1000:.1f}" for i, v in enumerate(values)]
    cases.append(case("labchart-unit.txt", head + rows, "labchart", FS, "uV", ("II",), values, record))
    head = ["Interval=\t0.004 s", "ChannelTitle=\tECG", "Range=\t10.000 mV"]
    later = np.concatenate([values, np.full(500, np.nan), values])
    rows = [f"{i / FS:.3f}\t{v:.4f}" for i, v in enumerate(later)]
    n = len(values)
    text = [*head, *rows[:n], *head, *rows[n + 500 :]]
    cases.append(case("labchart-blocks.txt", text, "labchart", FS, "mV", ("ECG",), later, record))
    return cases


def serial_files(simulate: Callable, case: Callable) -> list:
    """Captures of a serial plotter: each value with its name, with and without the monitor's time."""
    cases = []
    for name, seed, write, settings in (
        ("serial-plotter.txt", 261, lambda i, v: f"ECG:{v},LOW:0,HIGH:1023", {"fs": FS}),
        ("serial-one.txt", 262, lambda i, v: f"ECG:{v}", {"fs": FS}),
        ("serial-monitor.txt", 263, lambda i, v: f"09:10:{i / FS:06.3f} -> ECG:{v},LOW:0,HIGH:1023", {}),
        ("serial-millis.txt", 264, lambda i, v: f"Millis:{4 * i}\tECG:{v}", {}),
    ):
        record = simulate(FS, seed, 6.0)
        raw = 512 + np.round(record.signals[:, 0].astype(float) * 100)
        rows = [write(i, f"{v:.0f}") for i, v in enumerate(raw)]
        made = case(
            name, rows, "serial", FS, "adc", ("ECG",), (raw - 512) / 100, record, settings, "fs" if settings else ""
        )
        made.absolute = False
        cases.append(made)
    return cases


def row_files(simulate: Callable, case: Callable) -> list:
    """Signals in rows: one line, a line a lead, samples wrapped."""
    cases = []
    for seed, (name, width, mark) in enumerate(
        (("one-line.csv", 0, ","), ("wrapped-16.txt", 16, " "), ("wrapped-25.csv", 25, ",")), start=271
    ):
        record = simulate(FS, seed, 6.0)
        values = np.round(record.signals[:, 0].astype(float), 3)
        cells = [f"{v:.3f}" for v in values]
        width = width or len(cells)
        rows = [mark.join(cells[i : i + width]) for i in range(0, len(cells), width)]
        cases.append(case(name, rows, "rows", FS, "mV", ("ECG",), values, record, {"fs": FS}, "fs"))
    record = simulate(FS, 274, 6.0)
    values = np.round(record.signals[:, :2].astype(float), 3)
    rows = [
        "Sample Rate: 250 Hz",
        *(",".join([name, *(f"{v:.3f}" for v in column)]) for name, column in zip(("II", "V1"), values.T, strict=True)),
    ]
    made = case("lead-lines.csv", rows, "rows", FS, "mV", ("II", "V1"), values[:, 0], record)
    made.values = values
    cases.append(made)
    return cases


def field_files(simulate: Callable, case: Callable) -> list:
    """All of them."""
    makers = (
        batch_files,
        front_files,
        converted_files,
        shimmer_files,
        clock_files,
        labchart_files,
        serial_files,
        row_files,
    )
    return [made for make in makers for made in make(simulate, case)]
