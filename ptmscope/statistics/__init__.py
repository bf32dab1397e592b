"""A study in figures: how many, of what, how unevenly."""
