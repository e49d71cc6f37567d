"""Both READMEs state the same: section by section the same numbers, commands, names in code, links and pictures."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
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


def test_what_many_need_follows_from_what_one_costs():
    """Every figure of the Scale section's table is the stated costs, multiplied: as far as their last digit goes."""
    section = " ".join(re.search(r"### Scale\n(.*?)\n## ", ENGLISH.read_text(encoding="utf-8"), re.DOTALL)[1].split())

    def stated(pattern):
        """Return what a number can have been before it was rounded, least and most."""
        text = re.search(pattern.replace("#", r"([\d,]+(?:\.\d+)?)"), section)[1].replace(",", "")
        half = 10.0 ** -len(text.partition(".")[2]) / 2
        return np.array([float(text) - half, float(text) + half])

    def follows(pattern, figure):
        low, high = stated(pattern)
        assert low <= figure[1], (pattern, figure)
        assert high >= figure[0], (pattern, figure)

    visit_s, day_s = stated("# ms of a core a visit") / 1e3, stated("# s of a core and")
    server_gb, student_mb, lesson_mb = stated("# GB a server"), stated("# MB a student"), stated("# MB for the static")
    pause_s, share = 10.0, 0.6
    assert f"a visit every {pause_s:g} s" in section
    assert f"below {share:.0%} of a core".replace("%", " %") in section
    for students, row in ((500, "500 students at once"), (10_000, "each in the app")):
        cores = students / pause_s * visit_s
        follows(rf"{row} \| # visits a second", np.full(2, students / pause_s))
        follows(rf"{row} \| [\d,]+ visits a second: # cores", cores)
        follows(rf"{row} \| [^|]* # replicas", np.ceil(cores / share))
        follows(rf"{row} \| [^|]* # GB of memory", np.ceil(cores / share) * server_gb + students * student_mb / 1e3)
    follows(r"# GB sent once", 10_000 * lesson_mb / 1e3)
    follows(r"# core hours", 1e6 * day_s / 3600)
    follows(r"# cores for a week", 1e6 * day_s / 3600 / (7 * 24))
    follows(r"# TB", np.full(2, 1e6 * 24 * 3600 * 250 * 1.5 / 1e12))
