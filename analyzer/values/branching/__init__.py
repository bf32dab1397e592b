"""Conditions: which values and calls the tests around a place leave."""
