"""Writes the pages."""

from __future__ import annotations

from pathlib import Path

from bench.pages import pages

ROOT = Path(__file__).resolve().parent.parent.parent

for path, text in pages().items():
    (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / path).write_text(text, encoding="utf-8")
