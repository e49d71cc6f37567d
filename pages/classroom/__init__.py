"""The class room and its parts."""
