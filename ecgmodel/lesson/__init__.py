"""A lesson of 10, 45 or 90 minutes: a plan with notes, a worksheet, and its key, computed from models and records."""
