"""The papers of a lesson: times that add up, links that lead into the app, and answers that are right."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from scipy.signal import convolve

from ecgmodel.command_line.main import main
from ecgmodel.evaluation.results import read_result, results_folder
from ecgmodel.labels import CLASSES
from ecgmodel.lesson.documents import write_paper
from ecgmodel.lesson.facts import KERNEL, find_facts
from ecgmodel.lesson.outline import PAPERS, TIMETABLES
from ecgmodel.lesson.plan import make_plan
from ecgmodel.lesson.worksheet import make_tasks
from ecgmodel.network.model_file import open_shipped_model
from ecgmodel.network.serving import Classifier
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.one_beat import cut_one
from pages.ui.text import translator

PAGES = Path(__file__).parents[2] / "pages"
ADDRESS = "http://192.168.1.5:8501"


@pytest.fixture(scope="module")
def facts():
    return find_facts(open_record("simulated-mixed"))


@pytest.mark.parametrize("minutes", TIMETABLES)
def test_minutes_add_up(facts, minutes):
    """All parts of a lesson together take as long as its name says; only the longest has additional tasks."""
    plan = make_plan(facts, minutes, ADDRESS)
    parts = [scene.minutes for scene in plan.scenes]
    parts += [part[0] for part in (plan.start, plan.class_room, plan.close) if part is not None]
    assert sum(parts) == minutes
    assert all(bool(scene.more) == (minutes == 90) for scene in plan.scenes)
    assert len(make_tasks(facts, minutes)) == len(plan.scenes)


def test_links_carry_the_state(facts):
    """Five scenes: chapters 1, 7 and 4 of the course, Gates with z held at 0, and Evaluate, each with its place."""
    links = {scene.name: urlsplit(scene.place.link) for scene in make_plan(facts, 45, f"{ADDRESS}/", lang="zh").scenes}
    asked = {name: {key: value[0] for key, value in parse_qs(link.query).items()} for name, link in links.items()}
    assert [link.path for link in links.values()] == ["/learn", "/learn", "/learn", "/gates", "/evaluate"]
    assert all(f"{link.scheme}://{link.netloc}" == ADDRESS for link in links.values())
    assert [asked[name].get("chapter") for name in links] == ["1", "7", "4", None, None]
    assert asked["what_if"]["hold"] == "z:0"
    assert asked["split"]["preset"] == "gru"
    record = open_record(asked["beat"]["record"])
    at = round(float(asked["beat"]["beat"]) * record.fs)
    assert record.annotations.symbol[np.abs(record.annotations.sample - at).argmin()] == "V"
    assert all(query["lang"] == "zh" for query in asked.values())


@pytest.mark.parametrize("minutes", TIMETABLES)
def test_controls_in_the_notes_are_on_the_page(facts, minutes):
    """What a note puts between quotation marks stands on the page of its scene, and in Chinese in its Chinese words."""
    in_chinese = translator("zh")
    quoted = re.compile("“([^”]+)”")
    count = 0
    for scene in make_plan(facts, minutes, ADDRESS, say=lambda template, **_values: template).scenes:
        code = [
            path.read_text("utf-8")
            for room in (scene.place.page, "components", "ui")
            for path in (PAGES / room).rglob("*.py")
        ]
        for note in (*scene.show, *scene.notes, scene.ask, scene.expect, scene.more):
            chinese = quoted.findall(in_chinese(note))
            for control in quoted.findall(note):
                assert any(f't("{control}")' in text for text in code), control
                assert in_chinese(control) != control
                assert in_chinese(control) in chinese, control
                count += 1
    assert count >= 5


def test_strip_and_kernel(facts):
    """RR intervals are those of the annotations; the sums are SciPy's convolution, cut at 0 and pooled by two."""
    record = facts.record
    beats = record.annotations.beats()
    for before, beat in zip(facts.strip.beats, facts.strip.beats[1:], strict=False):
        k = int(np.searchsorted(beats.sample, beat.r_sample))
        assert (beats.sample[k], beats.symbol[k]) == (beat.r_sample, beat.symbol)
        assert beats.sample[k - 1] == before.r_sample
        assert beat.rr_s == pytest.approx((beat.r_sample - before.r_sample) / record.fs)
    sums = convolve(facts.kernel.points, KERNEL[::-1], mode="full")
    assert facts.kernel.sums == tuple(sums)
    assert facts.kernel.relu == tuple(np.maximum(sums, 0))
    assert facts.kernel.pooled == tuple(max(pair) for pair in zip(*[iter(facts.kernel.relu)] * 2, strict=True))
    assert max(facts.kernel.relu) > 5


def test_rates_are_those_of_the_printed_intervals(facts):
    """In the key, 60 divided by the printed RR interval gives the printed rate."""
    table = make_tasks(facts, 45)[0].items[0].solved
    pairs = [(float(row[2]), int(row[3])) for row in table.rows if row[2] != "–"]
    assert len(pairs) >= 5
    assert all(rate == round(60 / rr) for rr, rate in pairs)


def test_the_printed_difference_is_that_of_the_printed_figures(facts):
    """The points that the key takes off are the difference of the two accuracies that its question prints."""
    item = make_tasks(facts, 45)[-1].items[1]
    high, low = (float(number) for number in re.findall(r"(\d+\.\d)%", item.text))
    assert f"{high - low:.1f} points" in item.answer


def test_gate_and_what_if(facts):
    """The printed digits blend to the printed state; with z = 0 both beats get the answer of a state of zeros."""
    gate = facts.gate
    assert gate.state == pytest.approx((1 - gate.z) * gate.before + gate.z * gate.candidate, abs=0.005)
    assert gate.state == pytest.approx(gate.exact, abs=0.02)
    model = open_shipped_model("beats-gru")
    served = Classifier(model).predict(cut_one(facts.record, "beats", facts.early_r), with_states=True)
    assert served.states[0, gate.step, gate.unit] == pytest.approx(gate.exact, abs=1e-5)
    answer = served.probabilities[0]
    assert facts.what_if.early[""].symbol == CLASSES[int(answer.argmax())]
    assert facts.what_if.early[""].probability == pytest.approx(float(answer.max()), abs=1e-4)
    x = np.zeros(model.config.units)
    for k in range(1, len(model.config.dense) + 1):
        x = np.maximum(x @ model.weights[f"dense{k}/kernel"] + model.weights[f"dense{k}/bias"], 0)
    logits = x @ model.weights["output/kernel"] + model.weights["output/bias"]
    zeros = np.exp(logits) / np.exp(logits).sum()
    for held in (facts.what_if.early["z=0"], facts.what_if.normal["z=0"]):
        assert held.symbol == CLASSES[int(zeros.argmax())]
        assert held.probability == pytest.approx(float(zeros.max()), abs=1e-5)


def test_split(facts):
    """Accuracies and sensitivities are those of the shipped results; the key states them."""
    for protocol, accuracy in facts.split.accuracy.items():
        matrix = read_result(results_folder() / f"gru.{protocol}.json").matrix
        assert accuracy == pytest.approx(np.trace(matrix) / matrix.sum())
        assert facts.split.rare_sensitivity(protocol) == pytest.approx(matrix[3, 3] / matrix[3].sum())
    key = write_paper("key", facts, 45, ADDRESS)
    assert f"{facts.split.rare_sensitivity('ds1-ds2'):.1%}" in key


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_command(tmp_path, capsys, no_mitdb, lang):
    """`lesson-plan` writes three papers a language without scripts; the worksheet has no answer that the key has."""
    assert main(["lesson-plan", str(tmp_path / "new"), "--lang", lang, "--address", ADDRESS]) == 0
    papers = {name: (tmp_path / "new" / f"{name}-45.{lang}.html").read_text("utf-8") for name in PAPERS.values()}
    assert len(capsys.readouterr().out.splitlines()) == 3
    for text in papers.values():
        assert f'<html lang="{lang}">' in text
        assert "<script" not in text
        assert ("不是医疗器械" if lang == "zh" else "Not a medical device") in text
        assert not re.search(r"\{[a-z]+", re.sub(r"<style>.*?</style>", "", text, flags=re.S))  # all fields are filled
    assert papers["lesson-plan"].count(f'href="{ADDRESS}/') == 5
    assert 'class="answer"' not in papers["worksheet"]
    assert papers["answer-key"].count('class="answer"') >= 10
    if lang == "zh":
        spoken = re.sub(r"<[^>]*>|https?://\S+", "", papers["lesson-plan"].split("</style>")[-1])
        assert re.findall(r"\b[A-Za-z]{4,}(?: [a-z]{3,}){2,}", spoken.split("模拟")[0]) == []  # no English sentence


def test_unknown_length(facts, tmp_path, capsys):
    """A record without premature beats, and a folder that cannot be made, give a sentence."""
    (tmp_path / "file").write_text("")
    assert main(["lesson-plan", str(tmp_path / "file"), "--record", "simulated-mixed"]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert main(["lesson-plan", str(tmp_path / "x"), "--record", "208-excerpt"]) == 2
    assert "has no V" in capsys.readouterr().err
