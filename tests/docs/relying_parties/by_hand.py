"""Signing in without a library: what an application sends, for tests that need the tokens themselves."""

import base64
import hashlib
from urllib.parse import urlencode

import requests

from tests.interop.applications import ApplicationCredentials
from tests.interop.people import Person, query
from tests.support.server import Server

VERIFIER = "a-verifier-that-is-as-long-as-it-has-to-be-" + "0" * 20
ORIGIN = "http://127.0.0.1:9000"


def tokens(
    server: Server, application: ApplicationCredentials, person: Person, callback: str, **more: str
) -> dict[str, str]:
    """Sign somebody in and redeem the code, with the secret in the body; return what the server gave."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    asked = {
        "client_id": application.client_id,
        "redirect_uri": callback,
        "response_type": "code",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    back = person.goes(f"{server.issuer}/connect/authorize?{urlencode(asked | more)}", callback)
    form = {
        "client_id": application.client_id,
        "client_secret": application.client_secret or "",
        "code": query(back)["code"],
        "grant_type": "authorization_code",
        "redirect_uri": callback,
        "code_verifier": VERIFIER,
    }
    answer = requests.post(f"{server.issuer}/connect/token", form, timeout=10)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def id_token_for(server: Server, person: Person, audience: str) -> str:
    """Return an ID token of an application that is called like an API, signed as that API's access tokens."""
    callback = f"{ORIGIN}/callback"
    how = ("--auth-method", "client_secret_post", "--id-token-algorithm", "ES256", "--first-party")
    where = ("--redirect-uri", callback, "--scope", "openid")
    made = server.json("applications", "create", "--name", audience, "--client-id", audience, *how, *where)
    return tokens(server, ApplicationCredentials(**made), person, callback, scope="openid")["id_token"]
