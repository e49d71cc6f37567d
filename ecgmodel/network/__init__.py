"""The network: its configuration, its weights, its serving and its gates."""
