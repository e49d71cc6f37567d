"""The Annotate page and its parts."""
