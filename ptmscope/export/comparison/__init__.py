"""Comparisons as text, JSON and a picture."""
