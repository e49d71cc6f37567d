"""Binary formats: pydicom and SciPy write DICOM and MATLAB, the others are packed by hand after their layouts."""

from __future__ import annotations

import binascii
import io
import struct
import wave

import numpy as np

from tests.data.format_case import PERSON, Case, beats, pack_zip, simulate, steps_of


def dicom_file() -> Case:
    """DICOM: a rhythm of two leads in 16 bits, and a shorter median beat, with a person's name."""
    from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
    from pydicom.sequence import Sequence
    from pydicom.uid import ExplicitVRLittleEndian, TwelveLeadECGWaveformStorage

    record = simulate(500.0, 231, 6.0)
    steps = steps_of(record, 1000 / 2.5, 2)

    def channel(code: str, meaning: str) -> Dataset:
        source, unit, made = Dataset(), Dataset(), Dataset()
        source.CodeValue, source.CodingSchemeDesignator, source.CodeMeaning = code, "SCPECG", meaning
        unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "uV", "UCUM", "microvolt"
        made.ChannelSourceSequence, made.ChannelSensitivityUnitsSequence = Sequence([source]), Sequence([unit])
        made.ChannelSensitivity, made.ChannelSensitivityCorrectionFactor, made.ChannelBaseline = "2.5", "1", "0"
        made.WaveformBitsStored = 16
        return made

    def group(label: str, count: int) -> Dataset:
        made = Dataset()
        made.MultiplexGroupLabel, made.SamplingFrequency = label, "500"
        made.NumberOfWaveformChannels, made.NumberOfWaveformSamples = 2, count
        made.ChannelDefinitionSequence = Sequence(
            [channel("5.6.3-9-2", "Lead II (Einthoven)"), channel("5.6.3-9-3", "V-one")]
        )
        made.WaveformBitsAllocated, made.WaveformSampleInterpretation = 16, "SS"
        made.WaveformData = steps[:count].astype("<i2").tobytes()
        return made

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = TwelveLeadECGWaveformStorage
    meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    document = FileDataset("ecg.dcm", {}, file_meta=meta, preamble=b"\0" * 128)
    document.PatientName, document.PatientID, document.Modality = PERSON, "4711", "ECG"
    document.SOPClassUID, document.SOPInstanceUID = TwelveLeadECGWaveformStorage, meta.MediaStorageSOPInstanceUID
    document.WaveformSequence = Sequence([group("MEDIAN BEAT", 600), group("RHYTHM", 3000)])
    sink = io.BytesIO()
    document.save_as(sink, enforce_file_format=True)
    return Case("ecg.dcm", sink.getvalue(), "dicom", 500.0, "uV", ("II", "V1"), steps * 0.0025, beats(record), parts=2)


def ishne_file() -> Case:
    """ISHNE: two leads of 2,500 nV a step, one sample at fault."""
    record = simulate(200.0, 241)
    steps = steps_of(record, 400, 2)
    steps[700] = -32768
    values = np.where(steps == -32768, np.nan, steps / 400)
    nine = [-9] * 10
    body = struct.pack("<iiiih", 0, len(steps), 522, 522, 1)
    body += PERSON.encode().ljust(40, b"\0") + b"\0" * 40 + b"4711".ljust(20, b"\0")
    body += struct.pack("<2h3h3h3h3h", 1, 0, 1, 2, 1960, 6, 5, 2023, 6, 5, 2023, 7, 8, 9)
    body += struct.pack("<h12h12h12h", 2, 6, 11, *nine, 0, 0, *nine, 2500, 2500, *nine)
    body += struct.pack("<h", 0) + b"digital".ljust(40, b"\0") + struct.pack("<h", 200) + b"\0" * (80 + 80 + 88)
    data = b"ISHNE1.0" + struct.pack("<H", 0) + body + steps.astype("<i2").tobytes()
    return Case("holter.ecg", data, "ishne", 200.0, "nV", ("II", "V1"), values, beats(record))


def alivecor_file() -> Case:
    """AliveCor: blocks of information, format and two leads, each with the sum of its bytes."""
    record = simulate(300.0, 242)
    steps = steps_of(record, 2000, 2)

    def block(name: bytes, content: bytes) -> bytes:
        head = name + struct.pack("<I", len(content)) + content
        return head + struct.pack("<I", sum(head) & 0xFFFFFFFF)

    data = b"ALIVE\0\0\0" + struct.pack("<I", 4)
    data += block(b"info", (b"2023-05-06T07:08:09" + PERSON.encode()).ljust(264, b"\0"))
    data += block(b"fmt ", struct.pack("<BHHBH", 1, 300, 500, 2, 0))
    data += block(b"ecg ", steps[:, 0].astype("<i2").tobytes()) + block(b"ecg2", steps[:, 1].astype("<i2").tobytes())
    data += block(b"ann ", struct.pack("<I", 300))
    return Case("kardia.atc", data, "alivecor", 300.0, "nV", ("I", "II"), steps / 2000, beats(record))


def huffman_bits(values: list[int]) -> str:
    """Return values in the default code of SCP-ECG."""
    bits = []
    for value in values:
        size = abs(value)
        if size == 0:
            bits.append("0")
        elif size <= 8:
            bits.append("1" * size + "0" + ("1" if value < 0 else "0"))
        elif -128 <= value <= 127:
            bits.append("1111111110" + f"{value & 0xFF:08b}")
        else:
            bits.append("1111111111" + f"{value & 0xFFFF:016b}")
    return "".join(bits)


def pack_bits(bits: str) -> bytes:
    """Return bits as bytes, in an even number of them."""
    bits += "0" * (-len(bits) % 16)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def scp_record(sections: dict[int, bytes]) -> bytes:
    """Return an SCP-ECG record: sums, lengths, and section 0 with its pointers."""

    def section(number: int, content: bytes) -> bytes:
        content += b"\0" * (len(content) % 2)
        head = struct.pack("<HIBB6s", number, 16 + len(content), 20, 20, b"SCPECG" if number == 0 else b"\0" * 6)
        return struct.pack("<H", binascii.crc_hqx(head + content, 0xFFFF)) + head + content

    numbers = range(12)
    bodies = {number: section(number, sections[number]) for number in numbers if number in sections}
    pointers, place = b"", 6 + 16 + 10 * 12
    pointers += struct.pack("<HII", 0, 16 + 10 * 12, 7)
    for number in numbers[1:]:
        length = len(bodies.get(number, b""))
        pointers += struct.pack("<HII", number, length, place + 1 if length else 0)
        place += length
    content = section(0, pointers) + b"".join(bodies[number] for number in sorted(bodies))
    content = struct.pack("<I", 6 + len(content)) + content
    return struct.pack("<H", binascii.crc_hqx(content, 0xFFFF)) + content


def scp_files() -> list[Case]:
    """SCP-ECG: whole samples; second differences in Huffman codes; a reference beat taken out."""
    record = simulate(500.0, 243, 4.0)
    steps = steps_of(record, 400, 2)
    n = len(steps)
    person = struct.pack("<BH", 0, len(PERSON) + 1) + PERSON.encode() + b"\0" + struct.pack("<BH", 255, 0)
    values = steps / 400
    cases = []

    def leads(flags: int) -> bytes:
        return struct.pack("<BB", 2, flags) + struct.pack("<IIBIIB", 1, n, 2, 1, n, 3)

    plain = [steps[:, i].astype("<i2").tobytes() for i in range(2)]
    rhythm = struct.pack("<HHBB2H", 2500, 2000, 0, 0, *map(len, plain)) + b"".join(plain)
    data = scp_record({1: person, 3: leads(4 | 2 << 3), 6: rhythm})
    cases.append(Case("plain.scp", data, "scp", 500.0, "nV", ("II", "V1"), values, beats(record)))

    packed = [pack_bits(huffman_bits([*steps[:2, i], *np.diff(steps[:, i], n=2)])) for i in range(2)]
    rhythm = struct.pack("<HHBB2H", 2500, 2000, 2, 0, *map(len, packed)) + b"".join(packed)
    data = scp_record({1: person, 2: struct.pack("<H", 19999), 3: leads(4 | 2 << 3), 6: rhythm})
    cases.append(Case("huffman.scp", data, "scp", 500.0, "nV", ("II", "V1"), values, beats(record)))

    peaks = [int(peak) for peak in beats(record) if 150 < peak < n - 200]
    beat = np.round(np.mean([steps[p - 100 : p + 150] for p in peaks], axis=0)).astype(np.int64)
    rest, zones = steps.copy(), b""
    for peak in peaks:  # the fiducial point is sample 101 of the reference beat, counted from 1
        rest[peak - 100 : peak + 150] -= beat
        zones += struct.pack("<HIII", 0, peak - 99, peak + 1, peak + 150)
    zones = struct.pack("<HHH", 500, 101, len(peaks)) + zones
    means = [pack_bits(huffman_bits([beat[0, i], *np.diff(beat[:, i])])) for i in range(2)]
    rests = [pack_bits(huffman_bits([rest[0, i], *np.diff(rest[:, i])])) for i in range(2)]
    five = struct.pack("<HHBB2H", 2500, 2000, 1, 0, *map(len, means)) + b"".join(means)
    six = struct.pack("<HHBB2H", 2500, 2000, 1, 0, *map(len, rests)) + b"".join(rests)
    table = struct.pack("<H", 19999)
    data = scp_record({1: person, 2: table, 3: leads(1 | 4 | 2 << 3), 4: zones, 5: five, 6: six})
    cases.append(Case("reference.scp", data, "scp", 500.0, "nV", ("II", "V1"), values, beats(record)))
    return cases


def wav_files() -> list[Case]:
    """WAV: a slow one, and one at the rate of sound whose runs of 11 samples are averaged."""
    cases = []
    record = simulate(500.0, 251)
    steps = steps_of(record, 6000)
    slow = simulate(11_025 / 11, 252, 3.0)
    held = np.repeat(steps_of(slow, 6000), 11, axis=0)
    note = "how many ADC units make 1 mV"
    for name, fs, samples, truth, rate, made in (
        ("amplifier.wav", 500, steps, steps, 500.0, record),
        ("sound.wav", 11_025, held, held[::11], 11_025 / 11, slow),
    ):
        sink = io.BytesIO()
        with wave.open(sink, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(fs)
            file.writeframes(samples.astype("<i2").tobytes())
        cases.append(
            Case(
                name,
                sink.getvalue(),
                "wav",
                rate,
                "adc",
                ("ECG",),
                truth / 6000,
                beats(made),
                note=note,
                absolute=False,
            )
        )
    return cases


def matlab_files() -> list[Case]:
    """MATLAB level 4: beside a WFDB header as in the PhysioNet challenges, and alone."""
    from scipy.io import savemat

    record = simulate(300.0, 253)
    steps = steps_of(record, 1000, 2)
    sink = io.BytesIO()
    savemat(sink, {"val": steps.T.astype("<i2")}, format="4")
    header = (
        f"A00001 2 300 {len(steps)} 2014-05-06 07:08:09\n"
        f"A00001.mat 16+24 1000/mV 16 0 {steps[0, 0]} 0 0 I\nA00001.mat 16+24 1000/mV 16 0 {steps[0, 1]} 0 0 II\n"
        f"#Age: 74\n#Name: {PERSON}\n"
    )
    data = pack_zip({"A00001.hea": header.encode(), "A00001.mat": sink.getvalue()})
    pair = Case("challenge.zip", data, "wfdb", 300.0, "mV", ("I", "II"), steps / 1000, beats(record))
    alone = Case(
        "alone.mat",
        sink.getvalue(),
        "mat",
        300.0,
        "uV",
        ("ECG 1", "ECG 2"),
        steps / 1000,
        beats(record),
        {"fs": 300.0, "unit": "uV"},
    )
    return [pair, alone]
