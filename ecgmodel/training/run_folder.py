"""A run is a folder, which holds all its state: a kill at any moment loses at most the current epoch.

config.json             what was asked for
events.jsonl            one line an epoch
checkpoint.safetensors  everything that a resumed run needs, of the last whole epoch
model.safetensors       the result
parts.json              who trained it, where it is a fold of an evaluation
teacher-K               the run of a teacher, where it has some
lock                    held by the process that trains
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import filelock
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ecgmodel.atomic import write_atomically
from ecgmodel.errors import ConfigError
from ecgmodel.network.former_names import rename_in_description

_EPOCHS = "epochs"
_NORMS = "epochs/gradient_norm/"
LOCK = "lock"
PATIENCE_S = 2.0
"""How long a training waits for a lock: whoever only asks about it lets go at once."""


class RunHeldError(ConfigError):
    """Another process trains in the folder."""


@dataclass(frozen=True, slots=True)
class EpochResult:
    """One line of `events.jsonl`.

    Attributes
    ----------
    epoch : int
        From 1.
    learning_rate : float
        Of the epoch's last step.
    loss, accuracy : float
        Means over the training segments while the weights still moved. With teachers the loss compares with their
        answers, too, and so is no measure beside the validation's.
    validation_loss, validation_accuracy, validation_sensitivity : float
        Of the weights that would be shipped; the sensitivity is the mean over the classes that occur. NaN without
        validation segments.
    seconds : float
        Of the epoch, validation included.
    gradient_norms : dict of str to float
        Of each layer, mean over the epoch's batches, before the gradient is clipped; empty in older runs.
    """

    epoch: int
    learning_rate: float
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    validation_sensitivity: float
    seconds: float
    gradient_norms: dict[str, float] = field(default_factory=dict)

    def numbers(self) -> dict[str, float]:
        """Return all but the norms, by name."""
        values = asdict(self)
        del values["gradient_norms"]
        return values


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The last whole epoch.

    Attributes
    ----------
    state : dict of str to ndarray
        Whatever the training needs to go on.
    epochs : tuple of EpochResult
        All up to this one.
    """

    state: dict[str, np.ndarray]
    epochs: tuple[EpochResult, ...]


class RunFolder:
    """The files of one run. Reading changes nothing; the folder is made when something is first written.

    Parameters
    ----------
    path : Path
        Of the folder, which need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def model_path(self) -> Path:
        """Where the result lies, once there is one."""
        return self.path / "model.safetensors"

    def teacher(self, number: int) -> RunFolder:
        """Return the run of a teacher, numbered from 1."""
        return RunFolder(self.path / f"teacher-{number}")

    def read_all_events(self) -> tuple[EpochResult, ...]:
        """Return the epochs so far, those of the teachers too."""
        runs = (*(RunFolder(path) for path in sorted(self.path.glob("teacher-*"))), self)
        return tuple(epoch for run in runs for epoch in run.read_events())

    def read_config(self) -> dict[str, object] | None:
        """Return what was asked for, or `None` in a new folder.

        Raises
        ------
        ConfigError
            Where the file is not what a run wrote.
        """
        config = self._read_json("config.json")
        return None if config is None else rename_in_description(config)

    def write_config(self, config: dict[str, object]) -> None:
        """Keep what was asked for."""
        write_atomically(self.path / "config.json", json.dumps(config, indent=1).encode())

    def read_parts(self) -> dict[str, object]:
        """Return what `write_parts` kept.

        Raises
        ------
        ConfigError
            Where it is not there.
        """
        parts = self._read_json("parts.json")
        if parts is None or not {"n_train", "n_validation", "train_records"} <= parts.keys():
            raise ConfigError("{path} does not say who trained it. Delete it and evaluate again.", path=self.path)
        return parts

    def write_parts(self, parts: dict[str, object]) -> None:
        """Keep how many segments, and whose, trained and validated."""
        write_atomically(self.path / "parts.json", json.dumps(parts).encode())

    @contextmanager
    def hold(self, name: str = LOCK) -> Iterator[None]:
        """Keep other processes from training in this folder; a killed process lets go by itself.

        Parameters
        ----------
        name : str
            Of the lock; two locks know nothing of each other.

        Raises
        ------
        RunHeldError
            Where another process holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.path / name)
        try:
            lock.acquire(timeout=PATIENCE_S)
        except filelock.Timeout as error:
            raise RunHeldError(
                "Another process is training the run in {path}. Wait for its end, or stop it.", path=self.path
            ) from error
        try:
            yield
        finally:
            lock.release()

    def is_held(self, name: str = LOCK) -> bool:
        """Tell whether a process holds a lock of this folder now, without making or writing a file."""
        path = self.path / name
        try:
            with path.open("rb") as file:
                return _is_locked(file.fileno()) if sys.platform != "win32" else _is_locked_on_windows(path)
        except OSError:
            return False  # nobody ever held it, or the run is gone

    def read_events(self) -> tuple[EpochResult, ...]:
        """Return the epochs so far; a last line that a crash cut short does not count."""
        path = self.path / "events.jsonl"
        events = []
        for line in path.read_text("utf-8").splitlines() if path.exists() else ():
            try:
                events.append(EpochResult(**json.loads(line)))
            except (ValueError, TypeError):
                break
        return tuple(events)

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep an epoch.

        The checkpoint holds the epochs as well, so that it alone says how far the run is; a crash between the two files
        leaves `events.jsonl` one line behind, until the run goes on and writes it anew.
        """
        table = np.array([[float(value) for value in epoch.numbers().values()] for epoch in checkpoint.epochs])
        arrays = {name: np.asarray(value) for name, value in checkpoint.state.items()}
        layers = dict.fromkeys(layer for epoch in checkpoint.epochs for layer in epoch.gradient_norms)
        norms = {
            f"{_NORMS}{layer}": np.array([epoch.gradient_norms.get(layer, np.nan) for epoch in checkpoint.epochs])
            for layer in layers
        }
        write_atomically(self.path / "checkpoint.safetensors", save(arrays | norms | {_EPOCHS: table}))
        self.write_events(checkpoint.epochs)

    def write_events(self, epochs: Sequence[EpochResult]) -> None:
        """Write the epochs for all who watch the run."""
        lines = "".join(json.dumps(asdict(epoch)) + "\n" for epoch in epochs)
        write_atomically(self.path / "events.jsonl", lines.encode())

    def read_checkpoint(self) -> Checkpoint | None:
        """Return the last whole epoch, or `None` where none ended.

        Raises
        ------
        ConfigError
            Where the file is damaged.
        """
        path = self.path / "checkpoint.safetensors"
        if not path.exists():
            return None
        try:
            state = load(path.read_bytes())
            norms = {name.removeprefix(_NORMS): state.pop(name) for name in list(state) if name.startswith(_NORMS)}
            epochs = tuple(
                EpochResult(
                    int(row[0]),
                    *map(float, row[1:]),
                    {layer: float(of[k]) for layer, of in sorted(norms.items()) if np.isfinite(of[k])},
                )
                for k, row in enumerate(state.pop(_EPOCHS))
            )
        except (SafetensorError, KeyError, TypeError) as error:
            raise ConfigError(
                "{path} is damaged, so this run cannot go on. Delete it to start the run anew.", path=path
            ) from error
        return Checkpoint(state, epochs)

    def _read_json(self, name: str) -> dict[str, object] | None:
        path = self.path / name
        if not path.exists():
            return None
        try:
            values = json.loads(path.read_text("utf-8"))
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise ConfigError(
                "{path} is no longer the configuration of a run. Restore it, or train into a new folder.", path=path
            )
        return values


def _is_locked(descriptor: int) -> bool:
    """Tell whether another open file holds the lock that `filelock` takes.

    Those who ask share theirs, so they never refuse one another, and they need no right to write.
    """
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _is_locked_on_windows(path: Path) -> bool:
    """Tell the same where a file is locked for one alone: ask for it without waiting, and give it back."""
    with contextlib.suppress(filelock.Timeout), filelock.FileLock(path, timeout=0):
        return False
    return True
