"""The plan of a lesson, its worksheet and its key: what they say is so."""

import re

import numpy as np
import pytest
from scipy.signal import convolve

from ecgmodel.network.inside.experiments import Experiment, Hold, run_experiment
from ecgmodel.network.inside.gates import trace_gates
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.embedded import DEFAULT_NAME, open_embedded
from ecgmodel.segments.one_beat import cut_one, list_readable
from pages.classroom.plan import MINUTES, scenes_of
from pages.classroom.plan_sheet import make_sheet
from pages.session import choices


@pytest.mark.parametrize("minutes", MINUTES)
def test_the_scenes_fill_the_lesson(minutes):
    """Their minutes are together those of the lesson; the long ones have all five."""
    scenes = scenes_of(minutes)
    assert sum(scene.minutes[minutes] for scene in scenes) == minutes
    assert len(scenes) == (3 if minutes == 10 else 5)


def key():
    with choices.speaking("en"):
        return {exercise.question: exercise.answer for scene in scenes_of(90) for exercise in scene.exercises}


def answer_to(words):
    return next(answer for question, answer in key().items() if words in question)


def test_the_arithmetic_of_the_key():
    """Rate, kernel, convolution, pooling, blend and share come out as NumPy and SciPy have them."""
    assert answer_to("0.80 s apart").endswith(f"= {60 / 0.80:.0f} / min")
    assert answer_to("How many milliseconds").endswith(f"= {round(20 / 360 * 1000)} ms")
    full = len(convolve(np.ones(1000), np.ones(20), mode="full"))
    assert answer_to("full convolution").endswith(f"= {full}; {full // 2}")
    assert answer_to("candidate").endswith(f"= {np.average([0.40, -0.60], weights=[0.75, 0.25]):.2f}")
    assert answer_to("always answers N").endswith("= 50.0%")


def test_without_writing_every_beat_gets_the_same_answer():
    """What the what-if scene says: with z held at 0 a shipped model's answers to a normal and a V beat agree."""
    record = open_embedded(DEFAULT_NAME)
    symbols = dict(zip(record.annotations.sample.tolist(), record.annotations.symbol.tolist(), strict=True))
    for name in ("beats-gru", "gru"):
        classifier = Classifier(open_shipped_model(name))
        answers = []
        for symbol in ("N", "V"):
            kind = classifier.model.card.segments
            samples = [sample for sample in list_readable(record, kind).tolist() if symbols[sample] == symbol]
            segment = cut_one(record, kind, samples[len(samples) // 2])
            trace = trace_gates(classifier.model, classifier.predict(segment, with_states=True), segment.length)
            held = run_experiment(classifier.model, trace, Experiment(holds=(Hold("z", 0.0),)))
            answers += [trace.answer, held.answer]
        assert np.abs(answers[0] - answers[2]).max() > 0.5
        assert answers[1] == pytest.approx(answers[3], abs=1e-6)


@pytest.mark.parametrize("language", choices.LANGUAGES)
def test_the_worksheet_has_no_answers_and_the_key_has_all(language):
    """Both have every question; a line to write on stands where the key has its answer."""
    with choices.speaking(language):
        exercises = [exercise for scene in scenes_of(45) for exercise in scene.exercises]
        worksheet, answers = make_sheet("worksheet", 45), make_sheet("key", 45)
    lines = {"en": "en", "zh": "zh-CN"}[language]
    for sheet in (worksheet, answers):
        assert f'<html lang="{lines}">' in sheet
        assert len(re.findall(r"<li>", sheet)) == len(exercises)
    assert worksheet.count('class="lines"') == len(exercises)
    assert worksheet.count('class="answer"') == 0
    assert answers.count('class="answer"') == len(exercises)


def test_sheets_are_in_the_language_of_the_class():
    """The Chinese sheets have no English sentence left."""
    with choices.speaking("zh"):
        for sheet in ("plan", "worksheet", "key"):
            body = make_sheet(sheet, 90).partition("<body>")[2]
            assert re.findall(r"[A-Za-z]+ [A-Za-z]+ [A-Za-z]+", re.sub(r"<[^>]*>", "", body)) == []
