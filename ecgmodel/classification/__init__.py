"""From a record to named beats: R peaks, beats, names, and how far two readers agree."""
