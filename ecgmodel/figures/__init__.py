"""Figures: colours and Plotly figures of what the library computes."""
