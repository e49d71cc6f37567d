"""The databases of PhysioNet that records come from: a list, and what is particular to each.

A record of the MIT-BIH Arrhythmia Database is called as its files are, "208"; one of any other database has the
database's name in front, as "svdb/800", so no two records share a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Database:
    """A database of annotated records.

    Attributes
    ----------
    name : str
        PhysioNet's short name, as "mitdb".
    title : str
    version : str
        Of PhysioNet's publication, to which the checksums belong.
    record_names : tuple of str
        As shown, see above.
    fs : float
        In Hz.
    lead : str
        Read where the user names none, and a record has it.
    other_leads : tuple of (str, str)
        Records that do not have it, and their first lead.
    first_record : str
        Shown before a choice. Of the records in whose first 20 s there is a premature beat and every beat, annotated or
        detected, is named rightly by the shipped `beats-gru` (whose network never saw the person), it is the one whose
        least sure beat is the surest.
    folder_variable : str
        Environment variable that names a folder with its records.
    citation, doi : str
        Whom to thank, and where.
    licence : str
    same_person : tuple of (str, str)
        A record of a person who has an earlier one, and that one.
    tells_blocks : bool
        Whether its normal beats (N) are told from those of bundle branch blocks (L, R) and of pacemakers.
    """

    name: str
    title: str
    version: str
    record_names: tuple[str, ...]
    fs: float
    lead: str
    other_leads: tuple[tuple[str, str], ...]
    first_record: str
    folder_variable: str
    citation: str
    doi: str
    licence: str
    same_person: tuple[tuple[str, str], ...]
    tells_blocks: bool

    @property
    def names_in_short(self) -> str:
        """The names of its records; of many, the first and the last."""
        names = self.record_names
        return ", ".join(names) if len(names) <= 50 else f"{names[0]} … {names[-1]}"

    @property
    def slug(self) -> str:
        """Folder of the database, with its version, on PhysioNet."""
        return f"{self.name}/{self.version}"

    @property
    def url(self) -> str:
        """Its page on PhysioNet."""
        return f"https://physionet.org/content/{self.slug}/"

    @property
    def licence_url(self) -> str:
        """The licence's page on PhysioNet."""
        return f"https://physionet.org/content/{self.name}/view-license/{self.version}/"


MITDB = Database(
    name="mitdb",
    title="MIT-BIH Arrhythmia Database",
    version="1.0.0",
    record_names=tuple(
        "100 101 102 103 104 105 106 107 108 109 111 112 113 114 115 116 117 118 119 121 122 123 124 "
        "200 201 202 203 205 207 208 209 210 212 213 214 215 217 219 220 221 222 223 228 230 231 232 233 234".split()
    ),
    fs=360.0,
    lead="MLII",
    other_leads=(("102", "V5"), ("104", "V5")),
    first_record="119",
    folder_variable="ECG_DATA_DIR",
    citation="Moody GB, Mark RG. The impact of the MIT-BIH Arrhythmia Database. IEEE Eng in Med and Biol 20(3):45-50, "
    "2001",
    doi="10.1109/51.932724",
    licence="ODC-By 1.0",
    same_person=(("202", "201"),),  # one man, says PhysioNet's directory of the database
    tells_blocks=True,
)

SVDB = Database(
    name="svdb",
    title="MIT-BIH Supraventricular Arrhythmia Database",
    version="1.0.0",
    record_names=tuple(f"svdb/{number}" for number in (*range(800, 813), *range(820, 830), *range(840, 895))),
    fs=128.0,
    lead="ECG1",
    other_leads=(),
    first_record="svdb/803",
    folder_variable="ECG_SVDB_DIR",
    citation="Greenwald SD. Improved detection and classification of arrhythmias in noise-corrupted electrocardiograms "
    "using contextual information. PhD thesis, MIT, 1990",
    doi="10.13026/C2V30W",
    licence="ODC-By 1.0",
    same_person=(),
    tells_blocks=False,
)

DATABASES = (MITDB, SVDB)


@lru_cache(maxsize=1024)
def find_database(record: str) -> Database | None:
    """Return the database that a record's name belongs to; `None` where it is in none of them."""
    return next((database for database in DATABASES if record in database.record_names), None)


def file_stem(record: str) -> str:
    """Return how the files of a record are called, without their suffix: "800" of "svdb/800"."""
    return record.rpartition("/")[2]


@lru_cache(maxsize=1024)
def lead_of(record: str) -> str:
    """Return the lead of a record that is read where none is named; "" where it is in no database."""
    database = find_database(record)
    return "" if database is None else dict(database.other_leads).get(record, database.lead)


@lru_cache(maxsize=1024)
def person(record: str) -> str:
    """Return a name for the person behind a record: that of the person's first record.

    An excerpt, as "208-excerpt", is called after the record that it comes from.
    """
    record = record.removesuffix("-excerpt")
    database = find_database(record)
    return record if database is None else dict(database.same_person).get(record, record)
