"""Workbooks and JSON: openpyxl writes the first, the second is in the shapes of public exports."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import datetime, timedelta

import numpy as np

from tests.data.format_case import PERSON, Case, beats, pack_zip, simulate, steps_of


def save_book(book: object) -> bytes:
    """Return a workbook without the times at which it was made."""
    moment = datetime(2023, 5, 6, 7, 8, 10)
    book.properties.created = book.properties.modified = moment
    sink = io.BytesIO()
    book.save(sink)
    with zipfile.ZipFile(sink) as archive:
        files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    core = files["docProps/core.xml"].decode()
    files["docProps/core.xml"] = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", r"\g<1>2023-05-06T07:08:10Z", core).encode()
    return pack_zip(files)


def workbooks() -> list[Case]:
    """Excel: a sheet of notes before that of the samples, dates, decimal commas as text, formulas with their values."""
    from openpyxl import Workbook

    cases = []
    record = simulate(250.0, 201)
    values = np.round(record.signals[:, :2].astype(float), 4)
    book = Workbook()
    book.active.title = "About"
    book.active.append(["Patient", PERSON])
    sheet = book.create_sheet("ECG")
    sheet.append(["time (s)", "II [mV]", "V1 [mV]"])
    for i, (a, b) in enumerate(values):
        sheet.append([i / 250, a, b])
    chart = book.create_sheet("Results")
    chart.append(["rate", 72])
    cases.append(
        Case("plain.xlsx", save_book(book), "signal", 250.0, "mV", ("II", "V1"), values, beats(record), parts=2)
    )

    record = simulate(200.0, 202)
    values = np.round(record.signals[:, :1].astype(float) * 1000)
    book = Workbook()
    book.active.append(["Messrate", "200 Hz"])
    book.active.append(["Einheit", "µV"])
    book.active.append([])
    book.active.append(["EKG"])
    for value in values[:, 0]:
        book.active.append([value])
    cases.append(Case("german.xlsx", save_book(book), "signal", 200.0, "uV", ("EKG",), values / 1000, beats(record)))

    record = simulate(125.0, 203)
    values = np.round(record.signals[:, :1].astype(float), 3)
    book = Workbook()
    book.active.append(["Time", "Lead I (mV)"])
    for i, value in enumerate(values[:, 0]):
        moment = datetime(2024, 2, 29, 23, 59, 56) + timedelta(seconds=i / 125)
        book.active.append([moment, f"{value:.3f}".replace(".", ",")])
    cases.append(Case("dates.xlsx", save_book(book), "signal", 125.0, "mV", ("I",), values, beats(record)))

    record = simulate(250.0, 204)
    values = np.round(record.signals[:, :1].astype(float), 4)
    book = Workbook()
    book.active.append(["t (ms)", "raw", "ecg (mV)"])
    for i, value in enumerate(values[:, 0]):
        book.active.append([i * 4, 7, f"=B{i + 2}*{value:.4f}/7"])
    with zipfile.ZipFile(io.BytesIO(save_book(book))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    text = files["xl/worksheets/sheet1.xml"].decode()
    numbers = iter(values[:, 0])
    text = re.sub(r"</f><v\s*/>|</f><v></v>", lambda _: f"</f><v>{next(numbers):.4f}</v>", text)
    files["xl/worksheets/sheet1.xml"] = text.encode()
    cases.append(Case("formulas.xlsx", pack_zip(files), "signal", 250.0, "mV", ("ecg",), values, beats(record)))
    return cases


def as_json(document: object) -> bytes:
    """Return a document as a phone writes it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def json_files() -> list[Case]:
    """Watches, straps and logs in the shapes of their public exports."""
    cases = []
    record = simulate(250.0, 211)
    steps = steps_of(record, 10922)
    reading = {
        "startTime": "2023-05-06T07:08:09",
        "averageHeartRate": 71,
        "resultClassification": "Normal Sinus Rhythm",
        "waveformSamples": steps[:, 0].tolist(),
        "samplingFrequencyHz": "250",
        "scalingFactor": 10922,
        "numberOfWaveformSamples": len(steps),
        "leadNumber": 1,
    }
    shorter = {**reading, "waveformSamples": steps[:1500, 0].tolist()}
    data = as_json({"ecgReadings": [shorter, reading], "pagination": {"next": ""}, "user": PERSON})
    cases.append(Case("readings.json", data, "json", 250.0, "mV", ("ECG",), steps / 10922, beats(record), parts=2))

    record = simulate(512.0, 212, 6.0)
    microvolts = np.round(record.signals[:, :1].astype(float) * 1000, 3)
    start = datetime(2023, 5, 6, 7, 8, 9)
    measurements = [
        {
            "date": (start + timedelta(seconds=i / 512)).isoformat(sep=" ", timespec="milliseconds") + " +0200",
            "voltage": value,
            "units": "mcV",
        }
        for i, value in enumerate(microvolts[:, 0])
    ]
    ecg = {
        "classification": "Sinus Rhythm",
        "averageHeartRate": 70,
        "numberOfVoltageMeasurements": len(microvolts),
        "samplingFrequency": 512,
        "source": PERSON,
        "voltageMeasurements": measurements[:1200],
    }
    data = as_json({"data": {"metrics": [], "workouts": [], "ecg": [ecg]}})
    values, peaks = microvolts[:1200] / 1000, beats(record)
    cases.append(Case("health.json", data, "json", 512.0, "uV", ("ECG",), values, peaks[peaks < 1200]))

    volts = np.round(record.signals[:, :1].astype(float) / 1000, 9)
    pairs = [[round(i / 512.0, 6), value] for i, value in enumerate(volts[:2500, 0])]
    data = as_json([{"id": "x", "device": "Watch4,1", "samplingFrequency": 512.0, "voltageMeasurements": pairs}])
    cases.append(Case("pairs.json", data, "json", 512.0, "V", ("ECG",), volts[:2500] * 1000, peaks[peaks < 2500]))

    record = simulate(125.0, 213, 16.0)
    steps = steps_of(record, 1000)
    rows = []
    for i in range(0, len(steps), 16):
        if 800 <= i < 960:
            continue  # ten batches that the radio lost
        late = 13 if i == 400 else 0
        rows.append({"ecg": {"Samples": steps[i : i + 16, 0].tolist(), "Timestamp": 51234 + i * 8 + late}})
        rows.append({"acc": {"ArrayAcc": [{"x": 0.1, "y": 9.8, "z": 0.3}], "Timestamp": 51234 + i * 8}})
    values = steps / 1000
    values[800:960] = np.nan
    data = as_json({"data": rows})
    cases.append(
        Case(
            "batches.json",
            data,
            "json",
            125.0,
            "uV",
            ("ECG",),
            values,
            beats(record),
            gaps=[[800, 960]],
            note="gaps without samples (1)",
        )
    )

    record = simulate(300.0, 214)
    steps = steps_of(record, 2000, 2)
    samples = {"leadI": steps[:, 0].tolist(), "leadII": steps[:, 1].tolist()}
    raw = {"frequency": 300, "mainsFrequency": 50, "amplitudeResolution": 500, "samples": samples}
    data = as_json({"id": "1", "patientID": PERSON, "recordedAt": "2023-05-06", "data": {"raw": raw}})
    cases.append(Case("cloud.json", data, "json", 300.0, "nV", ("I", "II"), steps / 2000, beats(record)))

    record = simulate(125.0, 215)
    steps = steps_of(record, 1000 / 1.612, 2) + 2048
    components = [
        {
            "code": {"coding": [{"code": "131329", "display": f"MDC_ECG_ELEC_POTL_{lead}"}]},
            "valueSampledData": {
                "origin": {"value": 2048, "unit": "uV"},
                "period": 8,
                "factor": 1.612,
                "lowerLimit": -3300,
                "upperLimit": 3300,
                "dimensions": 1,
                "data": " ".join(str(value) for value in steps[:, i]),
            },
        }
        for i, lead in enumerate(("I", "II"))
    ]
    data = as_json({"resourceType": "Observation", "subject": {"display": PERSON}, "component": components})
    values = (steps - 2048) * 1.612 / 1000
    cases.append(Case("fhir.json", data, "json", 125.0, "uV", ("I", "II"), values, beats(record)))

    record = simulate(250.0, 216)
    values = np.round(record.signals[:, :1].astype(float), 4)
    data = as_json({"fs": 250, "unit": "mV", "ecg": values[:, 0].tolist(), "rr": [812, 790] * 40})
    cases.append(Case("plain.json", data, "json", 250.0, "mV", ("ECG",), values, beats(record)))
    data = as_json([{"t": i * 4, "ecg_mV": v, "acc": 9.81} for i, v in enumerate(values[:, 0])])
    cases.append(Case("moments.json", data, "json", 250.0, "mV", ("ECG",), values, beats(record)))
    data = as_json(values[:, 0].tolist())
    cases.append(
        Case(
            "numbers.json",
            data,
            "json",
            250.0,
            "mV",
            ("ECG",),
            values,
            beats(record),
            {"fs": 250.0},
            note="by their size",
        )
    )
    return cases
