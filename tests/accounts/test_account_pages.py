"""The account: profile, address, sessions, closing it."""

import re

import pytest
from flask import Flask

from authserver.accounts import directory
from authserver.accounts.store import accounts, profiles, sessions
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.base.errors import Conflict
from authserver.clients import registration, resource_registration
from authserver.clients.registration import Registration
from authserver.clients.resource import Resource
from authserver.clients.store import api_clients
from authserver.organizations.member import Membership
from authserver.organizations.store import memberships
from authserver.subjects.store import claim
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race
from tests.support.people import PASSWORD, Post, later, member, stranger

SCRIPT = "<script>alert(1)</script>"


def test_a_profile_is_kept_as_it_was_typed(app: Flask, post: Post) -> None:
    anna = member(app, post)
    fields = {
        "name": "Anna von Berg",
        "given_name": "Anna",
        "zoneinfo": "Europe/Berlin",
        "locale": "de-DE",
        "birthdate": "1990-12-31",
        "phone_number": "+49 (30) 1234567",
        "website": "https://anna.example",
        "street_address": "Am Hafen 1",
        "country": "Germany",
    }
    assert anna.browser.go("/account/profile", **fields).status == 200
    with UnitOfWork(app):
        kept = profiles.find(directory.get(anna.email).id)
    assert (kept.name, kept.phone_number, kept.zoneinfo) == ("Anna von Berg", "+49301234567", "Europe/Berlin")
    assert "Am Hafen 1" in anna.browser.open("/account/profile").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zoneinfo", "Mars/Base"),
        ("birthdate", "yesterday"),
        ("birthdate", "1990-13-01"),
        ("locale", "a language"),
        ("phone_number", "call me"),
        ("website", "javascript:alert(1)"),
        ("picture", "https://user:secret@example.com/a.png"),
        ("website", "https://["),
        ("name", "A" * 201),
        ("name", "Anna\u202eelbisivni"),
    ],
)
def test_what_no_product_could_use_is_refused_and_nothing_is_lost(
    app: Flask, post: Post, field: str, value: str
) -> None:
    anna = member(app, post)
    page = anna.browser.submit("/account/profile", **{"given_name": "Anna", field: value})
    assert page.status == 400
    assert 'value="Anna"' in page.text
    with UnitOfWork(app):
        assert profiles.find(directory.get(anna.email).id).given_name == ""


def test_markup_in_a_profile_stays_text(app: Flask, post: Post) -> None:
    anna = member(app, post)
    anna.browser.go("/account/profile", name=SCRIPT, street_address=SCRIPT)
    for path in ("/", "/account", "/account/profile"):
        assert SCRIPT not in anna.browser.open(path).text


def test_a_new_address_counts_when_its_link_was_used(app: Flask, post: Post) -> None:
    anna = member(app, post)
    old = anna.email
    anna.browser.go("/account/email", email="new@example.com", password=PASSWORD)
    assert anna.browser.open("/account").text.count(old)
    link = post.link("new@example.com")
    assert "new@example.com" in post.newest(old).text
    browser = stranger(app)
    assert browser.open(link).status == 200
    assert stranger(app).sign_in(old, PASSWORD).status == 200
    assert browser.submit(link).status == 200
    assert stranger(app).sign_in("new@example.com", PASSWORD).status == 200
    assert stranger(app).sign_in(old, PASSWORD).status == 401
    assert "new@example.com" in post.newest(old).text


def test_a_new_address_needs_the_password(app: Flask, post: Post) -> None:
    anna = member(app, post)
    page = anna.browser.submit("/account/email", email="new@example.com", password="wrong")
    assert page.status == 400
    assert not post.to("new@example.com")


def test_a_link_to_confirm_an_address_works_once_and_for_an_hour(app: Flask, post: Post) -> None:
    anna = member(app, post)
    anna.browser.go("/account/email", email="new@example.com", password=PASSWORD)
    link = post.link("new@example.com")
    with later(3601):
        assert stranger(app).open(link).status == 410
    browsers = [stranger(app) for _ in range(16)]
    forms = [browser.open(link).hidden for browser in browsers]
    answers = race(16, lambda n: browsers[n].post(link, **forms[n]).status)
    assert sorted(answers) == [200] + [410] * 15


def test_somebody_elses_address_is_not_given_away_and_nobody_learns_of_it(app: Flask, post: Post) -> None:
    anna, bert = member(app, post), member(app, post)
    free = anna.browser.submit("/account/email", email="free@example.com", password=PASSWORD)
    taken = anna.browser.submit("/account/email", email=bert.email, password=PASSWORD)
    assert (free.status, free.location) == (taken.status, taken.location)
    assert "already" in post.newest(bert.email).text
    assert "/account/email/" not in post.newest(bert.email).text


def test_an_address_that_was_taken_meanwhile_is_not_taken_over(app: Flask, post: Post) -> None:
    anna = member(app, post)
    anna.browser.go("/account/email", email="new@example.com", password=PASSWORD)
    link = post.link("new@example.com")
    member(app, post, "new@example.com")
    assert stranger(app).submit(link).status == 410
    with UnitOfWork(app):
        assert directory.get(anna.email).email == anna.email


def test_a_person_sees_sessions_and_ends_one_or_all_others(app: Flask, post: Post) -> None:
    anna = member(app, post)
    phone, laptop = stranger(app, "192.0.2.7"), stranger(app, "192.0.2.8")
    phone.sign_in(anna.email, PASSWORD)
    laptop.sign_in(anna.email, PASSWORD)
    page = anna.browser.open("/account/sessions")
    assert "192.0.2.7" in page.text
    assert "Chrome" in page.text
    session_id = re.findall(r"/account/sessions/([0-9a-f-]{36})/end", page.text)[-1]
    anna.browser.go("/account/sessions", f"/account/sessions/{session_id}/end")
    anna.browser.go("/account/sessions", "/account/sessions/end-others")
    assert [b.open("/account").status for b in (anna.browser, phone, laptop)].count(200) == 1


def test_nobody_ends_the_sessions_of_others(app: Flask, post: Post) -> None:
    anna, bert = member(app, post), member(app, post)
    with UnitOfWork(app):
        account = directory.get(anna.email)
    session_id = _session_of(app, account.id)
    bert.browser.go("/account/sessions", f"/account/sessions/{session_id}/end")
    assert anna.signed_in


def test_closing_needs_the_address_and_the_password(app: Flask, post: Post) -> None:
    anna = member(app, post)
    assert anna.browser.submit("/account/close", email="other@example.com", password=PASSWORD).status == 400
    assert anna.browser.submit("/account/close", email=anna.email, password="wrong").status == 400
    assert anna.signed_in


def test_a_closed_account_is_gone_and_its_sub_never_comes_back(app: Flask, post: Post) -> None:
    anna = member(app, post)
    with UnitOfWork(app):
        sub = directory.get(anna.email).id
    assert anna.browser.submit("/account/close", email=anna.email, password=PASSWORD).status == 200
    assert not anna.signed_in
    assert anna.sign_in().status == 401
    assert "closed" in post.newest(anna.email).text
    with UnitOfWork(app):
        assert accounts.find(sub) is None
    with pytest.raises(Conflict), UnitOfWork(app):
        claim(sub, "account", 0)
    again = member(app, post, anna.email)
    with UnitOfWork(app):
        assert directory.get(again.email).id != sub


def test_an_organization_of_one_goes_with_its_person_and_so_do_its_clients(app: Flask, post: Post) -> None:
    anna = member(app, post)
    with UnitOfWork(app):
        (mine,) = memberships.of_account(directory.get(anna.email).id)
        resource_registration.register(
            Resource("webapi", "webapi", ("webapi",), "ES256", "rfc9068", 600), SYSTEM
        )
        client, _ = registration.register(Registration(mine.organization.id, "Robot", ("webapi",)), SYSTEM)
    assert mine.organization.name in anna.browser.open("/account/close").text.replace("&#39;", "'")
    anna.browser.submit("/account/close", email=anna.email, password=PASSWORD)
    with UnitOfWork(app):
        assert api_clients.find(client.id) is None


def test_the_last_administrator_of_others_can_not_leave(app: Flask, post: Post) -> None:
    anna, bert = member(app, post), member(app, post)
    with UnitOfWork(app):
        (mine,) = memberships.of_account(directory.get(anna.email).id)
        memberships.add(Membership(mine.organization, directory.get(bert.email).id, "member", 0))
    page = anna.browser.submit("/account/close", email=anna.email, password=PASSWORD)
    assert page.status == 409
    assert anna.signed_in


def _session_of(app: Flask, account_id: str) -> str:
    with UnitOfWork(app):
        return sessions.of(account_id, now())[0].id
