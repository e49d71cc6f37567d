"""The file of a result: what it says of another training, and what the command line does with it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sklearn import metrics

from ecgmodel.command_line.main import main
from ecgmodel.errors import ConfigError
from ecgmodel.evaluation.cross_validation import find_result
from ecgmodel.evaluation.results import describe_result, find_intervals, read_result, results_folder
from ecgmodel.labels import CLASSES
from ecgmodel.training.presets import find_preset
from ecgmodel.training.train import adapt_preset
from tests.evaluation_case import ship_result


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a made-up result of `gru` under `segments-10fold`."""
    folder = tmp_path_factory.mktemp("results")
    ship_result(folder, "gru", "segments-10fold")
    return folder


def test_every_figure_has_an_interval(shipped: Path) -> None:
    """Of the network, of every class, of the groups and of every baseline; each interval holds its figure."""
    result = read_result(shipped / "gru.segments-10fold.json")
    intervals = find_intervals(result)
    assert intervals.classes.keys() == result.scores.figures().keys()
    kinds = ("sensitivity", "specificity", "positive_predictivity", "f1")
    assert {f"{kind}/{name}" for kind in kinds for name in CLASSES} <= intervals.classes.keys()
    for name, value in result.scores.all_figures().items():
        low, high = intervals.classes[name]
        assert low - 1e-6 <= value <= high + 1e-6, name
    for name in result.baselines:
        assert intervals.baselines[name].keys() == result.baseline_scores(name).all_figures().keys()
    described = describe_result(result)
    assert {name: tuple(ends) for name, ends in described["intervals"].items()} == intervals.classes
    assert set(described["baselines"]["length"]) == {"scores", "intervals", "records"}


def test_binary_figures_are_scikit_learn_s(shipped: Path) -> None:
    """Abnormal is every class but N."""
    from ecgmodel.evaluation.predictions import read_predictions

    rows = read_predictions(shipped / "gru.segments-10fold.npz")
    figures = read_result(shipped / "gru.segments-10fold.json").scores.all_figures()
    truth, named = rows.truth > 0, rows.label > 0
    assert figures["abnormal_accuracy"] == pytest.approx(metrics.accuracy_score(truth, named), abs=1e-6)
    assert figures["abnormal_sensitivity"] == pytest.approx(metrics.recall_score(truth, named), abs=1e-6)
    assert figures["abnormal_specificity"] == pytest.approx(metrics.recall_score(~truth, ~named), abs=1e-6)


def test_only_the_same_training_is_found(shipped: Path) -> None:
    """Another number of epochs, seed or protocol is another training; a damaged file is said to be one."""
    preset = find_preset("gru")
    assert find_result(preset, shipped).name == "gru.segments-10fold"
    assert find_result(adapt_preset(preset, epochs=3), shipped) is None
    assert find_result(adapt_preset(preset, seed=7), shipped) is None
    assert find_result(adapt_preset(preset, protocol="ds1-ds2"), shipped) is None
    assert find_result(replace(preset, validate=False), shipped) is None


def test_shipped_results_are_printed_without_training(
    shipped: Path, no_mitdb: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`evaluate --json` answers at once from the folder of results, on a machine without the database."""
    monkeypatch.setenv("ECG_RESULTS_DIR", str(shipped))
    assert results_folder() == shipped
    assert main(["evaluate", "--preset", "gru", "--protocol", "segments-10fold", "--json"]) == 0
    seen = capsys.readouterr()
    assert json.loads(seen.out) == json.loads((shipped / "gru.segments-10fold.json").read_text("utf-8"))
    assert "--anew" in seen.err
    assert main(["evaluate", "--preset", "gru"]) == 0
    assert "baseline length" in capsys.readouterr().out


def test_damaged_result_is_no_reason_to_train(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, and nothing is overwritten."""
    (tmp_path / "gru.segments-10fold.json").write_text("{}")
    assert main(["evaluate", "--preset", "gru", "--results", str(tmp_path)]) == 2
    assert "gru.segments-10fold.json does not hold the result" in capsys.readouterr().err
    with pytest.raises(ConfigError):
        find_result(find_preset("gru"), tmp_path)
