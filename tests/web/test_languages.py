"""Which language is spoken, that German is whole, and how times read."""

from pathlib import Path
from typing import Any

import pytest
import time_machine
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask, g, render_template
from flask_babel import force_locale

from authserver.web.languages import LANGUAGES, TRANSLATIONS, ago, choose, timestamp
from tests.pages.preview import PAGES, preview
from tests.support.server import ROOT

MOMENT = 1_795_269_900  # 2026-11-21 14:05:00 UTC
GERMAN = TRANSLATIONS / "de" / "LC_MESSAGES"
LETTERS = sorted(path.stem for path in (ROOT / "templates" / "mail").glob("[a-z]*.txt"))
FACTS: dict[str, Any] = {
    "issuer": "https://id.example",
    "email": "anna@example.com",
    "support_email": "help@example.com",
    "password": "kwlm-rtzp-vbnd-qxcf-hjks",
    "hours": 72,
    "minutes": 60,
    "login_url": "https://id.example/login",
    "forgot_url": "https://id.example/password/forgot",
    "sessions_url": "https://id.example/account/sessions",
    "link": "https://id.example/password/reset/abc",
    "new_email": "anna@example.net",
    "device": "Firefox on <Linux>",
    "source": "192.0.2.7",
    "application": "Toolbox",
    "applications_url": "https://id.example/account/applications",
    "at": "2026-11-21 14:05 UTC",
    "organization": "Acme <Trading>",
    "inviter": "Bert (bert@example.com)",
    "days": 7,
    "client": "Reports <nightly>",
    "label": "first",
    "used_at": "",
}


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    return preview(tmp_path)


def texts() -> set[Any]:
    """Return every text of the sources; one with a plural is a tuple."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    return {
        text
        for folder in ("authserver", "templates")
        for _file, _line, text, _comments, _context in extract_from_dir(ROOT / folder, methods, options)
    }


def catalogue() -> Catalog:
    with (GERMAN / "messages.po").open("rb") as file:
        return read_po(file, locale="de")


def test_every_text_of_the_sources_is_translated_and_no_other() -> None:
    wanted = texts()
    there = {message.id: message for message in catalogue() if message.id}
    assert wanted == set(there), "see babel.cfg for how to bring the catalogue up to date"
    for text, message in there.items():
        strings = message.string if isinstance(text, tuple) else (message.string,)
        assert all(strings), text
        assert not message.fuzzy, text
        assert not list(message.check(catalogue())), text


def test_what_is_read_while_serving_is_what_was_translated() -> None:
    with (GERMAN / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    assert translations(compiled) == translations(catalogue())


def translations(of: Catalog) -> dict[str, Any]:
    """Return the translations by their text (of a plural: of its singular)."""
    pairs = [(message.id, message.string) for message in of if message.id]
    return {text if isinstance(text, str) else text[0]: tuple(said) for text, said in pairs}


@pytest.mark.parametrize(
    ("query", "person", "browser", "language"),
    [
        ("", None, "", "en"),
        ("", None, "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", None, "fr,de;q=0.5", "de"),
        ("", None, "fr", "en"),
        ("", "de-AT", "en", "de"),
        ("", "fr", "de", "de"),
        ("?ui_locales=fr+de-CH+en", None, "en", "de"),
        ("?ui_locales=DE_de", "en", "en", "de"),
        ("?ui_locales=en", "de", "de", "en"),
        ("?ui_locales=../../etc+de", None, "en", "de"),
        ("?ui_locales=" + "x" * 100_000, None, "de", "de"),
    ],
)
def test_the_language_is_the_applications_the_persons_or_the_browsers(
    site: Flask, query: str, person: str | None, browser: str, language: str
) -> None:
    with site.test_request_context(f"/{query}", headers={"Accept-Language": browser}):
        g.person_locale = person
        assert choose() == language


def test_a_page_says_which_language_it_speaks(site: Flask) -> None:
    client = site.test_client()
    page = client.get("/preview/login", headers={"Accept-Language": "de"}).text
    assert '<html lang="de">' in page
    assert "<h1>Anmelden</h1>" in page
    assert "E-Mail-Adresse" in page


@pytest.mark.parametrize("name", PAGES)
def test_every_page_speaks_german(site: Flask, name: str) -> None:
    assert site.test_client().get(f"/preview/{name}?ui_locales=de").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LETTERS)
def test_every_letter_has_one_subject_and_says_why_it_came_and_whom_to_ask(
    site: Flask, kind: str, language: str
) -> None:
    with site.app_context(), force_locale(language):
        text = render_template(f"mail/{kind}.txt", **FACTS)
        html = render_template(f"mail/{kind}.html", **FACTS)
    subject, _, body = text.partition("\n")
    assert subject.startswith("Subject: ")
    assert "Identity server" in subject
    assert body.startswith("\n")
    assert "help@example.com" in body
    assert "help@example.com" in html
    assert f'<html lang="{language}">' in html
    assert "<Linux>" not in html
    assert {"en": "You get this letter because", "de": "Sie erhalten diese E-Mail, weil"}[language] in body
    links = [word for word in body.split() if word.startswith("https://")]
    assert links
    assert all(link in html for link in links)


def test_the_password_stands_alone_on_its_line(site: Flask) -> None:
    with site.app_context():
        text = render_template("mail/welcome.txt", **FACTS)
    assert FACTS["password"] in text.splitlines()


def test_a_time_reads_well_and_holds_the_exact_moment(site: Flask) -> None:
    with site.test_request_context("/"):
        assert timestamp(MOMENT) == (
            '<time datetime="2026-11-21T14:05:00Z" title="2026-11-21 14:05:00 UTC" data-local>'
            "21 Nov 2026, 14:05 UTC</time>"
        )
    with site.test_request_context("/?ui_locales=de"):
        assert "21. Nov. 2026, 14:05 UTC<" in timestamp(MOMENT)


@pytest.mark.parametrize(
    ("passed", "english", "german"),
    [
        (0, "just now", "gerade eben"),
        (-30, "just now", "gerade eben"),
        (120, "2 minutes ago", "vor 2 Minuten"),
        (7200, "2 hours ago", "vor 2 Stunden"),
        (3 * 86_400, "3 days ago", "vor 3 Tagen"),
    ],
)
def test_how_long_ago_something_was(site: Flask, passed: int, english: str, german: str) -> None:
    for language, expected in (("en", english), ("de", german)):
        with (
            time_machine.travel(MOMENT, tick=False),
            site.test_request_context(f"/?ui_locales={language}"),
        ):
            assert f">{expected}</time>" in ago(MOMENT - passed)
