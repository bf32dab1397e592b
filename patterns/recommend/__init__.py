"""Recommends calls and models from usages. Each system learns from the examples it is given and is asked queries."""
