"""The Python side of the components that run in the browser."""
