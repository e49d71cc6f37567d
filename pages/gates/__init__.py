"""The Gates page and its parts."""
