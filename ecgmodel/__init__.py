"""Read, cut, classify and explain heartbeats with a small CNN + GRU or CNN + LSTM.

Data moves one way: `records` -> `segments` -> `network` -> `training`, `evaluation`; `figures` reads all of them.
Importing this package never imports TensorFlow; only training does.
"""

import os

# Before anything imports ONNX Runtime: otherwise it writes a device id into the user's cache folder and asks for a host
# of its maker's.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
