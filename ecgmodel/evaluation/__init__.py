"""Evaluation: scores, protocols and baselines."""
