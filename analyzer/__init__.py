"""Reads code: no network, no disk writes, nothing executed. Bytes of one file in, records out.

source -> gate -> syntax -> names, values -> anchors -> load sites
                                          -> flow    -> call sequences
"""

from analyzer.source import analyze_source

__all__ = ["analyze_source"]
