"""Signing out on behalf of an application: the address that does it, and what the person sees."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.conformance.person import Stand
from tests.front_channel.party import Party
from tests.front_channel.visit import Visitor, went_to

ENDPOINT = "/connect/endsession"


def ending(party: Party, hint: str = "", **more: str | None) -> str:
    """Return the address by which an application signs somebody out; what is None is left out."""
    usual: dict[str, str | None] = {
        "id_token_hint": hint,
        "post_logout_redirect_uri": party.logged_out,
        "state": "state-of-the-party",
    }
    given = {name: value for name, value in (usual | more).items() if value is not None}
    return f"{ENDPOINT}?{urlencode(given)}"


def led_back(stand: Stand, party: Party) -> str:
    """Return the state that came to the application's own page; fails while the person is still here."""
    assert stand.left_to, stand.seen
    assert went_to(stand) == party.logged_out
    said = dict(parse_qsl(urlsplit(stand.left_to).query, keep_blank_values=True))
    assert said.keys() <= {"state"}
    return said.get("state", "")


def asks(stand: Stand, who: Visitor) -> bool:
    """Return whether the person is asked, and signed in as before."""
    assert stand.shows("logout-page"), stand.seen
    return who.signed_in


def refused(stand: Stand, who: Visitor) -> bool:
    """Return whether an error is told on a page, and nothing else happened."""
    assert (stand.page.status, stand.left_to) == (400, "")
    assert stand.shows("error-page")
    assert "Logout error" in stand.page.text
    assert '<code id="error-code">invalid_request</code>' in stand.page.text
    return who.signed_in
