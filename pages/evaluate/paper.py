"""The reproduction panel: the paper's table and figures, ours for the same question, and how far apart they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ecgmodel.evaluation.published import OH_COUNTS, OH_SCORES, count_oh_normal, infer_oh_accuracy
from ecgmodel.labels import CLASS_NAMES, CLASSES
from pages.caches.records import count_runs
from pages.evaluate.judged import ALL, Judged, matrix_of
from pages.ui.text import look_up, t

ALLOWED_POINTS = 0.5
"""How many points below the paper a score may be before it is shown in red."""

_RED = "color: #d55e00; font-weight: 600"


def show_paper(judged: Sequence[Judged]) -> None:
    """Show counts and scores beside the paper's."""
    ours = [one for one in judged if one.protocol == "segments-10fold" and one.segments == "runs"]
    st.caption(
        t(
            "Oh, Ng, Tan & Acharya 2018, [doi 10.1016/j.compbiomed.2018.06.002]"
            "(https://doi.org/10.1016/j.compbiomed.2018.06.002). Ten folds over segments. Red: a count that is not the "
            "paper's, a score more than {points:g} points below the paper's on the same question, or one that the kept "
            "segments do not give.",
            points=ALLOWED_POINTS,
        )
    )
    table, scores = st.columns([2, 3], gap="large")
    with table:
        _show_counts(ours)
    with scores:
        if ours:
            _show_binary(ours)
            _show_classes(ours)
            _show_commands(ours)
        else:
            st.caption(
                t("No results over segments yet. Make some with: python -m ecgmodel evaluate --preset paper-gru")
            )


def _show_counts(ours: Sequence[Judged]) -> None:
    with st.spinner(t("Counting the segments of the database …")):
        counts, source = count_runs(), t("counted in the database on this machine")
    if counts is None:
        if not ours:
            st.caption(t("Neither the database nor a result is here to count."))
            return
        true = ours[0].result.scores.n
        counts = {symbol: int(true[k]) for k, symbol in enumerate(CLASSES)}
        source = t("counted in the result; the database is not on this machine")
    rows = [
        (f"{symbol} {look_up(CLASS_NAMES[symbol])}", published, counts[symbol], counts[symbol] - published)
        for symbol, published in OH_COUNTS.items()
    ]
    rows.append((t("together"), *(sum(row[k] for row in rows) for k in (1, 2, 3))))
    names = [t("Class"), t("Paper"), t("Ours"), t("Difference")]
    frame = pd.DataFrame(rows, columns=names)
    drifted = frame[names[3]] != 0
    formats = {names[1]: "{:,d}", names[2]: "{:,d}", names[3]: _say_difference}
    _show_frame(frame, {names[2]: drifted, names[3]: drifted}, formats)
    st.caption(t("Segments of each class, {source}.", source=source))


def _show_binary(ours: Sequence[Judged]) -> None:
    """Show the paper's figures beside ours for the same question: abnormal or not."""
    normal, abnormal = count_oh_normal()
    st.markdown(t("**Any abnormal beat against normal**"))
    st.caption(
        t(
            "The paper does not say which question its three figures answer. We infer it: {sensitivity:.2%} of its "
            "{abnormal:,} abnormal segments and {specificity:.2%} of its {normal:,} normal ones are together "
            "{inferred:.2%} of all, which is its accuracy; so an abnormal beat counts as found whichever abnormal "
            "class it is given.",
            sensitivity=OH_SCORES["sensitivity"],
            specificity=OH_SCORES["specificity"],
            abnormal=abnormal,
            normal=normal,
            inferred=infer_oh_accuracy(),
        )
    )
    words = {"accuracy": t("Accuracy"), "sensitivity": t("Sensitivity"), "specificity": t("Specificity")}
    rows, red = [], []
    for one in ours:
        figures, intervals = one.result.scores.figures(), one.intervals().classes
        broken = not _agrees(one)
        for name, word in words.items():
            value = figures[f"abnormal_{name}"]
            points = (value - OH_SCORES[name]) * 100
            rows.append(
                (
                    one.name,
                    word,
                    f"{OH_SCORES[name]:.2%}",
                    f"{value:.2%}",
                    _range(intervals.get(f"abnormal_{name}")),
                    f"{points:+.2f}".replace("-", "−"),
                )
            )
            red.append(broken or points < -ALLOWED_POINTS)
    names = [
        t("Network"), t("Figure"), t("Paper"), t("Ours"), t("95% over people"), t("Difference (points)")
    ]  # fmt: skip
    marked = pd.Series(red)
    _show_frame(pd.DataFrame(rows, columns=names), {names[3]: marked, names[5]: marked}, {})


def _show_classes(ours: Sequence[Judged]) -> None:
    """Show our figures over the five classes, for which the paper gives none."""
    st.markdown(t("**Five classes**"))
    st.caption(t("A harder question: each beat must be given its own class. The paper states no such figure."))
    words = {"accuracy": t("Accuracy"), "sensitivity": t("Mean sensitivity"), "specificity": t("Mean specificity")}
    rows, red = [], []
    for one in ours:
        figures, intervals = one.result.scores.figures(), one.intervals().classes
        rows += [(one.name, word, f"{figures[name]:.2%}", _range(intervals.get(name))) for name, word in words.items()]
        red += [not _agrees(one)] * len(words)
    names = [t("Network"), t("Figure"), t("Ours"), t("95% over people")]
    _show_frame(pd.DataFrame(rows, columns=names), {names[2]: pd.Series(red)}, {})


def _range(interval: tuple[float, float] | None) -> str:
    return "–" if interval is None else f"{interval[0]:.2%} – {interval[1]:.2%}"


def _show_commands(ours: Sequence[Judged]) -> None:
    for one in ours:
        result = one.result
        st.caption(
            t(
                "{name}: seed {seed}, folds dealt with seed {split_seed}, {minutes:.0f} min of training, {created}. "
                "To repeat it: `{command}`",
                name=one.name,
                seed=result.seed,
                split_seed=result.split_seed,
                minutes=result.seconds / 60,
                created=result.created,
                command=result.command,
            )
        )


def _agrees(one: Judged) -> bool:
    """Tell whether the kept segments give the matrix that the result states."""
    if one.predictions is None:
        return True
    return bool(np.array_equal(matrix_of(one, "classes", ALL), one.result.matrix))


def _say_difference(n: int) -> str:
    return f"{n:+,d}".replace("-", "−") if n else "0"


def _show_frame(frame: pd.DataFrame, red: dict[str, pd.Series], formats: dict[str, str | Callable[[int], str]]) -> None:
    def colour(column: pd.Series) -> list[str]:
        marks = red.get(column.name)
        return ["" if marks is None or not marks[k] else _RED for k in range(len(column))]

    st.dataframe(frame.style.apply(colour).format(formats), hide_index=True, width="stretch")
