"""Serving: probabilities and hidden states from ONNX Runtime, without TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import numpy as np
import onnxruntime

from ecgmodel.errors import SegmentError
from ecgmodel.network.model_file import Model
from ecgmodel.network.onnx_graph import build_graph
from ecgmodel.segments.dataset import Segments

BATCH = 64
"""Segments that are served at a time: as quick as 256 of them, in a quarter of the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the network says of segments.

    Attributes
    ----------
    probabilities : ndarray of shape (n, 5), float32
        In the order of `labels.CLASSES`.
    states : ndarray of shape (n, n_steps, units), float32, or None
        Hidden state after every step, where it was asked for.
    features : ndarray of shape (n, n_steps, filters), float32, or None
        What the recurrent layer read at every step, where the states were asked for.
    """

    probabilities: np.ndarray
    states: np.ndarray | None = None
    features: np.ndarray | None = None

    @property
    def label(self) -> np.ndarray:
        """ndarray of shape (n,), int64: the most probable class."""
        return self.probabilities.argmax(axis=1)


class Classifier:
    """A model, ready to serve. Safe to share between threads.

    Parameters
    ----------
    model : Model
    n_threads : int or None
        Batches that are served side by side; `None` takes one a core. (Two threads within one batch cost twice the time
        of one: its operations are too small to be shared.)
    """

    def __init__(self, model: Model, n_threads: int | None = None) -> None:
        self._n_threads = n_threads or os.cpu_count() or 1
        self.model = model
        self._for_fold: dict[int, Classifier] = {}
        self._lock = Lock()
        self._session = _start_session(model, for_serving=True)
        self._session_with_states: onnxruntime.InferenceSession | None = None

    def for_record(self, record: str) -> Classifier:
        """Return what serves a record: of a cross-fitted model, the network that never saw its person.

        Parameters
        ----------
        record : str
            Its name; "" of one that nobody in the folds can have made.
        """
        number = self.model.fold_of(record)
        if number is None:
            return self
        with self._lock:
            if number not in self._for_fold:
                self._for_fold[number] = Classifier(self.model.for_record(record), self._n_threads)
            return self._for_fold[number]

    def predict(self, segments: Segments, with_states: bool = False) -> Prediction:
        """Classify segments in batches of `BATCH`.

        Raises
        ------
        SegmentError
            Where the segments have another shape than the network reads.
        """
        config = self.model.config
        with ThreadPoolExecutor(self._n_threads) as pool:
            parts = self._serve(segments, with_states, pool.map)
        if not parts:
            shapes = [(config.n_classes,), (config.n_steps, config.units), (config.n_steps, config.filters[-1])]
            parts = [[np.empty((0, *shape), np.float32) for shape in shapes[: 3 if with_states else 1]]]
        return Prediction(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def predict_pieces(self, cut: Callable[[slice], Segments], n_segments: int, piece: int) -> Iterator[np.ndarray]:
        """Cut and classify pieces side by side, and yield the probabilities of each in order: (n, 5), float32.

        Parameters
        ----------
        cut : callable
            Takes the slice of a piece and returns its segments; several threads call it at once.
        n_segments : int
            Altogether.
        piece : int
            Segments that are cut at a time.

        Raises
        ------
        SegmentError
            Where the segments have another shape than the network reads, or `cut` raises it.
        """

        def work(select: slice) -> np.ndarray:
            return np.concatenate([part for (part,) in self._serve(cut(select), False, map)])

        pool = ThreadPoolExecutor(self._n_threads)
        try:
            yield from pool.map(work, [slice(start, start + piece) for start in range(0, n_segments, piece)])
        finally:
            pool.shutdown(cancel_futures=True)  # whoever asked may have stopped listening

    def _open_session(self, with_states: bool) -> onnxruntime.InferenceSession:
        """Return the session that computes probabilities alone, or one that gives states and features too."""
        if not with_states:
            return self._session
        with self._lock:
            if self._session_with_states is None:
                self._session_with_states = _start_session(self.model, for_serving=False)
            return self._session_with_states

    def _serve(self, segments: Segments, with_states: bool, map_batches: Callable[..., Iterable]) -> list[list]:
        """Return the outputs of every batch; `map_batches` is `map`, or that of a pool."""
        config = self.model.config
        n_channels = segments.signal.shape[2]
        # Younger channels of beats come last, and a network from before they were there reads the others.
        reads_some = self.model.card.segments == "beats" and n_channels > config.n_channels > 1
        if segments.signal.shape[1] != config.n_samples or not (n_channels == config.n_channels or reads_some):
            raise SegmentError(
                "The model reads segments of {wanted} (samples, channels); these have {came}.",
                wanted=(config.n_samples, config.n_channels),
                came=segments.signal.shape[1:],
            )

        session = self._open_session(with_states)

        def run(start: int) -> list[np.ndarray]:
            batch = slice(start, start + BATCH)
            signal = segments.signal[batch, :, : config.n_channels]
            if not with_states:
                signal = signal.transpose(0, 2, 1)  # how beats are cut: no copy
            signal = np.ascontiguousarray(signal, dtype=np.float32)
            return session.run(None, {"signal": signal, "length": segments.length[batch].astype(np.int64)})

        return list(map_batches(run, range(0, len(segments), BATCH)))


def _start_session(model: Model, *, for_serving: bool) -> onnxruntime.InferenceSession:
    """Load the graph of a model; its threads are those that ask."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # Each session would keep the most that a batch ever took: 75 MB each with the six networks of one model.
    options.enable_cpu_mem_arena = False
    graph = build_graph(model.config, model.weights, for_serving=for_serving).SerializeToString()
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
