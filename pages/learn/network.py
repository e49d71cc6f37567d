"""Chapter 7: the whole network, layer by layer, over one beat."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.errors import SegmentError
from ecgmodel.labels import CLASSES
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.feature_maps import (
    ConvLayer,
    convolve,
    first_padded_places,
    map_features,
    norm_scale,
    read_dense,
)
from ecgmodel.records.sources.embedded import DEFAULT_NAME
from ecgmodel.segments.dataset import MODEL_FS
from ecgmodel.segments.runs import place_runs
from pages.caches.lessons import trace_lesson
from pages.caches.models import model_name_in_use, open_model, open_model_for
from pages.caches.records import open_record
from pages.components.figure import show_figure
from pages.learn.beat import (
    beat_in_use,
    choose_beat,
    model_for,
    model_without_norm,
    readable_by,
    show_model_note,
    show_reading_note,
)
from pages.learn.lesson import Chapter, Question
from pages.session import choices
from pages.ui.text import t

BIASES = (0.0, 0.05, 0.1, 0.2, 0.4)
MOST_OF_PADDED = 600
"""So many of a segment's 1000 samples may the run take that shows what padding does."""


def title() -> str:
    """Return the title."""
    return t("The whole network")


def tell() -> None:
    """Show the text."""
    config = NetworkConfig()
    st.markdown(
        t(
            "Oh, Ng, Tan and Acharya (2018) put three convolutions in front of a recurrent layer. Nobody designs "
            "features by hand: from the bare signal to the class, everything is learned together, **end to end**. "
            "Follow one segment through the figure from top to bottom; every number in it is the real answer of "
            "that layer."
        )
    )
    st.markdown(
        t(
            "A **convolution** slides a short row of weights, the kernel, along the signal. At each place it "
            "multiplies weight by sample and sums up. In one dimension this is also called a **time-delay "
            "network**. The answer is large where the signal looks like the kernel. Click a filter and let it slide."
        )
    )
    st.latex(r"y(t) = \mathrm{ReLU}\Bigl(\sum_{k=0}^{K-1} w(k)\, x(t - K + 1 + k)\Bigr)")
    st.markdown(
        t(
            "**Max-pooling** keeps the larger of two neighbours and so halves the length. After three layers one "
            "step of the recurrent layer stands for {stride} samples and has seen {field}.",
            stride=config.step_stride,
            field=config.receptive_field,
        )
    )
    st.markdown(
        t(
            "**How far may the kernel hang over?** *valid* stays inside the signal and loses $K - 1$ places, *same* "
            "keeps the length, *full* adds $K - 1$ zeros on both sides, so that every sample meets every weight. "
            "The paper takes full: short segments are filled with zeros anyway, and nothing at the edges is lost."
        )
    )
    st.markdown(
        t(
            "**Why no bias?** A sum of zeros is zero, so without a bias the padding stays silent through all "
            "layers. A single bias breaks this: the padding begins to speak, and the recurrent layer has to listen "
            "to it for hundreds of samples. Open *padding* in the figure and add one."
        )
    )
    st.markdown(
        t(
            "**And the state?** With zeros as input the recurrent layer keeps turning on its own: its state drifts "
            "to a resting point. The paper reads the state of the last step, so what it learned of the beat has to "
            "survive the padding. (Our larger models read it at the last step that still sees the signal: the "
            "upright line.)"
        )
    )
    st.markdown(
        t(
            "The chosen state goes through **fully connected layers**, in which every output is a weighted sum of all "
            "inputs, to five numbers, which softmax turns into probabilities."
        )
    )


def show() -> None:
    """Show the figure."""
    cell = _cell_in_use()
    used = model_for(cell, beat_in_use().record)
    chosen = readable_by(beat_in_use(), used.model)
    if choices.shows_controls():
        choose_beat(beat_in_use())
    segments, trace = trace_lesson(chosen.record.name, chosen.r_sample, cell, used.name)
    model = used.model if used.name is None else open_model_for(used.name, chosen.record.name)
    config = model.config
    signal = segments.signal[0]
    layers = map_features(config, model.weights, signal)
    padding, padding_arrays = _padding()
    show_figure(
        "network",
        _words(),
        {
            "model": used.name or "",
            "n_samples": config.n_samples,
            "channels": config.n_channels,
            "length": int(segments.length[0]),
            "focus": int(np.abs(signal[:, 0]).argmax()),
            "cell": config.cell,
            "n_steps": config.n_steps,
            "units": config.units,
            "readout": trace.readout_step,
            "classes": CLASSES,
            "probabilities": [float(value) for value in trace.answer],
            "dense": [layer.tolist() for layer in read_dense(model, trace.states[trace.readout_step])],
            "layers": [_describe(config, model.weights, layers, index) for index in range(len(layers))],
            "padding": padding,
        },
        {
            "signal": signal.ravel(),
            "states": np.ascontiguousarray(trace.states).ravel(),
            **{f"pooled_{index}": layer.pooled.ravel() for index, layer in enumerate(layers)},
            **{f"kernel_{index}": model.weights[f"conv{index + 1}/kernel"].ravel() for index in range(len(layers))},
            **padding_arrays,
        },
    )
    show_reading_note(beat_in_use(), chosen)
    show_model_note(used)


def _cell_in_use() -> str:
    name = model_name_in_use()
    return "gru" if name is None else open_model(name).config.cell


def _describe(config: NetworkConfig, weights: dict, layers: tuple[ConvLayer, ...], index: int) -> dict:
    """Return one layer as the figure reads it."""
    layer, kernel = layers[index], weights[f"conv{index + 1}/kernel"]
    described = {
        "filters": kernel.shape[2],
        "kernel": kernel.shape[0],
        "channels": kernel.shape[1],
        "inputs": config.n_samples if index == 0 else len(layers[index - 1].pooled),
        "conv_places": len(layer.output),
        "places": len(layer.pooled),
        "stride": 2 ** (index + 1),
        "most": float(layer.output.max()),
    }
    if config.batch_norm:
        scale, shift = norm_scale(weights, index + 1)
        described |= {"scale": scale.tolist(), "shift": shift.tolist()}
    return described


def _padding() -> tuple[dict, dict]:
    """Return the padding experiment: one run, every bias, the strongest answer of each layer."""
    used = model_without_norm()
    record, r_sample = _padded_run()
    segments, trace = trace_lesson(record, r_sample, "gru", used.name)
    config, signal = used.model.config, segments.signal[0]
    length = int(segments.length[0])
    by_bias = [map_features(config, used.model.weights, signal, bias) for bias in BIASES]
    first = first_padded_places(config, length)
    described = {
        "biases": BIASES,
        "length": length,
        "n_samples": config.n_samples,
        "low": float(signal.min()),
        "high": float(signal.max()),
        "n_steps": config.n_steps,
        "units": config.units,
        "layers": [
            {"places": len(layer.pooled), "stride": 2 ** (index + 1), "first": min(first[index], len(layer.pooled))}
            for index, layer in enumerate(by_bias[0])
        ],
    }
    arrays = {
        f"pad_{index}": np.concatenate([layers[index].pooled.max(axis=1) for layers in by_bias])
        for index in range(len(by_bias[0]))
    }
    return described, arrays | {
        "pad_signal": signal[:, 0],
        "pad_states": np.ascontiguousarray(trace.states).ravel(),
    }


def _padded_run() -> tuple[str, int]:
    """Return the record and the first R peak of the run nearest to the chosen beat that leaves room for padding."""
    chosen = beat_in_use()
    for record in (chosen.record, open_record(DEFAULT_NAME)):
        if record.annotations is None or record.fs != MODEL_FS:
            continue
        runs = place_runs(record.annotations, record.n_samples)
        starts = runs.r_sample[runs.length <= MOST_OF_PADDED]
        if len(starts):
            return record.name, int(starts[np.abs(starts - chosen.r_sample).argmin()])
    raise SegmentError("Record {record} has no beats. Choose another record.", record=DEFAULT_NAME)


def _words() -> dict[str, str]:
    return {
        "view": t("What to show"),
        "layers": t("layers"),
        "padding_view": t("padding"),
        "signal": t("Segment"),
        "conv": t("Convolution {n}"),
        "conv_most": t("Convolution {n}: strongest filter, without bias (blue) and with bias (orange)"),
        "dense": t("Dense {n}"),
        "softmax": "softmax",
        "click": t("Click a row to see its filter slide"),
        "read": t("The state that the dense layers read"),
        "place": t("Place"),
        "border": t("Border"),
        "slide": t("Let the kernel slide"),
        "kernel": t("The kernel over its input, the products, and the output"),
        "filter": t("Convolution {layer}, filter {filter} of {n}"),
        "input": t("input"),
        "input_of": t("input, channel {channel} of {n}"),
        "products": t("products"),
        "output": t("output"),
        "sum": t(
            "{terms} + … ({n} products) = {sum}; ReLU gives {relu}. Length: {inputs} samples in, kernel {kernel}, "
            "{outputs} out."
        ),
        "sum_norm": t(
            "{terms} + … ({n} products) = {sum}; batch normalisation makes it {scaled}, ReLU {relu}. Length: {inputs} "
            "in, kernel {kernel}, {outputs} out."
        ),
        "bias": t("Bias in every convolution"),
        "padding_of": t("A run of {length} samples, filled with zeros to {n}."),
        "states": t("State h(t) of every unit (no bias): what it does during the padding"),
        "no_bias": t("Without a bias all three layers are exactly 0 wherever they see padding alone."),
        "with_bias": t("With a bias of {bias} the padding comes out of the third layer as up to {worst}."),
    }


def ask() -> tuple[Question, ...]:
    """Return the questions."""
    config = NetworkConfig()
    lengths = {
        border: len(convolve(np.zeros((config.n_samples, 1)), np.zeros((config.kernels[0], 1, 1)), border))
        for border in ("full", "same", "valid")
    }
    return (
        Question(
            t("1000 samples meet a kernel of {kernel} in the border mode “full”. How long is the output?", kernel=20),
            (str(lengths["valid"]), str(lengths["same"]), str(lengths["full"])),
            2,
            t(
                "n + K − 1 = {full}; “valid” would give n − K + 1 = {valid}.",
                full=lengths["full"],
                valid=lengths["valid"],
            ),
        ),
        Question(
            t("Which change makes the padding speak?"),
            (t("a longer kernel"), t("a bias in the first convolution"), t("more filters")),
            1,
            t("Weights times zeros are zero, however many there are. Only a bias adds something to nothing."),
        ),
        Question(
            t("How many steps does the recurrent layer take for one segment of 1000 samples?"),
            (str(config.n_samples // 8), str(config.n_steps), str(config.n_samples)),
            1,
            t(
                "Each layer adds K − 1 and halves: {lengths}.",
                lengths=" → ".join(f"{length} → {length // 2}" for length in config.conv_lengths),
            ),
        ),
    )


def settings() -> dict[str, object]:
    """Return what the Python lines use."""
    used = model_for(_cell_in_use(), beat_in_use().record)
    chosen = readable_by(beat_in_use(), used.model)
    return {
        "RECORD": chosen.record.name,
        "BEAT_S": round(chosen.r_sample / chosen.record.fs, 3),
        "MODEL": used.name,
    }


CHAPTER = Chapter(7, title, tell, show, ask, "network", settings)
