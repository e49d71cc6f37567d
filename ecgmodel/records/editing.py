"""Beats set and corrected by hand: every step can be undone, and nothing is lost by it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ecgmodel.errors import RecordError
from ecgmodel.labels import BEAT_SYMBOLS
from ecgmodel.records.record import Annotations

SNAP_S = 0.06
"""How far a beat put in by hand looks for its R peak."""

CLOSEST_S = 0.12
"""No two heartbeats are closer; the heart cannot be excited again so soon."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one beat.

    Attributes
    ----------
    before, after : (int, str) or None
        Sample and symbol of the beat; `None` where it is not there: an addition has no `before`, a deletion no `after`.
    """

    before: tuple[int, str] | None
    after: tuple[int, str] | None


@dataclass(frozen=True, slots=True, eq=False)
class EditedBeats:
    """Beats, and how they came to be what they are.

    Attributes
    ----------
    sample : ndarray of shape (n,), int64
        Ascending, each once.
    symbol : ndarray of shape (n,), str
    n_samples : int
        Length of the record.
    fs : float
        In Hz.
    done, undone : tuple of Edit
        The last one last; `undone` can be done again.
    """

    sample: np.ndarray
    symbol: np.ndarray
    n_samples: int
    fs: float
    done: tuple[Edit, ...] = field(default=())
    undone: tuple[Edit, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.sample)

    def to_annotations(self) -> Annotations:
        """Return the beats as annotations."""
        return Annotations(self.sample, self.symbol, np.full(len(self.sample), ""))

    def symbol_at(self, sample: int) -> str:
        """Return the symbol of the beat at `sample`.

        Raises
        ------
        RecordError
            Where there is no beat.
        """
        return str(self.symbol[self._place(sample)])

    def add(self, sample: int, symbol: str) -> EditedBeats:
        """Put in a beat.

        Raises
        ------
        RecordError
            Where the sample is outside the record or next to another beat, or the symbol is no beat's.
        """
        self._check(sample, symbol)
        return self._do(Edit(None, (int(sample), symbol)))

    def delete(self, sample: int) -> EditedBeats:
        """Take the beat at `sample` out; `RecordError` where there is none."""
        return self._do(Edit((int(sample), self.symbol_at(sample)), None))

    def move(self, sample: int, to_sample: int) -> EditedBeats:
        """Move the beat at `sample`; `RecordError` as of `add`, other beats considered."""
        symbol = self.symbol_at(sample)
        self._check(to_sample, symbol, beside=sample)
        return self._do(Edit((int(sample), symbol), (int(to_sample), symbol)))

    def label(self, sample: int, symbol: str) -> EditedBeats:
        """Give the beat at `sample` another symbol."""
        before = self.symbol_at(sample)
        self._check_symbol(symbol)
        if before == symbol:
            return self
        return self._do(Edit((int(sample), before), (int(sample), symbol)))

    def undo(self) -> EditedBeats:
        """Take the last change back; nothing happens where there is none."""
        if not self.done:
            return self
        last = self.done[-1]
        beats = self._apply(Edit(last.after, last.before))
        return replace(beats, done=self.done[:-1], undone=(*self.undone, last))

    def redo(self) -> EditedBeats:
        """Make the change again that was taken back last; nothing happens where there is none."""
        if not self.undone:
            return self
        last = self.undone[-1]
        return replace(self._apply(last), done=(*self.done, last), undone=self.undone[:-1])

    def _do(self, edit: Edit) -> EditedBeats:
        return replace(self._apply(edit), done=(*self.done, edit), undone=())

    def _apply(self, edit: Edit) -> EditedBeats:
        sample, symbol = self.sample, self.symbol
        if edit.before is not None:
            place = self._place(edit.before[0])
            sample, symbol = np.delete(sample, place), np.delete(symbol, place)
        if edit.after is not None:
            place = int(np.searchsorted(sample, edit.after[0]))
            sample, symbol = np.insert(sample, place, edit.after[0]), np.insert(symbol, place, edit.after[1])
        return replace(self, sample=sample, symbol=symbol)

    def _place(self, sample: int) -> int:
        place = int(np.searchsorted(self.sample, sample))
        if place == len(self.sample) or self.sample[place] != sample:
            raise RecordError("There is no beat at {seconds:.3f} s. Select one in the trace.", seconds=sample / self.fs)
        return place

    def _check_symbol(self, symbol: str) -> None:
        if symbol not in BEAT_SYMBOLS:
            raise RecordError(
                "'{symbol}' is not a beat symbol. Choose one of {allowed}.",
                symbol=symbol[:10],
                allowed=" ".join(sorted(BEAT_SYMBOLS)),
            )

    def _check(self, sample: int, symbol: str, beside: int | None = None) -> None:
        self._check_symbol(symbol)
        if not 0 <= sample < self.n_samples:
            raise RecordError(
                "{seconds:.3f} s is outside the record, which ends at {end:.3f} s. Choose a time within it.",
                seconds=sample / self.fs,
                end=self.n_samples / self.fs,
            )
        others = self.sample if beside is None else self.sample[self.sample != beside]
        if not len(others):
            return
        nearest = int(others[np.abs(others - sample).argmin()])
        if abs(nearest - sample) < CLOSEST_S * self.fs:
            raise RecordError(
                "{seconds:.3f} s is too close to the beat at {other:.3f} s: a heart needs {least:g} s between two "
                "beats. Move or delete that one first.",
                seconds=sample / self.fs,
                other=nearest / self.fs,
                least=CLOSEST_S,
            )


def begin_editing(sample: np.ndarray, symbol: np.ndarray, n_samples: int, fs: float) -> EditedBeats:
    """Return beats to edit; of several at one sample, the first is taken.

    Parameters
    ----------
    sample : ndarray of shape (n,), int
        Ascending.
    symbol : ndarray of shape (n,), str
    n_samples : int
        Length of the record.
    fs : float
        In Hz.
    """
    once, place = np.unique(np.asarray(sample, dtype=np.int64), return_index=True)
    return EditedBeats(once, np.asarray(symbol, dtype="U2")[place], n_samples, fs)


def snap_to_peak(signal: np.ndarray, fs: float, sample: int) -> int:
    """Return where the largest deflection within `SNAP_S` of `sample` is; `sample` itself where nothing is recorded."""
    reach = round(SNAP_S * fs)
    start = max(sample - reach, 0)
    near = np.asarray(signal[start : sample + reach + 1], dtype=np.float64)
    wide = signal[max(sample - 5 * reach, 0) : sample + 5 * reach + 1]
    if not np.isfinite(near).any():
        return sample
    size = np.abs(near - np.nanmedian(wide))
    return start + int(np.nanargmax(size))
