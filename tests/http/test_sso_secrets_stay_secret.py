"""A sweep for canaries of single sign-on: codes, tokens and cookies stand nowhere in clear (G1, R1)."""

import base64
import hashlib
import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from tests.support.browser import Browser, OverHttp
from tests.support.patience import attempts
from tests.support.people import PASSWORD, password_in
from tests.support.server import Server, new_server

CB = "https://rp.test/cb"
VERIFIER = "canary-verifier-0123456789-0123456789-01234"
EMAIL = "carla@example.com"


def test_no_secret_of_single_sign_on_reaches_log_or_database(tmp_path: Path) -> None:
    server = new_server(tmp_path / "server", AUTHSERVER_LOG_LEVEL="debug")
    made = server.json(
        "applications", "create", "--name", "Toolbox", "--redirect-uri", CB, "--third-party",
        "--scope", "openid", "--scope", "offline_access",
    )  # fmt: skip
    with server.serving():
        canaries = _walk(server, made)
        # Once more with an ID token as hint: the request waits in the database while the person signs in.
        browser = Browser(OverHttp(server.issuer))
        waits = browser.open(_request(made["client_id"], id_token_hint=canaries["id_token"]))
        assert waits.location.startswith("/login?next=")
        canaries["another browser"] = browser.line.cookie("browser")
    said = [server.log()]
    said += [path.read_bytes().decode("latin-1") for path in (tmp_path / "server").glob("authserver.db*")]
    assert all(len(canary) > 30 for canary in canaries.values())
    found = {name for name, canary in canaries.items() for text in said if canary in text}
    assert not found


def _walk(server: Server, made: dict[str, Any]) -> dict[str, str]:
    """Go once through everything; return what must not be found anywhere."""
    browser = Browser(OverHttp(server.issuer))
    _become_a_member(browser)
    asked = browser.open(_request(made["client_id"]))
    handle = parse_qsl(urlsplit(asked.location).query)[0][1]
    allowed = browser.post("/consent", **(browser.open(asked.location).hidden | {"decision": "allow"}))
    code = dict(parse_qsl(urlsplit(allowed.location).query))["code"]
    basic = (made["client_id"], made["client_secret"])

    def ask(path: str, **form: str) -> requests.Response:
        return requests.post(f"{server.issuer}/connect/{path}", data=form, auth=basic, timeout=10)

    exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": CB}
    first = ask("token", **exchange, code_verifier=VERIFIER).json()
    second = ask("token", grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    for token in (second["access_token"], second["refresh_token"]):
        assert ask("introspect", token=token).json()["active"]
    header = {"Authorization": f"Bearer {second['access_token']}"}
    assert requests.get(f"{server.issuer}/connect/userinfo", headers=header, timeout=10).ok
    # A replayed one is talked about in log and trail.
    ask("token", **exchange, code_verifier=VERIFIER)
    ask("token", grant_type="refresh_token", refresh_token=first["refresh_token"])
    ask("revocation", token=second["access_token"])
    return {
        "code": code,
        "verifier": VERIFIER,
        "secret": made["client_secret"],
        "access token": second["access_token"],
        "first refresh token": first["refresh_token"].partition(".")[2],
        "second refresh token": second["refresh_token"].partition(".")[2],
        "id_token": second["id_token"],
        "session": browser.line.cookie("session"),
        "browser": browser.line.cookie("browser"),
        "request": handle,
    }


def _request(client_id: str, **more: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
    usual = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CB,
        "scope": "openid offline_access",
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    return f"/connect/authorize?{urlencode(usual | more)}"


def _become_a_member(browser: Browser) -> None:
    browser.register(EMAIL)
    for _ in attempts():
        found = re.search(r"/dev/mailbox/[^\"]+", browser.open("/dev/mailbox").text)
        if found:
            break
    assert found
    letter = html.unescape(re.sub("<[^>]+>", "\n", browser.open(found[0]).text))
    browser.sign_in(EMAIL, password_in(letter))
    browser.choose(PASSWORD)
