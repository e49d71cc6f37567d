"""The plan of a lesson: five scenes that lead from one heartbeat to the honest question of whom a network knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecgmodel.evaluation.published import OH_COUNTS
from ecgmodel.network.config import NetworkConfig
from ecgmodel.segments.dataset import MODEL_FS, SEGMENT_SAMPLES
from pages.caches.results import evaluation_results
from pages.ui.text import t

MINUTES = (10, 45, 90)
"""Lengths of a lesson."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """A line of the worksheet, and of its key."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene.

    Attributes
    ----------
    title : str
    page : str
        The room of the page that is shown.
    address : mapping of str to str
        What its link carries.
    minutes : mapping of int to int
        How long it takes in each lesson; 0 leaves it out.
    show : str
        What is done on the screen.
    say : str
        What the teacher says.
    exercises : tuple of Exercise
    """

    title: str
    page: str
    address: Mapping[str, str]
    minutes: Mapping[int, int]
    show: str
    say: str
    exercises: tuple[Exercise, ...]


def scenes_of(minutes: int) -> list[Scene]:
    """Return the scenes of a lesson of so many minutes, in the visitor's language."""
    scenes = (_beat(), _convolution(), _gate(), _what_if(), _split())
    return [scene for scene in scenes if scene.minutes[minutes]]


def _times(*minutes: int) -> dict[int, int]:
    return dict(zip(MINUTES, minutes, strict=True))


def _beat() -> Scene:
    return Scene(
        t("One heartbeat"),
        "learn",
        {"chapter": "1"},
        _times(4, 9, 20),
        t(
            "Open chapter 1. Click a normal beat, then one of each other class. With time: open a class room and let "
            "everybody name 20 beats, without showing the answers yet."
        ),
        t(
            "P: the atria are activated. QRS: the ventricles. T: the ventricles recover. A bundle branch block is seen "
            "in the shape, an early atrial beat mostly in the rhythm, an early ventricular beat in both. Whatever "
            "names beats has to see shape and rhythm."
        ),
        (
            Exercise(
                t("Mark P, QRS and T in the beat on the screen. What does each stand for?"),
                t("P: activation of the atria; QRS: activation of the ventricles; T: recovery of the ventricles."),
            ),
            Exercise(t("Two R peaks are 0.80 s apart. What heart rate is that?"), "60 / 0.80 = 75 / min"),
            Exercise(
                t("A beat comes early, is broad, and has no P wave before it. Which of the five classes is it?"),
                t("V, a ventricular premature beat."),
            ),
        ),
    )


def _convolution() -> Scene:
    config = NetworkConfig()
    kernel, first = config.kernels[0], SEGMENT_SAMPLES + config.kernels[0] - 1
    return Scene(
        t("Convolution: looking for shapes"),
        "learn",
        {"chapter": "7"},
        _times(0, 9, 18),
        t("Open chapter 7. Choose a filter of the first layer and let its kernel slide across the QRS complex."),
        t(
            "A kernel is a short row of weights. At every place it multiplies and adds; the answer is large where the "
            "signal looks like the kernel. Nobody drew these kernels: training found them. Pooling keeps the larger of "
            "two neighbours, so that each layer sees a longer stretch."
        ),
        (
            Exercise(
                t("A kernel has {k} samples at {fs:.0f} Hz. How many milliseconds does it see?", k=kernel, fs=MODEL_FS),
                f"{kernel} / {MODEL_FS:.0f} s = {1000 * kernel / MODEL_FS:.0f} ms",
            ),
            Exercise(
                t(
                    "{n} samples go into a full convolution with a kernel of {k}. How many come out, and how many are "
                    "left after pooling by two?",
                    n=SEGMENT_SAMPLES,
                    k=kernel,
                ),
                f"{SEGMENT_SAMPLES} + {kernel} − 1 = {first}; {first // 2}",
            ),
        ),
    )


def _gate() -> Scene:
    return Scene(
        t("A gate: what to keep"),
        "learn",
        {"chapter": "4"},
        _times(3, 9, 18),
        t("Open chapter 4 and play one step in its four parts; then let it run across the beat. Stop at the R peak."),
        t(
            "The reset gate says how much of the old state helps with the new proposal. The update gate weighs old "
            "against new. Both are numbers between 0 and 1, computed anew at every step. Look for a step at which the "
            "unit replaces much, and for one at which it keeps nearly everything."
        ),
        (
            Exercise(
                t("Old state 0.40, candidate −0.60, z = 0.25. What is the new state?"),
                "(1 − 0.25) · 0.40 + 0.25 · (−0.60) = 0.30 − 0.15 = 0.15",
            ),
            Exercise(t("Which z keeps the old state as it is?"), "z = 0"),
        ),
    )


def _what_if() -> Scene:
    return Scene(
        t("What if: hold a gate"),
        "gates",
        {},
        _times(0, 8, 16),
        t(
            "Open Gates and choose to hold a gate. Hold z at 0 over all steps, then r at 0. Read the answer before and "
            "after. Let the class predict first."
        ),
        t(
            "We do not ask what a gate is for; we take it away and look. With z held at 0 nothing is ever written, the "
            "state stays at its first value, 0, and every beat gets the same answer. With r at 0 the candidate sees "
            "the present input alone."
        ),
        (
            Exercise(
                t("z is held at 0 from the first step to the last. How do the answers to different beats compare?"),
                t("They are all the same: the state stays 0, so the layers behind it always read zeros."),
            ),
            Exercise(
                t("r is held at 0. What can the candidate no longer see?"),
                t("The old state; it sees the present input alone."),
            ),
        ),
    )


def _split() -> Scene:
    scores = {
        protocol: next(
            (result.scores.accuracy for result in evaluation_results(protocol) if result.preset == "gru"), None
        )
        for protocol in ("segments-10fold", "patients-10fold")
    }
    figures = (
        t(
            "The network gru is right on {segments:.1%} of segments dealt at random, and on {people:.1%} where people "
            "are dealt whole.",
            segments=scores["segments-10fold"],
            people=scores["patients-10fold"],
        )
        if None not in scores.values()
        else ""
    )
    share = OH_COUNTS["N"] / sum(OH_COUNTS.values())
    return Scene(
        t("The split: whom does it know?"),
        "evaluate",
        {},
        _times(3, 10, 18),
        t(
            "Open Evaluate: one network, three ways to split the data. With time: reveal the 20 beats in the class "
            "room, and compare class, model and experts."
        ),
        " ".join(
            filter(
                None,
                (
                    figures,
                    t(
                        "Neighbouring beats of one person are nearly alike: who has seen some knows the others. A "
                        "number without its split says little. Ask of every published figure: had the network seen "
                        "these people?"
                    ),
                ),
            )
        ),
        (
            Exercise(
                t("Why is the same network so much better when segments are dealt at random?"),
                t("Beats of the same person are on both sides, so it is tested on hearts that it knows."),
            ),
            Exercise(
                t(
                    "Of {total:,} segments, {n:,} are normal. What accuracy has a model that always answers N?",
                    total=sum(OH_COUNTS.values()),
                    n=OH_COUNTS["N"],
                ),
                f"{OH_COUNTS['N']:,} / {sum(OH_COUNTS.values()):,} = {share:.1%}",
            ),
        ),
    )
