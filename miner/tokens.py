"""Credentials from the environment. A token's value is shown to the client that sends it and to nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_BETWEEN = re.compile(r"[\s,;]+")

#: What stands in a text where a token was.
HIDDEN = "***"


class Token:
    """A credential. Its name tells where it is from; no text made of it has its value."""

    __slots__ = ("_value", "name")

    def __init__(self, name: str, value: str) -> None:
        self.name, self._value = name, value

    def reveal(self) -> str:
        """The value, for the client that sends it."""
        return self._value

    def __repr__(self) -> str:
        return f"Token({self.name})"

    def __reduce__(self) -> str:
        raise TypeError("a token is not written anywhere")


#: Who asks without a credential.
ANONYMOUS = Token("anonymous", "")


@dataclass(frozen=True, slots=True)
class Source:
    """Where tokens are looked for: variables with one or several of them, separated by commas or blanks."""

    variables: tuple[str, ...]

    def tokens(self, environment: Mapping[str, str]) -> tuple[Token, ...]:
        """The tokens there are, each value once, in the order of the variables."""
        found: dict[str, Token] = {}
        for variable in self.variables:
            values = [value for value in _BETWEEN.split(environment.get(variable, "")) if value]
            for place, value in enumerate(values, 1):
                found.setdefault(value, Token(variable if len(values) == 1 else f"{variable}[{place}]", value))
        return tuple(found.values())


def without(text: str, tokens: Iterable[Token]) -> str:
    """The text with the values of tokens hidden: services may send back what they were sent."""
    for token in tokens:
        if token.reveal():
            text = text.replace(token.reveal(), HIDDEN)
    return text
