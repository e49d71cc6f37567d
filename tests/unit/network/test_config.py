"""The network's numbers against the paper's table and what is computed by hand."""

import numpy as np
import pytest

from ecgmodel.errors import ConfigError
from ecgmodel.network.config import NetworkConfig


def test_the_table_of_the_network() -> None:
    """Lengths, steps and weights of the layers, as in the table of the design."""
    config = NetworkConfig()
    assert config.conv_lengths == (1019, 518, 263)
    assert config.n_steps == 131
    shapes = config.weight_shapes()
    sizes = {name: int(np.prod(shape)) for name, shape in shapes.items()}
    assert [sizes[f"conv{k}/kernel"] for k in (1, 2, 3)] == [60, 180, 180]
    assert sum(size for name, size in sizes.items() if name.startswith("gru/")) == 1620
    assert sum(size for name, size in sizes.items() if name.startswith(("dense", "output"))) == 685
    assert config.n_weights() == 60 + 180 + 180 + 1620 + 685


def test_the_lstm_has_2160_weights() -> None:
    """Four blocks of (6 + 20 + 1) x 20."""
    shapes = NetworkConfig(cell="lstm").weight_shapes()
    assert sum(int(np.prod(shape)) for name, shape in shapes.items() if name.startswith("lstm/")) == 2160


def test_step_t_has_seen_samples_8t_minus_53_to_8t_plus_7() -> None:
    """Worked out by hand for the kernels 20, 10, 5."""
    config = NetworkConfig()
    assert config.receptive_field == 61
    for step in (0, 47, 130):
        assert config.step_samples(step) == (8 * step - 53, 8 * step + 7)


def test_the_last_real_step_is_the_last_that_sees_the_signal() -> None:
    """By search over all steps."""
    config = NetworkConfig()
    for length in (1, 8, 54, 55, 260, 500, 999, 1000):
        sees = [step for step in range(config.n_steps) if config.step_samples(step)[0] <= length - 1]
        assert config.last_real_step(length) == max(sees)


def test_multiply_adds_by_hand() -> None:
    """Convolutions, 131 steps of the GRU, dense layers."""
    convolutions = 1019 * 20 * 3 + 518 * 10 * 3 * 6 + 263 * 5 * 6 * 6
    assert NetworkConfig().n_multiply_adds() == convolutions + 131 * (6 + 20) * 60 + 20 * 20 + 20 * 10 + 10 * 5


def test_a_config_survives_json() -> None:
    """`from_dict` undoes `to_dict`."""
    config = NetworkConfig(cell="lstm", filters=(4, 8), kernels=(9, 5), batch_norm=True, readout="last_real")
    assert NetworkConfig.from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    "changes",
    [
        {"cell": "rnn"},
        {"readout": "mean"},
        {"filters": (3, 6)},
        {"filters": ()},
        {"filters": (0, 6, 6)},
        {"kernels": (1001, 10, 5)},
        {"kernels": (20, 10, 400)},
        {"units": 10_000},
        {"units": 0},
        {"units": 2.5},
        {"units": True},
        {"dense": (0,)},
        {"dropout": 1.0},
        {"dropout": float("nan")},
        {"dropout": -0.1},
        {"n_channels": 0},
    ],
)
def test_impossible_settings_are_refused(changes: dict[str, object]) -> None:
    """Each with a sentence, none with a traceback from within a library."""
    with pytest.raises(ConfigError):
        NetworkConfig(**changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"filters": (256, 256), "kernels": (1, 500)}, "weights; at most 16,000,000 fit into a model file"),
        ({"filters": (256,) * 8, "kernels": (20,) * 8}, "multiply-adds; at most 1,000,000,000 are allowed"),
        ({"dense": (512,) * 300}, "Number of dense layers is 300"),
        ({"filters": (2,) * 300, "kernels": (2,) * 300}, "Number of convolutions is 300"),
    ],
)
def test_a_network_beyond_all_measure_is_refused(changes: dict[str, object], says: str) -> None:
    """Each layer is allowed by itself; the whole could never be opened, or nobody could wait for it."""
    with pytest.raises(ConfigError, match=says):
        NetworkConfig(**changes)


@pytest.mark.parametrize("settings", [{"unit": 3}, {"units": "20"}, {"filters": 3}, {"cell": None}, {"batch_norm": 1}])
def test_impossible_descriptions_are_refused(settings: dict[str, object]) -> None:
    """Whatever stands in a file that somebody edited."""
    with pytest.raises(ConfigError):
        NetworkConfig.from_dict(settings)
