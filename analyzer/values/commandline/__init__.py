"""Options of command lines: parsers, what they declare, and what is given."""
