"""The one kind of exception: misuse, caught once, in the command line."""


class Misuse(ValueError):
    """What was asked cannot be done; the message is one line for the person who asked."""
