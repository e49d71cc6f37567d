"""Records: signals in mV, leads by name, annotations, and where they come from."""
