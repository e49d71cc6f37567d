"""How shared/channel.js reads a packet."""

import json

import numpy as np


def unpack(packet):
    """Read a packet by the words of shared/channel.js: header length, header, arrays at multiples of 8."""
    length = int.from_bytes(packet.data[:4], "little")
    header = json.loads(packet.data[4 : 4 + length])
    body = packet.data[4 + length :]
    arrays = {
        part["name"]: np.frombuffer(body, part["type"], part["length"], part["offset"]) for part in header["arrays"]
    }
    return header, arrays
