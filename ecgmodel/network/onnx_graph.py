"""The network as an ONNX graph, built from its weights alone."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

from ecgmodel.network.build import Weights
from ecgmodel.network.config import BATCH_NORM_EPSILON, POOL, NetworkConfig

OPSET = 20
IR_VERSION = 10

VECTOR = 16
"""Filters that ONNX Runtime computes at once on processors with 512-bit vectors, however few there are."""

_ONNX_GATES = {"gru": (0, 1, 2), "lstm": (0, 3, 1, 2)}
"""Keras' gates in ONNX's order: z, r, h; and i, o, f, c out of Keras' i, f, c, o."""


class _Graph:
    """Nodes and constants, gathered in the order in which data meets them."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def add(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, output.split(), name=output.split()[-1], **attributes))
        return output.split()[-1]


def build_graph(config: NetworkConfig, weights: Weights, *, for_serving: bool = False) -> ModelProto:
    """Return the network as a graph.

    Batch normalisation is folded into the convolutions before it. They run over one row of a plane: ONNX Runtime has
    blocked kernels, half as fast again, for two-dimensional convolutions alone.

    Parameters
    ----------
    config : NetworkConfig
    weights : Weights
    for_serving : bool
        Take `signal` as (n, n_channels, n_samples), which is how the convolutions read it, and compute the
        probabilities alone, in the way that is quickest in ONNX Runtime. Else the graph has a node a layer, as other
        programs show it.

    Returns
    -------
    onnx.ModelProto
        Inputs `signal` (n, n_samples, n_channels) float32 and `length` (n,) int64; outputs `probabilities` (n, 5),
        `states` (n, n_steps, units), the hidden state of every step, and `features` (n, n_steps, filters), what the
        recurrent layer reads at every step.
    """
    graph = _Graph()
    x, shape = "signal", ["n", config.n_channels, config.n_samples]
    if not for_serving:
        shape = ["n", config.n_samples, config.n_channels]
        x = graph.add("Transpose", ["signal"], "channels_first", perm=[0, 2, 1])
    row = graph.constant("row", np.array([2]))
    x = graph.add("Unsqueeze", [x, row], "plane")  # (n, n_channels, 1, n_samples)
    n_samples = config.n_samples
    for index in range(1, len(config.kernels) + 1):
        folded = fold_batch_norm(config, weights, index)
        x, n_samples = _pooled_convolution(graph, x, n_samples, index, *folded, for_serving=for_serving)
    x = graph.add("Squeeze", [x, row], "pooled")  # (n, filters, n_steps)
    if for_serving:
        features = graph.add("Transpose", [x], "features_by_step", perm=[2, 0, 1])  # (n_steps, n, filters)
        recurrent_layer = _gru_step_by_step if config.cell == "gru" else _recurrent_layer
        by_step = recurrent_layer(graph, config, weights, features)  # (n_steps, n, units)
    else:
        features = graph.add("Transpose", [x], "features", perm=[0, 2, 1])  # (n, n_steps, filters)
        features = graph.add("Transpose", [features], "features_by_step", perm=[1, 0, 2])
        by_step = _recurrent_layer(graph, config, weights, features)
        graph.add("Transpose", [by_step], "states", perm=[1, 0, 2])
    x = _readout(graph, config, by_step)  # (n, units)
    for index in range(1, len(config.dense) + 1):
        x = _dense_layer(graph, weights, f"dense{index}", x)
        x = graph.add("Relu", [x], f"relu_dense{index}")
    logits = _dense_layer(graph, weights, "output", x)
    graph.add("Softmax", [logits], "probabilities", axis=-1)

    inputs = [_value("signal", TensorProto.FLOAT, shape), _value("length", TensorProto.INT64, ["n"])]
    outputs = [_value("probabilities", TensorProto.FLOAT, ["n", config.n_classes])]
    if not for_serving:
        outputs += [
            _value("states", TensorProto.FLOAT, ["n", config.n_steps, config.units]),
            _value("features", TensorProto.FLOAT, ["n", config.n_steps, config.filters[-1]]),
        ]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "ecgmodel", inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="ecgmodel",
    )
    checker.check_model(model)
    return model


def fold_batch_norm(config: NetworkConfig, weights: Weights, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Return kernel (length, channels, filters) and bias (filters,) of convolution `index` (from 1) as served."""
    kernel = weights[f"conv{index}/kernel"]
    if not config.batch_norm:
        return kernel, np.zeros(kernel.shape[-1], dtype=np.float32)
    gamma, beta, mean, variance = (weights[f"norm{index}/{name}"] for name in ("gamma", "beta", "mean", "variance"))
    scale = gamma / np.sqrt(variance + BATCH_NORM_EPSILON)
    return (kernel * scale).astype(np.float32), (beta - mean * scale).astype(np.float32)


def _pooled_convolution(
    graph: _Graph, x: str, n_samples: int, index: int, kernel: np.ndarray, bias: np.ndarray, *, for_serving: bool
) -> tuple[str, int]:
    """Add convolution, ReLU and pooling; return the output's name and its samples.

    Where few filters leave a vector half empty, the `POOL` neighbours that are pooled are computed side by side: each
    filter as often, every time a sample later, in steps of `POOL` samples. These are the same sums in half the time.
    """
    length, _, n_filters = kernel.shape
    pooled = (n_samples + length - 1) // POOL
    by_filter = kernel.transpose(2, 1, 0)  # (filters, channels, length)
    together = -(-POOL * n_filters // VECTOR) * (length + POOL - 1)
    alone = -(-n_filters // VECTOR) * length * POOL
    if for_serving and together < alone:
        shifts = [np.pad(by_filter, ((0, 0), (0, 0), (k, POOL - 1 - k))) for k in range(POOL)]
        by_filter = np.stack(shifts, axis=1).reshape(POOL * n_filters, -1, length + POOL - 1)
        bias, stride = np.repeat(bias, POOL), POOL
        behind = max(POOL * pooled - n_samples, 0)  # no neighbour is computed that pooling leaves out
    else:
        stride, behind = 1, length - 1
    inputs = [
        x,
        graph.constant(f"conv{index}_kernel", by_filter[:, :, np.newaxis]),
        graph.constant(f"conv{index}_bias", bias),
    ]
    options = {"kernel_shape": [1, by_filter.shape[2]], "strides": [1, stride], "pads": [0, length - 1, 0, behind]}
    x = graph.add("Conv", inputs, f"conv{index}", **options)
    x = graph.add("Relu", [x], f"relu{index}")
    if stride == 1:
        return graph.add("MaxPool", [x], f"pool{index}", kernel_shape=[1, POOL], strides=[1, POOL]), pooled
    shape = graph.constant(f"neighbours{index}_shape", np.array([0, n_filters, POOL, pooled]))
    x = graph.add("Reshape", [x, shape], f"neighbours{index}")  # (n, filters, POOL, n_pooled)
    return graph.add("MaxPool", [x], f"pool{index}", kernel_shape=[POOL, 1], strides=[POOL, 1]), pooled


def _recurrent_layer(graph: _Graph, config: NetworkConfig, weights: Weights, features: str) -> str:
    """Add the GRU or LSTM; ONNX wants (gate, unit) rows, and two biases of which Keras has the first alone."""
    cell, units = config.cell, config.units
    order = _ONNX_GATES[cell]

    def by_gate(name: str) -> np.ndarray:
        blocks = np.split(weights[f"{cell}/{name}"], len(order), axis=-1)
        return np.concatenate([blocks[gate].T for gate in order])[np.newaxis]

    bias = by_gate("bias")
    inputs = [
        features,
        graph.constant("W", by_gate("kernel")),
        graph.constant("R", by_gate("recurrent_kernel")),
        graph.constant("B", np.concatenate([bias, np.zeros_like(bias)], axis=1)),
    ]
    # linear_before_reset=0 is the course's equation and Keras' reset_after=False.
    options = {"linear_before_reset": 0} if cell == "gru" else {}
    every = graph.add(cell.upper(), inputs, "every_state", hidden_size=units, **options)  # (n_steps, 1, n, units)
    return graph.add("Squeeze", [every, graph.constant("axis_1", np.array([1]))], "by_step")


def _gru_step_by_step(graph: _Graph, config: NetworkConfig, weights: Weights, features: str) -> str:
    """Add the GRU as a loop over the cell's equations: in batches a third quicker than ONNX Runtime's own operator."""
    units, names = config.units, ("z", "r", "h")
    kernels = dict(zip(names, np.split(weights["gru/kernel"], 3, axis=-1), strict=True))
    recurrent = dict(zip(names, np.split(weights["gru/recurrent_kernel"], 3, axis=-1), strict=True))
    biases = dict(zip(names, np.split(weights["gru/bias"], 3), strict=True))
    flat = graph.add("Reshape", [features, graph.constant("flat", np.array([-1, config.filters[-1]]))], "flat_features")
    steps = graph.constant("steps", np.array([config.n_steps, -1, units]))
    for name in names:  # what the input adds, for all steps at once
        factors = [graph.constant(f"W_{name}", kernels[name]), graph.constant(f"b_{name}", biases[name])]
        graph.add("Reshape", [graph.add("Gemm", [flat, *factors], f"flat_{name}"), steps], f"input_{name}")

    step = _Graph()

    def gate(name: str, state: str, activation: str) -> str:
        product = step.add("MatMul", [state, step.constant(f"R_{name}", recurrent[name])], f"state_R_{name}")
        return step.add(activation, [step.add("Add", [product, f"x_{name}"], f"sum_{name}")], name)

    gate("z", "state", "Sigmoid")
    gate("r", "state", "Sigmoid")
    gate("h", step.add("Mul", ["r", "state"], "reset_state"), "Tanh")
    kept = step.add("Mul", ["z", step.add("Sub", ["state", "h"], "difference")], "kept")  # z h' + (1 - z) h
    step.add("Identity", [step.add("Add", ["h", kept], "next_state")], "step_state")
    rows = {name: _value(name, TensorProto.FLOAT, ["n", units]) for name in ("state", "next_state", "step_state")}
    inputs = [rows["state"], *(_value(f"x_{name}", TensorProto.FLOAT, ["n", units]) for name in names)]
    body = helper.make_graph(step.nodes, "step", inputs, [rows["next_state"], rows["step_state"]], step.constants)

    n = graph.add("Shape", ["length"], "n_segments")
    shape = graph.add("Concat", [n, graph.constant("units", np.array([units]))], "state_shape", axis=0)
    zeros = graph.add("ConstantOfShape", [shape], "first_state")
    scanned = [zeros, *(f"input_{name}" for name in names)]
    return graph.add("Scan", scanned, "last_state by_step", body=body, num_scan_inputs=len(names))


def _readout(graph: _Graph, config: NetworkConfig, by_step: str) -> str:
    """Pick the hidden state that the dense layers read out of those of all steps, (n_steps, n, units)."""
    if config.readout == "last":
        last = graph.constant("last_step", np.array(config.n_steps - 1))
        return graph.add("Gather", [by_step, last], "readout", axis=0)
    behind = graph.constant("behind", np.array([config.receptive_field - config.step_stride - 1]))
    stride = graph.constant("stride", np.array([config.step_stride]))
    step = graph.add("Add", ["length", behind], "newest")
    step = graph.add("Div", [step, stride], "unclipped_step")
    low, high = graph.constant("first_step", np.array(0)), graph.constant("last_step", np.array(config.n_steps - 1))
    step = graph.add("Clip", [step, low, high], "step")  # (n,)
    count = graph.add("Size", ["length"], "count")
    segment = graph.add("Range", [low, count, graph.constant("one", np.array(1))], "segment")  # (n,)
    column = graph.constant("column", np.array([1]))
    places = [graph.add("Unsqueeze", [place, column], f"{place}_column") for place in (step, segment)]
    return graph.add("GatherND", [by_step, graph.add("Concat", places, "places", axis=1)], "readout")


def _dense_layer(graph: _Graph, weights: Weights, name: str, x: str) -> str:
    kernel = graph.constant(f"{name}_kernel", weights[f"{name}/kernel"])
    bias = graph.constant(f"{name}_bias", weights[f"{name}/bias"])
    return graph.add("Gemm", [x, kernel, bias], name)


def _value(name: str, kind: int, shape: list[str | int]) -> object:
    return helper.make_tensor_value_info(name, kind, shape)
