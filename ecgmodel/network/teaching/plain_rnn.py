"""A plain recurrent network with one unit: what it remembers of its first step, and how a gradient fades or explodes.

    h(t) = tanh(w h(t-1) + u x(t)),  h(-1) = 0

The gradient of a later state with respect to the first is a product of one factor a step, w (1 - h(t)^2). That product
is why plain networks forget (Bengio, Simard & Frasconi 1994, doi 10.1109/72.279181).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What the unit did with an input.

    Attributes
    ----------
    state : ndarray of shape (n_steps,), float64
        h(t).
    gradient : ndarray of shape (n_steps,), float64
        dh(t)/dh(0); 1 at step 0.
    """

    state: np.ndarray
    gradient: np.ndarray


def run_plain_rnn(x: np.ndarray, w: float, u: float = 1.0, linear: bool = False) -> Memory:
    """Run the unit over an input.

    Parameters
    ----------
    x : ndarray of shape (n_steps,)
    w, u : float
        Weight of the state before, and of the input.
    linear : bool
        Leave out the tanh, so that the gradient is w to the power of t.
    """
    state, gradient = np.empty(len(x)), np.empty(len(x))
    h, slope = 0.0, 1.0
    for t, value in enumerate(np.asarray(x, dtype=np.float64)):
        total = w * h + u * value
        h = total if linear else float(np.tanh(total))
        if t > 0:
            slope *= w * (1.0 if linear else 1.0 - h * h)
        state[t], gradient[t] = h, slope
    return Memory(state, gradient)


def memory_span(memory: Memory, threshold: float = 0.01) -> int | None:
    """Return the first step at which less than `threshold` of the gradient is left; `None` where it stays above."""
    below = np.flatnonzero(np.abs(memory.gradient) < threshold)
    return int(below[0]) if len(below) else None


def impulse(n_steps: int) -> np.ndarray:
    """Return an input that is 1 at step 0 and 0 ever after, of shape (n_steps,)."""
    x = np.zeros(n_steps)
    x[0] = 1.0
    return x
