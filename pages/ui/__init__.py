"""What the pages share: frame, controls, wording."""
