"""The Chinese of the course is that of a university course book."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

COURSE = Path(__file__).parents[3] / "assets" / "locale" / "zh" / "LC_MESSAGES" / "learn.po"


@pytest.fixture(scope="module")
def words():
    with COURSE.open("rb") as stream:
        return {
            str(message.id): message.string if isinstance(message.string, str) else message.string[0]
            for message in read_po(stream)
            if message.id
        }


@pytest.mark.parametrize(
    ("other", "right"),
    [
        ("神经元", "隐藏单元"),
        ("时间延迟", "时延神经网络"),
        ("视野", "感受野"),
        ("个样本，", "采样点"),
        ("房早", "房性早搏"),
    ],
)
def test_one_word_for_one_thing(words, other, right):
    """A second word for a term of the course is nowhere, and the term itself is."""
    assert [source for source, said in words.items() if other in said] == []
    assert any(right in said for said in words.values())


def test_emphasis_is_bold(words):
    """Chinese is not set in slanted type: emphasis in a translation is bold."""
    slanted = re.compile(r"(?<![*\\])\*(?!\*)[^*]+\*(?!\*)")
    assert [source for source, said in words.items() if slanted.search(said)] == []


def test_terms_of_a_cell(words):
    """A unit is a hidden unit, a cell a recurrent cell; the LSTM's c keeps its own name."""
    assert words["unit {j}"] == "隐藏单元 {j}"
    assert words["units"] == "隐藏单元"
    assert words["Cell"] == "循环单元"
    assert "单元状态" in words["**3** Their sum is the new cell state."]
