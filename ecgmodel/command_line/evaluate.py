"""`evaluate`: train and test a preset on every fold of a protocol, beside simple rules, and write the result down."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ecgmodel.command_line.train import EpochLines
from ecgmodel.errors import EcgModelError

if TYPE_CHECKING:
    from ecgmodel.evaluation.cross_validation import Watch
    from ecgmodel.evaluation.results import Result
    from ecgmodel.training.presets import Preset


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "evaluate",
        help="judge a network under a protocol",
        description="Train a preset on every fold of a protocol and judge it on what each fold held out, beside simple "
        "rules on the same folds. Any kill leaves the work resumable. A result of the same settings that lies in the "
        "folder of results, as the shipped ones do, is printed at once, without training and without the database; "
        "--anew, --fold or --resume train. Where DASK_SCHEDULER_ADDRESS names a cluster, its workers train the folds; "
        "they need the same folders.",
    )
    parser.add_argument("--preset", required=True, metavar="NAME", help="paper-gru, paper-lstm, gru or beats-gru")
    parser.add_argument(
        "--protocol", help="segments-10fold, patients-10fold, ds1-ds2 or people (default: the preset's)"
    )
    parser.add_argument("--epochs", type=int, help="default: the preset's; its teachers, if any, have no more")
    parser.add_argument("--seed", type=int, help="default: the preset's")
    parser.add_argument(
        "--no-validation", action="store_true", help="train on the validation parts too; for when all is chosen"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the work (default: runs/NAME.PROTOCOL)")
    parser.add_argument("--resume", action="store_true", help="go on with the work in DIR")
    parser.add_argument("--anew", action="store_true", help="train although the result is there")
    parser.add_argument(
        "--fold",
        type=int,
        action="append",
        metavar="K",
        help="train only this fold now; may be given again. The result is written once all folds are there",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="of people: also train a network on everyone, for strangers, and write it with those of the folds to FILE",
    )
    parser.add_argument("--results", type=Path, metavar="DIR", help="folder of the result (default: assets/results)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Evaluate, and print the scores."""
    from ecgmodel.evaluation import cross_validation as work
    from ecgmodel.evaluation import results
    from ecgmodel.evaluation.baselines import judge_baselines
    from ecgmodel.evaluation.predictions import write_predictions
    from ecgmodel.segments.splits import count_folds
    from ecgmodel.training.presets import find_preset
    from ecgmodel.training.train import adapt_preset

    preset = adapt_preset(
        find_preset(options.preset),
        options.protocol,
        options.epochs,
        options.seed,
        validate=False if options.no_validation else None,
    )
    n_folds = count_folds(preset.protocol)
    folds = _check_folds(preset.protocol, options.fold or range(n_folds), n_folds)
    out = options.out or Path("runs") / f"{preset.name}.{preset.protocol}"
    target = options.results or results.results_folder()
    if not (options.anew or options.resume or options.fold or options.model):
        # Whether the validation part trained as well is asked only of who says so.
        found = work.find_result(preset, target) or work.find_result(replace(preset, validate=False), target)
        if found is not None:
            print(f"{results.result_path(preset.name, preset.protocol, target)}: --anew trains again.", file=sys.stderr)
            _print(found, options.json)
            return
    # TensorFlow reports on processors and missing GPUs unless it is told not to before it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        work.claim_evaluation(preset, out, options.resume)
        with _watch_bars(preset, n_folds) as watch:
            _train_folds(preset, out, folds, watch)
            missing = work.missing_folds(preset, out)
            if missing:
                left = ", ".join(map(str, missing))
                print(f"{out}: folds {left} are not trained yet; the result is written once they are.", file=sys.stderr)
                return
            if options.model is not None:
                from ecgmodel.evaluation.cross_fit import assemble_model, train_for_strangers
                from ecgmodel.network.model_file import write_model

                train_for_strangers(preset, out, watch)
                write_model(assemble_model(preset, out), options.model)
            predictions = work.gather_predictions(preset, out)
            result = work.gather_result(preset, out, predictions, judge_baselines(preset, watch.on_record))
        write_predictions(predictions, results.predictions_path(preset.name, preset.protocol, target))
        results.write_result(result, results.result_path(preset.name, preset.protocol, target))
    except OSError as error:
        raise EcgModelError(
            "The run in {path} stopped: {reason}. Its last whole epoch is kept; make room and go on with --resume.",
            path=out,
            reason=error.strerror or error,
        ) from error
    print(f"Written to {results.result_path(preset.name, preset.protocol, target)}", file=sys.stderr)
    _print(result, options.json)


def _check_folds(protocol: str, asked: Iterable[int], n_folds: int) -> list[int]:
    """Return the folds that are asked for, ascending, or raise `EcgModelError` where the protocol lacks one."""
    folds = sorted(set(asked))
    if not set(folds) <= set(range(n_folds)):
        raise EcgModelError(
            "Protocol {protocol} has folds 0 to {last}; fold {fold} is not one of them.",
            protocol=protocol,
            last=n_folds - 1,
            fold=max(folds, key=lambda fold: abs(2 * fold - n_folds + 1)),
        )
    return folds


def _train_folds(preset: Preset, out: Path, folds: Sequence[int], watch: Watch) -> None:
    """Train on the cluster that the environment names, or else in this process."""
    from ecgmodel.training.jobs.job_file import SCHEDULER_VARIABLE

    address = os.environ.get(SCHEDULER_VARIABLE)
    if address:
        from ecgmodel.evaluation.on_cluster import train_folds_on_cluster

        train_folds_on_cluster(preset, out, folds, address, watch.on_fold)
    else:
        from ecgmodel.evaluation.cross_validation import train_folds

        train_folds(preset, out, folds, watch)


def _print(result: Result, as_json: bool) -> None:
    from ecgmodel.evaluation.results import describe_result

    if as_json:
        print(json.dumps(describe_result(result), ensure_ascii=False))
    else:
        print_result(result)


def print_result(result: Result) -> None:
    """Print the scores with their intervals, the baselines, and the groups where the protocol is theirs."""
    from ecgmodel.evaluation.aami import score_groups
    from ecgmodel.evaluation.detected_scores import by_database, leave_out_paced, score_detected
    from ecgmodel.evaluation.intervals import bootstrap_people
    from ecgmodel.labels import CLASS_NAMES
    from ecgmodel.records.sources.databases import person

    figures, intervals = result.scores.figures(), result.intervals()
    print(f"{result.preset} under {result.protocol}: {int(result.matrix.sum()):,} segments, {result.seconds:,.0f} s")
    for title, prefix, names in (
        ("any abnormal beat against normal", "abnormal_", ("accuracy", "sensitivity", "specificity")),
        ("five classes, their mean", "", ("accuracy", "sensitivity", "specificity", "positive_predictivity", "f1")),
    ):
        print(f"  {title}:")
        for name in names:
            low, high = intervals.get(prefix + name, (math.nan, math.nan))
            value = figures[prefix + name]
            print(f"    {name.replace('_', ' '):<22}{_percent(value)}  ({low:.2%} to {high:.2%} over people)")
    for symbol, name in CLASS_NAMES.items():
        sensitivity, predictivity = (figures[f"{kind}/{symbol}"] for kind in ("sensitivity", "positive_predictivity"))
        print(f"  {symbol} {name:<24} Se {_percent(sensitivity)}  +P {_percent(predictivity)}")
    for name in result.baselines:
        low, high = result.baseline_intervals(name)["accuracy"]
        print(
            f"  baseline {name:<15}{result.baseline_scores(name).accuracy:8.2%}  ({low:.2%} to {high:.2%} over people)"
        )
    if result.protocol == "ds1-ds2":
        groups = score_groups(result.group_matrix)
        for group in "SV":
            print(
                f"  AAMI {group}: Se {_percent(groups.sensitivity[group])}  "
                f"+P {_percent(groups.positive_predictivity[group])} "
                f"(by EC57 {_percent(groups.ec57_positive_predictivity[group])})"
            )
    for database, records in by_database(leave_out_paced(result.detected)).items():
        figures, intervals = score_detected(sum(records.values())), bootstrap_people(records, score_detected)
        print(
            f"  {database}, detected: mean F1 of S and V {_percent(figures['mean_f1'])} {_range(intervals['mean_f1'])}"
        )
        for group in "SV":
            names = (f"sensitivity/{group}", f"positive_predictivity/{group}", f"f1/{group}")
            se, predictivity, f1 = (f"{_percent(figures[name])} {_range(intervals[name])}" for name in names)
            print(f"    AAMI {group}: Se {se}  +P {predictivity}  F1 {f1}")
    n_people = len({person(name) for name in result.records})
    if result.shared_people:
        print(f"  on both sides of a fold: {len(result.shared_people)} of {n_people} people")


def _percent(value: float) -> str:
    return "      -" if math.isnan(value) else f"{value:7.2%}"


def _range(interval: tuple[float, float]) -> str:
    return f"({interval[0]:.1%} to {interval[1]:.1%})"


@contextmanager
def _watch_bars(preset: Preset, n_folds: int) -> Iterator[Watch]:
    """Yield callbacks that draw bars for records and batches, and write a line an epoch."""
    from tqdm import tqdm

    from ecgmodel.evaluation.cross_validation import Watch

    with (
        tqdm(desc="cutting", unit="record", file=sys.stderr, leave=False) as records,
        tqdm(desc="epoch", unit="batch", file=sys.stderr, leave=False) as batches,
    ):
        lines = EpochLines(preset.settings, lambda line: tqdm.write(line, file=sys.stderr))
        yield Watch(
            on_record=lambda number, total: _advance(records, number, total),
            on_fold=lambda fold: tqdm.write(f"fold {fold} of {n_folds}", file=sys.stderr),
            on_teacher=lines.on_teacher,
            on_epoch=lines.on_epoch,
            on_batch=lambda number, total: _advance(batches, number, total),
        )


def _advance(bar: object, number: int, total: int) -> None:
    if number == 1:
        bar.reset(total)
    bar.update(number - bar.n)
