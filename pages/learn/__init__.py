"""The Learn page and its parts."""
