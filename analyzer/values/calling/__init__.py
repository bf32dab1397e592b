"""Calls: who calls a function, what it is given there, and what it gives back."""
