"""Usage graphs as files: one module per format that is written here; the others are networkx's own."""
