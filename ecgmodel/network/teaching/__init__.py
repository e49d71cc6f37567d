"""What only the course shows."""
