"""The worksheet of a lesson, and its key: the same tasks, with the answers that models, results and record give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgmodel.figures.rendering import Say, Table
from ecgmodel.figures.report import ReportBeats, draw_strip
from ecgmodel.labels import CLASSES
from ecgmodel.lesson.facts import KERNEL, PROTOCOLS, RARE, LessonFacts, Named
from ecgmodel.lesson.outline import TIMETABLES

HELD = ("z=0", "z=1", "r=0")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do.

    Attributes
    ----------
    text : str
    answer : str
        For the key.
    lines : int
        Empty lines to write on.
    table : Table or None
        To be filled in.
    solved : Table or None
        The same, filled in.
    """

    text: str
    answer: str = ""
    lines: int = 1
    table: Table | None = None
    solved: Table | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """The part of the sheet that belongs to a scene; `picture` is SVG."""

    title: str
    intro: str
    items: tuple[Item, ...]
    picture: str | None = None


def make_tasks(facts: LessonFacts, minutes: int, *, say: Say = str.format) -> tuple[Task, ...]:
    """Return the tasks of a lesson of so many minutes."""
    makers = {"beat": _beat, "convolution": _convolution, "gate": _gate, "what_if": _what_if, "split": _split}
    return tuple(maker(facts, say) for name, maker in makers.items() if name in TIMETABLES[minutes])


def _blank(rows: list[list[str]], keep: int) -> list[list[str]]:
    """Return rows whose cells are empty from column `keep` on."""
    return [[*row[:keep], *[""] * (len(row) - keep)] for row in rows]


def _filled(head: list[str], rows: list[list[str]], keep: int = 1) -> dict[str, Table]:
    return {"table": Table(_blank(rows, keep), head), "solved": Table(rows, head)}


def _beat(facts: LessonFacts, say: Say) -> Task:
    beats = facts.strip.beats
    numbers = ReportBeats(
        np.array([beat.r_sample for beat in beats]), np.array([str(k + 1) for k in range(len(beats))])
    )
    drawn = draw_strip(facts.record, facts.record.default_lead, numbers, facts.strip.start_s)
    rows = [
        [
            str(k + 1),
            beat.symbol,
            "–" if beat.rr_s is None else f"{beat.rr_s:.2f}",
            "–" if beat.rr_s is None else f"{60 / round(beat.rr_s, 2):.0f}",  # of the printed interval
        ]
        for k, beat in enumerate(beats)
    ]
    widths = [
        say("{symbol}: about {ms} ms", symbol=symbol, ms=5 * round(ms / 5)) for symbol, ms in facts.strip.qrs_ms.items()
    ]
    early = [k for k, beat in enumerate(beats) if beat.symbol == "V"]
    after = [k + 1 for k in early if k + 1 < len(beats)]
    return Task(
        say("1 · The beat"),
        say(
            "Lead {lead} of record {record}. On this paper 25 mm are one second and 10 mm are 1 mV: a small square is "
            "0.04 s, a large one 0.2 s.",
            lead=facts.record.default_lead,
            record=facts.record.name,
        ),
        (
            Item(
                say(
                    "Count the squares. Fill in N (normal) or V (ventricular premature), the RR interval before each "
                    "beat, and the rate 60 / RR."
                ),
                lines=0,
                **_filled([say("Beat"), say("N or V"), say("RR (s)"), say("Rate (per minute)")], rows),
            ),
            Item(
                say("Which beats come early? What follows them?"),
                say(
                    "{numbers}. After each comes a pause: {pauses} s.",
                    numbers=say(", ").join(str(k + 1) for k in early),
                    pauses=say(", ").join(f"{beats[k].rr_s:.2f}" for k in after) or "–",
                ),
            ),
            Item(
                say("How broad is QRS of a normal and of a ventricular beat, in milliseconds?"),
                say("; ").join(widths) or say("Cannot be measured here."),
            ),
        ),
        drawn,
    )


def _convolution(facts: LessonFacts, say: Say) -> Task:
    kernel, paper = facts.kernel, facts.paper
    n = len(kernel.points)
    rows = [
        [say("sum"), *map(_whole, kernel.sums)],
        ["ReLU", *map(_whole, kernel.relu)],
    ]
    pooled = [[say("larger of two"), *map(_whole, kernel.pooled)]]
    lengths = " → ".join(f"{length} → {length // 2}" for length in paper.conv_lengths)
    return Task(
        say("2 · The convolution"),
        say(
            "{n} values around a QRS complex, in tenths of a millivolt: {points}. The kernel is {kernel}. It may hang "
            "over at both ends, where zeros stand.",
            n=n,
            points=", ".join(map(_whole, kernel.points)),
            kernel=", ".join(map(_whole, KERNEL)),
        ),
        (
            Item(
                say("Slide the kernel: multiply, add up, then set what is below 0 to 0."),
                lines=0,
                **_filled(["", *(str(k + 1) for k in range(len(kernel.sums)))], rows),
            ),
            Item(
                say("Max-pooling: of each two neighbours keep the larger."),
                lines=0,
                **_filled(["", *(str(k + 1) for k in range(len(kernel.pooled)))], pooled),
            ),
            Item(
                say("What does this kernel look for?"),
                say(
                    "For a point that stands out above its neighbours: a peak. On a slope or a level it gives about 0."
                ),
            ),
            Item(
                say(
                    "In the paper's network kernels of {kernels} follow each other, each with pooling. How many steps "
                    "does the recurrent layer take for 1000 samples?",
                    kernels=say(", ").join(map(str, paper.kernels)),
                ),
                f"{lengths}: {paper.n_steps}",
            ),
        ),
    )


def _whole(value: int) -> str:
    return str(value).replace("-", "−")


def _gate(facts: LessonFacts, say: Say) -> Task:
    gate = facts.gate
    before, candidate, state, exact = (
        number.replace("-", "−")
        for number in (f"{gate.before:.2f}", f"{gate.candidate:.2f}", f"{gate.state:.2f}", f"{gate.exact:.3f}")
    )
    work = f"(1 − {gate.z:.2f}) · {_factor(before)} + {gate.z:.2f} · {_factor(candidate)} = {state}"
    return Task(
        say("3 · The gate"),
        say(
            "At step {step}, unit {unit} of the network has h(t−1) = {before}, the candidate h̃ = {candidate}, "
            "and z = {z:.2f}.",
            step=gate.step,
            unit=gate.unit,
            before=before,
            candidate=candidate,
            z=gate.z,
        ),
        (
            Item(
                say("Compute h(t) = (1 − z) · h(t−1) + z · h̃."),
                say(
                    "{work}. With all digits the network has {exact}.",
                    work=work,
                    exact=exact,
                ),
            ),
            Item(say("What would h(t) be with z = 0, and with z = 1?"), say("; ").join((before, candidate))),
            Item(
                say("Keras writes z for the weight of the old state. What does it call z here?"),
                f"1 − {gate.z:.2f} = {1 - gate.z:.2f}",
            ),
        ),
    )


def _factor(number: str) -> str:
    return f"({number})" if number.startswith("−") else number


def _what_if(facts: LessonFacts, say: Say) -> Task:
    early, normal = facts.what_if.early, facts.what_if.normal
    head = ["", say("early beat"), say("normal beat")]
    rows = [
        [
            say("as trained") if not name else name.replace("=", " = "),
            *(_answer(at[name], say) for at in (early, normal)),
        ]
        for name in ("", *HELD)
    ]
    return Task(
        say("4 · What if"),
        say(
            "Predict first, in pencil. Then hold each gate in the app and write down what the network names the "
            "early beat at {early:.3f} s and the normal one at {normal:.3f} s of record {record}, and how sure it "
            "is.",
            early=facts.early_r / facts.record.fs,
            normal=facts.normal_r / facts.record.fs,
            record=facts.record.name,
        ),
        (
            Item(say("Fill in the class and the probability."), lines=0, **_filled(head, rows)),
            Item(
                say("Why is the answer the same for both beats while z = 0?"),
                say("The state starts at 0 and nothing is ever written, so both beats end in the same state of zeros."),
                lines=2,
            ),
        ),
    )


def _answer(named: Named, say: Say) -> str:
    return say("{symbol} ({probability:.2f})", symbol=named.symbol, probability=named.probability)


def _split(facts: LessonFacts, say: Say) -> Task:
    split = facts.split
    names = {
        "segments-10fold": say("segments dealt at random"),
        "patients-10fold": say("people on one side only"),
        "ds1-ds2": "DS1 → DS2",
    }
    rows = [
        [names[protocol], *map(str, split.rare_row[protocol]), f"{split.rare_sensitivity(protocol):.1%}"]
        for protocol in PROTOCOLS
    ]
    before, after = (round(100 * split.accuracy[protocol], 1) for protocol in ("segments-10fold", "ds1-ds2"))
    return Task(
        say("5 · The split"),
        say("The same network under three splits. Each row counts what it named the true atrial premature beats (A)."),
        (
            Item(
                say("Compute the sensitivity for A: right ones divided by all of the row."),
                lines=0,
                **_filled([say("split"), *CLASSES, say("sensitivity")], rows, keep=1 + len(CLASSES)),
            ),
            Item(
                say(
                    "Its accuracy is {high:.1%} with segments dealt at random and {low:.1%} from DS1 to DS2. By how "
                    "many points does it fall, and why?",
                    high=split.accuracy["segments-10fold"],
                    low=split.accuracy["ds1-ds2"],
                ),
                say(
                    "By {points:.1f} points. At random the beats of one heart lie on both sides, so the network is "
                    "asked about hearts that it knows.",
                    points=before - after,  # of the printed figures
                ),
                lines=2,
            ),
            Item(
                say("Which of these numbers would you tell a patient, and what else?"),
                say(
                    "That of new people, and the sensitivity of the class in question: {share:.1%} for {rare}.",
                    share=split.rare_sensitivity("ds1-ds2"),
                    rare=RARE,
                ),
                lines=2,
            ),
        ),
    )
