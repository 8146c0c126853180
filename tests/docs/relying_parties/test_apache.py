"""Apache with mod_auth_openidc: a static page signs people in, and an API takes tokens."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from tests.docs.relying_parties.apache import apache, folder, program
from tests.docs.relying_parties.by_hand import id_token_for
from tests.docs.relying_parties.running import Sample, variables
from tests.interop.apis import token
from tests.interop.people import Person
from tests.support.browser import Page
from tests.support.certificates import certificate, server_tls
from tests.support.patience import attempts
from tests.support.server import Server


@pytest.fixture(scope="module")
def sample(kit_server: Server) -> Iterator[Sample]:
    """The pages, served."""
    program()
    with folder() as ready:
        made = ready.page.register(kit_server, ready.origin)
        with apache(ready, "kit.conf", **variables(kit_server, ready, made)):
            yield ready


@pytest.fixture(scope="module")
def api(kit_server: Server) -> Iterator[Sample]:
    """The API, served; it takes the keys by https, as production does."""
    program()
    expected = {"ISSUER": kit_server.issuer, "AUDIENCE": "webapi", "SCOPE": "webapi"}
    with folder() as ready, keys_by_https(kit_server, ready.folder) as address:
        configuration = ready.folder / "api.conf"
        text = configuration.read_text().replace("VerifyJwksUri ${ISSUER}", f"VerifyJwksUri {address}")
        configuration.write_text(f"OIDCOAuthSSLValidateServer Off\n{text}")
        with apache(ready, "api.conf", **expected):
            yield ready


@contextlib.contextmanager
def keys_by_https(server: Server, folder: Path) -> Iterator[str]:
    """Serve the public keys as a proxy with a certificate does; yield its address."""
    path = "/.well-known/openid-configuration/jwks"
    keys = requests.get(f"{server.issuer}{path}", timeout=10).content

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == path else 404)
            self.end_headers()
            self.wfile.write(keys)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it so
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as proxy:
        proxy.socket = server_tls(certificate(folder, "localhost")).wrap_socket(
            proxy.socket, server_side=True
        )
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"https://localhost:{proxy.server_port}"
        finally:
            proxy.shutdown()
            thread.join()


def visits(sample: Sample, person: Person, path: str = "/index.shtml") -> Page:
    """Open a page, sign in where asked; return the page at the end."""
    page = person.browser.open(f"{sample.origin}{path}")
    if page.status != 302:
        return page
    back = person.goes(page.location, f"{sample.origin}/callback")
    return person.browser.open(person.browser.open(back).location)


def test_a_person_signs_in_to_a_static_page(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    seen = visits(sample, person)
    assert seen.status == 200
    assert f"You are {anna.email}," in seen.text
    # From here on Apache's own session is enough.
    assert person.browser.open(f"{sample.origin}/index.shtml").text == seen.text


def test_a_permission_opens_what_it_guards(sample: Sample, anna: Person) -> None:
    assert visits(sample, anna.elsewhere(), "/clients/").status == 200


def test_what_a_browser_says_about_claims_is_not_believed(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    visits(sample, person)
    page = person.browser.open(f"{sample.origin}/index.shtml", OIDC_CLAIM_email="eve@example.com")
    assert "eve" not in page.text


def test_signing_out_ends_both_sessions(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    bye = f"{sample.origin}/bye.html"
    (link,) = [part for part in visits(sample, person).text.split('"') if "logout=" in part]
    assert person.goes(person.browser.open(f"{sample.origin}{link}").location, bye).startswith(bye)
    assert "signed out" in person.browser.open(bye).text
    assert person.browser.open(f"{sample.origin}/index.shtml").status == 302
    assert person.browser.open("/account").status == 303


def test_signing_out_elsewhere_reaches_apache(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    visits(sample, person)
    person.browser.go("/logout")
    for _ in attempts():
        if person.browser.open(f"{sample.origin}/index.shtml").status == 302:
            return
    raise AssertionError("Apache goes on with a session that ended")


def test_the_api_takes_tokens_that_are_made_out_to_it_and_no_others(api: Sample, kit_server: Server) -> None:
    kit_server.run("resources", "create", "elsewhere", "--scope", "elsewhere")
    good = token(kit_server.issuer, kit_server.new_client("webapi"))
    foreign = token(kit_server.issuer, kit_server.new_client("elsewhere"))
    assert asks(api, good) == 200
    assert asks(api, foreign) in (401, 403)
    head, claims, signature = good.split(".")
    other = "A" if signature[9] != "A" else "B"
    assert asks(api, f"{head}.{claims}.{signature[:9]}{other}{signature[10:]}") == 401
    assert asks(api, "") == 401


def test_an_id_token_opens_nothing(api: Sample, kit_server: Server, anna: Person) -> None:
    assert asks(api, id_token_for(kit_server, anna.elsewhere(), "webapi")) in (401, 403)


def asks(api: Sample, bearer: str) -> int:
    """Return the status of a page of the API for an access token."""
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return requests.get(f"{api.origin}/bye.html", headers=headers, timeout=10).status_code
