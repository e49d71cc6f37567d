"""A lesson with many: rooms in memory, the beats that a class names, and how far it agrees."""
