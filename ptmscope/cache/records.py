"""Records as bytes and back: checked against their types, so that bytes of another origin become nothing else."""

from __future__ import annotations

import zlib
from typing import TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder()
_decoders: dict[type, msgspec.msgpack.Decoder[object]] = {}


def to_bytes(record: object) -> bytes | None:
    """None for what has no text: a file name that is not UTF-8."""
    try:
        return _encoder.encode(record)
    except UnicodeEncodeError:
        return None


def from_bytes(kind: type[T], content: bytes) -> T | None:
    """The record; None where the bytes are none of this kind."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.msgpack.Decoder(kind)
    try:
        return decoder.decode(content)  # type: ignore[return-value]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def packed(content: bytes) -> bytes:
    """Smaller, for what is mostly names."""
    return zlib.compress(content, 1)


def unpacked(content: bytes) -> bytes:
    """What `packed` was given; nothing of bytes that are not its own."""
    try:
        return zlib.decompress(content)
    except zlib.error:
        return b""
