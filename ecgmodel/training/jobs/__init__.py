"""Trainings as jobs: their folders, their queue, their workers."""
