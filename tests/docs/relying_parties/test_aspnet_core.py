"""The page on ASP.NET Core: .NET does not run here, so what its handler sends is sent by hand.

It shows that the registration of the page fits the handler, and nothing about the page's programs.
"""

import base64
import json
from urllib.parse import urlencode

import pytest
import requests

from tests.docs.relying_parties.by_hand import ORIGIN, tokens
from tests.docs.relying_parties.pages import page
from tests.interop.applications import ApplicationCredentials
from tests.interop.people import Person, query
from tests.support.server import Server

SENT = {
    "scope": "openid profile email organization",
    "nonce": "638000000000000000.bm9uY2U",
    "state": "CfDJ8",
    "x-client-SKU": "ID_NET8_0",
    "x-client-ver": "8.0.0.0",
}


@pytest.fixture(scope="module")
def application(kit_server: Server) -> ApplicationCredentials:
    """Registered as the page says."""
    return page("aspnet-core").register(kit_server, ORIGIN)


def test_what_the_handler_sends_signs_a_person_in(
    kit_server: Server, application: ApplicationCredentials, anna: Person
) -> None:
    given = tokens(kit_server, application, anna.elsewhere(), f"{ORIGIN}/signin-oidc", **SENT)
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
    hint = tokens(kit_server, application, person, f"{ORIGIN}/signin-oidc", **SENT)["id_token"]
    home = f"{ORIGIN}/signout-callback-oidc"
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": home, "state": "CfDJ8"}
    bye = f"{kit_server.issuer}/connect/endsession?{urlencode(asked)}"
    assert query(person.goes(bye, home)) == {"state": "CfDJ8"}
    assert person.browser.open("/account").status == 303
