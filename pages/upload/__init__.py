"""The Upload page and its parts."""
