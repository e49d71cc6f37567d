"""The colours of classes: contrast by WCAG 2.2, and distance for eyes that see two kinds of light alone."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from ecgmodel.figures.palette import CLASS_COLOURS, CLASS_INKS, CLASS_MARKS, PAPER

CONFIG = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]

# Machado, Oliveira & Fernandes 2009, doi 10.1109/TVCG.2009.113, table 1: the whole defect.
SEEN = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def linear(colour):
    shares = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    light, dark = sorted((float(linear(colour) @ XYZ[1]) for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(light):
    x, y, z = np.cbrt(XYZ @ np.clip(light, 0, 1) / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def grounds(theme):
    return (PAPER[theme].background, CONFIG[theme]["backgroundColor"], CONFIG[theme]["secondaryBackgroundColor"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_letters_can_be_read(theme):
    """A class letter in the ink of its class has 4.5:1 on the paper, the page and the sidebar."""
    for symbol, ink in CLASS_INKS[theme].items():
        for ground in grounds(theme):
            assert contrast(ink, ground) >= 4.5, (symbol, ground)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_of_f_q_and_s_can_be_seen(theme):
    """They have 3:1 on every ground, as figures must."""
    for symbol in "FQS":
        for ground in grounds(theme):
            assert contrast(CLASS_COLOURS[theme][symbol], ground) >= 3, (symbol, ground)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_stay_apart_for_every_eye(theme):
    """No two lie closer, for any kind of colour blindness, than the closest of Okabe and Ito's do (16 in CIELAB)."""
    for (one, a), (other, b) in itertools.combinations(CLASS_COLOURS[theme].items(), 2):
        for kind, matrix in SEEN.items():
            away = np.linalg.norm(lab(np.array(matrix) @ linear(a)) - lab(np.array(matrix) @ linear(b)))
            assert away >= 16, (one, other, kind, away)


def test_each_has_a_mark_of_its_own():
    """Colour never carries a meaning alone."""
    assert CLASS_MARKS.keys() == CLASS_COLOURS["light"].keys() == CLASS_COLOURS["dark"].keys()
    assert len(set(CLASS_MARKS.values())) == len(CLASS_MARKS)
