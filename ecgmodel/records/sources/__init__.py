"""Where records come from: databases, downloads, and what the app brings along."""
