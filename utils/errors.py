"""The one kind of error that a person can mend."""


class InputError(Exception):
    """Something the person gave cannot be used: the message says what, where, and what to do, in one line."""
