"""`classify --many`: every recording below a folder, several at a time, as one table; what is done stays done."""

from __future__ import annotations

import argparse
import contextlib
import functools
import hashlib
import io
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from ecgmodel.command_line.output import save_output
from ecgmodel.errors import EcgModelError

if TYPE_CHECKING:
    from ecgmodel.classification.survey import SurveyLine
    from ecgmodel.network.serving import Classifier
    from ecgmodel.records.imports.understanding import ImportSettings

    Files = dict[str, bytes | Path]
    Work = tuple[str, Files]

FORMATS = (".parquet", ".csv")
IN_FLIGHT = 2
"""Recordings that wait for each process, so that none is idle."""

ENDED = "The process that read it ended, as where memory runs out."

_worker: dict[str, object] = {}
"""What a worker process keeps from recording to recording: its classifier, the settings, and the lead."""


def run_many(options: argparse.Namespace) -> None:
    """Classify every recording of a folder.

    Raises
    ------
    EcgModelError
        Where there is no such folder, or the table cannot be written.
    """
    from ecgmodel.network.model_file import open_model
    from ecgmodel.records.imports.gather import list_folder
    from ecgmodel.training.jobs.job_file import SCHEDULER_VARIABLE

    if options.out is None or options.out.suffix.lower() not in FORMATS:
        raise EcgModelError("Say with --out where the table goes: a path that ends in .parquet or .csv.")
    open_model(options.model)  # what is wrong with it is said once, not of each recording
    work = list(list_folder(options.many))
    own = {options.out.resolve(), _parts_path(options.out).resolve()}
    work = [(name, files) for name, files in work if not own & {Path(path).resolve() for path in files.values()}]
    key = _describe_options(options)
    done = _read_parts(_parts_path(options.out), key, work)
    left = [(name, files) for name, files in work if name not in done]
    if done:
        print(f"{len(done):,} of {len(work):,} recordings were done before.", file=sys.stderr)
    try:
        _parts_path(options.out).parent.mkdir(parents=True, exist_ok=True)
        # Nothing stays in a buffer that a full disk would refuse again when the file is closed.
        parts = _parts_path(options.out).open("ab", buffering=0)
    except OSError as error:
        raise EcgModelError("{path} cannot be written ({reason}).", path=options.out, reason=error.strerror) from error
    # Before they are read: a recording that changes meanwhile is read again the next time.
    stamps = {name: _stamp(files) for name, files in left}
    address = os.environ.get(SCHEDULER_VARIABLE)
    lines = _survey_all(left, options) if not address else _survey_on_cluster(left, options, address)
    with parts, contextlib.closing(lines):
        for count, line in enumerate(lines, start=len(done) + 1):
            done[line.name] = line.to_dict()
            try:
                # On a line of its own, whatever half a line a killed run left.
                parts.write(b"\n" + json.dumps({"key": key, "stamp": stamps[line.name], **line.to_dict()}).encode())
            except OSError as error:
                raise EcgModelError(
                    "{path} could not be written ({reason}). {count:,} recordings are done; make room there and start "
                    "the same command again to go on.",
                    path=parts.name,
                    reason=error.strerror,
                    count=count - 1,
                ) from error
            print(f"{count:,} of {len(work):,}: {line.name} {line.error}".rstrip(), file=sys.stderr)
    rows = [done[name] for name, _ in work]
    save_output(options.out, format_table(rows, options.out.suffix.lower()))
    failed = sum(bool(row["error"]) for row in rows)
    print(f"{len(rows):,} recordings, {failed:,} of them not read: {options.out}")
    print("Not a medical device.", file=sys.stderr)


def format_table(rows: Iterable[dict[str, object]], suffix: str) -> bytes:
    """Return lines of a survey as Parquet or CSV."""
    from ecgmodel.classification.survey import COLUMNS

    names = list(COLUMNS)
    rows = list(rows)
    if suffix == ".csv":
        from ecgmodel.records.exports.csv_text import write_csv

        cells = ([("" if row[name] is None else row[name]) for name in names] for row in rows)
        return write_csv(names, cells).encode("utf-8")
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "name": pa.string(),
        "lead": pa.string(),
        "doubts": pa.string(),
        "error": pa.string(),
        "n_beats": pa.int64(),
    }
    schema = pa.schema([(name, kinds.get(name, pa.float64())) for name in names])
    table = pa.table({name: pa.array([row[name] for row in rows], schema.field(name).type) for name in names}, schema)
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _survey_all(work: list[Work], options: argparse.Namespace) -> Iterator[SurveyLine]:
    """Yield a line a recording, in the order in which they are done; a process that ends takes no other with it."""
    from ecgmodel.classification.survey import SurveyLine

    waiting = list(reversed(work))
    suspects: list[Work] = []
    while waiting or suspects:
        alone = not waiting
        n_workers = 1 if alone else max(1, options.workers or os.cpu_count() or 1)
        queue = suspects if alone else waiting
        suspects = [] if alone else suspects
        running: dict[Future, Work] = {}
        pool = ProcessPoolExecutor(
            n_workers, multiprocessing.get_context("spawn"), initializer=_start, initargs=(_as_dict(options),)
        )
        try:
            while queue or running:
                while queue and len(running) < (1 if alone else IN_FLIGHT * n_workers):
                    item = queue.pop()
                    running[pool.submit(_work, *item)] = item
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    error = future.exception()
                    if isinstance(error, BrokenProcessPool):
                        raise error
                    name, _files = running.pop(future)
                    yield (
                        future.result() if error is None else SurveyLine(name, error=f"{type(error).__name__}: {error}")
                    )
        except BrokenProcessPool:
            # Which of them it was is not known: each is tried by itself, and the one that fails again is named.
            if alone:
                (name, _files) = next(iter(running.values()))
                yield SurveyLine(name, error=ENDED)
                suspects = queue
            else:
                suspects += running.values()
        finally:
            pool.shutdown(cancel_futures=True)


def _survey_on_cluster(work: list[Work], options: argparse.Namespace, address: str) -> Iterator[SurveyLine]:
    """Yield a line a recording, in the order in which the workers of a cluster are done; they read the same folder."""
    from distributed import KilledWorker

    from ecgmodel.classification.survey import SurveyLine
    from ecgmodel.training.jobs.connection import check_workers, connect
    from ecgmodel.training.jobs.spread import spread

    given = _as_dict(options)
    shared = [options.many.resolve()]
    if Path(options.model).is_file():
        given["model"] = str(Path(options.model).resolve())
        shared.append(Path(options.model).resolve())

    def arguments(item: Work) -> tuple:
        name, files = item
        whole = {short: path.resolve() if isinstance(path, Path) else path for short, path in files.items()}
        return name, whole, given["model"], given["settings"], given["lead"]

    with connect(address) as client:
        check_workers(client, shared)
        for outcome in spread(client, _survey_one, work, arguments):
            error = outcome.error
            if error is None:
                yield outcome.result
            else:
                fault = ENDED if isinstance(error, KilledWorker) else f"{type(error).__name__}: {error}"
                yield SurveyLine(outcome.item[0], error=fault)


def _survey_one(name: str, files: Files, model: str, settings: ImportSettings, lead: str | None) -> SurveyLine:
    """Read one recording in a worker of a cluster."""
    from ecgmodel.classification.survey import survey_files

    # A worker of a cluster outlives the command, and may meet another file of this name the next time.
    return survey_files(name, files, _open_classifier(model, _digest(model)), settings, lead)


def _digest(model: str) -> str:
    """Return what tells the model of a name from any other that this name may have later."""
    from ecgmodel.network.model_file import model_path

    path = model_path(model)
    stat = path.stat()
    return _read_digest(path, (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))


@functools.lru_cache(maxsize=4)
def _read_digest(path: Path, stamp: tuple[int, ...]) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


@functools.lru_cache(maxsize=2)
def _open_classifier(model: str, digest: str) -> Classifier:
    from ecgmodel.network.model_file import open_model
    from ecgmodel.network.serving import Classifier

    return Classifier(open_model(model), n_threads=1)


def _as_dict(options: argparse.Namespace) -> dict[str, object]:
    from ecgmodel.command_line.files import read_settings

    return {"model": options.model, "lead": options.lead, "settings": read_settings(options)}


def _start(given: dict[str, object]) -> None:
    _worker.update(given, classifier=_open_classifier(str(given["model"]), _digest(str(given["model"]))))


def _work(name: str, files: Files) -> SurveyLine:
    from ecgmodel.classification.survey import survey_files

    return survey_files(name, files, _worker["classifier"], _worker["settings"], _worker["lead"])  # type: ignore[arg-type]


def _parts_path(out: Path) -> Path:
    return out.with_name(out.name + ".parts.jsonl")


def _describe_options(options: argparse.Namespace) -> str:
    """Return what makes one survey another: model, and what is in its file, lead and settings."""
    given = _as_dict(options)
    model = str(given["model"])
    return json.dumps([model, _digest(model), given["lead"], given["settings"].to_json()])  # type: ignore[attr-defined]


def _stamp(files: Files) -> list[list[object]]:
    """Return size and time of change of each file; of one that is gone or closed, nothing that it will have again."""
    stamps: list[list[object]] = []
    for name, path in sorted(files.items()):
        try:
            stat = Path(path).stat()  # type: ignore[arg-type]
            stamps.append([name, stat.st_size, stat.st_mtime_ns])
        except OSError as error:
            stamps.append([name, error.strerror, time.time_ns()])
    return stamps


def _read_parts(path: Path, key: str, work: list[Work]) -> dict[str, dict[str, object]]:
    """Return the lines of recordings that an earlier run has done with the same options, and that did not change."""
    known = dict(work)
    done: dict[str, dict[str, object]] = {}
    if not path.is_file():
        return done
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue  # the last line of a run that was killed
        name = line.get("name")
        if line.pop("key", None) == key and name in known and line.pop("stamp", None) == _stamp(known[name]):
            done[name] = line
    return done
