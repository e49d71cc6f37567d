"""XML of HL7, GE and Philips, after their published examples."""

from __future__ import annotations

import base64
import struct

import numpy as np

from tests.data.format_case import PERSON, Case, beats, simulate, steps_of


def aecg_file() -> Case:
    """HL7 aECG, with a subject, two leads in µV and a derived beat."""
    record = simulate(500.0, 221, 6.0)
    steps = steps_of(record, 200, 2)

    def sequence(code: str, steps: np.ndarray) -> str:
        digits = " ".join(map(str, steps))
        return (
            f'<component><sequence><code code="{code}" codeSystem="2.16.840.1.113883.6.24"/><value xsi:type="SLIST_PQ">'
            f'<origin value="0" unit="uV"/><scale value="5" unit="uV"/><digits>{digits}</digits></value></sequence>'
            "</component>"
        )

    clock = (
        '<component><sequence><code code="TIME_ABSOLUTE" codeSystem="2.16.840.1.113883.5.4"/>'
        '<value xsi:type="GLIST_TS">'
        '<head value="20230506070809.000"/><increment value="0.002" unit="s"/></value></sequence></component>'
    )
    leads = "".join(sequence(f"MDC_ECG_LEAD_{lead}", steps[:, i]) for i, lead in enumerate(("II", "V1")))
    beat = sequence("MDC_ECG_LEAD_II", steps[:300, 0])
    data = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<AnnotatedECG xmlns="urn:hl7-org:v3" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><componentOf><subject><name>'
        f'{PERSON}</name></subject></componentOf><component><series><code code="RHYTHM"/><component><sequenceSet>'
        f"{clock}"
        f"{leads}</sequenceSet></component><derivation><derivedSeries><component><sequenceSet>{clock}{beat}"
        "</sequenceSet></component></derivedSeries></derivation></series></component></AnnotatedECG>\n"
    ).encode()
    return Case("aecg.xml", data, "aecg", 500.0, "uV", ("II", "V1"), steps / 200, beats(record))


def muse_file() -> Case:
    """GE MUSE: a median beat before the rhythm, of which I, II and V1 are written."""
    record = simulate(250.0, 222, 10.0)
    i, two = (np.round(record.signals[:, 0].astype(float) * k * 1000 / 4.88).astype(np.int64) for k in (0.6, 1.0))
    v1 = np.round(record.signals[:, 1].astype(float) * 1000 / 4.88).astype(np.int64)

    def lead(name: str, steps: np.ndarray) -> str:
        data = base64.encodebytes(steps.astype("<i2").tobytes()).decode()
        return (
            f"<LeadData><LeadByteCountTotal>{2 * len(steps)}</LeadByteCountTotal><LeadID>{name}</LeadID>"
            "<LeadAmplitudeUnitsPerBit>4.88</LeadAmplitudeUnitsPerBit><LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits>"
            f"<LeadSampleSize>2</LeadSampleSize><WaveFormData>{data}</WaveFormData></LeadData>"
        )

    def waveform(kind: str, count: int) -> str:
        leads = "".join(lead(name, steps[:count]) for name, steps in (("I", i), ("II", two), ("V1", v1)))
        return (
            f"<Waveform><WaveformType>{kind}</WaveformType><SampleBase>250</SampleBase>"
            f"<SampleExponent>0</SampleExponent>{leads}</Waveform>"
        )

    data = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE RestingECG SYSTEM "restecg.dtd">\n<RestingECG>'
        f"<PatientDemographics><PatientLastName>{PERSON}</PatientLastName></PatientDemographics>"
        f"{waveform('Median', 300)}{waveform('Rhythm', 2500)}</RestingECG>\n"
    ).encode()
    one, both = i * 0.00488, two * 0.00488
    values = np.column_stack([one, both, v1 * 0.00488, both - one, -(one + both) / 2, one - both / 2, both - one / 2])
    leads = ("I", "II", "V1", "III", "aVR", "aVL", "aVF")
    note = "computed from I and II"
    return Case("muse.xml", data, "muse", 250.0, "uV", leads, values, beats(record), parts=2, note=note)


def pack_lzw(data: bytes) -> bytes:
    """Return bytes as LZW codes of ten bits, the highest bit first, ended by the code 1023."""
    table = {bytes([value]): value for value in range(256)}
    codes, before = [], b""
    for value in data:
        longer = before + bytes([value])
        if longer in table:
            before = longer
            continue
        codes.append(table[before])
        if len(table) <= 1022:
            table[longer] = len(table)
        before = bytes([value])
    codes += [table[before], 1023]
    bits = "".join(f"{code:010b}" for code in codes)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def pack_xli(steps: np.ndarray) -> bytes:
    """Return one lead as XLI: second differences, the high bytes before the low ones, LZW."""
    words = [int(steps[0]), int(steps[1])]
    differences = [int(2 * steps[k - 1] - steps[k - 2] - steps[k]) for k in range(2, len(steps))]
    start = differences[0]
    words += [difference + 64 for difference in differences[1:]] + [64]
    raw = np.array(words, dtype=np.int64).astype(np.uint16)
    packed = pack_lzw((raw >> 8).astype(np.uint8).tobytes() + (raw & 255).astype(np.uint8).tobytes())
    return struct.pack("<iHh", len(packed), 0, start) + packed


def philips_files() -> list[Case]:
    """Philips: six limb leads, plain and packed; the packed form keeps of four leads only the rest."""
    record = simulate(500.0, 223, 4.0)
    two = np.round(record.signals[:, 0].astype(float) * 200).astype(np.int64)
    one = np.round(record.signals[:, 0].astype(float) * 110).astype(np.int64)
    noise = np.random.default_rng(5).integers(-1, 2, size=(len(two), 4))
    three = two - one - noise[:, 0]
    avr = -np.floor((one + two) / 2).astype(np.int64) - noise[:, 1]
    avl = np.floor((one - three) / 2).astype(np.int64) - noise[:, 2]
    avf = np.floor((two + three) / 2).astype(np.int64) - noise[:, 3]
    whole = [one, two, three, avr, avl, avf]
    rest = [one, two, *noise.T]
    leads = ("I", "II", "III", "aVR", "aVL", "aVF")
    values = np.column_stack(whole) / 200
    cases = []
    for name, content, attributes in (
        ("philips.xml", b"".join(steps.astype("<i2").tobytes() for steps in whole), ""),
        ("philips-xli.xml", b"".join(map(pack_xli, rest)), 'compressflag="True" compressmethod="XLI" '),
    ):
        text = base64.encodebytes(content).decode()
        data = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<restingecgdata xmlns="http://www3.medical.philips.com">'
            "<documentinfo><documenttype>PhilipsECG</documenttype><documentversion>1.04</documentversion></documentinfo>"
            f"<patient><lastname>{PERSON}</lastname></patient><dataacquisition><signalcharacteristics>"
            "<samplingrate>500</samplingrate><signalresolution>5</signalresolution></signalcharacteristics>"
            f'</dataacquisition><waveforms><parsedwaveforms {attributes}dataencoding="Base64" '
            f'durationperchannel="4000" '
            f'numberofleads="6" leadlabels="{" ".join(leads)}">{text}</parsedwaveforms></waveforms></restingecgdata>\n'
        ).encode()
        cases.append(Case(name, data, "philips", 500.0, "uV", leads, values, beats(record)))
    return cases
