"""`python -m ecgmodel`, as a shell sees it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgmodel.command_line.main import main
from ecgmodel.errors import ConfigError
from ecgmodel.labels import CLASSES
from ecgmodel.network.build import initialise_weights
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard, write_model
from ecgmodel.records.sources import embedded
from ecgmodel.records.sources.catalogue import open_record
from ecgmodel.segments.beats import CHANNELS
from ecgmodel.training.presets import PRESETS
from ecgmodel.training.train import describe_run

ROOT = Path(__file__).resolve().parents[2]
RECORD = embedded.DEFAULT_NAME


@pytest.fixture
def beats_model(tmp_path: Path) -> Path:
    """Return a model file that reads beats, untrained."""
    config = NetworkConfig(n_channels=len(CHANNELS))
    path = tmp_path / "untrained.safetensors"
    write_model(Model(config, initialise_weights(config, seed=0), ModelCard(name="untrained", segments="beats")), path)
    return path


def run_command(*arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "ecgmodel", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, **options
    )


def test_help_needs_no_numpy():
    """`--help` answers without loading what only the commands need."""
    code = (
        "import sys\n"
        "from ecgmodel.command_line.main import build_parser\n"
        "build_parser().format_help()\n"
        "assert not {'numpy', 'wfdb', 'pandas', 'onnxruntime', 'tensorflow'} & set(sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_dataset_prints_the_published_counts(mitdb_folder: Path):
    """`dataset --segments runs --json` prints the table of Oh et al. 2018, and nothing else."""
    done = run_command("dataset", "--segments", "runs", "--json")
    assert done.stderr == ""
    assert done.stdout == (
        '{"segments": 16499, "classes": {"N": 8245, "L": 344, "R": 660, "A": 1004, "V": 6246}}' + "\n"
    )


def test_dataset_says_what_is_missing(no_mitdb: None, capsys: pytest.CaptureFixture[str]):
    """Without the records, one sentence says how to get them."""
    assert main(["dataset", "--json"]) == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "python -m ecgmodel download --all" in seen.err


def test_classify_prints_json_alone(no_mitdb: None, beats_model: Path):
    """Standard output of `classify --json` is one JSON object of the documented shape."""
    done = run_command("classify", RECORD, "--model", str(beats_model), "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    record = open_record(RECORD)
    assert list(result) == ["fs", "lead", "unit", "seconds", "amplitude_mv", "beats"]
    assert (result["fs"], result["lead"], result["unit"]) == (record.fs, record.default_lead, "mV")
    assert result["seconds"] == pytest.approx(record.duration_s, abs=1e-4)
    assert len(result["beats"]) > 10
    for beat in result["beats"]:
        assert list(beat) == ["s", "class", "p"]
        assert 0 <= beat["s"] < record.duration_s
        assert tuple(beat["p"]) == CLASSES
        assert beat["class"] == max(beat["p"], key=beat["p"].get)
        assert sum(beat["p"].values()) == pytest.approx(1, abs=1e-5)


def test_classify_counts_unsure_names(no_mitdb: None, capsys: pytest.CaptureFixture[str]):
    """Below the counts of the classes, by the threshold of the shipped model's card."""
    from ecgmodel.classification.classify import classify_record
    from ecgmodel.network.model_file import open_shipped_model

    assert main(["classify", RECORD]) == 0
    model = open_shipped_model("beats-gru")
    found = classify_record(open_record(RECORD), model, beats="detected")
    n_unsure = int((found.probabilities.max(axis=1) < model.card.unsure["threshold"]).sum())
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split() == ["?", "of", "these", "unsure", str(n_unsure)]


def test_classify_says_what_makes_no_name_sure(mitdb_folder: Path, capsys: pytest.CaptureFixture[str]):
    """Of a paced record: a note in the JSON and on standard error, and all names are counted as unsure."""
    assert main(["classify", "104", "--json"]) == 0
    seen = capsys.readouterr()
    assert "pacemaker" in json.loads(seen.out)["notes"][0]
    assert "pacemaker" in seen.err
    n_beats = len(json.loads(seen.out)["beats"])
    assert main(["classify", "104"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["?", "of", "these", "unsure", f"{n_beats:,}"]


def test_classify_takes_annotated_beats(
    no_mitdb: None, beats_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """With `--beats annotated`, beats stand at the experts' samples, and the CSV has the experts' symbols."""
    table = tmp_path / "beats.csv"
    arguments = ["classify", RECORD, "--model", str(beats_model), "--beats", "annotated", "--csv", str(table)]
    assert main(arguments) == 0
    assert capsys.readouterr().out == ""
    with table.open(newline="", encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    truth = open_record(RECORD).annotations.beats()
    assert [int(row["r_sample"]) for row in rows] == truth.sample.tolist()
    assert [row["expert"] for row in rows] == truth.symbol.tolist()
    assert list(rows[0]) == ["r_sample", "s", "expert", "class", "p_N", "p_L", "p_R", "p_A", "p_V"]


def test_classify_writes_annotations_that_wfdb_reads(no_mitdb: None, beats_model: Path, tmp_path: Path):
    """`--atr` writes what `wfdb.rdann` reads: the same beats as the CSV, at the record's sampling frequency."""
    out, table = tmp_path / "208.mine.atr", tmp_path / "beats.csv"
    arguments = ["classify", RECORD, "--model", str(beats_model), "--atr", str(out), "--csv", str(table)]
    assert main(arguments) == 0
    read = wfdb.rdann(str(out.with_suffix("")), "atr")
    with table.open(newline="", encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    assert read.fs == open_record(RECORD).fs
    assert read.sample.tolist() == [int(row["r_sample"]) for row in rows]
    assert read.symbol == [row["class"] for row in rows]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["208.mine.atr", "beats.csv", beats_model.name]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["classify", "999"], "There is no record '999'. The records are 100,"),
        (["classify", "../secret"], "There is no record '../secret'."),
        (["classify", RECORD, "--lead", "V9"], "Lead 'V9' is not in record"),
        (["classify", RECORD, "--model", "nothing"], "There is no model 'nothing'."),
        (["classify", RECORD, "--model", "gone.safetensors"], "gone.safetensors cannot be read"),
        (
            ["download", "999"],
            "'999' is not a record of MIT-BIH Arrhythmia Database",
        ),
        (["train", "--preset", "nothing", "--out", "unused"], "There is no preset 'nothing'."),
        (["train", "--preset", "gru", "--protocol", "guess", "--out", "unused"], "There is no protocol 'guess'."),
        (["train", "--config", "gone.json", "--out", "unused"], "gone.json cannot be read as the config of a run"),
        (["benchmark", "--only", "nothing"], "There is no measure 'nothing'."),
    ],
    ids=" ".join,
)
def test_wrong_names_get_one_sentence(
    no_mitdb: None, beats_model: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
):
    """What came from outside and is wrong ends with exit code 2, one line on standard error, and no traceback."""
    if arguments[0] == "classify" and "--model" not in arguments:
        arguments = [*arguments, "--model", str(beats_model)]
    assert main(arguments) == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    assert said in seen.err
    assert seen.err.count("\n") == 1


def test_a_network_beyond_all_measure_is_refused_in_the_words_of_the_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Before a segment is cut or a folder is made."""
    description = describe_run(PRESETS["gru"], 0)
    description["network"] |= {"filters": [256, 256], "kernels": [1, 500]}
    (tmp_path / "config.json").write_text(json.dumps(description))
    assert main(["train", "--config", str(tmp_path / "config.json"), "--out", str(tmp_path / "run")]) == 2
    with pytest.raises(ConfigError) as refused:
        NetworkConfig(filters=(256, 256), kernels=(1, 500), units=48, dense=(32,), batch_norm=True)
    assert str(refused.value) in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_output_that_cannot_be_written_keeps_what_was_there(
    no_mitdb: None, beats_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Where the output is a folder, one sentence says so and the folder stays as it was."""
    folder = tmp_path / "taken.csv"
    folder.mkdir()
    assert main(["classify", RECORD, "--model", str(beats_model), "--csv", str(folder)]) == 2
    assert "could not be written" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error(no_mitdb: None, beats_model: Path):
    """`classify --json | head -c 1` leaves no complaint on standard error."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "ecgmodel", "classify", RECORD, "--model", str(beats_model), "--json"],
        cwd=ROOT,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Ctrl-C during a command gives the shell's code for it and one word."""
    from ecgmodel.records.sources import catalogue as sources

    monkeypatch.setattr(sources, "list_records", lambda: signal.raise_signal(signal.SIGINT))
    # A shell lets its background jobs ignore Ctrl-C, and the tests may be one.
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code = main(["dataset"])
    finally:
        signal.signal(signal.SIGINT, usual)
    assert code == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_probabilities_are_those_of_the_library(no_mitdb: None, beats_model: Path, capsys: pytest.CaptureFixture[str]):
    """What the command line prints is what `classify_record` returns, to the places printed."""
    from ecgmodel.classification.classify import classify_record
    from ecgmodel.network.model_file import read_model
    from ecgmodel.network.serving import Classifier

    assert main(["classify", RECORD, "--model", str(beats_model), "--json"]) == 0
    beats = json.loads(capsys.readouterr().out)["beats"]
    expected = classify_record(open_record(RECORD), Classifier(read_model(beats_model)), beats="detected")
    np.testing.assert_allclose([beat["s"] for beat in beats], expected.r_sample / expected.fs, atol=5e-5)
    np.testing.assert_allclose([list(beat["p"].values()) for beat in beats], expected.probabilities, atol=5e-7)


CSV = ROOT / "tests" / "data" / "csv"


def classify_file(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert main(["classify", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_classify_reads_a_file(no_mitdb: None, beats_model: Path, capsys: pytest.CaptureFixture[str]):
    """A watch's file gives its rate, lead, unit and length, every beat, and why it was read so."""
    truth = json.loads((CSV / "corpus.json").read_text(encoding="utf-8"))["signals"]["apple-en.csv"]
    result = classify_file(capsys, str(CSV / "apple-en.csv"), "--model", str(beats_model))
    assert list(result) == ["fs", "lead", "unit", "seconds", "amplitude_mv", "beats", "evidence", "notes"]
    assert (result["fs"], result["lead"], result["unit"]) == (truth["fs"], truth["leads"][0], truth["unit"])
    assert result["seconds"] == pytest.approx(truth["samples"] / truth["fs"], abs=1e-3)
    found = [beat["s"] for beat in result["beats"]]
    np.testing.assert_allclose(found, np.array(truth["r_sample"]) / truth["fs"], atol=0.02)
    assert all(set(beat["p"]) == set(CLASSES) and beat["class"] in CLASSES for beat in result["beats"])
    assert any("Sample Rate,512.844" in reason for reason in result["evidence"]["rate"]["reasons"])


def test_classify_asks_in_one_sentence(no_mitdb: None, beats_model: Path, capsys: pytest.CaptureFixture[str]):
    """Bare numbers do not say their rate: exit code 2, and which option answers; with it, beats."""
    path = str(CSV / "arduino.txt")
    assert main(["classify", path, "--model", str(beats_model), "--json"]) == 2
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "how many are they, in Hz? (Answer with --fs HZ.)" in seen.err
    assert len(seen.err.strip().splitlines()) == 1
    result = classify_file(capsys, path, "--model", str(beats_model), "--fs", "250", "--unit", "adc")
    assert (result["fs"], result["unit"]) == (250.0, "adc")
    assert result["evidence"]["rate"]["reasons"] == ["set by hand"]


def test_classify_takes_a_lead_of_a_file(no_mitdb: None, beats_model: Path, capsys: pytest.CaptureFixture[str]):
    """A column is chosen by its name; one that is not there is refused with those that are."""
    path = str(CSV / "samples-seconds.csv")
    assert classify_file(capsys, path, "--model", str(beats_model), "--lead", "V1")["lead"] == "V1"
    assert main(["classify", path, "--model", str(beats_model), "--lead", "aVR"]) == 2
    assert "MLII, V1" in capsys.readouterr().err


def test_classify_takes_a_part_of_a_file(no_mitdb: None, beats_model: Path, capsys: pytest.CaptureFixture[str]):
    """Of several recordings in a file the named one is read; one that is not there is refused with those that are."""
    path = str(ROOT / "tests" / "data" / "formats" / "readings.json")
    part = "ecgReadings[0].waveformSamples"
    longest = classify_file(capsys, path, "--model", str(beats_model))
    first = classify_file(capsys, path, "--model", str(beats_model), "--part", part)
    assert (first["seconds"] * first["fs"], longest["seconds"] * longest["fs"]) == (1500, 2000)
    assert main(["classify", path, "--model", str(beats_model), "--part", "nothing"]) == 2
    assert part in capsys.readouterr().err


def test_classify_writes_what_it_read(
    no_mitdb: None, beats_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """A file's beats go into --csv and --atr, which wfdb reads."""
    table, labels = tmp_path / "out.csv", tmp_path / "out.atr"
    path = str(CSV / "polar.txt")
    assert main(["classify", path, "--model", str(beats_model), "--csv", str(table), "--atr", str(labels)]) == 0
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert wfdb.rdann(str(tmp_path / "out"), "atr").sample.tolist() == [int(row["r_sample"]) for row in rows]


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ("no-such-file.csv", "no such file"),
        ("./208", "no such file"),
        (str(CSV / "heartbeat-one-row.csv"), "single heartbeats"),
        (str(CSV / "100annotations.txt"), "annotations alone"),
    ],
)
def test_classify_says_why_not(no_mitdb: None, beats_model: Path, capsys, argument: str, says: str):
    """What holds no recording is refused in one sentence."""
    assert main(["classify", argument, "--model", str(beats_model)]) == 2
    seen = capsys.readouterr()
    assert says in seen.err
    assert seen.out == ""


def test_name_of_a_record_goes_first(tmp_path: Path, monkeypatch, beats_model: Path, no_mitdb: None, capsys):
    """A file that is called as a record is, is read only by its path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / RECORD).write_bytes((CSV / "apple-en.csv").read_bytes())
    assert "evidence" not in classify_file(capsys, RECORD, "--model", str(beats_model))
    assert "evidence" in classify_file(capsys, f"./{RECORD}", "--model", str(beats_model))


def test_detector_counts_each_record(mitdb_folder: Path, tmp_path: Path, monkeypatch, capsys):
    """`detector` judges what is on this machine: 2,273 beats of 100 and 1,860 of 207, PhysioNet's own counts."""
    few = tmp_path / "few"
    few.mkdir()
    for name in ("100", "207"):
        for suffix in (".hea", ".dat", ".atr"):
            (few / f"{name}{suffix}").symlink_to(mitdb_folder / f"{name}{suffix}")
    monkeypatch.setenv("ECG_DATA_DIR", str(few))
    monkeypatch.delenv("ECG_SVDB_DIR", raising=False)
    out = tmp_path / "r-peaks.json"
    assert main(["detector", "--noise", "none", "--json", "--out", str(out)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert json.loads(out.read_text(encoding="utf-8")) == result
    assert {name: counts["beats"] for name, counts in result["records"].items()} == {"100": 2273, "207": 1860}
    assert result["parts"]["mitdb"]["beats"] == 4133
    assert result["parts"]["DS1"] == result["records"]["207"]
    assert min(counts["sensitivity"] for counts in result["records"].values()) > 0.99


def test_detector_says_what_is_missing(no_mitdb: None, capsys: pytest.CaptureFixture[str]):
    """Without records, one sentence says how to get them."""
    assert main(["detector"]) == 2
    assert "python -m ecgmodel download --all" in capsys.readouterr().err
