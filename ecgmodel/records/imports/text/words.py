"""The words by which devices call rates, units, leads, time and other channels, in the languages in which they
write.
"""

from __future__ import annotations

import re

RATE_WORDS = (
    "sample rate|sampling rate|sampling frequency|sample frequency|samplerate|samplingrate|sampling|samples per second|"
    "sampling freq|sfreq|fs|freq|frequency|hz|messrate|abtastrate|abtastfrequenz|taux d'échantillonnage|"
    "fréquence d'échantillonnage|fréquence|frecuencia de muestreo|frecuencia|frequenza di campionamento|"
    "taxa de amostragem|frequência de amostragem|bemonsteringsfrequentie|samplingsfrekvens|частота "
    "дискретизации|частота|"
    "采样率|采样频率|取样率|取樣率|採樣率|采样速率|サンプリング周波数|サンプルレート|샘플링 속도|샘플링 주파수"
).split("|")

INTERVAL_WORDS = (
    "sampling interval|sample interval|sampling period|sample period|interval|abtastintervall|采样间隔|采样周期|"
    "intervalle d'échantillonnage|intervalo de muestreo"
).split("|")

UNIT_KEYS = (
    "unit|units|einheit|einheiten|unité|unités|unidad|unità|unidade|eenheid|enhet|единица|单位|單位|単位|단위".split(
        "|"
    )
)

LEAD_KEYS = (
    "lead|leads|ableitung|dérivation|derivación|derivazione|derivação|afleiding|отведение|导联|導聯|誘導|유도".split(
        "|"
    )
)

FILTER_WORDS = re.compile(r"filt|pass|notch|cut|grenz|滤波|heart|herz|puls|bpm|心率|mains|netz", re.IGNORECASE)
"""A frequency beside such a word is a filter's or the heart's, not the rate of sampling."""

HERTZ = re.compile(
    r"(?P<kilo>k)?(?:hz|hertz|hercios?|赫兹|赫茲|赫|герц|гц|ヘルツ|헤르츠|sps|samples?/s(?:ec)?)\b", re.IGNORECASE
)

SIGNAL_UNITS = {
    "mV": "mv|mvolt|mvolts|millivolt|millivolts|毫伏|мв|milivolt|milivoltios|ミリボルト",
    "uV": "uv|µv|μv|uvolt|uvolts|µvolt|µvolts|microvolt|microvolts|mikrovolt|微伏|мкв|microvoltios|マイクロボルト",
    "V": "v|volt|volts|伏|в",
    "nV": "nv|nvolt|nvolts|nanovolt|nanovolts|纳伏",
    "adc": "adc|adu|counts|count|raw|lsb|digital|a.u.|au",
}

TIME_UNITS = {
    "s": "s|sec|secs|second|seconds|sekunden|sekunde|秒|сек|с",
    "ms": "ms|msec|msecs|millisec|millisecs|millis|millisecond|milliseconds|millisekunden|毫秒|мс",
    "us": "us|µs|μs|usec|usecs|microsec|microsecs|micros|microsecond|microseconds|微秒|мкс",
    "ns": "ns|nsec|nsecs|nanosecond|nanoseconds|纳秒",
    "min": "min|mins|minute|minutes|分钟",
    "samples": "sample|samples|#|n|index",
    "clock": "hh:mm:ss.mmm|hh:mm:ss|mm:ss.mmm|h:m:s|clock",
}

_SIGNAL_UNIT = {word: unit for unit, words in SIGNAL_UNITS.items() for word in words.split("|")}
_TIME_UNIT = {word: unit for unit, words in TIME_UNITS.items() for word in words.split("|")}

TIME_NAME = re.compile(
    r"time|zeit|temps|tiempo|tempo|时间|時間|время|시간|millis|micros|timestamp|stamp|elapsed|clock|^t$|^sec(?:onds?)?$|^ms$|"
    r"^date|datum",
    re.IGNORECASE,
)
ARRIVAL_NAME = re.compile(r"phone|system|received|host|formatted|utc|local|unix|date", re.IGNORECASE)
"""A clock that says when a sample arrived, in bursts, rather than when it was taken."""

COUNTER_NAME = re.compile(
    r"^(?:sample ?(?:#|no|number|index|idx|id)?|index|idx|#|n|no\.?|nseq|seq|count(?:er)?|序号|编号|unnamed.*)$", re.I
)

ECG_NAME = re.compile(r"ecg|ekg|心电|心電|экг|exg|cardio|heart ?signal", re.IGNORECASE)
SIGNAL_NAME = re.compile(
    r"^a\d$|^ch(?:annel)? ?\d+|analog ?(?:in)? ?\d|value|wert|voltage|spannung|signal|amplitude|ampl|valeur|valor|值|"
    r"电压|data|raw",
    re.IGNORECASE,
)
OTHER_NAME = re.compile(
    r"acc|gyro|magn|resp|temp|batt|marker|label|class|type|symbol|digital|button|trigger|event|rr\b|rri|bpm|"
    r"heart ?rate|^hr$|pulse|ppg|spo2|eda|gsr|emg|eeg|eog|abp|cvp|pleth|^[iod]\d$|other|quality|status|annot|"
    r"checksum|lead.?off|id$",
    re.IGNORECASE,
)

_LEADS = {
    name.lower(): name
    for name in "I II III aVR aVL aVF MLI MLII MLIII V1 V2 V3 V4 V5 V6 V7 V8 V9 V3R V4R CM5 CS2 D3 D4 MV2".split()
}
_LEAD_PREFIX = re.compile(
    rf"^(?:ecg|ekg|{'|'.join(LEAD_KEYS)})[\s_:-]*(?=\S)", re.IGNORECASE
)  # "Lead I", "Ableitung I", "ECG II"


def plain_word(text: str) -> str:
    """Return a word as the tables above have it: lower case, one kind of blank and of µ, no quotes."""
    return " ".join(
        text.replace("\u00a0", " ").replace("\u03bc", "µ").replace("_", " ").strip(" \t\r\n'\"[](){}:=").lower().split()
    )


def signal_unit(text: str) -> str | None:
    """Return "mV", "uV", "V", "nV" or "adc" where a word is such a unit."""
    return _SIGNAL_UNIT.get(plain_word(text))


def is_no_unit(text: str) -> bool:
    """Whether a word in a row of units says that there is none, as Shimmer's `no units`."""
    return plain_word(text) in ("no units", "no unit", "unitless", "n/a", "none", "-", "ratio")


def time_unit(text: str) -> str | None:
    """Return a key of `TIME_UNITS` where a word is such a unit."""
    return _TIME_UNIT.get(plain_word(text))


def lead_name(text: str) -> str | None:
    """Return the standard name of a lead, "II" for "Lead II", or `None` where a word names none."""
    name = plain_word(text)
    short = _LEAD_PREFIX.sub("", name)
    return _LEADS.get(short.replace(" ", "")) or (_LEADS.get(name) if name else None)


def split_name(text: str) -> tuple[str, str]:
    """Split a column's name into its words and its unit: `ecg [uV]`, `ECG (mV)`, `ECG_mV`, `t/ms`."""
    text = text.replace("\u00a0", " ").strip(" \t\r\n\"'").lstrip("\ufeff")
    match = re.fullmatch(r"([^\[\](){}]{0,80}?)\s*[\[({]\s*([^\[\](){}]{1,20})\s*[\])}]", text)
    if match is None:
        match = re.fullmatch(r"([^/]{1,80}?)\s*[/_ ,]\s*([^/_ ,]{1,12})", text)
        if (
            match is None
            or not (signal_unit(match[2]) or time_unit(match[2]))
            or plain_word(match[2]) in ("n", "#", "index", "raw", "sample")
        ):
            return text, ""
    return match[1].strip(" \"'"), match[2].strip()
