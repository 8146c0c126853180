"""Somebody in front of a real browser, at two products and the server."""

import time
from dataclasses import dataclass

from tests.examples.toolbox.conftest import Stage
from tests.interop.people import Person, newcomer
from tests.support.chromium import Walk


@dataclass
class Desk:
    """A person, a browser context of their own, and where everything is."""

    person: Person
    walk: Walk
    stage: Stage

    def goes_to(self, product: str) -> None:
        """Open a product's start page, and press its button."""
        self.walk.page.goto(product)
        self.walk.sees("home-page")
        self.walk.click("sign-in")

    def signs_in(self) -> None:
        """Fill in the server's page, which leads back to the product."""
        self.walk.fill(username=self.person.email, password=self.person.password)
        self.walk.click("login-submit")
        # On the way lies a page that goes on by itself.
        self.walk.page.wait_for_selector("#platforms-page")

    def tab(self, title: str) -> None:
        """Open one of the product's pages."""
        self.walk.page.click(f"nav >> text={title}")
        self.walk.page.wait_for_load_state()

    @property
    def organization(self) -> str:
        """Which one the page says is active."""
        return self.walk.page.inner_text("#switcher .name")

    def moves(self) -> None:
        """Move to the other organization, with the product's switcher."""
        page, before = self.walk.page, self.organization
        page.click("#switcher")
        page.click(".menu button:not([aria-current])")
        page.wait_for_selector("text=has no trade platforms yet")
        assert self.organization != before

    def is_in(self, product: str) -> bool:
        """Return whether a product's pages open; without a page of the server in between."""
        self.walk.page.goto(f"{product}/trade-platforms/")
        return self.walk.page.locator("#platforms-page").count() == 1

    def is_out(self, product: str) -> bool:
        """Return whether a product soon sends the person to the server, which asks for the password."""
        for _ in range(50):
            if not self.is_in(product) and self.walk.page.locator("#login-page").count():
                return True
            time.sleep(0.1)
        return False


def of_two_organizations(stage: Stage, name: str) -> Person:
    """Return somebody with two organizations, signed in nowhere."""
    person = newcomer(stage.server)
    person.goes(f"{stage.server.issuer}/login", stage.server.issuer)
    person.browser.sign_in(person.email, person.password)
    person.browser.go("/organizations/new", name=f"Second {name}")
    return person.elsewhere()
