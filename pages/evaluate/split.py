"""The split switch: one model under several protocols side by side, and what the comparison says."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ecgmodel.evaluation.aami import score_groups
from ecgmodel.records.sources.databases import person
from ecgmodel.segments.splits import PROTOCOLS
from pages.components.matrices import Gauge, Headline, MatrixPane
from pages.evaluate.judged import ALL, MEASURES, Judged, Measure, matrix_of, protocol_name
from pages.evaluate.matrix import show_judged
from pages.ui.kept_choice import choose_kept
from pages.ui.text import plain, t, tn

SPLIT = "evaluate.split"


def choose_preset(judged: Sequence[Judged]) -> str:
    """Show the choice of a preset, and return it; the one with the most protocols is offered first."""
    names = list(dict.fromkeys(one.name for one in judged))
    best = max(names, key=lambda name: sum(one.name == name for one in judged))
    return choose_kept(
        st.selectbox,
        t("Network"),
        names,
        page="evaluate",
        name="preset",
        first=best,
        asked_as="preset",
        width=220,
    )


def choose_measure() -> Measure:
    """Show whether classes or groups are judged, and return it."""
    return choose_kept(
        st.segmented_control,
        t("Scored by"),
        MEASURES,
        page="evaluate",
        name="measure",
        first=MEASURES[0],
        format_func={"classes": t("five classes"), "groups": t("AAMI groups N S V F")}.__getitem__,
        required=True,
        help=t(
            "The groups of ANSI/AAMI EC57: N holds normal beats and bundle branch blocks, S the premature beats from "
            "above the ventricles, V those from the ventricles, F fusions of both."
        ),
    )


def find_columns(judged: Sequence[Judged], preset: str) -> list[Judged | None]:
    """Return what stands under each protocol: the preset's own result, else another's, else nothing."""
    columns = []
    for protocol in PROTOCOLS:
        here = [one for one in judged if one.protocol == protocol]
        columns.append(next((one for one in here if one.name == preset), next(iter(here), None)))
    return columns


def show_split(columns: Sequence[Judged | None], preset: str, measure: Measure) -> None:
    """Show the protocols side by side."""
    panes = [
        _missing_pane(preset, protocol) if one is None else _make_pane(one, preset, measure)
        for one, protocol in zip(columns, PROTOCOLS, strict=True)
    ]
    show_judged(panes, measure, key=SPLIT)


def tell_drop(columns: Sequence[Judged | None], preset: str, measure: Measure) -> None:
    """Say in words what changes from column to column, and who stands on both sides."""
    first = columns[0]
    lines = []
    for one in columns[1:]:
        if first is None or one is None:
            continue
        if one.name != preset:
            lines.append(_tell_other(one, preset, measure))
        elif first.name != preset:
            lines.append(_tell_alone(one, measure))
        else:
            lines.append(_tell_change(first, one, measure))
    if first is not None and first.segments == "runs" and measure == "classes":
        lines.append(
            t(
                "“Length alone”, the upright mark in a bar, is a rule that sees nothing but how long a segment is: "
                "right in **{length:.1%}**. The paper's segments are cut by their labels, so their padding alone "
                "gives much of the class away.",
                length=first.result.baseline_scores("length").accuracy,
            )
        )
    lines.append(
        t(
            "The pale line in a bar, and the range below a figure, are its interval over people: 95 of 100 draws of "
            "the tested people put it there. Where two such ranges overlap widely, the figures alone decide nothing."
        )
    )
    st.markdown("\n".join(f"- {line}" for line in lines))


def show_leaks(columns: Sequence[Judged | None]) -> None:
    """List, fold by fold, who stands on both sides."""
    with st.popover(t("Who is on both sides?"), type="tertiary", icon=":material/group:"):
        for one in columns:
            if one is None:
                continue
            result = one.result
            n_people = len({person(name) for name in result.records})
            st.markdown(f"**{plain(one.title)}**")
            if not result.shared_people:
                st.caption(t("Nobody: of the {n} people that are tested, none has trained.", n=n_people))
                continue
            st.caption(
                t(
                    "{shared} of {n} people, named by their records. 201 (in DS1) and 202 (in DS2) are one man.",
                    shared=len(result.shared_people),
                    n=n_people,
                )
            )
            st.dataframe(
                [
                    {
                        t("Fold"): fold.fold,
                        t("People on both sides"): len(fold.shared_people),
                        t("Only tested"): t(", ").join(_only_tested(fold)) or "–",
                        t("On both sides"): t(", ").join(fold.shared_people),
                    }
                    for fold in result.folds
                ],
                hide_index=True,
                width=620,
            )


def _only_tested(fold: object) -> list[str]:
    return sorted({person(name) for name in fold.test_records} - set(fold.shared_people))


def _make_pane(one: Judged, preset: str, measure: Measure) -> MatrixPane:
    result, intervals = one.result, one.intervals()
    groups = score_groups(result.group_matrix)
    figures_in, accuracy = (
        (intervals.classes, result.scores.accuracy) if measure == "classes" else (intervals.groups, groups.accuracy)
    )
    low, high = figures_in["accuracy"]
    headlines = [Headline(t("Accuracy"), f"{accuracy:.1%}", _range(figures_in.get("accuracy")), "large")]
    for symbol in "AV" if measure == "classes" else "SV":
        name, interval = f"sensitivity/{symbol}", figures_in.get(f"sensitivity/{symbol}")
        value = result.scores.figures()[name] if measure == "classes" else groups.sensitivity[symbol]
        headlines.append(
            Headline(t("{symbol} found", symbol=symbol), "–" if interval is None else f"{value:.1%}", _range(interval))
        )
    title = protocol_title(one.protocol)
    return MatrixPane(
        key=one.key,
        title=title if one.name == preset else f"{title} · {one.name}",
        note=_say_who(one),
        matrix=matrix_of(one, measure, ALL),
        opens=one.predictions is not None,
        headlines=tuple(headlines),
        gauge=Gauge(accuracy, low, high, _rule_lines(one, measure)),
    )


def _rule_lines(one: Judged, measure: Measure) -> tuple[tuple[str, float], ...]:
    """Return what length alone reaches; all beats have one length, so there it names only the most common class."""
    if measure == "groups" or "length" not in one.result.baselines:
        return ()
    name = t("length alone") if one.segments == "runs" else t("always N")
    accuracy = one.result.baseline_scores("length").accuracy
    return ((f"{name} {accuracy:.0%}", accuracy),)


def _missing_pane(preset: str, protocol: str) -> MatrixPane:
    return MatrixPane(
        key="",
        title=protocol_title(protocol),
        empty=t(
            "No results under this protocol yet. Make some with: python -m ecgmodel evaluate --preset {preset} "
            "--protocol {protocol}",
            preset=preset,
            protocol=protocol,
        ),
    )


def protocol_title(protocol: str) -> str:
    """Return what a protocol does, as a title."""
    return {
        "segments-10fold": t("Segments dealt at random"),
        "patients-10fold": t("Split by person"),
        "ds1-ds2": t("DS1 → DS2"),
        "people": t("People of two databases"),
    }[protocol]


def _say_who(one: Judged) -> str:
    result = one.result
    n, shared = len({person(name) for name in result.records}), len(result.shared_people)
    who = (
        tn("{n} of {of} people is on both sides.", "{n} of {of} people are on both sides.", shared, of=n)
        if shared
        else t("Nobody is on both sides.")
    )
    what = {
        "segments-10fold": t("Ten folds, as in the paper."),
        "patients-10fold": t("Ten folds of whole people."),
        "ds1-ds2": t("22 records train, 22 others test."),
        "people": t("Five folds of whole people of mitdb and svdb; their beats are detected."),
    }[one.protocol]
    reads = t("Reads single beats.") if one.segments == "beats" else ""
    return " ".join(part for part in (what, who, reads) if part)


def _tell_change(first: Judged, one: Judged, measure: Measure) -> str:
    groups_before, groups_after = (score_groups(judged.result.group_matrix) for judged in (first, one))
    before, after = groups_before.accuracy, groups_after.accuracy
    if measure == "classes":
        before, after = first.result.scores.accuracy, one.result.scores.accuracy
    early, old, new = "S", groups_before.sensitivity, groups_after.sensitivity
    if measure == "classes":
        early, old, new = "A", *(_class_sensitivity(judged) for judged in (first, one))
    values = {
        "early": early,
        "protocol": protocol_name(one.protocol),
        "after": after,
        "before": before,
        "points": abs(round(100 * after, 1) - round(100 * before, 1)),  # of the printed figures
        "s": new[early],
        "s_before": old[early],
        "v": new["V"],
        "v_before": old["V"],
        "n": len({person(name) for name in one.result.records}),
        "shared": len(one.result.shared_people),
    }
    if values["shared"] and after >= before:
        return t(
            "**{protocol}**: on {n} people, of whom {shared} also trained it, the same network is right in "
            "**{after:.1%}** instead of {before:.1%}: no drop. It finds {s:.0%} of the {early} beats instead of "
            "{s_before:.0%}, and {v:.0%} of the V beats instead of {v_before:.0%}.",
            **values,
        )
    if values["shared"]:
        return t(
            "**{protocol}**: on {n} people, of whom {shared} also trained it, the same network is right in "
            "**{after:.1%}**, not {before:.1%}: **{points:.1f} points less**. It finds {s:.0%} of the {early} beats "
            "instead of {s_before:.0%}, and {v:.0%} of the V beats instead of {v_before:.0%}.",
            **values,
        )
    if after < before:
        return t(
            "**{protocol}**: on people it has never seen the same network is right in **{after:.1%}**, not "
            "{before:.1%}: **{points:.1f} points less**. It finds {s:.0%} of the {early} beats instead of "
            "{s_before:.0%}, and {v:.0%} of the V beats instead of {v_before:.0%}.",
            **values,
        )
    return t(
        "**{protocol}**: on people it has never seen the same network is right in **{after:.1%}** instead of "
        "{before:.1%}: no drop. It finds {s:.0%} of the {early} beats instead of {s_before:.0%}, and {v:.0%} of the V "
        "beats instead of {v_before:.0%}.",
        **values,
    )


def _tell_alone(one: Judged, measure: Measure) -> str:
    """Say what a network reaches that was not judged under the first protocol, so that nothing has dropped."""
    early = "A" if measure == "classes" else "S"
    found = _class_sensitivity(one) if measure == "classes" else score_groups(one.result.group_matrix).sensitivity
    values = {
        "protocol": protocol_name(one.protocol),
        "name": one.name,
        "early": early,
        "s": found[early],
        "v": found["V"],
        "n": len({person(name) for name in one.result.records}),
        "shared": len(one.result.shared_people),
    }
    if values["shared"]:
        return t(
            "**{protocol}**: {name} finds {s:.0%} of the {early} beats and {v:.0%} of the V beats of {n} people, of "
            "whom {shared} also trained it.",
            **values,
        )
    return t(
        "**{protocol}**: {name} finds {s:.0%} of the {early} beats and {v:.0%} of the V beats of {n} people it has "
        "never seen.",
        **values,
    )


def _class_sensitivity(one: Judged) -> dict[str, float]:
    figures = one.result.scores.figures()
    return {symbol: figures[f"sensitivity/{symbol}"] for symbol in "AV"}


def _tell_other(one: Judged, preset: str, measure: Measure) -> str:
    early = "A" if measure == "classes" else "S"
    found = _class_sensitivity(one) if measure == "classes" else score_groups(one.result.group_matrix).sensitivity
    values = {
        "early": early,
        "protocol": protocol_name(one.protocol),
        "preset": preset,
        "name": one.name,
        "s": found[early],
        "v": found["V"],
        "n": len({person(name) for name in one.result.records}),
        "shared": len(one.result.shared_people),
    }
    if one.segments == "beats" and values["shared"]:
        return t(
            "**{protocol}**: {preset} has not been evaluated here, so {name} is shown instead. It reads single "
            "beats and no labels, which is the harder task: it finds {s:.0%} of the {early} beats and {v:.0%} of the "
            "V beats of {n} people, of whom {shared} also trained it.",
            **values,
        )
    if one.segments == "beats":
        return t(
            "**{protocol}**: {preset} has not been evaluated here, so {name} is shown instead. It reads single "
            "beats and no labels, which is the harder task: it finds {s:.0%} of the {early} beats and {v:.0%} of the "
            "V beats of people it has never seen.",
            **values,
        )
    return t(
        "**{protocol}**: {preset} has not been evaluated here, so {name} is shown instead; it finds {s:.0%} of "
        "the {early} beats and {v:.0%} of the V beats.",
        **values,
    )


def _range(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return ""
    low, high = interval
    return f"{low:.1%} – {high:.1%}"
