"""oidc-client-ts in Chromium: a single-page application on an origin of its own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from joserfc import jws
from playwright.sync_api import Browser

from tests.interop.applications import PERSONAL
from tests.interop.browser_application import SinglePageApplication, register, single_page_application
from tests.interop.people import NAME, Person
from tests.support.server import Server

LOGIN_REQUIRED = {"name": "ErrorResponse", "error": "login_required"}


@pytest.fixture(scope="module")
def neighbour(live_server: Server) -> Iterator[SinglePageApplication]:
    """A first-party application on the same site as the server: another port is another origin."""
    with single_page_application() as spa:
        register(live_server, spa, "--first-party")
        yield spa


@pytest.fixture(scope="module")
def foreigner(live_server: Server) -> Iterator[SinglePageApplication]:
    """A third-party application on another site, to which browsers send no cookies of ours in frames."""
    with single_page_application("127.0.0.1") as spa:
        register(live_server, spa)
        yield spa


def userinfo(server: Server, access_token: str) -> int:
    """Return the status of userinfo."""
    headers = {"Authorization": f"Bearer {access_token}"}
    return requests.get(f"{server.issuer}/connect/userinfo", headers=headers, timeout=10).status_code


def _claims(id_token: str) -> dict[str, Any]:
    """Return what an ID token says; whom it comes from is for other tests."""
    said: dict[str, Any] = json.loads(jws.extract_compact(id_token.encode()).payload or b"")
    return said


def test_the_sign_in_form_leads_back_to_another_origin(
    browser: Browser, neighbour: SinglePageApplication, live_server: Server, anna: Person
) -> None:
    with neighbour.opened_by(browser) as tab:
        tab.signs_in(anna)
        signed_in = tab.person()
        profile = signed_in["profile"]
        assert (profile["email"], profile["name"]) == (anna.email, NAME)
        assert profile["iss"] == live_server.issuer
        assert set(signed_in["scope"].split(" ")) == set(PERSONAL)
        assert 3500 < signed_in["expires_in"] <= 3600
        assert userinfo(live_server, signed_in["access_token"]) == 200
        assert tab.complaints == []


def test_the_consent_form_leads_back_to_another_site(
    browser: Browser, foreigner: SinglePageApplication, anna: Person
) -> None:
    with foreigner.opened_by(browser) as tab:
        tab.signs_in(anna, consent=True)
        assert tab.person()["profile"]["email"] == anna.email
        assert tab.complaints == []


def test_it_renews_by_refresh_token(browser: Browser, neighbour: SinglePageApplication, anna: Person) -> None:
    with neighbour.opened_by(browser) as tab:
        tab.signs_in(anna)
        seen = [tab.person()]
        for _ in range(2):
            assert tab.tries("renew") is None
            seen.append(tab.person())
        for name in ("access_token", "refresh_token", "id_token"):
            assert len({each[name] for each in seen}) == 3, name
        assert len({each["profile"]["sub"] for each in seen}) == 1
        assert tab.complaints == []


def test_it_renews_in_a_frame_on_the_same_site(
    browser: Browser, neighbour: SinglePageApplication, anna: Person
) -> None:
    with neighbour.opened_by(browser) as tab:
        tab.signs_in(anna)
        before = tab.person()
        assert tab.tries("renewInFrame") is None
        after = tab.person()
        assert before["access_token"] != after["access_token"]
        first, second = _claims(before["id_token"]), _claims(after["id_token"])
        same = ("sub", "sid", "auth_time")
        assert [first[name] for name in same] == [second[name] for name in same]
        assert tab.complaints == []


def test_a_new_tab_finds_the_person_in_a_frame_without_a_page(
    browser: Browser, neighbour: SinglePageApplication, anna: Person
) -> None:
    with neighbour.opened_by(browser) as tab:
        tab.signs_in(anna)
        profile = tab.person()["profile"]
        # Everything that the application knew is gone; the server's session is not.
        tab.page.evaluate("localStorage.clear()")
        tab.opens()
        assert tab.person() is None
        assert tab.tries("renew") is None
        assert tab.person()["profile"]["sub"] == profile["sub"]
        assert tab.complaints == []


def test_on_another_site_only_the_refresh_token_renews(
    browser: Browser, foreigner: SinglePageApplication, anna: Person
) -> None:
    with foreigner.opened_by(browser) as tab:
        tab.signs_in(anna)
        before = tab.person()
        assert tab.tries("renew") is None
        assert tab.person()["access_token"] != before["access_token"]
        # The session cookie is SameSite=Lax: it stays at home in frames of other sites.
        assert tab.tries("renewInFrame") == LOGIN_REQUIRED


def test_signing_out_ends_the_session_and_leads_back(
    browser: Browser, neighbour: SinglePageApplication, live_server: Server, anna: Person
) -> None:
    with neighbour.opened_by(browser) as tab:
        tab.signs_in(anna)
        access_token = tab.person()["access_token"]
        tab.signs_out()
        assert tab.person() is None
        # What was bound to the session went with it.
        assert userinfo(live_server, access_token) == 401
        assert tab.tries("renewInFrame") == LOGIN_REQUIRED
        assert tab.page.goto(f"{live_server.issuer}/account").url.startswith(f"{live_server.issuer}/login")  # type: ignore[union-attr]
        assert tab.complaints == []


def test_it_revokes_its_tokens(
    browser: Browser, neighbour: SinglePageApplication, live_server: Server, anna: Person
) -> None:
    with neighbour.opened_by(browser) as tab:
        tab.signs_in(anna)
        before = tab.person()
        assert tab.tries("revoke") is None
        assert tab.person()["refresh_token"] is None
        assert userinfo(live_server, before["access_token"]) == 401
        assert tab.complaints == []


def test_an_origin_that_is_not_registered_reads_no_tokens(
    browser: Browser, live_server: Server, anna: Person
) -> None:
    with single_page_application() as spa:
        register(live_server, spa, "--first-party", cors=False)
        with spa.opened_by(browser) as tab:
            # Discovery is for everybody, the token endpoint is not.
            tab.asks(anna)
            assert tab.ends() == "failed: TypeError: Failed to fetch"
            assert any("/connect/token" in complaint for complaint in tab.complaints)


def test_it_signs_in_by_a_popup(browser: Browser, neighbour: SinglePageApplication, anna: Person) -> None:
    with neighbour.opened_by(browser) as tab:
        tab.opens()
        # Cross-Origin-Opener-Policy cuts the popup off from who opened it; the answer comes by a
        # BroadcastChannel of the application's own origin.
        with tab.page.expect_popup() as opened:
            tab.page.evaluate("window.outcome = attempt(acts.popup), null")
        popup = opened.value
        popup.fill("#username", anna.email)
        popup.fill("#password", anna.password)
        popup.click("#login-submit")
        assert tab.page.evaluate("window.outcome") is None
        assert tab.person()["profile"]["email"] == anna.email
