"""Refusals of use cases, told to the person or program that asked; each surface gives them its own form."""


class Refused(Exception):  # noqa: N818 - it says what happened: the request was refused, nothing broke
    """A use case can't do what was asked. The text says why and what to do, and holds no secret."""


class NotFound(Refused):
    """What was named does not exist."""


class Conflict(Refused):
    """What was asked contradicts what exists already."""
