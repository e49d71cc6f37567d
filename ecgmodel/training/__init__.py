"""Training: fitting a network and keeping its run on disk."""
