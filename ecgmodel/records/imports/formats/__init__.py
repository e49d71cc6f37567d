"""One small reader for each format with a header of its own; each loads its library only when such a file comes."""
