"""Both READMEs state the same: section by section the same numbers, commands, names in code, links and pictures."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"

FENCE = re.compile(r"^ *```.*?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)*(?:[-:]\d+)?(?: ?%| MB| Hz)?")


def sections(path):
    """Return the sections in their order, the head first."""
    return re.split(r"^## .*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


PAIRS = list(zip(sections(ENGLISH), sections(CHINESE), strict=False))
TITLES = ["head", *re.findall(r"^## (.*)$", ENGLISH.read_text(encoding="utf-8"), re.MULTILINE)]


def test_both_have_the_same_sections():
    """Neither has a section that the other one lacks."""
    assert len(sections(ENGLISH)) == len(sections(CHINESE))


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=TITLES)
def test_the_same_numbers(english, chinese):
    """Every number of one is in the other, as often."""
    found = [Counter(NUMBER.findall(re.sub(r"\]\([^)]*\)", "]", FENCE.sub("", text)))) for text in (english, chinese)]
    assert found[0] == found[1]


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=TITLES)
def test_the_same_commands(english, chinese):
    """Blocks of code are alike, but for what is said behind a #; so are names in code, whatever their order."""
    found = [
        [re.sub(r"\s+# .*$", "", block, flags=re.MULTILINE) for block in FENCE.findall(t)] for t in (english, chinese)
    ]
    assert found[0] == found[1]
    names = [Counter(re.findall(r"`([^`\n]+)`", FENCE.sub("", text))) for text in (english, chinese)]
    assert set(names[0]) - {"README.zh-CN.md"} == set(names[1])


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=TITLES)
def test_the_same_links_pictures_and_rows(english, chinese):
    """Links lead to the same places, and tables have as many rows."""
    ours = {"README.md", "README.zh-CN.md"}
    links = [sorted(set(re.findall(r"\]\((?!#)([^)]+)\)", text)) - ours) for text in (english, chinese)]
    assert links[0] == links[1]
    assert english.count("\n|") == chinese.count("\n|")


def test_each_leads_to_the_other():
    """A reader of either finds the other in its first lines, and every picture and file that it links is there."""
    assert "(README.zh-CN.md)" in sections(ENGLISH)[0]
    assert "(README.md)" in sections(CHINESE)[0]
    for path in (ENGLISH, CHINESE):
        for target in re.findall(r"\]\((?!#|http)([^)]+)\)", path.read_text(encoding="utf-8")):
            assert (ROOT / target).is_file(), target
