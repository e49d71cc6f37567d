"""Records and beats as files that other programs read."""
