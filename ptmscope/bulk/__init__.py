"""From shards of code to patterns: the same stages on one machine and on a cluster."""
