"""Config files as the evaluator sees them, and those that a known tool reads."""
