"""One result, or two side by side: the matrix part by part, classes, baselines, records."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.evaluation.aami import score_groups
from ecgmodel.evaluation.intervals import bootstrap_difference
from ecgmodel.evaluation.published import DE_CHAZAL_SCORES
from ecgmodel.labels import CLASS_NAMES, CLASSES
from ecgmodel.records.sources.databases import person
from ecgmodel.scores.metrics import score
from pages.components.matrices import Headline, MatrixPane
from pages.evaluate.choice import Closer, choose_part, choose_unit, part_name
from pages.evaluate.judged import ALL, Judged, Measure, Part, matrix_of
from pages.evaluate.matrix import show_judged
from pages.session import choices
from pages.ui.row_table import show_row_table
from pages.ui.text import look_up, plain, t

CLOSER = "evaluate.closer"
TABS = "evaluate.tabs"
_RECORDS = "evaluate.records"


def show_closer(closer: Closer, measure: Measure) -> None:
    """Show the matrices of the chosen part, then their classes as a table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = choose_part(closer)
        unit = choose_unit()
    panes = [_make_pane(one, measure, part) for one in closer.both]
    show_judged(panes, measure, key=CLOSER, part=part, unit=unit)
    if closer.beside is not None and part == ALL and measure == "classes":
        _tell_difference(closer)


def _tell_difference(closer: Closer) -> None:
    """Say how far apart two accuracies are, and whether other people could have reversed their order."""
    main, beside = closer.main.records(), closer.beside.records()
    common = sorted(set(main) & set(beside))
    if not common:
        st.caption(t("They were tested on no record in common, so their difference says nothing."))
        return
    difference = float(
        score(sum(main[name] for name in common)).accuracy - score(sum(beside[name] for name in common)).accuracy
    )
    interval = bootstrap_difference(main, beside, lambda matrices: {"accuracy": score(matrices).accuracy})["accuracy"]
    low, high = (f"{end * 100:+.1f}".replace("-", "−") for end in interval)
    words = {
        "main": plain(closer.main.title),
        "beside": plain(closer.beside.title),
        "points": f"{difference * 100:+.2f}".replace("-", "−"),
        "low": low,
        "high": high,
        "n": len({person(name) for name in common}),
    }
    if interval[0] <= 0 <= interval[1]:
        st.markdown(
            t(
                "{main} against {beside}, on the same {n} people: **{points} points** of accuracy ({low} to {high} "
                "over people). The range holds 0: other people could have turned them round, so neither is shown to "
                "be better.",
                **words,
            )
        )
        return
    st.markdown(
        t(
            "{main} against {beside}, on the same {n} people: **{points} points** of accuracy ({low} to {high} over "
            "people).",
            **words,
        )
    )


def _make_pane(one: Judged, measure: Measure, part: Part) -> MatrixPane:
    known = _has(one, part)
    if not known:
        return MatrixPane(one.key, one.title, empty=t("It has no {part}.", part=part_name(part)))
    if measure == "groups" and part.fold is not None and one.predictions is None:
        return MatrixPane(
            one.key, one.title, empty=t("Its segments were not kept, so the groups of one fold are unknown.")
        )
    matrix = matrix_of(one, measure, part)
    right = sum(int(matrix[k, k]) for k in range(matrix.shape[1]))
    accuracy = right / matrix.sum() if matrix.sum() else float("nan")
    found = one.intervals() if part == ALL else None
    intervals = {} if found is None else found.classes if measure == "classes" else found.groups
    headlines = [Headline(t("Accuracy"), _percent(accuracy), _range(intervals.get("accuracy")), "large")]
    if measure == "classes":
        scores = score(matrix)
        headlines += [
            Headline(t("Mean sensitivity"), _percent(scores.mean_sensitivity), _range(intervals.get("sensitivity"))),
            Headline(t("Mean specificity"), _percent(scores.mean_specificity), _range(intervals.get("specificity"))),
        ]
    return MatrixPane(
        key=one.key,
        title=one.title,
        note=part_name(part),
        matrix=matrix,
        opens=one.predictions is not None,
        headlines=tuple(headlines),
    )


def _has(one: Judged, part: Part) -> bool:
    if part.record is not None:
        return part.record in one.records()
    if part.fold is not None:
        if one.result is not None:
            return part.fold < len(one.result.folds)
        return bool(np.any(one.predictions.fold == part.fold))
    return True


def show_classes(closer: Closer) -> None:
    """Show every figure of every class with its interval over people."""
    st.caption(t("In brackets: where 95 of 100 draws of the tested people put the figure (bootstrap over people)."))
    for one in closer.both:
        if closer.beside is not None:
            st.markdown(f"**{plain(one.title)}**")
        _show_class_table(one)


def _show_class_table(one: Judged) -> None:
    scores = score(matrix_of(one, "classes", ALL))
    figures = scores.figures()
    found = one.intervals()
    intervals = {} if found is None else found.classes
    kinds = {
        "sensitivity": t("Sensitivity"),
        "specificity": t("Specificity"),
        "positive_predictivity": t("Positive predictivity"),
        "f1": t("F1"),
    }

    def cell(name: str) -> str:
        return f"{_percent(figures[name])} {_between(intervals.get(name))}".strip()

    rows = [
        {
            t("Class"): f"{symbol} {look_up(CLASS_NAMES[symbol])}",
            t("Segments"): f"{int(scores.n[k]):,}",
            **{word: cell(f"{kind}/{symbol}") for kind, word in kinds.items()},
        }
        for k, symbol in enumerate(CLASSES)
    ]
    rows.append(
        {
            t("Class"): t("mean of the classes"),
            t("Segments"): f"{int(scores.n.sum()):,}",
            **{word: cell(kind) for kind, word in kinds.items()},
        }
    )
    st.dataframe(rows, hide_index=True, width="stretch")
    st.markdown(
        t(
            "Accuracy **{accuracy}**. Asked only whether a beat is abnormal, as the paper is read here: right in "
            "**{binary}**; **{found}** of the abnormal beats are found, **{left}** of the normal ones left alone.",
            accuracy=cell("accuracy"),
            binary=cell("abnormal_accuracy"),
            found=cell("abnormal_sensitivity"),
            left=cell("abnormal_specificity"),
        )
    )


def show_baselines(closer: Closer) -> None:
    """Show what simple rules reach on the same folds, and what others published."""
    names = {
        "majority": t("always the most common class"),
        "length": t("length of the segment alone"),
        "nearest": t("nearest training segment"),
        "logistic": t("logistic regression on the raw segment"),
    }
    for one in closer.both:
        st.markdown(f"**{plain(one.title)}**")
        if one.result is None:
            st.caption(t("Simple rules are judged by python -m ecgmodel evaluate only."))
            continue
        intervals = one.intervals()
        rows = [(t("the network"), one.result.scores.figures(), intervals.classes)]
        rows += [
            (names.get(name, name), one.result.baseline_scores(name).figures(), intervals.baselines[name])
            for name in one.result.baselines
        ]
        st.dataframe(
            [
                {t("Rule"): name}
                | {
                    word: f"{_percent(figures[kind])} {_between(found.get(kind))}".strip()
                    for kind, word in (
                        ("accuracy", t("Accuracy")),
                        ("sensitivity", t("Mean sensitivity")),
                        ("specificity", t("Mean specificity")),
                    )
                }
                for name, figures, found in rows
            ],
            hide_index=True,
            width=980,
        )
        if one.segments == "beats":
            st.caption(t("All beats are cut to the same length, so length alone can only name the most common class."))
        if one.protocol == "ds1-ds2" and one.segments == "beats":
            _show_de_chazal(one)


def _show_de_chazal(one: Judged) -> None:
    ours = score_groups(one.result.group_matrix).to_dict()
    intervals = one.intervals().groups
    words = {
        "sensitivity/S": t("S: sensitivity"),
        "ec57_positive_predictivity/S": t("S: positive predictivity"),
        "sensitivity/V": t("V: sensitivity"),
        "ec57_positive_predictivity/V": t("V: positive predictivity"),
    }
    st.markdown(t("**Beside de Chazal et al. 2004**, in the groups of AAMI, both counted by EC57"))
    st.dataframe(
        [
            {
                t("Figure"): word,
                t("de Chazal 2004"): _percent(DE_CHAZAL_SCORES[name]),
                one.name: f"{_percent(ours[name])} {_between(intervals.get(name))}".strip(),
                t("Difference (points)"): _points(ours[name] - DE_CHAZAL_SCORES[name]),
            }
            for name, word in words.items()
        ],
        hide_index=True,
        width=760,
    )
    st.caption(
        t(
            "They used two leads and features made by hand; ours reads one lead and R peaks. Their figures: "
            "[doi 10.1109/TBME.2004.827359](https://doi.org/10.1109/TBME.2004.827359)."
        )
    )


def show_records(closer: Closer) -> None:
    """Show scores record by record, the worst first; a selected one becomes the part of the matrix."""
    one = closer.main
    beside = {} if closer.beside is None else closer.beside.records()
    found = sorted(
        ((name, matrix, score(matrix)) for name, matrix in one.records().items()),
        key=lambda row: (np.nan_to_num(row[2].accuracy, nan=2.0), row[0]),
    )

    def take(row: int) -> None:
        choices.set_page_choice("evaluate", "part", Part(record=found[row][0]))
        st.session_state[TABS] = t("Matrix, part by part")

    st.caption(
        t(
            "{title}, the worst record first. Click a row to see its matrix.",
            title=plain(one.title),
        )
    )
    table = [
        {
            t("Record"): name,
            t("Segments"): int(matrix.sum()),
            t("Accuracy"): scores.accuracy,
            **({t("Compare with"): score(beside[name]).accuracy if name in beside else None} if beside else {}),
            t("Wrong"): int(matrix.sum() - np.trace(matrix)),
            t("Most common mistake"): _worst_cell(matrix),
        }
        for name, matrix, scores in found
    ]
    shares = {t("Accuracy"), t("Compare with")}
    show_row_table(
        table,
        key=_RECORDS,
        on_row=take,
        width=760,
        height=380,
        column_config={name: st.column_config.NumberColumn(format="percent") for name in shares},
    )


def _worst_cell(matrix: np.ndarray) -> str:
    wrong = matrix * ~np.eye(len(matrix), dtype=bool)
    if wrong.sum() == 0:
        return "–"
    i, j = np.unravel_index(np.argmax(wrong), wrong.shape)
    return t("{n:,} × {truth} named {named}", n=int(wrong[i, j]), truth=CLASSES[i], named=CLASSES[j])


def _percent(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.2%}"


def _between(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"({interval[0]:.1%} – {interval[1]:.1%})"


def _range(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.1%} – {interval[1]:.1%}"


def _points(difference: float) -> str:
    return "–" if not np.isfinite(difference) else f"{difference * 100:+.1f}".replace("-", "−")
