"""Hostile input, made by the million: each must end in a report or a diagnostic, in time and in bounded memory."""
