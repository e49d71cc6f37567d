"""The report of an evaluation: one HTML file without scripts or outside links, to be printed or kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgmodel.evaluation.aami import PREDICTED_GROUPS, score_groups
from ecgmodel.evaluation.published import OH_SCORES, count_oh_normal, infer_oh_accuracy
from ecgmodel.evaluation.results import Result, ResultIntervals
from ecgmodel.figures.rendering import MatrixTable, Say, Table, make_matrix, render
from ecgmodel.labels import AAMI_GROUPS, CLASS_NAMES, CLASSES
from ecgmodel.records.sources.databases import person
from ecgmodel.scores.metrics import Scores, score

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report; what is empty is left out."""

    title: str = ""
    matrix: MatrixTable | None = None
    table: Table | None = None
    note: str = ""


def write_result_report(result: Result, intervals: ResultIntervals, *, say: Say = str.format, lang: str = "en") -> str:
    """Return the report of a result as HTML.

    Parameters
    ----------
    result : Result
    intervals : ResultIntervals
        Over people, see `evaluation.results.find_intervals`.
    say : callable
        Translates the report's own words.
    lang : str
        Their language, as HTML has it.
    """
    figures, found = result.scores.figures(), intervals.classes
    sections = [
        Section(table=_facts(result, say)),
        Section(
            say("Any abnormal beat against normal"),
            table=_binary(result, figures, found, say),
            note=_paper(result, say),
        ),
        Section(say("Five classes"), table=_overall(figures, found, say)),
        Section(
            say("Confusion matrix"),
            matrix=make_matrix(result.matrix, CLASSES, CLASSES, say("sensitivity")),
            note=say("Rows: the experts. Columns: the model. Last column: sensitivity."),
        ),
        Section(say("Class by class"), table=_classes(result.scores, found, say)),
        Section(
            say("Groups of AAMI"),
            matrix=make_matrix(result.group_matrix[:4], AAMI_GROUPS[:4], PREDICTED_GROUPS, say("sensitivity")),
            table=_groups(result, intervals.groups, say),
        ),
        Section(say("Simple rules on the same folds"), table=_baselines(result, intervals, say)),
        Section(say("Records, the worst first"), table=_records(result, say)),
    ]
    return render(
        "result.html",
        lang=lang,
        title=f"{result.preset} · {result.protocol}",
        device=say("For teaching and research. Not a medical device."),
        unchecked="",
        sections=sections,
    )


def _facts(result: Result, say: Say) -> Table:
    people = len({person(name) for name in result.records})
    rows = [
        (say("Segments tested"), f"{int(result.matrix.sum()):,}"),
        (say("People tested"), str(people)),
        (say("People on both sides of a fold"), f"{len(result.shared_people)} / {people}"),
        (say("Weights"), f"{result.network.n_weights():,}"),
        (say("Seed"), f"{result.seed} ({result.split_seed})"),
        (say("Time of training"), f"{result.seconds:,.0f} s"),
        (say("Made on"), result.created),
        (say("Versions"), ", ".join(f"{name} {number}" for name, number in result.versions.items())),
        (say("To repeat it"), result.command),
    ]
    return Table(rows)


def _binary(result: Result, figures: Mapping[str, float], intervals: Mapping[str, Interval], say: Say) -> Table:
    """Return whether a beat is abnormal, beside the paper where the segments and the folds are its own."""
    words = {"accuracy": say("Accuracy"), "sensitivity": say("Sensitivity"), "specificity": say("Specificity")}
    head = [say("Figure"), say("Value"), say("95% interval over people")]
    rows = [
        [word, _value(figures[f"abnormal_{name}"]), _between(intervals.get(f"abnormal_{name}"))]
        for name, word in words.items()
    ]
    if _is_the_paper_s(result):
        head.append("Oh et al. 2018")
        for row, name in zip(rows, words, strict=True):
            row.append(_value(OH_SCORES[name]))
    return Table(rows, head, numbers_from=1)


def _is_the_paper_s(result: Result) -> bool:
    return result.protocol == "segments-10fold" and result.segments == "runs"


def _paper(result: Result, say: Say) -> str:
    if not _is_the_paper_s(result):
        return ""
    normal, abnormal = count_oh_normal()
    return say(
        "That the paper's figures answer this question is inferred: {sensitivity:.2%} of its {abnormal:,} abnormal "
        "segments and {specificity:.2%} of its {normal:,} normal ones are {inferred:.2%} of all, its accuracy.",
        sensitivity=OH_SCORES["sensitivity"],
        specificity=OH_SCORES["specificity"],
        abnormal=abnormal,
        normal=normal,
        inferred=infer_oh_accuracy(),
    )


def _overall(figures: Mapping[str, float], intervals: Mapping[str, Interval], say: Say) -> Table:
    names = {
        "accuracy": say("Accuracy"),
        "sensitivity": say("Mean sensitivity"),
        "specificity": say("Mean specificity"),
        "positive_predictivity": say("Mean positive predictivity"),
        "f1": say("Mean F1"),
    }
    rows = [(word, _value(figures[name]), _between(intervals.get(name))) for name, word in names.items()]
    return Table(rows, (say("Figure"), say("Value"), say("95% interval over people")), numbers_from=1)


def _classes(scores: Scores, intervals: Mapping[str, Interval], say: Say) -> Table:
    figures = scores.figures()
    kinds = ("sensitivity", "specificity", "positive_predictivity", "f1")
    head = (
        say("Class"), say("Segments"), say("Sensitivity"), say("Specificity"), say("Positive predictivity"), say("F1")
    )  # fmt: skip
    rows = [
        (
            f"{symbol} {say(CLASS_NAMES[symbol])}",
            f"{int(scores.n[k]):,}",
            *(
                f"{_value(figures[f'{kind}/{symbol}'])} {_between(intervals.get(f'{kind}/{symbol}'))}".strip()
                for kind in kinds
            ),
        )
        for k, symbol in enumerate(CLASSES)
    ]
    return Table(rows, head, numbers_from=1)


def _groups(result: Result, intervals: Mapping[str, Interval], say: Say) -> Table:
    figures = score_groups(result.group_matrix).to_dict()
    names = {
        "sensitivity": say("Sensitivity"),
        "positive_predictivity": say("Positive predictivity"),
        "ec57_positive_predictivity": say("Positive predictivity by EC57"),
    }
    rows = [
        (group, word, _value(figures[f"{kind}/{group}"]), _between(intervals.get(f"{kind}/{group}")))
        for group in "SV"
        for kind, word in names.items()
    ]
    return Table(rows, (say("Group"), say("Figure"), say("Value"), say("95% interval over people")), numbers_from=2)


def _baselines(result: Result, intervals: ResultIntervals, say: Say) -> Table:
    names = {
        "majority": say("always the most common class"),
        "length": say("length of the segment alone"),
        "nearest": say("nearest training segment"),
        "logistic": say("logistic regression on the raw segment"),
    }
    rows = []
    for name in result.baselines:
        figures, found = result.baseline_scores(name).figures(), intervals.baselines[name]
        cells = (f"{_value(figures[kind])} {_between(found.get(kind))}".strip() for kind in ("accuracy", "sensitivity"))
        rows.append((names.get(name, name), *cells))
    return Table(rows, (say("Rule"), say("Accuracy"), say("Mean sensitivity")), numbers_from=1)


def _records(result: Result, say: Say) -> Table:
    found = [(name, int(matrix.sum()), score(matrix).accuracy) for name, matrix in result.records.items()]
    found.sort(key=lambda row: (np.nan_to_num(row[2], nan=2.0), row[0]))
    rows = [(name, f"{n:,}", _value(accuracy)) for name, n, accuracy in found]
    return Table(rows, (say("Record"), say("Segments"), say("Accuracy")), numbers_from=1)


def _value(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.2%}"


def _between(interval: Interval | None) -> str:
    return "" if interval is None else f"({interval[0]:.1%} – {interval[1]:.1%})"
