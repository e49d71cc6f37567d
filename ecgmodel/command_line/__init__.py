"""The command line: the only code of the library that prints."""
