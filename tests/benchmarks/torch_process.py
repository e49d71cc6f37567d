"""The paper's network in PyTorch, as a yardstick of training: `python torch_process.py ARRAYS`.

It is a program of its own that imports nothing of this project, so that PyTorch, which the project never needs, may lie
in another environment: `ECG_TORCH_PYTHON` names its interpreter. ARRAYS is an `.npz` with `signal`, `length` and
`label`; the answer, JSON, is the last line on standard output.

The same layers, batch size, optimiser and loss as the project's; `nn.GRU`'s candidate resets behind its matrix product
instead of before it, which costs the same. It reads the segments padded to full length, as `keras.fit` does, out of one
tensor in memory: quicker than a `DataLoader`.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import numpy as np

N_RUNS = 3
BATCH = 64
LEARNING_RATE = 1e-3


def main(path: str) -> None:
    """Train for some epochs and print the seconds of the median one, without the first."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            layers, channels = [], 1
            for filters, kernel in ((3, 20), (6, 10), (6, 5)):
                layers += [nn.Conv1d(channels, filters, kernel, padding=kernel - 1, bias=False), nn.ReLU()]
                layers += [nn.MaxPool1d(2)]
                channels = filters
            self.convolutions = nn.Sequential(*layers)
            self.gru = nn.GRU(channels, 20, batch_first=True)
            self.head = nn.Sequential(
                nn.Linear(20, 20), nn.ReLU(), nn.Dropout(0.2), nn.Linear(20, 10), nn.ReLU(), nn.Dropout(0.2)
            )
            self.output = nn.Linear(10, 5)

        def forward(self, signal: torch.Tensor) -> torch.Tensor:
            states, _last = self.gru(self.convolutions(signal).transpose(1, 2))  # (n, 131, 20)
            return self.output(self.head(states[:, -1]))

    with np.load(path) as arrays:
        signal = torch.from_numpy(arrays["signal"]).transpose(1, 2).contiguous()  # (n, 1, 1000)
        label = torch.from_numpy(arrays["label"])
    torch.manual_seed(0)
    network = Network()
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, fused=True)
    loss_of = nn.CrossEntropyLoss()
    seconds = []
    for _epoch in range(1 + N_RUNS):
        start = time.perf_counter()
        network.train()
        for index in torch.randperm(len(label)).split(BATCH):
            optimiser.zero_grad(set_to_none=True)
            loss = loss_of(network(signal[index]), label[index])
            loss.backward()
            optimiser.step()
        seconds.append(time.perf_counter() - start)
    answer = {"seconds": statistics.median(seconds[1:]), "threads": torch.get_num_threads()}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        sys.stdout.write(json.dumps({"missing": "torch"}) + "\n")
