"""Results as text, tables and files: one module per format."""
