"""The rules by which a text file is understood, each with the evidence that speaks for it."""
