"""The only importer of tree_sitter: bytes in, a `program.Module` out."""

from analyzer.syntax.excerpt import excerpt
from analyzer.syntax.lower import lower
from analyzer.syntax.tree import Tree, parse

__all__ = ["Tree", "excerpt", "lower", "parse"]
