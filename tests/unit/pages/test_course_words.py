"""The Chinese of the course is that of a university course book."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from pages.ui.glossary import TERMS

FOLDER = Path(__file__).parents[3] / "assets" / "locale" / "zh" / "LC_MESSAGES"
COURSE = FOLDER / "learn.po"


@pytest.fixture(scope="module")
def everything():
    """All translations of all catalogues, by their English."""
    said = {}
    for path in FOLDER.glob("*.po"):
        with path.open("rb") as stream:
            for message in read_po(stream):
                if message.id:
                    source = message.id if isinstance(message.id, str) else message.id[0]
                    said[source] = message.string if isinstance(message.string, str) else message.string[0]
    return said


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


SECOND_WORDS = {
    "神经元": "隐藏单元",
    "时间延迟": "时延神经网络",
    "采样频率": "采样率",
    "期前收缩": "早搏",
    "融合搏动": "融合波",
    "伪影": "伪差",
    "R 峰": "R 波峰",
    "敏感度": "灵敏度",
    "特异性": "特异度",
    "候选状态": "候选隐藏状态",
    "评估方案": "评估协议",
    "方案": "导入设置；评估协议",
    "评价": "评估；评判",
    "判读": "判断",
    "判别": "判断",
    "卡尺": "分规",
    "练习纸": "练习单",
    "受测": "受试者；测试",
    "一次心搏": "一个心搏",
    "市电": "工频",
    "噪音": "噪声",
}
"""What the catalogue must not call a thing, and what it calls it."""


def test_one_word_for_one_thing_in_the_whole_app(everything):
    """No catalogue has a second word for a term; a label of a beat is 标注: 标签 is a tab, a tag, or smoothed."""
    found = {
        (other, right, source)
        for source, said in everything.items()
        for other, right in SECOND_WORDS.items()
        if other in said
    }
    assert found == set()
    labels = [said for said in everything.values() if "标签" in said]
    assert [said for said in labels if not any(kind in said for kind in ("标签平滑", "标签页", "XML"))] == []


def test_terms_of_the_glossary_are_those_of_the_course():
    """The glossary is their owner: a few of the course's terms, as the course text has them, and the cell's."""
    chinese = {english: word for english, word, _meaning in TERMS}
    assert chinese["heartbeat"] == "心搏"
    assert chinese["R peak"] == "R 波峰"
    assert chinese["cell"] == "循环单元"
    assert chinese["unit"] == "隐藏单元"
    assert chinese["candidate state"] == "候选隐藏状态"
    assert chinese["annotation"] == "标注"
    assert chinese["F"] == "融合波"


def test_punctuation_is_full_width(everything):
    """Behind a Chinese character stands no half-width comma, colon or bracket, but in a link, a time or an address."""
    half = re.compile(r"[\u4e00-\u9fff][,;!?(]|[\u4e00-\u9fff]:(?![0-9秒])|[)](?<!\]\({url}\))[\u4e00-\u9fff]")
    assert [said for said in everything.values() if half.search(said.replace("({url})", ""))] == []


def test_per_cent_is_written_as_python_writes_it(everything):
    """Beside `{share:.1%}` a per cent sign has no space before it in any sentence either, in both languages."""
    assert [said for pair in everything.items() for said in pair if re.search(r"[0-9}] %", said)] == []


def test_latin_letters_and_digits_stand_apart(everything):
    """Between a Chinese character and a Latin letter or digit there is a space."""
    joined = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]")
    assert [said for said in everything.values() if joined.search(said)] == []


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
