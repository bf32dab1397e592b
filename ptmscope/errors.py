"""The one kind of exception, under the name that those who call ptmscope know."""

from miner.errors import Misuse

__all__ = ["Misuse"]
