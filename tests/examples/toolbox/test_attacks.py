"""What somebody tries who means it ill, or has two windows open: names, addresses, forms, cookies, logs."""

import re
import secrets
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from examples.toolbox.app import create_app
from examples.toolbox.settings import Settings
from tests.examples.toolbox.answers import SIGNED_IN, begin, signed_in
from tests.examples.toolbox.conftest import SECRET
from tests.examples.toolbox.products import Product, Visitor, product
from tests.examples.toolbox.standin import Standin
from tests.support.server import free_port

PAGE = "/trade-platforms/"
ID = "0191d3a2-0000-7000-8000-000000000001"
EVIL = "<script>alert(1)</script>\"'"


def organization(name: str, identity: str = ID) -> dict[str, Any]:
    """Return what the provider says of an Administrator."""
    return {
        "org_id": identity,
        "org_name": name,
        "org_role": "administrator",
        "permissions": ["trade_platforms:manage"],
        "organizations": [{"id": identity, "name": name, "role": "administrator"}],
    }


@pytest.mark.parametrize(
    ("page", "action"),
    [
        (PAGE, PAGE),
        (PAGE, f"/trade-platforms/{ID}/remove"),
        (PAGE, "/invitations/"),
        (PAGE, f"/invitations/{ID}/revoke"),
        (PAGE, "/api-clients/"),
        (PAGE, f"/members/{ID}/remove"),
    ],
)
def test_a_form_of_the_organization_before_changes_nothing_in_the_one_of_now(
    toolbox: Product, standin: Standin, page: str, action: str
) -> None:
    standin.said_of_person = organization("First")
    visitor = signed_in(toolbox, standin.issuer)
    shown = visitor.open(page).hidden
    # Moved in another window.
    standin.said_of_person = organization("Second", ID[::-1])
    sent = visitor.browser.post(
        toolbox.origin + action, name="Stray", type="MT4", email="a@b.example", **shown
    )
    assert (sent.status, sent.location) == (303, f"/{action.split('/')[1]}/")
    # The provider was asked who it is, and for nothing else.
    assert {path for path, _ in standin.asked if path.startswith("/api")} == set()
    told = visitor.open(PAGE).text
    assert "You moved to another organization meanwhile" in told
    assert "Stray" not in told


def test_names_of_others_are_text(toolbox: Product, standin: Standin) -> None:
    standin.said_of_person = organization(EVIL, EVIL) | {"name": EVIL}
    visitor = signed_in(toolbox, standin.issuer)
    assert visitor.send(PAGE, name=EVIL, type="MT4").status == 303
    page = visitor.open(PAGE).text
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;") >= 6
    assert "<script" not in page
    assert "script-src" not in visitor.open(PAGE).headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/members/",
        "/\\evil.example/members/",
        "/members/?next=https://evil.example/",
        "/sign-in?next=https://evil.example/",
        "/sign-in?next=//evil.example/",
        "/sign-in?next=/%5Cevil.example/",
        "/sign-in?next=/%09/evil.example/",
        "/sign-in?next=evil.example",
        "/sign-in?redirect_uri=https://evil.example/",
        "/@evil.example/members/",
    ],
)
def test_nobody_is_led_elsewhere_after_signing_in(toolbox: Product, standin: Standin, path: str) -> None:
    visitor = toolbox.visitor()
    page = visitor.browser.open(toolbox.origin + path)
    assert "evil.example" not in page.location.partition("?")[0]
    begun = begin(toolbox, standin.issuer, visitor, toolbox.origin + path)
    assert begun.asked["redirect_uri"] == f"{toolbox.origin}/callback"
    answer = begun.answered()
    assert answer.status == SIGNED_IN
    assert re.match(r"/(?![/\\])[a-z]", answer.location)


def test_a_sign_in_begins_with_a_new_key_and_a_new_csrf_token(toolbox: Product, standin: Standin) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    planted, token = visitor.browser.line.cookie("toolbox"), visitor.open(PAGE).hidden["csrf_token"]
    assert begin(toolbox, standin.issuer, visitor).answered().status == SIGNED_IN
    assert visitor.open(PAGE).hidden["csrf_token"] != token
    other = toolbox.visitor()
    other.browser.line.set_cookie("toolbox", planted)
    assert not other.signed_in


def test_the_cookie_is_for_this_host_and_for_no_script(toolbox: Product, standin: Standin) -> None:
    begun = begin(toolbox, standin.issuer)
    cookie = begun.answered().headers["Set-Cookie"]
    assert cookie.startswith("toolbox=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_cookie_goes_over_https_alone_where_people_see_https(standin: Standin, tmp_path: Path) -> None:
    origin = "https://toolbox.example.com"
    with product(tmp_path, standin.issuer, free_port(), SECRET, ORIGIN=origin) as safe:
        visitor = safe.visitor()
        page = visitor.browser.open(f"{safe.origin}/sign-in", Host="toolbox.example.com")
    assert page.location.startswith(f"{standin.issuer}/authorize?")
    assert "Secure" in page.headers["Set-Cookie"].split("; ")


def test_sign_ins_that_were_given_up_do_not_fill_the_cookie(toolbox: Product, standin: Standin) -> None:
    visitor = toolbox.visitor()
    for _ in range(60):
        begin(toolbox, standin.issuer, visitor)
    assert len(visitor.browser.line.cookie("toolbox")) < 2000
    begun = begin(toolbox, standin.issuer, visitor)
    assert begun.answered().status == SIGNED_IN


def test_a_long_address_does_not_fill_the_cookie(toolbox: Product, standin: Standin) -> None:
    visitor = toolbox.visitor()
    long = f"/members/?cursor={secrets.token_hex(3000)}"
    begun = begin(toolbox, standin.issuer, visitor, long)
    assert len(visitor.browser.line.cookie("toolbox")) < 2000
    assert begun.answered().location == PAGE


FOR_STRANGERS = {
    ("GET", "/"),
    ("GET", "/sign-in"),
    ("GET", "/callback"),
    ("GET", "/signed-out"),
    ("POST", "/backchannel-logout"),
}


def test_a_page_is_for_who_is_signed_in_unless_it_is_named_above(tmp_path: Path) -> None:
    variables = {
        "ISSUER": "http://127.0.0.1:1",
        "CLIENT_ID": "toolbox",
        "CLIENT_SECRET": SECRET,
        "TRADE_PLATFORMS_DB": str(tmp_path / "platforms.db"),
        "SIGN_INS_DB": str(tmp_path / "sign-ins.db"),
    }
    app = create_app(Settings.read(variables, 8001, "Toolbox", "toolbox", "indigo"))
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    opens = {
        (method, rule.rule)
        for rule in rules
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
        if _opens(app, method, re.sub("<[^>]+>", ID, rule.rule))
    }
    assert len(rules) >= 18
    assert opens == FOR_STRANGERS


def _opens(app: Flask, method: str, path: str) -> bool:
    """Return whether somebody with a good CSRF token, who is nobody, is not sent away to sign in."""
    client, origin = app.test_client(), "http://127.0.0.1:8001"
    with client.session_transaction(base_url=origin) as kept:
        kept["csrf"] = "token"
    answer = client.open(path, base_url=origin, method=method, data={"csrf_token": "token"})
    return (answer.location or "").partition("?")[0] != ("/sign-in" if method == "GET" else "/")


def test_a_copy_of_the_table_opens_nothing(toolbox: Product, standin: Standin) -> None:
    standin.first_lifetime = 1
    visitor = signed_in(toolbox, standin.issuer)
    rows = str(_rows(toolbox, standin))
    assert standin.session in rows
    # Neither the first tokens nor the renewed ones, and no JWT at all.
    assert len(standin.forms("/token")) == 2
    assert not re.search("access-|refresh-|eyJ", rows)
    assert visitor.browser.line.cookie("toolbox") not in rows


def _rows(toolbox: Product, standin: Standin) -> list[Any]:
    with sqlite3.connect(toolbox.log.with_suffix(".db")) as database:
        found = database.execute("SELECT * FROM sign_ins WHERE session = ?", (standin.session,)).fetchall()
    database.close()
    return found


def test_tokens_in_another_row_open_nothing(toolbox: Product, standin: Standin) -> None:
    visitors = signed_in(toolbox, standin.issuer), signed_in(toolbox, standin.issuer)
    with sqlite3.connect(toolbox.log.with_suffix(".db")) as database:
        database.execute(
            "UPDATE sign_ins SET (id_token, access_token, refresh_token) = (SELECT id_token, access_token,"
            " refresh_token FROM sign_ins WHERE session = ?1 ORDER BY digest LIMIT 1) WHERE session = ?1",
            (standin.session,),
        )
    database.close()
    # They are still those of one of the two.
    assert sorted(visitor.signed_in for visitor in visitors) == [False, True]


def test_the_log_holds_no_secret(toolbox: Product, standin: Standin) -> None:
    standin.first_lifetime = 1
    begun = begin(toolbox, standin.issuer)
    assert begun.answered(iss="http://127.0.0.1:1").status == 400
    assert begun.answered().status == SIGNED_IN
    standin.refreshes = (500, "Oops")
    assert begun.visitor.open(PAGE).status == 503
    standin.refreshes = (400, {"error": "invalid_grant"})
    assert not begun.visitor.signed_in
    log = toolbox.log.read_text()
    assert "refused an answer" in log
    (first, *_) = standin.forms("/token")
    secret = (
        SECRET,
        begun.asked["nonce"],
        begun.asked["state"],
        first["code_verifier"],
        "refresh-",
        "access-",
    )
    assert [each for each in secret if each in log] == []
    assert "eyJ" not in log


def test_signing_out_works_here_also_when_the_provider_is_gone(standin: Standin, tmp_path: Path) -> None:
    port = free_port()
    with product(tmp_path, standin.issuer, port, SECRET) as before:
        visitor = signed_in(before, standin.issuer)
        fields = visitor.open(PAGE).hidden
    standin.metadata = {"issuer": "https://id.example.com"}
    with product(tmp_path, standin.issuer, port, SECRET) as after:
        visitor = Visitor(after, visitor.browser)
        assert visitor.browser.post(f"{after.origin}/sign-out", **fields).location == "/"
        told = visitor.open("/").text
    assert "You are signed out of Toolbox." in told
    assert "still be signed in to other products" in told
