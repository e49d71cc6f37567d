"""`train`: train a preset on one fold, with a bar for the batches and a line an epoch."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ecgmodel.errors import EcgModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecgmodel.training.presets import Preset
    from ecgmodel.training.run_folder import EpochResult
    from ecgmodel.training.settings import TrainSettings


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "train",
        help="train a network",
        description="Train a preset on all folds but one, in a folder that any kill leaves resumable.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--preset", metavar="NAME", help="paper-gru, paper-lstm, gru or beats-gru")
    what.add_argument("--config", type=Path, metavar="FILE", help="config.json of a run, to be trained again")
    parser.add_argument(
        "--protocol", help="segments-10fold, patients-10fold, ds1-ds2 or people (default: the preset's)"
    )
    parser.add_argument("--fold", type=int, help="that is held out, from 0 (default: 0, or the config's)")
    parser.add_argument("--epochs", type=int, help="default: the preset's; its teachers, if any, have no more")
    parser.add_argument("--seed", type=int, help="default: the preset's")
    parser.add_argument(
        "--no-validation", action="store_true", help="train on the validation part too; for when all is chosen"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the run")
    parser.add_argument("--resume", action="store_true", help="go on with the run in DIR")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Train, and say where the model lies."""
    from tqdm import tqdm

    from ecgmodel.training.presets import find_preset
    from ecgmodel.training.train import adapt_preset, cut_training_segments, train_preset

    preset, fold = (find_preset(options.preset), 0) if options.config is None else _read_config(options.config)
    fold = fold if options.fold is None else options.fold
    preset = adapt_preset(preset, options.protocol, options.epochs, options.seed)
    if options.no_validation:
        preset = adapt_preset(preset, validate=False)
    # TensorFlow reports on processors and missing GPUs unless it is told not to before it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tqdm(desc="cutting", unit="record", file=sys.stderr, leave=False) as bar:
        segments = cut_training_segments(preset, lambda number, total: _advance(bar, number, total))
    with tqdm(desc="epoch", unit="batch", file=sys.stderr, leave=False) as bar:
        lines = EpochLines(preset.settings, lambda line: tqdm.write(line, file=sys.stderr))
        try:
            model = train_preset(
                preset,
                segments,
                fold,
                options.out,
                options.resume,
                lines.on_epoch,
                lambda number, total: _advance(bar, number, total),
                on_teacher=lines.on_teacher,
            )
        except OSError as error:
            raise EcgModelError(
                "The run in {path} stopped: {reason}. Its last whole epoch is kept; make room and go on with --resume.",
                path=options.out,
                reason=error.strerror or error,
            ) from error
    scores = model.card.scores
    print(f"{options.out / 'model.safetensors'}: {model.config.n_weights():,} weights")
    if scores:
        print(f"held out ({model.card.held_out}):")
    for name in ("accuracy", "sensitivity", "specificity", "positive_predictivity", "f1"):
        if name in scores:
            print(f"  {name.replace('_', ' '):<22}{scores[name]:8.2%}")


def _read_config(path: Path) -> tuple[Preset, int]:
    from ecgmodel.training.train import read_preset

    try:
        description = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EcgModelError(
            "{path} cannot be read as the config of a run ({reason}). Give the config.json of a run.",
            path=path,
            reason=getattr(error, "strerror", None) or error,
        ) from error
    return read_preset(description), description["fold"]


class EpochLines:
    """Lines about the epochs of a training with or without teachers.

    Parameters
    ----------
    settings : TrainSettings
    write : callable
        Takes a line.
    """

    def __init__(self, settings: TrainSettings, write: Callable[[str], None]) -> None:
        self._settings, self._write = settings, write
        self._epochs = settings.epochs

    def on_teacher(self, number: int | None) -> None:
        """Write whose epochs follow."""
        self._epochs = self._settings.epochs if number is None else self._settings.teacher_epochs
        self._write("the network" if number is None else f"teacher {number} of {self._settings.teachers}")

    def on_epoch(self, result: EpochResult) -> None:
        """Write the line of an epoch."""
        validation = (
            ""
            if math.isnan(result.validation_loss)
            else f"validation: loss {result.validation_loss:.4f}  accuracy {result.validation_accuracy:.2%}  "
            f"mean sensitivity {result.validation_sensitivity:.2%}  "
        )
        self._write(
            f"epoch {result.epoch:>3} of {self._epochs}  loss {result.loss:.4f}  accuracy {result.accuracy:.2%}  "
            f"{validation}{result.seconds:.1f} s"
        )


def _advance(bar: object, number: int, total: int) -> None:
    if number == 1:
        bar.reset(total)
    bar.update(number - bar.n)
