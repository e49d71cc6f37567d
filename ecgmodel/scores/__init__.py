"""Scores that training and evaluation both need."""
