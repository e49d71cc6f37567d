"""The parser of `python -m ecgmodel`, and what happens when a command fails."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from ecgmodel import __version__
from ecgmodel.command_line import (
    classify,
    dataset,
    detector,
    download,
    evaluate,
    lesson_plan,
    noise,
    train,
)
from ecgmodel.errors import EcgModelError

COMMANDS = (download, dataset, classify, train, evaluate, detector, noise, lesson_plan)
"""Modules with `add_parser(commands)`, in the order in which `--help` lists them."""

BESIDE = ("pages.lesson.command", "tests.benchmarks.command")
"""Further ones, of the app and of the tests: they build on the library, which knows their names alone."""

CHECKOUT = Path(__file__).resolve().parents[2]

USER_FAULT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="ecgmodel" if Path(sys.argv[0]).name == "ecgmodel" else "python -m ecgmodel",
        description="Classify heartbeats of the MIT-BIH Arrhythmia Database with a CNN and a GRU or LSTM.",
        epilog="For teaching and research. Not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"ecgmodel {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (*COMMANDS, *_find_beside()):
        module.add_parser(commands)
    return parser


def _find_beside() -> Iterator[ModuleType]:
    """Yield the commands that lie beside the library: in a checkout, from whatever folder it is used."""
    for name in BESIDE:
        if CHECKOUT.joinpath(*name.split(".")).with_suffix(".py").is_file():
            if str(CHECKOUT) not in sys.path:
                sys.path.append(str(CHECKOUT))
            yield importlib.import_module(name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str or None
        `None` takes those of the process.

    Returns
    -------
    int
        Exit code: 0; 2 after one sentence on standard error about what came from outside; 130 after Ctrl-C; 141 where
        whoever read standard output went away.
    """
    options = build_parser().parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except EcgModelError as error:
        print(error, file=sys.stderr)
        return USER_FAULT
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # What is left in the buffer has nowhere to go; without this, Python complains about it while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return 0
