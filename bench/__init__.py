"""Benchmarks: accuracy against labelled load sites, and speed in ratios. Not installed with the package."""
