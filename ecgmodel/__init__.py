"""Read, cut, classify and explain heartbeats with a small CNN + GRU or CNN + LSTM.

Data moves one way: `records` -> `segments` -> `network` -> `training`, `evaluation`; `figures` reads all of them.
Importing this package never imports TensorFlow; only training does.
"""

__version__ = "0.1.0"
