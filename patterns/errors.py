"""The one kind of exception: misuse."""


class PatternError(ValueError):
    """What was asked cannot be mined or ranked; the message is one line for the person who asked."""
