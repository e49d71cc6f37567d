"""The plan of a lesson: five scenes, each a link into the app with its state, what to say, and what to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from ecgmodel.errors import ConfigError
from ecgmodel.figures.rendering import Say
from ecgmodel.lesson.facts import JUDGED, MODEL, LessonFacts
from ecgmodel.lesson.outline import TIMETABLES, SceneName


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the app with its state.

    Attributes
    ----------
    base : str
        Address of the app, without a slash at its end.
    page : str
    query : mapping of str to str
        What its address carries.
    """

    base: str
    page: str
    query: Mapping[str, str]

    @property
    def link(self) -> str:
        """The whole address."""
        return f"{self.base}/{self.page}?{urlencode(self.query)}"


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene.

    Attributes
    ----------
    name : str
        Of `SceneName`.
    title : str
    minutes : int
    place : Place
        Where it is shown.
    aim : str
        What a student knows afterwards.
    show : tuple of str
        What to do, step by step.
    notes : tuple of str
        What to say.
    ask : str
        A question for the class.
    expect : str
        What they will answer, and what to reply.
    more : str
        What a long lesson adds; "" in a shorter one.
    """

    name: SceneName
    title: str
    minutes: int
    place: Place
    aim: str
    show: tuple[str, ...]
    notes: tuple[str, ...]
    ask: str
    expect: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A lesson.

    Attributes
    ----------
    minutes : int
    start, close, class_room : (int, str) or None
        Minutes and what to do; `None` where the lesson is too short for it.
    scenes : tuple of Scene
    """

    minutes: int
    start: tuple[int, str] | None
    scenes: tuple[Scene, ...]
    class_room: tuple[int, str] | None
    close: tuple[int, str] | None


def find_places(facts: LessonFacts, address: str, lang: str) -> dict[str, Place]:
    """Return where each scene is shown; `address` is that of the app, as http://192.168.1.5:8501."""
    fs, record = facts.record.fs, facts.record.name
    early, normal = (f"{r / fs:.3f}" for r in (facts.early_r, facts.normal_r))
    at = {"step": str(facts.gate.step), "unit": str(facts.gate.unit)}
    pages: dict[str, tuple[str, dict[str, str]]] = {
        "beat": ("learn", {"chapter": "1", "record": record, "beat": early}),
        "convolution": ("learn", {"chapter": "7", "record": record, "beat": normal, "model": MODEL}),
        "gate": ("learn", {"chapter": "4", "record": record, "beat": early, "model": MODEL, **at}),
        "what_if": ("gates", {"record": record, "beat": early, "model": MODEL, **at, "hold": "z:0"}),
        "split": ("evaluate", {"preset": JUDGED}),
    }
    base = address.rstrip("/")
    return {name: Place(base, page, {**query, "lang": lang}) for name, (page, query) in pages.items()}


def make_plan(facts: LessonFacts, minutes: int, address: str, *, say: Say = str.format, lang: str = "en") -> Plan:
    """Return the plan of a lesson.

    Raises
    ------
    ConfigError
        Where there is none of this length.
    """
    if minutes not in TIMETABLES:
        raise ConfigError(
            "There is no lesson of {minutes} minutes. Choose one of {allowed}.",
            minutes=minutes,
            allowed=", ".join(map(str, TIMETABLES)),
        )
    times, places = TIMETABLES[minutes], find_places(facts, address, lang)
    makers = {"beat": _beat, "convolution": _convolution, "gate": _gate, "what_if": _what_if, "split": _split}
    scenes = tuple(
        maker(facts, times[name], places[name], minutes >= 90, say) for name, maker in makers.items() if name in times
    )

    def part(name: str, words: str) -> tuple[int, str] | None:
        return (times[name], words) if name in times else None

    return Plan(
        minutes=minutes,
        start=part(
            "start",
            say(
                "Hand out the worksheet. Say what the lesson is for: not to diagnose, but to see how a "
                "network comes to its answer, and when to believe it."
            ),
        ),
        scenes=scenes,
        class_room=part(
            "class",
            say(
                "You are the model: open a room on the Class room page, let the students name 20 "
                "beats on their telephones, and compare the class, the network and the experts."
            ),
        ),
        close=part(
            "close",
            say("One sentence from each: what does the network see, what does it keep, and whom was it tested on?"),
        ),
    )


def _beat(facts: LessonFacts, minutes: int, place: Place, long: bool, say: Say) -> Scene:
    return Scene(
        "beat",
        say("The beat: shape and rhythm"),
        minutes,
        place,
        aim=say("Tells P, QRS and T; measures an RR interval; sees that a beat can be early, broad, or both."),
        show=(
            say("Let the figure draw its ten seconds. Click a normal beat, then the early broad one."),
            say(
                "Read RR and QRS below the beat. Then click the examples under “The five classes: what to look for”: "
                "each opens its own record, and the link comes back."
            ),
        ),
        notes=(
            say(
                "QRS is the activation of the ventricles. It is narrow while the usual paths conduct it, and broad "
                "where it takes a detour."
            ),
            say("Two questions are enough for most beats: does it come in time, and does it look like its neighbours?"),
        ),
        ask=say("Which of the two questions can a network answer that sees one beat alone?"),
        expect=say(
            "Many say both. One beat alone shows its shape; whether it is early needs the beat before. That is "
            "why a network needs a memory."
        ),
        more=say("Let them find an atrial premature beat in record 100 or 209: narrow, early, and easily missed.")
        if long
        else "",
    )


def _convolution(facts: LessonFacts, minutes: int, place: Place, long: bool, say: Say) -> Scene:
    return Scene(
        "convolution",
        say("The convolution: a template that slides"),
        minutes,
        place,
        aim=say("Computes a convolution by hand, with ReLU and pooling; says why padding is harmless without a bias."),
        show=(
            say(
                "The kernel slides by itself. Stop it, drag “Place” across a QRS complex, and follow “products” and "
                "“output”."
            ),
            say("Switch to “padding”, and move “Bias in every convolution” to 0.00 and back."),
        ),
        notes=(
            say(
                "The kernel asks the same small question at every place. The answer is large where the signal looks "
                "like it."
            ),
            say("Nobody chose these weights: training did."),
        ),
        ask=say("How long is the output where 1000 samples meet a kernel of 20 that may hang over at both ends?"),
        expect=say(
            "Often 1000 or 981. It is {full}: n + K − 1 = 1000 + {more}.",
            full=facts.paper.conv_lengths[0],
            more=facts.paper.kernels[0] - 1,
        ),
        more=say("Let them draw a kernel that answers to a P wave and not to QRS, and say why that is hard.")
        if long
        else "",
    )


def _gate(facts: LessonFacts, minutes: int, place: Place, long: bool, say: Say) -> Scene:
    gate = facts.gate
    return Scene(
        "gate",
        say("The gate: how much of the old, how much of the new"),
        minutes,
        place,
        aim=say("Computes one step of a GRU from z, the old state and the candidate."),
        show=(
            say(
                "The figure opens at step {step}, unit {unit}, and plays. Press 1, which stops it, then 2, 3 and 4. "
                "If it has moved on, open the link again.",
                step=gate.step,
                unit=gate.unit,
            ),
            say("Let it play over the beat. Then choose “z weighs the old”: z changes, h does not."),
        ),
        notes=(
            say(
                "z is a weight between the old state and the proposal. At 0 nothing changes, at 1 the proposal "
                "replaces the state."
            ),
            say(
                "A plain recurrent unit writes at every step. A gate lets a unit keep something for as long as it is "
                "needed."
            ),
        ),
        ask=say("Here z is {z:.2f}. Is the new state nearer to the old one or to the candidate?", z=gate.z),
        expect=say(
            "To the candidate, where z is above 0.5; to the old one below it. Here: {words}.",
            words=say("to the candidate") if gate.z > 0.5 else say("to the old state"),
        ),
        more=say("Do the same in chapter 3: which two gates of the LSTM does z replace?") if long else "",
    )


def _what_if(facts: LessonFacts, minutes: int, place: Place, long: bool, say: Say) -> Scene:
    early, frozen = facts.what_if.early, facts.what_if.early["z=0"]
    return Scene(
        "what_if",
        say("What if: hold a gate, ask the network again"),
        minutes,
        place,
        aim=say("Predicts what a network does without its memory, and checks it."),
        show=(
            say(
                "Before you open the link, let everybody write down a prediction. It opens with z held at 0, and the "
                "sentence above the figure gives the answer before and now."
            ),
            say(
                "Open “What if …”. Click the 0 of z again to release it, hold z at 1, press “Reset”, then hold r at "
                "0. For another beat, use the arrows beside “every beat”."
            ),
        ),
        notes=(
            say(
                "As trained, the network names this beat {symbol} ({share:.2f}).",
                symbol=early[""].symbol,
                share=early[""].probability,
            ),
            say(
                "With z at 0 the state never leaves 0, so every beat gets the same answer: {symbol} ({share:.2f}).",
                symbol=frozen.symbol,
                share=frozen.probability,
            ),
        ),
        ask=say("Which answer does the network give for a normal beat while z is held at 0?"),
        expect=say(
            "Some say: it guesses, or fails. It answers {symbol} with {share:.2f}, as for any other beat: what "
            "remains is how the dense layers read a state of zeros.",
            symbol=frozen.symbol,
            share=frozen.probability,
        ),
        more=say("Let them switch single units off until the answer changes. How many does it take?") if long else "",
    )


def _split(facts: LessonFacts, minutes: int, place: Place, long: bool, say: Say) -> Scene:
    split = facts.split
    return Scene(
        "split",
        say("The split: whom was it tested on?"),
        minutes,
        place,
        aim=say(
            "Explains why the same network is right in {high:.1%} and in {low:.1%}, and which of the two a patient "
            "can expect.",
            high=split.accuracy["segments-10fold"],
            low=split.accuracy["ds1-ds2"],
        ),
        show=(
            say(
                "The first three matrices are one network under three splits; the fourth is another network. Read "
                "“Accuracy” above each of the three."
            ),
            say("Then read the row of A in each: its last column, “found”, is the sensitivity."),
        ),
        notes=(
            say(
                "Dealt at random, the beats of one heart lie on both sides. The test then asks about hearts that the "
                "network knows."
            ),
            say(
                "Accuracy hides the rare: of the atrial premature beats it finds {before:.1%} with segments dealt at "
                "random, and {share:.1%} from DS1 to DS2.",
                before=split.rare_sensitivity("segments-10fold"),
                share=split.rare_sensitivity("ds1-ds2"),
            ),
        ),
        ask=say("A paper reports 98%. Which one question do you ask its authors first?"),
        expect=say("Whether any person was on both sides. Then: what a trivial rule reaches on the same data."),
        more=say("Let them write two sentences about this network that would be honest in an advertisement.")
        if long
        else "",
    )
