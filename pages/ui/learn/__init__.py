"""The course, one module a chapter."""
