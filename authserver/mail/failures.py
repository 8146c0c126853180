"""Why a letter did not go out: for now, or for good."""

LONGEST_REASON = 200
"""Characters of a reason that the ledger keeps."""


class DeliveryFailure(Exception):  # noqa: N818 - it names what happened; its two kinds below are what is raised
    """An attempt failed. `cause` is a few fixed words for the log; `reason` is for operators, in the ledger.

    Neither holds anything of the letter.
    """

    def __init__(self, cause: str, reason: str = "") -> None:
        """Take the cause, and the reason where it says more."""
        super().__init__(cause)
        self.cause = cause
        self.reason = _one_line(reason or cause)


class TemporaryFailure(DeliveryFailure):
    """Another attempt may succeed."""


class PermanentFailure(DeliveryFailure):
    """No other attempt can succeed."""


def _one_line(text: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:LONGEST_REASON]
