"""Teachers: networks like the one to be trained, from other seeds, whose mean answer it learns beside the labels.

Networks that differ only in their seed err differently on people they never saw, and their mean errs less than any of
them (Lakshminarayanan et al. 2017, arXiv 1612.01474). One network that learns the mean keeps part of the gain at the
cost of one (Hinton et al. 2015, arXiv 1503.02531). Teachers see exactly whom their pupil sees, so that whoever is held
out is a stranger to all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ecgmodel.labels import CLASSES
from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.model_file import Model, ModelCard
from ecgmodel.network.serving import Classifier
from ecgmodel.segments.dataset import Segments
from ecgmodel.training.fit import fit
from ecgmodel.training.progress import Progress
from ecgmodel.training.run_folder import EpochResult, RunFolder
from ecgmodel.training.settings import TrainSettings
from ecgmodel.training.step import TrainStep

SEEDS_APART = 1000
"""Between the seeds of one teacher and the next; the first is as far from the pupil's."""


def train_teachers(
    config: NetworkConfig,
    settings: TrainSettings,
    train: Segments,
    folder: RunFolder,
    step: TrainStep,
    on_epoch: Callable[[EpochResult], None] | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] | None = None,
    on_teacher: Callable[[int | None], None] = lambda number: None,
) -> np.ndarray | None:
    """Train the teachers, going on where they stopped, and ask them about all segments.

    Parameters
    ----------
    config : NetworkConfig
    settings : TrainSettings
        Of the pupil; `teachers` says how many there are.
    train : Segments
        Of the pupil.
    folder : RunFolder
        Of the pupil; teacher k is kept in `teacher-k` within it.
    step : TrainStep
        Of the pupil, see `prepare_step`; dropout keeps its seed.
    on_epoch, on_batch, should_stop, on_progress : callable
        As in `fit`, for every teacher.
    on_teacher : callable
        Called before each teacher with its number, from 1.

    Returns
    -------
    ndarray of shape (n, 5), float32, or None
        The mean of their probabilities, by the shares of the classes in training; `None` where they were stopped.
    """
    answers = np.zeros((len(train), len(CLASSES)), np.float32)
    kind = "beats" if config.n_channels > 1 else "runs"
    for number in range(1, settings.teachers + 1):
        on_teacher(number)
        seed = (settings.seed + SEEDS_APART * number) % 2**31
        own = replace(settings.without_teachers(), epochs=settings.teacher_epochs, natural_shares=False, seed=seed)
        result = fit(
            config, own, train, None, folder.teacher(number), on_epoch, on_batch, should_stop, step, on_progress
        )
        if not result.finished or should_stop():
            return None
        teacher = Classifier(Model(config, result.weights, ModelCard("", kind)))
        answers += teacher.predict(train).probabilities / settings.teachers
    return answers
