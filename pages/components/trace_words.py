"""The words and colours of the trace, which its JavaScript shows and does not know."""

from __future__ import annotations

from dataclasses import asdict

from ecgmodel.figures import palette
from ecgmodel.labels import CLASSES, SYMBOL_NAMES
from ecgmodel.records.record import Record
from ecgmodel.records.timeline import RHYTHM_NAMES
from pages.ui.text import language, look_up, t


def trace_words(record: Record) -> dict:
    """Return the words of the trace of a record in the visitor's language, and the colours of both themes."""
    title = t("Record {name}", name=record.name)
    if record.source == "simulated":
        title = t("Record {name} (simulated)", name=record.name)
    return {
        "locale": language(),
        "title": title,
        "palette": _palette(),
        "symbols": {symbol: look_up(name) for symbol, name in SYMBOL_NAMES.items()},
        "rhythms": {code: look_up(name) for code, name in RHYTHM_NAMES.items()},
        "surface": t("ECG trace. Arrow keys move it, plus and minus zoom, question mark lists all keys."),
        "overview": t("Overview of the whole record: beat classes and heart rate. Arrow keys move the window."),
        "toolbar": t("Tools of the trace"),
        "move": t("Move and zoom"),
        "back": t("Previous window"),
        "forward": t("Next window"),
        "zoom_in": t("Zoom in"),
        "zoom_out": t("Zoom out"),
        "ten_seconds": t("10 s"),
        "jump": t("Jump"),
        "which_beat": t("Beats and rhythms to jump to"),
        "next_beat": t("Next {symbol}", symbol="{symbol}"),
        "next_of_class": t("Next beat of this class"),
        "previous_of_class": t("Previous beat of this class"),
        "next_rhythm": t("Next rhythm"),
        "rhythm": t("Rhythm"),
        "go_to": t("Go to m:ss"),
        "go_to_label": t("Go to a time, as 19:35"),
        "not_a_time": t("That is not a time. Write it as 19:35 or in seconds."),
        "beyond": t("This record ends at {end}. Choose a time before that.", end="{end}"),
        "no_more_beats": t("No more beats in this direction."),
        "beat_words": t("beat {n}, {symbol}, {time}", n="{n}", symbol="{symbol}", time="{time}"),
        "beat_rr": t(", RR {rr} s", rr="{rr}"),
        "overview_key": t(
            "The whole record: bars are the beats of each second in the colours of their classes, dots the heart rate "
            "at each beat."
        ),
        "labelling": t("Label of the selected beat"),
        "select_first": t("Select a beat: click it, or press B."),
        "labelled_last": t("This was the last beat."),
        "previous_beat": t("Previous beat"),
        "next_beat_of_all": t("Next beat"),
        "delete": t("Delete"),
        "no_more": t("No more {symbol} in this direction.", symbol="{symbol}"),
        "no_more_rhythms": t("No more changes of rhythm in this direction."),
        "disagreement": t("model disagrees"),
        "unsure": t("unsure"),
        "measure": t("Measure and save"),
        "calipers": t("Calipers"),
        "calipers_hint": t("Drag an end, or anew from point to point; arrow keys move an end, Enter takes the other."),
        "gain": t("Gain"),
        "auto": t("auto gain"),
        "save_png": t("Save the view as PNG"),
        "save_csv": t("Save the window as CSV"),
        "too_long": t("This window is too long to save. Zoom in to at most {minutes} minutes.", minutes="{minutes}"),
        "help": t("Keys and gestures"),
        "close": t("Close"),
        "keys": [
            ["← →", t("move (with Shift: faster)")],
            ["Page ↑ ↓", t("previous, next window")],
            ["Home End", t("start, end")],
            ["+ −", t("zoom")],
            ["0", t("back to 10 s")],
            ["n p", t("next, previous beat of the class")],
            ["r R", t("next, previous rhythm")],
            ["g", t("go to a time")],
            ["b B", t("next, previous beat, read out; with the calipers out: R peak")],
            ["c", t("calipers, which snap to R peaks (with Alt: not)")],
            [t("c, then arrows"), t("move an end; Enter takes the other")],
            [t("Space"), t("play, pause")],
            [", .", t("previous, next named beat")],
            [t("Drag, one finger"), t("move")],
            [t("Ctrl + wheel, two fingers"), t("zoom")],
            [t("Shift + wheel"), t("move")],
            [t("Click, tap"), t("select a beat, read values")],
            [t("Double click"), t("back to 10 s")],
            ["Esc", t("close this, put the calipers away, end the replay")],
        ],
        "label_keys": [
            [" ".join(CLASSES), t("label the selected beat and go on to the next")],
            ["Del", t("delete the selected beat")],
            ["Ctrl Z, Y", t("undo, redo")],
        ],
        "replay": t("Replay"),
        "play": t("Play"),
        "pause": t("Pause"),
        "step_back": t("Previous beat"),
        "step_on": t("Next beat"),
        "stop": t("End the replay and show all labels"),
        "speed": t("Speed"),
        "model_says": t("What the model says of this beat"),
        "no_beat_yet": t("No beat has been named yet."),
        "segment": t("What the model saw"),
        "named": t("{name}: {text}", name="{name}", text="{text}"),
        "comma": t(", "),
        "delay": t("Named {delay} s after its R peak", delay="{delay}"),
        "not_a_device": t("For teaching and research. Not a medical device."),
    }


def _palette() -> dict:
    themes = {
        theme: {
            "paper": asdict(palette.PAPER[theme]),
            "classes": palette.CLASS_COLOURS[theme],
            "inks": palette.CLASS_INKS[theme],
        }
        for theme in ("light", "dark")
    }
    return {**themes, "marks": palette.CLASS_MARKS, "other": palette.OTHER_COLOUR}
