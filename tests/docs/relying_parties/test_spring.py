"""The samples with Spring: a person signs in to the application, and the API takes its tokens alone."""

import json
from collections.abc import Iterator

import pytest

from tests.docs.relying_parties.orders import READ, WRITE, asks
from tests.docs.relying_parties.running import Sample, running, variables
from tests.docs.relying_parties.spring_program import JAVA, built, command
from tests.docs.relying_parties.visits import ANYTHING, follows, is_forgotten, me
from tests.interop.apis import token
from tests.interop.people import NAME, Person
from tests.support.browser import Page
from tests.support.server import ApiClientCredentials, Server

BEGIN, BACK = "/oauth2/authorization/identity", "/login/oauth2/code/identity"


@pytest.fixture(scope="module")
def sample(kit_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The application, which runs."""
    ready = built(tmp_path_factory.mktemp("spring"), api=False)
    made = ready.page.register(kit_server, ready.origin)
    with running(ready, command(ready), **JAVA, **variables(kit_server, ready, made)):
        yield ready


@pytest.fixture(scope="module")
def api(
    kit_server: Server, reader: ApiClientCredentials, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sample]:
    """The API, which runs."""
    ready = built(tmp_path_factory.mktemp("spring-api"), api=True)
    expected = {"ISSUER": kit_server.issuer, "AUDIENCE": "kit", "SCOPE": READ}
    with running(ready, command(ready), **JAVA, **expected):
        yield ready


def signs_in(sample: Sample, person: Person, query: str = "") -> Page:
    """Press the button, sign in where asked; return the page at the end."""
    back = person.goes(f"{sample.origin}{BEGIN}{query}", f"{sample.origin}{BACK}")
    return follows(person, back, person.browser.open(back))


def test_nobody_is_known_before_they_sign_in(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    assert BEGIN in person.browser.open(f"{sample.origin}/").text
    assert person.browser.open(f"{sample.origin}/me").location.endswith(BEGIN)


def test_a_person_signs_in_with_an_organization(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    seen = me(sample, person)
    assert (seen["email"], seen["name"]) == (anna.email, NAME)
    assert seen["org_id"] == seen["organizations"][0]["id"]
    assert "api_clients:manage" in seen["permissions"]


def test_who_came_for_a_page_gets_it_after_signing_in(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    person.browser.open(f"{sample.origin}/me", Accept=ANYTHING)
    assert json.loads(signs_in(sample, person).text)["email"] == anna.email


def test_who_is_signed_in_switches_without_a_page(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    mine = me(sample, person)["organizations"][0]["id"]
    person.password = "not needed any more"
    signs_in(sample, person, f"?organization={mine}")
    assert me(sample, person)["org_id"] == mine


def test_an_answer_that_nobody_asked_for_is_refused(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    answer = person.browser.open(f"{sample.origin}{BACK}?code=stolen&state=made-up")
    assert answer.location.endswith("/login?error")
    assert person.browser.open(f"{sample.origin}/me").status == 302


def test_signing_out_ends_both_sessions(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    home = person.browser.open(f"{sample.origin}/")
    bye = person.browser.post(f"{sample.origin}/logout", **home.hidden)
    assert "id_token_hint=" in bye.location
    assert person.goes(bye.location, f"{sample.origin}/").startswith(f"{sample.origin}/")
    assert person.browser.open(f"{sample.origin}/me").status == 302
    assert person.browser.open("/account").status == 303


def test_signing_out_elsewhere_reaches_the_application(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    person.browser.go("/logout")
    assert is_forgotten(sample, person, 302)


def test_a_logout_token_that_is_none_ends_nothing(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    for text in ("", "a.b.c", "eyJhbGciOiJub25lIn0.e30."):
        address = f"{sample.origin}/logout/connect/back-channel/identity"
        assert person.elsewhere().browser.post(address, logout_token=text).status == 400, text
    assert me(sample, person)["email"] == anna.email


def test_a_token_made_out_to_the_api_opens_it_for_its_organization(
    api: Sample, kit_server: Server, reader: ApiClientCredentials
) -> None:
    answer = asks(api, token(kit_server.issuer, reader))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"organization": reader.organization_id, "permissions": []}


def test_a_token_without_permissions_opens_nothing_that_needs_one(
    api: Sample, kit_server: Server, reader: ApiClientCredentials
) -> None:
    assert asks(api, token(kit_server.issuer, reader), "/clients").status_code == 403


def test_a_token_with_another_scope_of_the_api_is_not_enough(api: Sample, kit_server: Server) -> None:
    answer = asks(api, token(kit_server.issuer, kit_server.new_client(WRITE)))
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


def test_a_token_made_out_to_another_api_opens_nothing(api: Sample, kit_server: Server) -> None:
    answer = asks(api, token(kit_server.issuer, kit_server.new_client("webapi")))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_an_id_token_opens_nothing(api: Sample, id_token: str) -> None:
    assert asks(api, id_token).status_code == 401


def test_what_was_altered_or_is_no_token_opens_nothing(
    api: Sample, kit_server: Server, reader: ApiClientCredentials
) -> None:
    head, claims, signature = token(kit_server.issuer, reader).split(".")
    other = "A" if signature[9] != "A" else "B"
    forged = f"{signature[:9]}{other}{signature[10:]}"
    for text in (f"{head}.{claims}.{forged}", f"{head}.{claims}.", f"{head}.{claims}", "a.b.c", ""):
        assert asks(api, text).status_code == 401, text
