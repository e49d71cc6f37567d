"""The one family of errors that a user can cause, and that the pages show as text."""

from __future__ import annotations

from functools import partial


class EcgModelError(Exception):
    """A fault in what came from outside: a name, a file, a setting.

    Parameters
    ----------
    template : str
        What came, what is allowed and what to do next, in English, with `str.format` fields. It is the key under which
        the app looks up the sentence in another language, so it is always a literal.
    **values
        The values of the fields.
    """

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = values
        super().__init__(template, values)

    def __str__(self) -> str:
        return self.template.format(**self.values)

    def __reduce__(self) -> tuple[partial, tuple[()]]:
        """Let another process, as a worker of a cluster, hand it on."""
        return partial(type(self), self.template, **self.values), ()


class RecordError(EcgModelError):
    """A record, a lead or a stretch of time that is not there, or a file of a record that is damaged."""


class DownloadError(RecordError):
    """A record that could not be fetched."""


class SegmentError(EcgModelError):
    """A signal or a protocol from which no segments can be cut."""


class ConfigError(EcgModelError):
    """A setting of the network or of its training that cannot work."""


class ModelFileError(EcgModelError):
    """A model file that is not ours, is truncated, or does not fit its own description."""


class ImportFileError(EcgModelError):
    """A visitor's file that cannot be read, or an import setting that cannot be; names line and column if it can."""


class QuestionError(ImportFileError):
    """A file that does not say something that is needed, as its sampling rate; the sentence is the question."""


class ImportStoppedError(ImportFileError):
    """An import that the visitor cancelled."""


class ClassroomError(EcgModelError):
    """A class room, a seat or a name that is not there or cannot be taken."""


class LessonError(EcgModelError):
    """A lesson without a server that cannot be made, or a folder that it cannot be written to."""
