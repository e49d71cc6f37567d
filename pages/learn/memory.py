"""Chapter 2: a plain recurrent network and its forgetting."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.teaching.plain_rnn import impulse, memory_span, run_plain_rnn
from ecgmodel.segments.dataset import MODEL_FS
from pages.components.figure import show_figure
from pages.learn import beat
from pages.learn.lesson import Chapter
from pages.learn.questions import Answer, Question
from pages.learn.sources import cite
from pages.ui.text import t

N_STEPS = 60
START_WEIGHT = 0.9
SOURCES = ("bengio", "pascanu", "hochreiter")
WEIGHTS = np.round(np.arange(-1.5, 1.501, 0.05), 2)


def title() -> str:
    """Return the title."""
    return t("A network with a memory")


def tell() -> None:
    """Show the text."""
    config = NetworkConfig()
    st.markdown(
        t(
            "A convolution sees a few samples at a time, and a rhythm lasts for seconds. So something has to be "
            "carried from one moment to the next. A **recurrent** network (RNN) does so with a loop: at every time "
            "step it reads the input, and what it kept from the step before."
        )
    )
    st.latex(r"h(t) = \tanh\bigl(w\,h(t-1) + u\,x(t)\bigr)")
    st.markdown(
        t(
            "The network in the figure has a single unit. Its state $h$ is all that it knows of the past, and "
            "the weight $w$ says how much of the old state goes into the new one. Move it, and watch what is "
            "left of one impulse."
        )
    )
    st.markdown(
        t(
            "Training asks the question backwards: had the first state been a little different, how different would a "
            "later one be? Every step multiplies the answer by one more factor."
        )
    )
    st.latex(r"\frac{\partial h(t)}{\partial h(0)} = \prod_{k=1}^{t} w\,\bigl(1 - h(k)^2\bigr)")
    st.markdown(
        t(
            "Factors of a size below 1 make the product shrink exponentially: the **vanishing gradient**. What "
            "happened so long ago can no longer be learned from. Factors of a size above 1 make it **explode** "
            "({bengio}; {pascanu}).",
            bengio=cite("bengio"),
            pascanu=cite("pascanu"),
        )
    )
    st.markdown(
        t(
            "State and gradient are two things. The tanh keeps the state between −1 and 1, and it is flat where the "
            "state is large. So at $w = 1.3$ the state **latches**: it stays where the impulse put it, and only its "
            "gradient vanishes. The network remembers, but training cannot reach what it remembers. Take the tanh "
            "away to see the bare power $w^t$. At $w = 1$ without tanh both are kept, state and gradient: from this "
            "the LSTM of the next chapter builds its conveyor belt ({hochreiter}).",
            hochreiter=cite("hochreiter"),
        )
    )
    st.markdown(
        t(
            "How long would a memory have to last? One second of an ECG is {second} steps of our network, a whole "
            "segment {steps}. With tanh no fixed $w$ bridges that: at 0.9 state and gradient are gone long before, "
            "at 1.1 the gradient is. Without tanh $w = 1$ would, but it keeps everything: whatever comes later is "
            "added on top. So a **long-range dependence** is lost, unless the network can decide at every step what "
            "to keep. That is what gates are for.",
            second=round(MODEL_FS / config.step_stride),
            steps=config.n_steps,
        )
    )


def show() -> None:
    """Show the figure."""
    inputs = (impulse(N_STEPS), _one_beat())
    runs = [
        run_plain_rnn(x, float(w), linear=linear) for x in inputs for linear in (False, True) for w in WEIGHTS
    ]  # 2 inputs, with and without tanh, every weight
    show_figure(
        "memory",
        {
            "picture": t("Input, state and gradient of a recurrent unit over {n} steps", n=N_STEPS),
            "weight": t("Weight w"),
            "input": t("Input"),
            "impulse": t("impulse"),
            "beat": t("heartbeat"),
            "squash": t("Activation"),
            "with_tanh": "tanh",
            "without_tanh": t("no tanh"),
            "play": t("Play"),
            "input_title": t("Input x(t)"),
            "state_title": t("State h(t)"),
            "gradient_title": t("What is left of the first step: |∂h(t)/∂h(0)|"),
            "step": t("time step"),
            "fades": t(
                "w = {w}: from step {step} on, less than 1% of the gradient is left; after {last} steps {gradient}."
            ),
            "explodes": t("w = {w}: the gradient explodes. After {last} steps it is {gradient}."),
            "latches": t(
                "w = {w}: the state latches at {state}, but from step {step} on less than 1% of the gradient is "
                "left; after {last} steps {gradient}."
            ),
            "lasts": t("w = {w}: after {last} steps the gradient is still {gradient}."),
        },
        {"n_steps": N_STEPS, "weights": WEIGHTS.tolist(), "start": START_WEIGHT},
        {
            "input": np.concatenate(inputs).astype(np.float32),
            "state": np.concatenate([run.state for run in runs]).astype(np.float32),
            "gradient": np.concatenate([run.gradient for run in runs]).astype(np.float32),
        },
    )


def ask() -> tuple[Question, ...]:
    """Return the questions."""
    memory = run_plain_rnn(impulse(N_STEPS), 0.9)
    span, fading = memory_span(memory), np.abs(memory.gradient)
    power = run_plain_rnn(impulse(51), 1.1, linear=True).gradient[-1]
    squashed = run_plain_rnn(impulse(N_STEPS), 1.3).gradient[-1]
    latched = float(run_plain_rnn(impulse(N_STEPS), 1.3).state[-1])
    return (
        Question(
            "fading",
            t("One impulse, tanh on, w = 0.90. From which step on is less than 1% of the gradient left?"),
            Answer(
                str(span),
                t(
                    "0.9 to the power of {span} alone is {power:.3f}; the slope of tanh takes off the rest.",
                    span=span,
                    power=0.9**span,
                ),
            ),
            tuple(
                Answer(
                    str(step),
                    t("At step {step} {share:.0%} is still left; read the lower curve.", step=step, share=fading[step]),
                )
                for step in (span // 4, span // 2)
            ),
        ),
        Question(
            "power",
            t("No tanh, w = 1.10. How large is the gradient at step 50?"),
            Answer(f"{power:.0f}", t("1.1 to the power of 50 is {power:.0f}: a product, not a sum.", power=power)),
            (
                Answer(
                    f"{1.1 * 50:.0f}",
                    t("That adds the factor 50 times. From step to step it is multiplied, which grows far faster."),
                ),
                Answer(f"{0.9**50:.3f}", t("That is 0.9 to the power of 50: the answer to a w below 1.")),
            ),
        ),
        Question(
            "latch",
            t("One impulse, tanh on, w = 1.30. What becomes of state and gradient?"),
            Answer(
                t("The state stays, the gradient vanishes"),
                t(
                    "The state settles at {state:.2f}, where tanh is flat, so each factor is below 1; at step {last} "
                    "only {gradient:.0e} is left.",
                    state=latched,
                    last=N_STEPS - 1,
                    gradient=squashed,
                ),
            ),
            (
                Answer(
                    t("Both vanish"),
                    t("The state does not: look at the middle curve, which stays at {state:.2f}.", state=latched),
                ),
                Answer(
                    t("The gradient explodes, as w is above 1"),
                    t(
                        "It would without tanh. With it each factor is w (1 − h²) = {factor:.2f}.",
                        factor=1.3 * (1 - latched**2),
                    ),
                ),
            ),
        ),
    )


def _one_beat() -> np.ndarray:
    """Return a beat of the record in use at six samples a step, its R peak as 1."""
    chosen = beat.beat_in_use()
    signal = chosen.record.lead(chosen.lead)
    places = np.clip(chosen.r_sample + (np.arange(N_STEPS) - 12) * 6, 0, len(signal) - 1)
    stretch = np.nan_to_num(signal[places] - np.nanmedian(signal[places]))
    return stretch / max(float(np.abs(stretch).max()), 1e-6)


CHAPTER = Chapter(2, title, tell, show, ask, "memory", lambda: {"WEIGHT": START_WEIGHT}, SOURCES)
