"""Refusals of use cases, told to the person or program that asked; each surface gives them its own form."""


class Refused(Exception):  # noqa: N818 - it says what happened: the request was refused, nothing broke
    """A use case can't do what was asked. The text says why and what to do, and holds no secret."""


class NotFound(Refused):
    """What was named does not exist."""


class Conflict(Refused):
    """What was asked contradicts what exists already."""


class Full(Refused):
    """There are as many as there may be; one must go before another can come."""


class Forbidden(Refused):
    """Whoever asks may not do this."""


class Busy(Exception):  # noqa: N818 - it says what happened: nothing broke, there is no place now
    """There is no place for this request now; `retry_after` says in how many seconds to try again."""

    def __init__(self, retry_after: int = 1) -> None:
        """Take the seconds."""
        super().__init__()
        self.retry_after = retry_after
