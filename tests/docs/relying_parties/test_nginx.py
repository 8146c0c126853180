"""nginx that asks the gate: static pages sign people in, and an API takes tokens."""

from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
import requests

from tests.docs.relying_parties.nginx import folder, nginx, program
from tests.docs.relying_parties.orders import READ, WRITE, asks
from tests.docs.relying_parties.running import Sample, running, variables
from tests.docs.relying_parties.visits import is_forgotten, me, signs_in, signs_out
from tests.interop.apis import token
from tests.interop.people import Person
from tests.support.browser import Page
from tests.support.server import ApiClientCredentials, Server

ORDERS = "/api/orders"


@pytest.fixture(scope="module")
def served(kit_server: Server, reader: ApiClientCredentials) -> Iterator[tuple[Sample, Sample]]:
    """The pages and the API at nginx, and the gate behind it."""
    program()
    with folder() as (front, gate):
        made = front.page.register(kit_server, front.origin)
        (command,) = front.page.commands("flask --app gate", gate.port)
        expected = {"AUDIENCE": "kit", "SCOPE": READ}
        with running(gate, command, **variables(kit_server, front, made), **expected), nginx(front):
            yield front, gate


@pytest.fixture
def sample(served: tuple[Sample, Sample]) -> Sample:
    """What people and clients reach."""
    return served[0]


def visits(sample: Sample, person: Person, path: str = "/team.html") -> Page:
    """Open a page, sign in where asked; return the page at the end."""
    address = f"{sample.origin}{path}"
    page = person.browser.open(address)
    if page.status != 302:
        return page
    back = person.goes(page.location, f"{sample.origin}/callback")
    return person.browser.open(urljoin(address, person.browser.open(back).location))


def test_a_person_signs_in_to_a_static_page(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    seen = visits(sample, person, "/team.html?month=5&year=2026")
    assert seen.status == 200
    assert seen.path == f"{sample.origin}/team.html?month=5&year=2026"
    assert f"You are {anna.email}." in seen.text
    # From here on the gate's own session is enough.
    assert person.browser.open(f"{sample.origin}/team.html").text == seen.text


def test_a_permission_opens_what_it_guards(sample: Sample, anna: Person) -> None:
    assert visits(sample, anna.elsewhere(), "/clients/").status == 200


def test_a_permission_that_a_person_does_not_hold_opens_nothing(
    served: tuple[Sample, Sample], anna: Person
) -> None:
    front, gate = served
    person = anna.elsewhere()
    visits(front, person)
    # Cookies belong to a host, whatever the port.
    asked = [
        person.browser.open(f"{gate.origin}/gate/person{query}") for query in ("", "?permission=kit:all")
    ]
    assert [page.status for page in asked] == [204, 403]


def test_what_a_browser_says_about_itself_is_not_believed(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    visits(sample, person)
    page = person.browser.open(f"{sample.origin}/team.html", **{"X-Email": "eve@example.com"})
    assert "eve" not in page.text


def test_nobody_asks_the_gate_but_nginx(sample: Sample) -> None:
    for path in ("/gate/person", "/gate/clients", "/gate/token", "/gate/sign-in"):
        assert requests.get(f"{sample.origin}{path}", timeout=10).status_code == 404, path


def test_an_address_that_looks_like_another_host_leads_to_none(sample: Sample, anna: Person) -> None:
    seen = visits(sample, anna.elsewhere(), "//evil.example/team.html")
    assert seen.path.startswith(f"{sample.origin}/")


def test_signing_out_ends_both_sessions(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    visits(sample, person)
    assert signs_out(sample, person).startswith(f"{sample.origin}/")
    assert person.browser.open(f"{sample.origin}/team.html").status == 302
    assert person.browser.open("/account").status == 303


def test_signing_out_elsewhere_reaches_the_gate(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    assert me(sample, person)["email"] == anna.email
    person.browser.go("/logout")
    assert is_forgotten(sample, person)
    assert person.browser.open(f"{sample.origin}/team.html").status == 302


def test_a_token_made_out_to_the_api_opens_it(
    sample: Sample, kit_server: Server, reader: ApiClientCredentials
) -> None:
    assert asks(sample, token(kit_server.issuer, reader), ORDERS).text == "orders"


def test_a_token_with_another_scope_of_the_api_is_not_enough(sample: Sample, kit_server: Server) -> None:
    answer = asks(sample, token(kit_server.issuer, kit_server.new_client(WRITE)), ORDERS)
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope"'


def test_a_token_made_out_to_another_api_opens_nothing(sample: Sample, kit_server: Server) -> None:
    answer = asks(sample, token(kit_server.issuer, kit_server.new_client("webapi")), ORDERS)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_an_id_token_opens_nothing(sample: Sample, id_token: str) -> None:
    assert asks(sample, id_token, ORDERS).status_code == 401


def test_what_was_altered_or_is_no_token_opens_nothing(
    sample: Sample, kit_server: Server, reader: ApiClientCredentials
) -> None:
    head, claims, signature = token(kit_server.issuer, reader).split(".")
    other = "A" if signature[9] != "A" else "B"
    forged = f"{signature[:9]}{other}{signature[10:]}"
    for text in (f"{head}.{claims}.{forged}", f"{head}.{claims}.", f"{head}.{claims}", "a.b.c", ""):
        assert asks(sample, text, ORDERS).status_code == 401, text


def test_who_is_signed_in_opens_no_api_without_a_token(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    visits(sample, person)
    assert person.browser.open(f"{sample.origin}{ORDERS}").status == 401
