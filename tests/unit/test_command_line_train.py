"""What `train` and `evaluate` write about epochs."""

from __future__ import annotations

import math

from ecgmodel.command_line.train import EpochLines
from ecgmodel.training.run_folder import EpochResult
from ecgmodel.training.settings import TrainSettings


def test_lines_of_a_training_with_teachers() -> None:
    """Each line counts to the epochs of whom it tells; without a validation part none is told."""
    lines: list[str] = []
    settings = TrainSettings(epochs=24, teachers=2, teacher_epochs=14, taught_share=0.9)
    told = EpochLines(settings, lines.append)
    told.on_teacher(2)
    told.on_epoch(EpochResult(3, 1e-3, 0.5, 0.875, math.nan, math.nan, math.nan, 12.34))
    told.on_teacher(None)
    told.on_epoch(EpochResult(4, 1e-3, 0.25, 0.9, 0.125, 0.75, 0.5, 1.0))
    assert lines == [
        "teacher 2 of 2",
        "epoch   3 of 14  loss 0.5000  accuracy 87.50%  12.3 s",
        "the network",
        "epoch   4 of 24  loss 0.2500  accuracy 90.00%  validation: loss 0.1250  accuracy 75.00%  "
        "mean sensitivity 50.00%  1.0 s",
    ]
