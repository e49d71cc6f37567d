"""Chapter 7: the whole network, layer by layer, over one beat."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.labels import CLASSES
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.inside.feature_maps import (
    ConvLayer,
    convolve,
    map_features,
    norm_scale,
    read_dense,
)
from pages.caches.lessons import trace_lesson
from pages.caches.models import model_name_in_use, open_model, open_model_for
from pages.components.figure import show_figure
from pages.learn.beat import (
    beat_in_use,
    choose_beat,
    model_for,
    readable_by,
    show_model_note,
    show_reading_note,
)
from pages.learn.lesson import Chapter
from pages.learn.padding import describe_padding
from pages.learn.questions import Answer, Question
from pages.learn.sources import cite
from pages.session import choices
from pages.ui.text import t


def title() -> str:
    """Return the title."""
    return t("The whole network")


def tell() -> None:
    """Show the text."""
    config = NetworkConfig()
    st.markdown(
        t(
            "{oh} put three convolutions in front of a recurrent layer, an LSTM. Nobody designs features by hand: from "
            "the bare signal to the class, everything is learned together, **end to end**. Follow one segment through "
            "the figure from top to bottom; every number in it is the real answer of that layer.",
            oh=cite("oh"),
        )
    )
    _tell_what_is_shown()
    st.markdown(
        t(
            "A **convolution** slides a short row of weights, the kernel, along the signal. At each place it "
            "multiplies weight by sample and sums up, over all $C$ channels of its input: the leads, or the filters of "
            "the layer before. In one dimension this is also called a **time-delay network** ({waibel}). The answer is "
            "large where the signal looks like the kernel. Click a filter and let it slide.",
            waibel=cite("waibel"),
        )
    )
    # On two lines: one would not fit into the column of text.
    st.latex(r"s_f(t) = \sum_{c=1}^{C}\,\sum_{k=0}^{K-1} w_f(k, c)\; x_c(t - K + 1 + k)")
    st.latex(r"y_f(t) = \mathrm{ReLU}\bigl(s_f(t)\bigr) = \max\bigl(0,\, s_f(t)\bigr)")
    st.markdown(
        t(
            "**Max-pooling** keeps the larger of two neighbours and so halves the length. After the paper's three "
            "layers one step of the recurrent layer stands for {stride} samples; its convolutions look at {field} "
            "samples, the **receptive field**, and the state carries what came before.",
            stride=config.step_stride,
            field=config.receptive_field,
        )
    )
    st.markdown(
        t(
            "**How far may the kernel hang over?** `valid` stays inside the signal and loses $K - 1$ places, `same` "
            "keeps the length, `full` adds $K - 1$ zeros on both sides, so that every sample meets every weight. The "
            "paper takes `full`: short segments are filled with zeros anyway, and nothing at the edges is lost."
        )
    )
    st.markdown(
        t(
            "**Why no bias?** A sum of zeros is zero, so without a bias the padding stays silent through all "
            "layers. A single bias breaks this: the padding begins to speak, and the recurrent layer has to listen "
            "to it for hundreds of samples. Open **padding** in the figure and add one."
        )
    )
    st.markdown(
        t(
            "**And the state?** With zeros as input the recurrent layer keeps turning on its own: its state drifts "
            "to a resting point. The paper reads the state of the last step, so what it learned of the beat has to "
            "survive the padding. (Our larger models have batch normalisation, whose shift is a bias, so their "
            "padding does speak. They read the state at the last step that still sees the signal: the upright line.)"
        )
    )
    st.markdown(
        t(
            "The chosen state goes through **fully connected layers**, in which every output is a weighted sum of "
            "all inputs (all but the last with ReLU), to five numbers, which softmax turns into probabilities."
        )
    )


def _tell_what_is_shown() -> None:
    """Say how the network of the figure differs from the paper's."""
    config = model_for(_cell_in_use(), beat_in_use().record).model.config
    paper = NetworkConfig(cell=config.cell)
    if config == paper:
        return
    st.markdown(
        t(
            "The figure shows the model in use, which is larger than the paper's: {convolutions} convolutions, "
            "{channels} channels as input, {stride} samples a step, {units} units. The questions below are about the "
            "paper's.",
            convolutions=len(config.filters),
            channels=config.n_channels,
            stride=config.step_stride,
            units=config.units,
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
    padding, padding_arrays = describe_padding()
    show_figure(
        "network",
        _words(),
        {
            "model": used.name or "",
            "n_samples": config.n_samples,
            "channels": config.n_channels,
            "length": int(segments.length[0]),
            "cell": config.cell,
            "n_steps": config.n_steps,
            "units": config.units,
            "readout": trace.readout_step,
            "classes": CLASSES,
            "probabilities": [float(value) for value in trace.answer],
            "dense": [layer.tolist() for layer in read_dense(model, trace.states[trace.readout_step])],
            "layers": [_describe(config, model.weights, layers, index, signal) for index in range(len(layers))],
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


def _describe(
    config: NetworkConfig, weights: dict, layers: tuple[ConvLayer, ...], index: int, signal: np.ndarray
) -> dict:
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
        "strongest": _filter_of_lead(signal, kernel) if index == 0 else 0,
    }
    if config.batch_norm:
        scale, shift = norm_scale(weights, index + 1)
        described |= {"scale": scale.tolist(), "shift": shift.tolist()}
    return described


def _filter_of_lead(signal: np.ndarray, kernel: np.ndarray) -> int:
    """Return the filter to open with: the one that the lead itself, the first channel, moves most compared with the
    others.
    """
    moved = np.stack(
        [np.ptp(convolve(signal[:, [c]], kernel[:, [c]]), axis=0) for c in range(kernel.shape[1])]
    )  # (n_channels, n_filters)
    return int((moved[0] / moved.sum(axis=0).clip(min=1e-9) * (moved[0] >= moved[0].max() / 3)).argmax())


def _words() -> dict[str, str]:
    return {
        "view": t("What to show"),
        "layers": t("layers"),
        "padding_view": t("padding"),
        "signal": t("Segment"),
        "conv": t("Convolution {n}"),
        "conv_most": t("Convolution {n}: strongest filter"),
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
        "padding_of": t(
            "A run of {length} samples, filled with zeros to {n}. Blue is without a bias, orange with one; heights are "
            "square roots, so that small values show."
        ),
        "states": t("State h(t) of every unit, without a bias"),
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
            "length",
            t("1000 samples meet a kernel of {kernel} in the border mode “full”. How long is the output?", kernel=20),
            Answer(
                str(lengths["full"]),
                t(
                    "n + K − 1 = {full}; “valid” would give n − K + 1 = {valid}.",
                    full=lengths["full"],
                    valid=lengths["valid"],
                ),
            ),
            (
                Answer(str(lengths["valid"]), t("That is “valid”: the kernel may not hang over at all.")),
                Answer(str(lengths["same"]), t("That is “same”: only half of the zeros are added.")),
            ),
        ),
        Question(
            "padding",
            t("Which change makes the padding speak?"),
            Answer(
                t("a bias in the first convolution"),
                t("Weights times zeros are zero, however many there are. Only a bias adds something to nothing."),
            ),
            (
                Answer(t("a longer kernel"), t("More weights times zeros are still zero.")),
                Answer(t("more filters"), t("Each further filter answers zeros with zero as well.")),
            ),
        ),
        Question(
            "steps",
            t("How many steps does the recurrent layer of the paper's network take for a segment of 1000 samples?"),
            Answer(
                str(config.n_steps),
                t(
                    "Each layer adds K − 1 and halves: {lengths}.",
                    lengths=" → ".join(f"{length} → {length // 2}" for length in config.conv_lengths),
                ),
            ),
            (
                Answer(
                    str(config.n_samples // config.step_stride),
                    t("Nearly: that forgets the K − 1 places that each “full” convolution adds."),
                ),
                Answer(str(config.n_samples), t("Each of the three poolings halves the number of steps.")),
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


CHAPTER = Chapter(7, title, tell, show, ask, "network", settings, ("oh", "waibel"))
