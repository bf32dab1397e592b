"""Cards as the Hub reads them. The only importer of huggingface_hub beside `miner.hub`."""

from __future__ import annotations

from ptmscope.errors import Misuse

try:
    from huggingface_hub import ModelCard, ModelCardData
except ImportError as missing:
    raise Misuse("cards need huggingface_hub: pip install 'ptmscope[hub]'") from missing


def new_card(model: str, library: str | None) -> str:
    """A card with nothing in it but the name, and the library as the Hub knows it."""
    data = ModelCardData(library_name=library)
    return str(ModelCard(f"---\n{data.to_yaml()}\n---\n\n# {model.rpartition('/')[2]}\n"))


def problem(card: str) -> str | None:
    """What the Hub's reader says against the front matter of a card; None if nothing. No front matter is no problem."""
    if not card.lstrip("\ufeff \t\r\n").startswith("---"):
        return None
    try:
        ModelCard(card)
    except Exception as error:  # of its YAML reader, too, which is another package's matter
        return " ".join(str(error).split())[:200] or type(error).__name__
    return None
