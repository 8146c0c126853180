"""The page in the browser, in Chromium: signs a person in, renews, switches and signs out."""

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.docs.relying_parties.pages import page
from tests.docs.relying_parties.running import Sample, running, saved
from tests.interop.people import Person
from tests.support.node import package_file
from tests.support.server import Server

BUNDLE = "oidc-client-ts/dist/browser/oidc-client-ts.min.js"
NOBODY = "Nobody is signed in."


@pytest.fixture(scope="module")
def sample(kit_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The static files, served."""
    ready = saved(tmp_path_factory.mktemp("spa"), page("spa"))
    shutil.copy(package_file(BUNDLE), ready.folder)
    made = ready.page.register(kit_server, ready.origin)
    settings = ready.folder / "settings.json"
    mine = {"authority": kit_server.issuer, "client_id": made.client_id}
    settings.write_text(json.dumps(json.loads(settings.read_text()) | mine))
    (command,) = ready.page.commands("python3 -m http.server", ready.port)
    with running(ready, command):
        yield ready


@pytest.fixture
def tab(browser: Browser, sample: Sample) -> Iterator[Page]:
    """The page in a fresh profile, nobody signed in."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    opened = context.new_page()
    opened.goto(sample.origin)
    expect(opened.locator("#person")).to_have_text(NOBODY)
    yield opened
    context.close()


def signs_in(tab: Page, person: Person) -> None:
    """Press the button, and fill in the page of the server."""
    tab.click("#sign-in")
    tab.fill("#username", person.email)
    tab.fill("#password", person.password)
    tab.click("#login-submit")
    expect(tab.locator("#person")).to_contain_text(person.email)


def test_a_person_signs_in_and_the_code_leaves_the_address(sample: Sample, tab: Page, anna: Person) -> None:
    signs_in(tab, anna)
    assert tab.url == f"{sample.origin}/"
    tab.reload()
    expect(tab.locator("#person")).to_contain_text(anna.email)


def test_choosing_an_organization_refreshes_the_token_for_it(tab: Page, anna: Person) -> None:
    signs_in(tab, anna)
    with tab.expect_response("**/connect/token") as refreshed:
        tab.dispatch_event("#organization", "change")
    assert "organization=" in (refreshed.value.request.post_data or "")
    assert refreshed.value.status == 200
    expect(tab.locator("#person")).to_contain_text(anna.email)


def test_signing_out_ends_the_session_and_leads_back(tab: Page, anna: Person, kit_server: Server) -> None:
    signs_in(tab, anna)
    tab.click("#sign-out")
    expect(tab.locator("#person")).to_have_text(NOBODY)
    tab.goto(f"{kit_server.issuer}/account")
    assert "/login" in tab.url


def test_a_session_that_ended_elsewhere_ends_here_at_the_next_renewal(
    tab: Page, anna: Person, kit_server: Server
) -> None:
    signs_in(tab, anna)
    other = tab.context.new_page()
    other.goto(f"{kit_server.issuer}/logout")
    other.click("main button[type=submit]")
    tab.dispatch_event("#organization", "change")
    expect(tab.locator("#person")).to_have_text("It failed: invalid_grant")
    expect(tab.locator("#sign-in")).to_be_visible()
