"""Configs that code opens: files, the records made of them, the environment."""
