"""Segments: what the network reads, cut from records."""
