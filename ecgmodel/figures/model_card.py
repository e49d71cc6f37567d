"""The card of a model, to be printed: what it was made from, how well it does, and what it must not be used for.

After Mitchell et al. 2019 (Model cards for model reporting, doi 10.1145/3287560.3287596).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgmodel.evaluation.detected_scores import by_database, score_detected
from ecgmodel.evaluation.intervals import Interval, bootstrap_people
from ecgmodel.evaluation.predictions import Predictions
from ecgmodel.evaluation.results import Result, ResultIntervals
from ecgmodel.figures.rendering import Say, Table, render
from ecgmodel.figures.result_report import Section
from ecgmodel.labels import CLASSES
from ecgmodel.network.model_file import Model
from ecgmodel.records.sources.databases import DATABASES, find_database, lead_of, person
from ecgmodel.scores.metrics import score
from ecgmodel.segments.dataset import MODEL_FS

WATTS = 30.0
"""Power assumed for the two cores that train, with their share of memory and power supply; it was not measured."""

FEW = 0.6
"""A class with a sensitivity below this is named among what the model must not be used for."""

N_WORST = 10
_DASH = "\N{NO-BREAK SPACE}–\N{NO-BREAK SPACE}"

Parts = dict[str, dict[str, np.ndarray]]
"""Confusion matrices by record, for each part (a database, a lead)."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a model's preset reached under a protocol.

    Attributes
    ----------
    result : Result
    intervals : ResultIntervals
    """

    result: Result
    intervals: ResultIntervals


@dataclass(frozen=True, slots=True)
class WorstRecord:
    """A record on which the networks that never saw it, or the person, were wrong most often."""

    record: str
    n: int
    accuracy: float


def list_worst(judged: Sequence[Judged], n: int = N_WORST) -> tuple[WorstRecord, ...]:
    """Return the worst records of the strictest protocol, the worst first; ties by name."""
    if not judged:
        return ()
    records = judged[-1].result.records
    found = [WorstRecord(name, int(matrix.sum()), score(matrix).accuracy) for name, matrix in records.items()]
    found = [row for row in found if np.isfinite(row.accuracy)]
    return tuple(sorted(found, key=lambda row: (row.accuracy, row.record))[:n])


def find_worst_s(predictions: Predictions, record: str) -> float | None:
    """Return where the surest of the wrong answers to a record is, in seconds; `None` where none is wrong."""
    wrong = predictions.is_judged & (predictions.record == record) & (predictions.label != predictions.truth)
    if not wrong.any():
        return None
    rows = predictions.take(wrong)
    return float(rows.r_sample[rows.probabilities.max(axis=1).argmax()] / MODEL_FS)


def energy_wh(seconds: float, watts: float = WATTS) -> float:
    """Return the energy of a training in watt-hours: its time multiplied by the power assumed."""
    return seconds / 3600 * watts


def make_card(model: Model, judged: Sequence[Judged], say: Say) -> list[Section]:
    """Return the sections of a card.

    Parameters
    ----------
    model : Model
    judged : sequence of Judged
        Of its preset, from the easiest protocol to the strictest; may be empty.
    say : callable
        Translates the card's own words.
    """
    sections = [
        Section(table=Table(_facts(model, say))),
        Section(say("What it must not be used for"), table=Table([(line,) for line in _limits(model, judged, say)])),
    ]
    for one in judged:
        title = say("Scores under {protocol}", protocol=one.result.protocol)
        sections.append(Section(title, table=_scores(one, say), note=_say_protocol(one.result, say)))
        if one.result.detected:
            sections += [
                Section(say("By database, on detected beats"), table=_parts(one, _databases, say)),
                Section(
                    say("By lead, on detected beats"),
                    table=_parts(one, _leads, say),
                    note=say("No other lead was judged: what the model makes of one is unknown."),
                ),
            ]
    sections.append(
        Section(say("Time and energy of training"), table=_training(judged, say), note=_say_energy(judged, say))
    )
    return sections


def write_card(model: Model, judged: Sequence[Judged], *, say: Say = str.format, lang: str = "en") -> str:
    """Return the card as one HTML file without scripts or links to elsewhere, to be printed or kept."""
    worst = Table(
        [(row.record, f"{row.n:,}", f"{row.accuracy:.2%}") for row in list_worst(judged)],
        (say("Record"), say("Segments"), say("Accuracy")),
        numbers_from=1,
    )
    return render(
        "result.html",
        lang=lang,
        title=say("Model card: {name}", name=model.card.name),
        device=say("For teaching and research. Not a medical device."),
        unchecked="",
        sections=[*make_card(model, judged, say), Section(say("Records, the worst first"), table=worst)],
    )


def _facts(model: Model, say: Say) -> list[tuple[str, str]]:
    config, card = model.config, model.card
    databases = [database for database in DATABASES if any(find_database(r) is database for r in card.train_records)]
    cited = "; ".join(f"{one.title} {one.version} ({one.licence}, doi {one.doi})" for one in databases)
    people = len({person(name) for name in card.train_records})
    split = (
        say("{n} networks of folds, each of which never saw the people it reads, and one of everyone for strangers",
            n=len(model.folds))
        if model.folds
        else say("fold {fold} of {protocol} held out", fold=card.fold, protocol=card.protocol)
    )  # fmt: skip
    reads = {
        "runs": say("runs of beats with one label, which experts' labels cut"),
        "beats": say("single beats around R peaks that are detected or given"),
    }[card.segments]
    unsure = (
        []
        if not card.unsure
        else [
            (
                say("Unsure"),
                say(
                    "{share:.1%} of the beats, below a probability of {threshold:.2f}; of the others {errors:.1%} are "
                    "named wrongly ({all:.1%} of all). Temperature and threshold were chosen on other people than "
                    "those counted",
                    share=card.unsure["share"],
                    threshold=card.unsure["threshold"],
                    errors=card.unsure["errors"],
                    all=card.unsure["errors_of_all"],
                ),
            )
        ]
    )
    n_teachers = card.training.get("teachers", 0)
    taught = (
        []
        if not n_teachers
        else [
            (
                say("Teacher networks"),
                say(
                    "{n} for each network, trained first on the same people for {epochs} epochs; {share:.0%} of its "
                    "loss compares with their mean answer, the rest with the labels",
                    n=n_teachers,
                    epochs=card.training["teacher_epochs"],
                    share=card.training["taught_share"],
                ),
            )
        ]
    )
    return [
        (say("Network"), f"CNN + {config.cell.upper()}, {config.units}; {config.n_weights():,} {say('weights')}"),
        (say("Reads"), reads),
        (say("Names"), ", ".join(CLASSES)),
        (say("Lead and rate"), f"{card.lead}, {card.fs:g} Hz"),
        (say("Data"), cited),
        (say("People"), say("{people} people, {records} records", people=people, records=len(card.train_records))),
        (say("Split"), split),
        *unsure,
        *taught,
        (say("Epochs, seed"), f"{card.epochs}, {card.seed}"),
        (say("Made on"), card.created),
        (say("To repeat it"), card.command),
    ]


def _limits(model: Model, judged: Sequence[Judged], say: Say) -> list[str]:
    limits = [
        say("Diagnosis, monitoring, triage or any decision about a person: it is not a medical device."),
        say(
            "Finding atrial fibrillation, flutter, block or any rhythm: it names beats, one at a time. Paced beats, "
            "fusions and whatever else is none of its five classes get a name of these all the same."
        ),
        say(
            "Children, exercise, implants, twelve-lead or single-lead devices other than its data's: nobody measured "
            "it there. Its people were patients, whose records were chosen in good part for their arrhythmias."
        ),
    ]
    if model.card.segments == "runs":
        limits.append(
            say(
                "Recordings without labels: its segments are cut where experts' labels change, so it cannot read a "
                "stranger's signal, and its scores over segments dealt at random say nothing of strangers."
            )
        )
    if judged:
        one = judged[-1].result
        figures = one.scores.figures()
        few = [symbol for symbol in CLASSES if figures[f"sensitivity/{symbol}"] < FEW]
        limits += [
            say(
                "Finding {symbol}: under {protocol} {found:.0%} of them are found.",
                symbol=symbol,
                protocol=one.protocol,
                found=figures[f"sensitivity/{symbol}"],
            )
            for symbol in few
        ]
    return limits


def _scores(one: Judged, say: Say) -> Table:
    figures, found = one.result.scores.figures(), one.intervals.classes
    rows = [(say("Accuracy"), _cell(figures, found, "accuracy"), "")]
    rows += [
        (
            f"{symbol}, {int(one.result.scores.n[k]):,}",
            _cell(figures, found, f"sensitivity/{symbol}"),
            _cell(figures, found, f"positive_predictivity/{symbol}"),
        )
        for k, symbol in enumerate(CLASSES)
    ]
    head = (
        say("Class, segments"),
        say("Sensitivity"),
        say("Positive predictivity"),
    )
    return Table(rows, head, numbers_from=1)


def _parts(
    one: Judged, divide: Callable[[Mapping[str, np.ndarray]], dict[str, dict[str, np.ndarray]]], say: Say
) -> Table:
    rows = []
    for name, records in divide(one.result.detected).items():
        figures = score_detected(sum(records.values()))
        found = bootstrap_people(records, score_detected)
        kinds = ("sensitivity/S", "positive_predictivity/S", "sensitivity/V", "positive_predictivity/V")
        rows.append((f"{name}, {len(records)}", *(_cell(figures, found, kind) for kind in kinds)))
    return Table(rows, (say("Part, records"), say("S found"), "S +P", say("V found"), "V +P"), numbers_from=1)


def _databases(records: Mapping[str, np.ndarray]) -> Parts:
    return by_database(records)


def _leads(records: Mapping[str, np.ndarray]) -> Parts:
    parts: Parts = {}
    for name, matrix in records.items():
        parts.setdefault(lead_of(name), {})[name] = matrix
    return parts


def _say_protocol(result: Result, say: Say) -> str:
    people, shared = len({person(name) for name in result.records}), len(result.shared_people)
    if shared:
        return say(
            "Of {people} people tested, {shared} also trained. In brackets 95% intervals over people.",
            people=people,
            shared=shared,
        )
    return say(
        "{people} people tested, of whom nobody trained the network that read them. In brackets 95% intervals over "
        "people.",
        people=people,
    )


def _training(judged: Sequence[Judged], say: Say) -> Table:
    rows = [
        (
            one.result.protocol,
            str(len(one.result.folds)),
            f"{one.result.seconds / 60:.1f}",
            f"{one.result.seconds / 60 / len(one.result.folds):.1f}",
            f"{energy_wh(one.result.seconds):.0f}",
        )
        for one in judged
    ]
    head = (say("Protocol"), say("Networks"), say("Minutes, measured"), say("Minutes a network"), say("Wh, estimated"))
    return Table(rows, head, numbers_from=1)


def _say_energy(judged: Sequence[Judged], say: Say) -> str:
    if not judged:
        return say("Neither minutes nor energy were measured.")
    return say(
        "Energy was not measured: it is estimated as minutes / 60 × {watts:g} W, which is assumed for two processor "
        "cores. The minutes are those of the evaluations, of teachers too; of the network in the file that no fold of "
        "them is, and of trials before it, none were kept.",
        watts=WATTS,
    )


def list_judged(name: str, results: Sequence[Result], find: Callable[[Result], ResultIntervals]) -> list[Judged]:
    """Return what was judged of a model's preset, from the easiest protocol to the strictest."""
    from ecgmodel.segments.splits import PROTOCOLS

    own = [result for result in results if result.preset == name]
    own.sort(key=lambda result: PROTOCOLS.index(result.protocol))
    return [Judged(result, find(result)) for result in own]


def _cell(figures: Mapping[str, float], intervals: Mapping[str, Interval], name: str) -> str:
    value = figures[name]
    if not np.isfinite(value):
        return "–"
    interval = intervals.get(name)
    return f"{value:.1%}" + ("" if interval is None else f" ({interval[0]:.0%}{_DASH}{interval[1]:.0%})")
