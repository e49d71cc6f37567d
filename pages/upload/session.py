"""What a visitor dropped, and how far the work on it has come: kept in the session only, and gone with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

from ecgmodel.classification.analysis import Analysis
from ecgmodel.errors import EcgModelError
from ecgmodel.records.imports.files import AnnotationList, read_files, sniff_files
from ecgmodel.records.imports.text.statements import FS_RANGE_HZ
from ecgmodel.records.imports.text_file import BeatTable, Recording
from ecgmodel.records.imports.understanding import ImportSettings, Understanding
from ecgmodel.records.record import Origin, Record
from ecgmodel.records.signal.preparation import Preparation
from ecgmodel.records.signal.rate_hints import hint_heart_rates
from pages.caches.predictions import forget_own_predictions, keep_prediction
from pages.caches.records import default_record_name, forget_own_peaks
from pages.caches.samples import sample_file, understand_sample
from pages.session import address, place, visitor

_CURRENT = "current"
_REFUSED = "refused"

DEFAULT_THRESHOLD = 0.5
TINY_BYTES = 2000
HINTED_BYTES = 2_000_000


@dataclass(slots=True)
class Upload:
    """A visitor's files on their way to named beats.

    Attributes
    ----------
    files : dict of str to bytes
    settings : ImportSettings
        What the visitor set by hand.
    understanding : Understanding
    found : Recording, BeatTable, AnnotationList or None
        `None` until the files are read with these settings.
    preparation : Preparation
    lead : str or None
        That the model reads; `None` takes the record's default.
    analysis : Analysis or None
        `None` until the beats are named.
    model : str or None
        By which they are named.
    error : EcgModelError or None
        Why the files cannot be read with these settings.
    problem : EcgModelError or None
        Why the last change of a setting was not taken.
    stopped : bool
        Whether the visitor stopped the work.
    chosen : bool
        Whether the visitor chose it and it has yet to become the record in use; the sample that the page shows at first
        does not.
    start_s, window_s : float
        Where its trace is while another record is in use.
    selected : int or None
        R peak of the selected beat in that time.
    edited : tuple of int or None
        R peaks set by hand at which the beats of `analysis` stand; `None` where they were detected.
    origin : {"upload", "simulated", "excerpt"}
        Whose ECG it is: a visitor's own, or that of a file to try.
    hints : dict of float to float, or None
        Heart rates by the sampling rates that are asked about; `None` until they are needed.
    misfits : tuple of EcgModelError
        Where a recipe does not fit the files.
    """

    files: dict[str, bytes]
    settings: ImportSettings
    understanding: Understanding
    found: Recording | BeatTable | AnnotationList | None = None
    preparation: Preparation = field(default_factory=Preparation)
    lead: str | None = None
    analysis: Analysis | None = None
    model: str | None = None
    error: EcgModelError | None = None
    problem: EcgModelError | None = None
    stopped: bool = False
    chosen: bool = True
    start_s: float = 0.0
    window_s: float = place.DEFAULT_WINDOW_S
    selected: int | None = None
    edited: tuple[int, ...] | None = None
    origin: Origin = "upload"
    hints: dict[float, float] | None = None
    misfits: tuple[EcgModelError, ...] = ()

    def select(self, sample: int) -> None:
        """Keep the beat that the visitor selected while another record is in use."""
        self.selected = sample

    @property
    def title(self) -> str:
        """The name of the file, or of the first of several."""
        return next(iter(self.files))

    @property
    def record_name(self) -> str:
        """The name under which the other pages show the record."""
        return f"upload: {self.title}"

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do: beats are named at the R peaks that hold now, or there is no recording."""
        if self.found is None or not isinstance(self.found, Recording):
            return self.found is not None
        return self.analysis is not None and self.edited == edited_peaks(self.record_name)

    @property
    def in_use(self) -> bool:
        """Whether it is the record in use, whose place all pages share."""
        return place.record_name() == self.record_name

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(len(data) for data in self.files.values())


def edited_peaks(record_name: str) -> tuple[int, ...] | None:
    """Return the R peaks that the visitor set by hand in a record, `None` before any; labels are nothing to a model."""
    edited = visitor.own("edit").get(record_name)
    return None if edited is None else tuple(edited.sample.tolist())


def current_upload() -> Upload | None:
    """Return what the visitor dropped last and what could be read."""
    return visitor.own("upload").get(_CURRENT)


def refused_upload() -> tuple[str, EcgModelError] | None:
    """Return the name of a file that could not be taken, and why; what was there before is kept but not shown."""
    return visitor.own("upload").get(_REFUSED)


def take_files(
    files: dict[str, bytes], settings: ImportSettings | None = None, understanding: Understanding | None = None
) -> bool:
    """Take new files in place of those before, if anything can be understood of them.

    Parameters
    ----------
    files : dict of str to bytes
    settings : ImportSettings or None
        What is set by hand.
    understanding : Understanding or None
        Of these files, where it is known.

    Returns
    -------
    bool
        Whether they were taken.
    """
    kept = visitor.own("upload")
    kept.pop(_REFUSED, None)
    settings = settings or ImportSettings()
    try:
        understanding = understanding or sniff_files(files, settings)
        _refuse_too_short(files, understanding)
    except EcgModelError as error:
        kept[_REFUSED] = (", ".join(files), error)
        tell_sidebar(None)
        return False
    forget_upload()
    kept[_CURRENT] = Upload(files, settings, understanding)
    tell_sidebar(kept[_CURRENT])
    return True


def _refuse_too_short(files: dict[str, bytes], understanding: Understanding) -> None:
    """Refuse a file that no sampling rate would make long enough, before anybody is asked for its rate."""
    if understanding.question is None or sum(len(data) for data in files.values()) > TINY_BYTES:
        return
    try:
        read_files(files, replace(understanding.settings, fs=FS_RANGE_HZ[0]))
    except EcgModelError as error:
        if "least" in error.values:
            raise


def tell_sidebar(upload: Upload | None) -> None:
    """Let the sidebar name the file that the page is about, where that is not the record in use."""
    refused = refused_upload()
    name = refused[0] if refused is not None else None
    if upload is not None and not upload.in_use:
        name = upload.title
    visitor.own("upload")["shown"] = name


def forget_refusal() -> None:
    """Come back to what was there before a file that could not be taken."""
    visitor.own("upload").pop(_REFUSED, None)
    tell_sidebar(current_upload())


def take_sample(kind: str, *, chosen: bool = True) -> None:
    """Take one of the files to try."""
    sample = sample_file(kind)
    if chosen:
        visitor.own("upload").pop("many", None)
    take_files({sample.name: sample.data}, understanding=understand_sample(kind))
    upload = current_upload()
    upload.chosen, upload.origin = chosen, sample.source


def forget_upload() -> None:
    """Drop the visitor's files and all that was made of them."""
    kept = visitor.own("upload")
    upload = kept.pop(_CURRENT, None)
    kept.pop(_REFUSED, None)
    if upload is None:
        return
    visitor.own("edit").pop(upload.record_name, None)
    withdraw_record(upload)


def change_settings(**changes: object) -> None:
    """Set properties of the file by hand; where they do not fit it, all stays as it was and the reason is kept."""
    upload = current_upload()
    if upload is None:
        return
    use_settings(lambda settings: replace(settings, **changes))


def use_settings(make: Callable[[ImportSettings], ImportSettings]) -> None:
    """Take the settings that `make` returns from those in use, see `change_settings`."""
    upload = current_upload()
    if upload is None:
        return
    upload.problem, upload.misfits = None, ()
    try:
        settings = make(upload.settings)
        understanding = sniff_files(upload.files, settings)
    except EcgModelError as error:
        upload.problem = error
        return
    upload.settings, upload.understanding = settings, understanding
    upload.found = upload.analysis = upload.error = upload.lead = upload.hints = None
    upload.stopped = False
    visitor.own("edit").pop(upload.record_name, None)


def heart_rate_hints(upload: Upload) -> dict[float, float]:
    """Return the heart rate that each likely sampling rate would give; none of long files, which take a while."""
    question = upload.understanding.question
    if question is None or question.setting != "fs" or upload.size > HINTED_BYTES:
        return {}
    if upload.hints is None:
        rates = [float(hz) for hz in question.choices]
        upload.hints = {}
        try:
            found = read_files(upload.files, replace(upload.settings, fs=rates[0]))
        except EcgModelError:
            return {}  # said when the question is answered
        if isinstance(found, Recording):
            upload.hints = hint_heart_rates(found.record.lead(), rates)
    return upload.hints


def change_preparation(**changes: object) -> None:
    """Switch a filter."""
    upload = current_upload()
    if upload is not None:
        upload.preparation = replace(upload.preparation, **changes)
        start_again(upload)


def choose_upload_lead(lead: str) -> None:
    """Let the model read another lead."""
    upload = current_upload()
    if upload is not None:
        upload.lead = lead
        place.set_lead(lead)
        start_again(upload)


def start_again(upload: Upload) -> None:
    """Name the beats anew at the next run."""
    upload.analysis = upload.error = None
    upload.stopped = False


def stop_work() -> None:
    """Keep the next run from continuing what the visitor stopped."""
    upload = current_upload()
    if upload is not None:
        upload.stopped = True


def go_on() -> None:
    """Continue what the visitor stopped."""
    upload = current_upload()
    if upload is not None:
        upload.stopped = False


def publish_record(upload: Upload) -> Record:
    """Give the analysed record to the other pages under the upload's name; a chosen one becomes the record in use.

    What the model said of it goes with it, so that another page need not ask again.
    """
    analysis = upload.analysis
    named = replace(analysis.record, name=upload.record_name)
    own = visitor.own("record")
    before = own.get(upload.record_name)
    if before is None or before.signals is not named.signals:
        _forget_computed()
        set_by_hand = {
            setting.name: value
            for setting in fields(ImportSettings)
            if (value := getattr(upload.settings, setting.name)) != setting.default
        }
        visitor.put_own("record", upload.record_name, named, visitor.BroughtFiles(tuple(upload.files), set_by_hand))
        if analysis.prediction is not None and upload.edited is None and named.annotations is None:
            keep_prediction(upload.model, replace(analysis.prediction, record=upload.record_name))
    if upload.chosen:
        upload.chosen = False
        address.forget_problems()
        place.set_record(upload.record_name)
    return own[upload.record_name]


def withdraw_record(upload: Upload) -> None:
    """Take the record away from the other pages."""
    visitor.own("record").pop(upload.record_name, None)
    _forget_computed()
    if place.record_name() == upload.record_name:
        place.set_record(default_record_name())


def _forget_computed() -> None:
    """Drop what was computed from the visitor's records, and what was chosen in them."""
    forget_own_predictions()
    forget_own_peaks()
    visitor.own("gates").clear()


def show_in_trace(upload: Upload, sample: int, fs: float) -> None:
    """Select the beat at `sample` and bring it into the middle of the trace."""
    if upload.in_use:
        place.show_sample(sample, fs)
        return
    upload.selected = sample
    upload.start_s = max(0.0, sample / fs - upload.window_s / 2)
