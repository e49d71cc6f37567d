"""Caches by what is kept: bounded, and shared by all visitors unless they say otherwise."""
