"""The papers of a lesson as HTML: one file each without scripts, to be printed or kept."""

from __future__ import annotations

from ecgmodel.figures.rendering import Say, render
from ecgmodel.lesson.facts import LessonFacts
from ecgmodel.lesson.outline import Paper
from ecgmodel.lesson.plan import make_plan
from ecgmodel.lesson.worksheet import make_tasks
from ecgmodel.records.sources.databases import find_database


def write_paper(
    paper: Paper, facts: LessonFacts, minutes: int, address: str, *, say: Say = str.format, lang: str = "en"
) -> str:
    """Return one of the papers of a lesson as HTML.

    Parameters
    ----------
    paper : {"plan", "worksheet", "key"}
    facts : LessonFacts
    minutes : int
        10, 45 or 90.
    address : str
        Where the class reaches the app, as http://192.168.1.5:8501: the links of the plan begin with it.
    say : callable
        Translates the paper's words.
    lang : str
        Their language, as HTML and the app have it.

    Raises
    ------
    ConfigError
        Where there is no lesson of this length.
    """
    plan = make_plan(facts, minutes, address, say=say, lang=lang)
    titles = {
        "plan": say("Lesson plan: {minutes} minutes", minutes=minutes),
        "worksheet": say("Worksheet: how a network reads a heartbeat"),
        "key": say("Answer key: how a network reads a heartbeat"),
    }
    shared = {
        "lang": lang,
        "title": titles[paper],
        "device": say("For teaching and research. Not a medical device."),
        "unchecked": "",
        "source": _say_source(facts, say),
    }
    if paper == "plan":
        labels = {
            "start": say("Start"),
            "close": say("To close"),
            "class": say("Class room"),
            "minutes": say("min"),
            "aim": say("Aim"),
            "show": say("Show"),
            "notes": say("Say"),
            "ask": say("Ask"),
            "expect": say("Expect"),
            "more": say("More time"),
            "link": say("Open"),
        }
        return render("lesson_plan.html", plan=plan, labels=labels, **shared)
    tasks = make_tasks(facts, minutes, say=say)
    return render("worksheet.html", tasks=tasks, is_key=paper == "key", name=say("Your name"), **shared)


def _say_source(facts: LessonFacts, say: Say) -> str:
    database = find_database(facts.record.name)
    if database is None:
        return say("The trace is simulated: computed from a model of the heartbeat, and nobody's ECG.")
    return (
        f"{facts.record.name}: {database.title}, PhysioNet, {database.licence}. {database.citation}. doi {database.doi}"
    )
