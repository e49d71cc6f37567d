"""`classify` on files without a recording, on questions and on remedies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecgmodel.command_line.main import USER_FAULT, main

CSV = Path(__file__).parents[1] / "data" / "csv"
TRUTH = json.loads((CSV / "corpus.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["mitbih_test.csv", "heartbeat-one-row.csv", "heartbeat-no-class.csv"])
def test_heartbeat_rows_are_named_one_by_one(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every row has a class, five probabilities and its label; that there is no rhythm is said."""
    assert main(["classify", str(CSV / name), "--model", "gru", "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    truth = TRUTH["beats"][name]
    assert len(found["beats"]) == truth["beats"]
    groups = [None if label < 0 else "NSVFQ"[label] for label in truth["labels"]]
    assert [beat["label"] for beat in found["beats"]] == groups
    for beat in found["beats"]:
        assert sum(beat["p"].values()) == pytest.approx(1.0, abs=1e-4)
        assert beat["class"] == max(beat["p"], key=beat["p"].get)
    assert found["labelled"] == sum(group is not None for group in groups)
    assert found["agreed"] == sum(
        beat["label"] is not None and beat["label"] == {"L": "N", "R": "N", "A": "S"}.get(beat["class"], beat["class"])
        for beat in found["beats"]
    )
    assert "without their rhythm" in err


def test_a_model_of_rhythm_refuses_single_beats(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(CSV / "mitbih_test.csv")]) == USER_FAULT
    assert "as gru" in capsys.readouterr().err


def test_rr_intervals_are_no_ecg(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list of intervals is described as such, with its rate, and can be written as a table."""
    path = tmp_path / "rr.csv"
    path.write_text("RR\n" + "\n".join(str(800 + 10 * (i % 3)) for i in range(60)) + "\n")
    assert main(["classify", str(path), "--json", "--csv", str(tmp_path / "out.csv")]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["rate_bpm"] == pytest.approx(60_000 / 810, abs=1e-3)
    assert "not an ECG" in err
    assert "0.8100,74.07" in (tmp_path / "out.csv").read_text()


@pytest.mark.parametrize(
    ("row", "option", "arguments"),
    [
        ("5.996,oops", "--bad-cells gap", ["--bad-cells", "gap"]),
        ("0.000,0.1", "--time-column none", ["--time-column", "none"]),
    ],
)
def test_a_refusal_names_the_option_that_helps(
    row: str, option: str, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence ends in an option, and with that option the file is read."""
    lines = ["time,ecg (mV)", *(f"{i / 250:.3f},{0.1 * (i % 200 < 5):.2f}" for i in range(2500))]
    lines[1500] = row
    path = tmp_path / "x.csv"
    path.write_text("\n".join(lines) + "\n")
    assert main(["classify", str(path), "--fs", "250"]) == USER_FAULT
    assert option in capsys.readouterr().err
    assert main(["classify", str(path), "--fs", "250", "--json", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["seconds"] == pytest.approx(10.0, abs=0.1)


def test_columns_chooses_leads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", str(CSV / "lead-lines.csv"), "--columns", "V1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lead"] == "V1"


def test_a_rate_that_the_signal_contradicts_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """250 Hz data that are said to have 125 Hz are named with a doubt, and the option that would dispel it."""
    from ecgmodel.records.sources.simulated import SimulationPlan, simulate_record

    signal = simulate_record(SimulationPlan(duration_s=40.0, fs=250.0), seed=1).signals[:, 0]
    path = tmp_path / "x.csv"
    path.write_text("Sample Rate: 125 Hz\n" + "\n".join(f"{v:.4f}" for v in signal) + "\n")
    assert main(["classify", str(path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert "(--fs 250)" in err
    assert any("250 Hz" in note for note in json.loads(out)["notes"])
