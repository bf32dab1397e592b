"""Benchmarks of what finds patterns."""
