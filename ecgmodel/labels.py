"""Classes, annotation symbols and AAMI groups; the only owner of the class order.

Sources: PhysioBank annotation codes (https://physionet.org/physiobank/annotations.shtml); Oh et al. 2018, doi
10.1016/j.compbiomed.2018.06.002 (the five classes); ANSI/AAMI EC57 (the groups).
"""

from __future__ import annotations

CLASSES = ("N", "L", "R", "A", "V")
"""The five classes in the order of every probability vector and confusion matrix."""

CLASS_NAMES = {
    "N": "Normal",
    "L": "Left bundle branch block",
    "R": "Right bundle branch block",
    "A": "Atrial premature",
    "V": "Ventricular premature",
}

BEAT_SYMBOLS = frozenset("NLRBAaJSVrFejnE/fQ?")
"""Symbols that mark a heartbeat; every other symbol marks rhythm, noise or a comment."""

SYMBOL_NAMES = {
    "N": "Normal",
    "L": "Left bundle branch block",
    "R": "Right bundle branch block",
    "B": "Bundle branch block",
    "A": "Atrial premature",
    "a": "Aberrated atrial premature",
    "J": "Nodal premature",
    "S": "Supraventricular premature",
    "V": "Ventricular premature",
    "r": "R-on-T premature ventricular",
    "F": "Fusion of ventricular and normal",
    "e": "Atrial escape",
    "j": "Nodal escape",
    "n": "Supraventricular escape",
    "E": "Ventricular escape",
    "/": "Paced",
    "f": "Fusion of paced and normal",
    "Q": "Unclassifiable",
    "?": "Not classified",
    "[": "Start of ventricular flutter",
    "!": "Ventricular flutter wave",
    "]": "End of ventricular flutter",
    "x": "Blocked atrial premature",
    "|": "Isolated artifact",
    "~": "Change of signal quality",
    "+": "Change of rhythm",
    '"': "Comment",
}

UNTOLD_NORMAL = len(CLASSES)
"""Target in training of a beat that is N, L or R, from a database that does not tell which; see `POSSIBLE`."""

POSSIBLE = (*((0,) * i + (1,) + (0,) * (len(CLASSES) - 1 - i) for i in range(len(CLASSES))), (1, 1, 1, 0, 0))
"""For every target, the classes that the beat may be (1): the loss asks for the sum of their probabilities."""

AAMI_GROUPS = ("N", "S", "V", "F", "Q")

_AAMI_SYMBOLS = {"N": "NLRej", "S": "AaJS", "V": "VE", "F": "F", "Q": "/fQ"}

AAMI_OF_SYMBOL = {symbol: group for group, symbols in _AAMI_SYMBOLS.items() for symbol in symbols}
"""AAMI group of each beat symbol that occurs in MIT-BIH."""

NEAREST_CLASS = {"e": "N", "j": "N", "a": "A", "J": "A", "S": "A", "E": "V"}
"""For training on beats: the class of the same AAMI group that stands for a symbol outside the five."""


def nearest_class(symbol: str) -> int:
    """Return the index in `CLASSES` of a symbol, or of the class that stands for it; -1 where none does."""
    return class_index(NEAREST_CLASS.get(symbol, symbol))


def class_index(symbol: str) -> int:
    """Return the index of `symbol` in `CLASSES`, or -1 where the five classes leave it out."""
    return CLASSES.index(symbol) if symbol in CLASSES else -1
