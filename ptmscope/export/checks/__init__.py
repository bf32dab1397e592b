"""What `ptmscope check` writes."""
