"""The page on ASP.NET Core: .NET does not run here, so what its handler sends is sent by hand.

It shows that the registration of the page fits the handler, and nothing about the page's programs.
"""

import base64
import hashlib
import json
from urllib.parse import urlencode

import pytest
import requests

from tests.docs.relying_parties.pages import page
from tests.interop.applications import ApplicationCredentials
from tests.interop.people import Person, query
from tests.support.server import Server

ORIGIN = "http://127.0.0.1:9000"
VERIFIER = "a verifier of the handler".replace(" ", "-") + "-" * 20
SCOPES = "openid profile email organization"


@pytest.fixture(scope="module")
def application(kit_server: Server) -> ApplicationCredentials:
    """Registered as the page says."""
    return page("aspnet-core").register(kit_server, ORIGIN)


def tokens(server: Server, application: ApplicationCredentials, person: Person) -> dict[str, str]:
    """Sign somebody in with the parameters that the handler sends with `ResponseMode` `query`."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    asked = {
        "client_id": application.client_id,
        "redirect_uri": f"{ORIGIN}/signin-oidc",
        "response_type": "code",
        "scope": SCOPES,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "nonce": "638000000000000000.bm9uY2U",
        "state": "CfDJ8",
        "x-client-SKU": "ID_NET8_0",
        "x-client-ver": "8.0.0.0",
    }
    back = person.goes(f"{server.issuer}/connect/authorize?{urlencode(asked)}", f"{ORIGIN}/signin-oidc")
    # The handler authenticates in the body.
    form = {
        "client_id": application.client_id,
        "client_secret": application.client_secret or "",
        "code": query(back)["code"],
        "grant_type": "authorization_code",
        "redirect_uri": f"{ORIGIN}/signin-oidc",
        "code_verifier": VERIFIER,
    }
    answer = requests.post(f"{server.issuer}/connect/token", form, timeout=10)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_what_the_handler_sends_signs_a_person_in(
    kit_server: Server, application: ApplicationCredentials, anna: Person
) -> None:
    given = tokens(kit_server, application, anna.elsewhere())
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    seen = requests.get(f"{kit_server.issuer}/connect/userinfo", headers=bearer, timeout=10).json()
    assert seen["email"] == anna.email
    # Every claim that the page maps is there.
    assert {"org_id", "org_name", "org_role", "permissions"} <= set(seen)
    assert json.loads(base64.urlsafe_b64decode(given["id_token"].split(".")[1] + "=="))["nonce"]


def test_the_handler_signs_out_and_comes_back(
    kit_server: Server, application: ApplicationCredentials, anna: Person
) -> None:
    person = anna.elsewhere()
    hint = tokens(kit_server, application, person)["id_token"]
    home = f"{ORIGIN}/signout-callback-oidc"
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": home, "state": "CfDJ8"}
    bye = f"{kit_server.issuer}/connect/endsession?{urlencode(asked)}"
    assert query(person.goes(bye, home)) == {"state": "CfDJ8"}
    assert person.browser.open("/account").status == 303
