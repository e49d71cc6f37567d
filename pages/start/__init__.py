"""The start page: what this is, one heartbeat on its way through the network, and where to go."""
