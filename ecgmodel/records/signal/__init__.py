"""What is computed from a signal alone: filters, quality, waves, R peaks."""
