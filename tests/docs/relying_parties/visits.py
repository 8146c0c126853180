"""What people do at a sample that has the pages `/`, `/sign-in`, `/me` and `/sign-out`."""

import json
from typing import Any
from urllib.parse import urljoin

from tests.docs.relying_parties.running import Sample
from tests.interop.people import Person
from tests.support.browser import Page
from tests.support.patience import attempts

# What browsers send to a page: samples that look at it answer with JSON too.
ANYTHING = "text/html,*/*;q=0.8"


def follows(person: Person, address: str, page: Page) -> Page:
    """Go on from an answer for as long as it leads on within the sample."""
    for _ in range(5):
        if page.status not in (302, 303, 307):
            return page
        address = urljoin(address, page.location)
        page = person.browser.open(address, Accept=ANYTHING)
    raise AssertionError(f"redirects without end at {address}")


def signs_in(sample: Sample, person: Person, query: str = "") -> Page:
    """Press the button of the sample, sign in where asked; return the page at the end."""
    back = person.goes(f"{sample.origin}/sign-in{query}", f"{sample.origin}/callback")
    return follows(person, back, person.browser.open(back))


def me(sample: Sample, person: Person) -> Any:
    """Return what the sample says about the person."""
    return json.loads(person.browser.open(f"{sample.origin}/me", Accept=ANYTHING).text)


def signs_out(sample: Sample, person: Person) -> str:
    """Press the other button; return the address where the browser comes back."""
    page = person.browser.post(f"{sample.origin}/sign-out")
    assert page.status in (302, 303), page.text
    return person.goes(page.location, f"{sample.origin}/")


def is_forgotten(sample: Sample, person: Person, refusal: int = 401) -> bool:
    """Return whether the sample ends its session too, soon after the server's ended."""
    return any(person.browser.open(f"{sample.origin}/me").status == refusal for _ in attempts())
