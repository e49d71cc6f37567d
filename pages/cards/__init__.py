"""The cards of the shipped models, and their parts."""
