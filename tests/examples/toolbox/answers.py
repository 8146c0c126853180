"""A sign-in at the stand-in, step by step, so that each step can go wrong."""

from dataclasses import dataclass

from tests.examples.toolbox.products import Product, Visitor
from tests.interop.people import query
from tests.support.browser import Page

SIGNED_IN = 302
REFUSED = 400


@dataclass(frozen=True)
class SignIn:
    """One that was begun."""

    visitor: Visitor
    asked: dict[str, str]

    def answered(self, *, by: Visitor | None = None, **changes: str | None) -> Page:
        """Bring the answer to the callback; a change of None leaves a parameter out."""
        issuer = self.asked["issuer"]
        usual = {"code": self.asked["nonce"], "state": self.asked["state"], "iss": issuer} | changes
        sent = "&".join(f"{name}={value}" for name, value in usual.items() if value is not None)
        return (by or self.visitor).open(f"/callback?{sent}")


def begin(toolbox: Product, issuer: str, visitor: Visitor | None = None, wanted: str = "") -> SignIn:
    """Press the button, or open a page that needs a sign-in, and read what the provider is asked."""
    visitor = visitor or toolbox.visitor()
    page = visitor.open(wanted or "/sign-in")
    if not page.location.startswith(issuer):
        # What is no page at all leads nowhere, and there is still the button.
        page = visitor.open(page.location if page.location.startswith("/sign-in") else "/sign-in")
    assert page.location.startswith(f"{issuer}/authorize?")
    return SignIn(visitor, query(page.location) | {"issuer": issuer})


def signed_in(toolbox: Product, issuer: str) -> Visitor:
    """Return somebody who is signed in."""
    begun = begin(toolbox, issuer)
    assert begun.answered().status == SIGNED_IN
    assert begun.visitor.signed_in
    return begun.visitor
