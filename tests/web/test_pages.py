"""Pages for people: their headers, what they hold for everybody, and that nothing typed becomes markup."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authserver.web.pages import error_page, wants_page
from tests.pages.preview import PAGES, preview

HOSTILE = """"><script>alert('1')</script>'{{ 7 * 7 }}"""


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    return preview(tmp_path)


@pytest.fixture
def client(site: Flask) -> Iterator[FlaskClient]:
    with site.test_client() as client:
        yield client


def ids(page: str) -> list[str]:
    return re.findall(r'\sid="([^"]*)"', page)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_whole_and_every_id_is_there_once(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/preview/{name}")
    assert answer.status_code == 200
    assert len(ids(answer.text)) == len(set(ids(answer.text)))
    assert answer.text.count("<main") == answer.text.count("<h1") == 1
    assert re.search(r"<title>[^<]+ - Identity server</title>", answer.text)
    for target in re.findall(r'(?:for|aria-describedby|aria-labelledby)="([^"]+)"', answer.text):
        assert set(target.split()) <= set(ids(answer.text)), target
    assert answer.text.count("autofocus") <= 1


@pytest.mark.parametrize("name", PAGES)
def test_every_form_that_is_posted_carries_its_token(client: FlaskClient, name: str) -> None:
    for form in re.findall(r'<form method="post".*?</form>', client.get(f"/preview/{name}").text, re.DOTALL):
        assert 'name="csrf_token"' in form
        assert 'type="submit"' in form


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_what_the_policy_forbids(client: FlaskClient, name: str) -> None:
    page = client.get(f"/preview/{name}").text
    assert not re.search(r'\sstyle="|\son[a-z]+="|javascript:', page)
    assert all(
        "nonce=" in tag for tag in re.findall(r"<(?:script|style|link rel=\"stylesheet\")[^>]*>", page)
    )
    assert not re.search(r'(?:src|href)="https?://(?!reports\.example|localhost)', page)


def test_a_page_is_kept_by_nobody_and_its_policy_names_its_own_files_alone(client: FlaskClient) -> None:
    answer = client.get("/preview/login")
    nonce = re.search(r'<style nonce="([^"]+)"', answer.text)
    assert nonce
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"Cookie", "Accept-Language"} <= set(answer.headers["Vary"].replace(" ", "").split(","))
    assert answer.headers["Content-Security-Policy"].split("; ") == [
        "default-src 'none'",
        f"script-src 'nonce-{nonce[1]}'",
        f"style-src 'nonce-{nonce[1]}'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]


def test_each_answer_has_a_nonce_of_its_own(client: FlaskClient) -> None:
    policies = {client.get("/preview/login").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "login-application",
            "login-page username password login-submit client-name client-logo client-policy",
        ),
        ("login-application", "client-tos login-cancel"),
        ("register", "register-page email register-submit"),
        ("register-sent", "register-sent"),
        ("choose", "password-page new-password password-submit"),
        ("reset", "password-page new-password password-submit"),
        ("forgot", "password-page email password-submit"),
        ("password", "password-page password new-password password-submit"),
        ("email", "email password email-submit"),
        ("email-confirm", "email-confirm"),
        ("close", "email password close-submit"),
        ("logout", "logout-page logout-confirm logout-cancel"),
        ("logged-out", "logged-out post-logout-continue"),
        ("error", "error-page"),
    ],
)
def test_programs_find_their_way_by_stable_ids(client: FlaskClient, name: str, expected: str) -> None:
    assert set(expected.split()) <= set(ids(client.get(f"/preview/{name}").text))


def test_where_to_go_on_to_travels_in_the_form_and_in_the_links(client: FlaskClient) -> None:
    page = client.get("/preview/login-application").text
    assert '<input type="hidden" name="next" value="/connect/authorize">' in page
    assert 'href="/register?next=/connect/authorize"' in page
    assert 'href="/password/forgot?next=/connect/authorize"' in page


def test_a_fault_is_announced_tied_to_its_field_and_gets_the_focus(client: FlaskClient) -> None:
    page = client.get("/preview/choose-weak").text
    field = re.search(r'<input[^>]*id="new-password"[^>]*>', page)
    assert field
    assert 'role="alert"' in page
    assert 'aria-describedby="new-password-error new-password-hint"' in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert "autofocus" in field[0]


def test_the_address_comes_back_and_the_password_does_not(client: FlaskClient) -> None:
    page = client.get("/preview/login-wrong").text
    assert 'value="anna@example.com"' in page
    password = re.search(r'<input[^>]*id="password"[^>]*>', page)
    assert password
    assert re.search(r'value=""|^(?!.*value=)', password[0])


@pytest.mark.parametrize("facts", [{"title": HOSTILE}, {"text": HOSTILE}, {"request_id": HOSTILE}])
def test_nothing_that_others_wrote_becomes_markup(site: Flask, facts: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"title": "Bad request", "text": "No.", "request_id": "1"}
    with site.test_request_context("/"):
        shown = error_page(400, **(usual | facts)).get_data(as_text=True)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown
    assert "49" not in shown.partition("<main")[2]


def test_letters_that_others_wrote_stay_text_in_the_mailbox(site: Flask) -> None:
    letter = {
        "id": '"><b>',
        "subject": HOSTILE,
        "to": HOSTILE,
        "at": 0,
        "text": f"{HOSTILE} javascript:alert(1)",
    }
    with site.test_request_context("/"):
        template = site.jinja_env.get_template("dev/letter.html")
        site.update_template_context(context := {"letter": letter})
        shown = template.render(context)
    assert "<script>alert" not in shown
    assert 'href="javascript' not in shown


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html", True),
        ("*/*", False),
        ("application/json", False),
        ("application/problem+json, text/html;q=0.5", False),
        ("", False),
    ],
)
def test_browsers_get_pages_and_programs_get_data(site: Flask, accept: str, page: bool) -> None:  # noqa: FBT001 - a column
    with site.test_request_context("/", headers={"Accept": accept}):
        assert wants_page() is page


def test_the_operators_name_colour_and_address_are_on_every_page(tmp_path: Path) -> None:
    client = preview(
        tmp_path, product_name="Atelier <Nord>", brand_color="#b91c1c", support_email="help@example.com"
    ).test_client()
    page = client.get("/preview/login").text
    assert "Atelier &lt;Nord&gt;" in page
    assert "--button: #b91c1c" in page
    assert 'href="mailto:help@example.com"' in page


def test_the_mailbox_is_offered_in_development_only(client: FlaskClient, tmp_path: Path) -> None:
    assert "/dev/mailbox" in client.get("/preview/register-sent").text
    mailed = preview(tmp_path, mail_url="smtp://localhost:25").test_client()
    assert "/dev/mailbox" not in mailed.get("/preview/register-sent").text
