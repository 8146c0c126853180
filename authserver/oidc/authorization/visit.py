"""Who is in front of the browser, as an authorization request sees it."""

from typing import NamedTuple


class Visit(NamedTuple):
    """A person who is signed in."""

    account_id: str
    session_id: str
    authenticated_at: int
    signed_in_for_this: bool = False
    """Whether the person signed in since this very request asked for it."""
    consented_to_this: bool = False
    """Whether the person agreed since this very request asked."""
