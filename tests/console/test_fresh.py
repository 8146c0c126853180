"""The password once more before secrets and rights, when it was given too long ago."""

import html

from authserver.organizations.permissions import AUDIT, Rights
from tests.console.desk import Desk, desk, give_password
from tests.organizations.inviting import pending
from tests.organizations.workspace import Workspace
from tests.support.application import trail
from tests.support.people import PASSWORD, later

LATE = 901


def test_a_page_that_needs_it_asks_before_anything_is_typed(acme: Workspace, anna: Desk) -> None:
    give_password(anna)
    with later(LATE):
        asks = anna.open("/invitations/new")
        assert asks.status == 403
        assert asks.shows("confirm-page")
        page = anna.browser.post("/account/confirm", **asks.hidden, current_password=PASSWORD)
        assert (page.status, page.location) == (303, "/organizations/acme/invitations/new")
        assert anna.browser.open(page.location).shows("invite-page")


def test_a_form_that_was_sent_too_late_is_held_and_goes_on(acme: Workspace, anna: Desk) -> None:
    give_password(anna)
    bert = desk(acme, "member")
    path = anna.path(f"/members/{bert.account.id}")
    before = anna.browser.line.cookie("session")
    with later(LATE):
        asks = anna.send(path, role="member", permissions=[AUDIT])
        assert asks.status == 403
        assert asks.shows("confirm-page")
        assert bert.rights == Rights("member")
        wrong = anna.browser.post(path, **asks.hidden, current_password="not this one")
        assert wrong.shows("current-password-error")
        assert bert.rights == Rights("member")
        page = anna.browser.post(path, **wrong.hidden, current_password=PASSWORD)
        assert page.status == 303
        assert bert.rights == Rights("member", frozenset({AUDIT}))
        # The session goes on under another handle, and is fresh.
        assert anna.browser.line.cookie("session") != before
        assert anna.send(path, role="member").status == 303
    assert "password.refused" in [event.action for event in trail(acme.app)]


def test_what_was_typed_is_kept_as_text(acme: Workspace, anna: Desk) -> None:
    give_password(anna)
    form = anna.open("/invitations/new").hidden
    with later(LATE):
        asks = anna.browser.post(
            anna.path("/invitations/new"), **form, email='"><script>alert(1)</script>', role="member"
        )
        assert "<script>alert" not in asks.text
        assert html.escape('"><script>') in asks.text.replace("&#34;", "&quot;")
    assert pending(acme, anna.account) == []


def test_the_password_is_not_taken_from_an_address(acme: Workspace, anna: Desk) -> None:
    give_password(anna)
    with later(LATE):
        assert anna.open(f"/invitations/new?current_password={PASSWORD}").status == 403


def test_guessing_is_stopped(acme: Workspace, anna: Desk) -> None:
    give_password(anna)
    with later(LATE):
        hidden = anna.open("/invitations/new").hidden
        statuses = {
            anna.browser.post("/account/confirm", **hidden, current_password="wrong").status
            for _ in range(120)
        }
    assert statuses == {403, 429}


def test_where_to_go_on_to_is_a_path_of_this_server(acme: Workspace, anna: Desk) -> None:
    token = anna.open("/leave").hidden
    page = anna.browser.post("/account/confirm", **token, next="https://evil.example/")
    assert (page.status, page.location) == (303, "/")


def test_a_sign_in_elsewhere_does_not_count_here(acme: Workspace, anna: Desk) -> None:
    with later(LATE):
        Desk(acme, anna.account)
        assert anna.open("/invitations/new").status == 403


def test_what_takes_rights_away_from_nobody_but_oneself_asks_for_nothing(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme)
    with later(LATE):
        assert bert.post("/leave").status == 303
        assert anna.post("/settings/name", form="/settings", name="Other").status == 303
    assert bert.rights is None
