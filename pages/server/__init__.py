"""The server around the pages: what it answers beside Streamlit, what it refuses, what it does at start and end."""
