"""A result on paper: one HTML file without scripts or links to elsewhere, to be printed or kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from ecgmodel.evaluation.aami import PREDICTED_GROUPS, score_groups
from ecgmodel.evaluation.results import Result, ResultIntervals
from ecgmodel.figures.confusion import fill_cells, format_share
from ecgmodel.figures.report import STYLE, Say
from ecgmodel.labels import AAMI_GROUPS, CLASS_NAMES, CLASSES
from ecgmodel.scores.metrics import Scores, score
from ecgmodel.segments.splits import person

_MATRIX_STYLE = """
table.matrix td, table.matrix th { padding: 0.8mm 3mm; text-align: right; }
table.matrix th[scope=row] { text-align: left; }
td.right { background: rgba(0, 114, 178, var(--depth)); } td.wrong { background: rgba(213, 94, 0, var(--depth)); }
* { print-color-adjust: exact; -webkit-print-color-adjust: exact; } h2 { break-after: avoid; }
"""
_DEEPEST = 0.5

Interval = tuple[float, float]


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
    title = f"{result.preset} · {result.protocol}"
    scores = result.scores
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="device"><strong>{escape(say("For teaching and research. Not a medical device."))}</strong></p>',
        _facts(result, say),
        f"<h2>{escape(say('Scores'))}</h2>",
        _overall(scores, intervals.classes, say),
        f"<h2>{escape(say('Confusion matrix'))}</h2>",
        _matrix(result.matrix, CLASSES, CLASSES, say),
        f"<h2>{escape(say('Class by class'))}</h2>",
        _classes(scores, intervals.classes, say),
        f"<h2>{escape(say('Groups of AAMI'))}</h2>",
        _matrix(result.group_matrix[:4], AAMI_GROUPS[:4], PREDICTED_GROUPS, say),
        _groups(result, intervals.groups, say),
        f"<h2>{escape(say('Simple rules on the same folds'))}</h2>",
        _baselines(result, intervals, say),
        f"<h2>{escape(say('Records, the worst first'))}</h2>",
        _records(result, say),
    ]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{escape(lang)}">\n<head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}{_MATRIX_STYLE}</style></head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _facts(result: Result, say: Say) -> str:
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
    return _table(None, rows)


def _overall(scores: Scores, intervals: Mapping[str, Interval], say: Say) -> str:
    names = {
        "accuracy": say("Accuracy"),
        "sensitivity": say("Mean sensitivity"),
        "specificity": say("Mean specificity"),
        "positive_predictivity": say("Mean positive predictivity"),
        "f1": say("Mean F1"),
        "abnormal_sensitivity": say("Abnormal beats found"),
        "abnormal_specificity": say("Normal beats left alone"),
    }
    figures = scores.figures()
    rows = [(word, _value(figures[name]), _between(intervals.get(name))) for name, word in names.items()]
    return _table((say("Figure"), say("Value"), say("95% interval over people")), rows, numbers_from=1)


def _classes(scores: Scores, intervals: Mapping[str, Interval], say: Say) -> str:
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
    return _table(head, rows, numbers_from=1)


def _groups(result: Result, intervals: Mapping[str, Interval], say: Say) -> str:
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
    return _table((say("Group"), say("Figure"), say("Value"), say("95% interval over people")), rows, numbers_from=2)


def _baselines(result: Result, intervals: ResultIntervals, say: Say) -> str:
    names = {
        "majority": say("always the commonest class"),
        "length": say("length of the segment alone"),
        "nearest": say("nearest training segment"),
        "logistic": say("logistic regression on the raw segment"),
    }
    rows = []
    for name in result.baselines:
        figures, found = result.baseline_scores(name).figures(), intervals.baselines[name]
        cells = (f"{_value(figures[kind])} {_between(found.get(kind))}".strip() for kind in ("accuracy", "sensitivity"))
        rows.append((names.get(name, name), *cells))
    return _table((say("Rule"), say("Accuracy"), say("Mean sensitivity")), rows, numbers_from=1)


def _records(result: Result, say: Say) -> str:
    found = [(name, int(matrix.sum()), score(matrix).accuracy) for name, matrix in result.records.items()]
    found.sort(key=lambda row: (np.nan_to_num(row[2], nan=2.0), row[0]))
    rows = [(name, f"{n:,}", _value(accuracy)) for name, n, accuracy in found]
    return _table((say("Record"), say("Segments"), say("Accuracy")), rows, numbers_from=1)


def _matrix(matrix: np.ndarray, rows: Sequence[str], columns: Sequence[str], say: Say) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = ""
    for name, cells, counts in zip(rows, fill_cells(matrix, rows, columns), matrix, strict=True):
        shown = "".join(
            f'<td class="{"right" if cell.right else "wrong"}" style="--depth: {cell.depth * _DEEPEST:.2f}">'
            f"{cell.text}</td>"
            for cell in cells
        )
        hit = int(counts[columns.index(name)]) if name in columns else 0
        found = format_share(hit, int(counts.sum()))
        body += f'<tr><th scope="row">{escape(name)}</th>{shown}<td>{found}</td></tr>'
    note = escape(say("Rows: the experts. Columns: the model. Last column: sensitivity."))
    return f'<table class="matrix"><tr><th></th>{head}<th></th></tr>{body}</table><p class="quiet">{note}</p>'


def _table(head: Sequence[str] | None, rows: Sequence[Sequence[str]], numbers_from: int = 99) -> str:
    def cells(tag: str, row: Sequence[str]) -> str:
        style = [' class="number"' if i >= numbers_from else "" for i in range(len(row))]
        return "".join(f"<{tag}{s}>{escape(cell)}</{tag}>" for s, cell in zip(style, row, strict=True))

    top = f"<tr>{cells('th', head)}</tr>" if head else ""
    return "<table>" + top + "".join(f"<tr>{cells('td', row)}</tr>" for row in rows) + "</table>"


def _value(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.2%}"


def _between(interval: Interval | None) -> str:
    return "" if interval is None else f"({interval[0]:.1%} – {interval[1]:.1%})"
