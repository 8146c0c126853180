"""What ends with a session, a person's access or an application: at the next request, everywhere (L1-L6)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from authserver.accounts import directory
from authserver.audit.log import SYSTEM
from authserver.clients import application_registration, resource_registration, secret_issuing
from authserver.clients.resource import Resource
from authserver.clients.store import secrets
from authserver.extensions import db
from authserver.oidc.models import LogoutRow
from authserver.oidc.store import consents, logouts
from authserver.oidc.vocabulary import INTROSPECTION
from authserver.organizations.member import Membership
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.party import SCOPES, Party, Reply, Tokens, call, live_grants, new_party, to_be_told
from tests.front_channel.visit import Visitor, answer, visitor
from tests.support.people import OTHER_PASSWORD, Post, later, member, stranger

OFFLINE = "openid offline_access"
API = "openid offline_access print.all"
Twins = tuple[Flask, Flask]
End = Callable[[Visitor], None]


def signs_out(anna: Visitor) -> None:
    """Press the button of every page."""
    assert anna.browser.submit("/logout").location == "/logged-out"


def ends_this_session(anna: Visitor) -> None:
    """End the session from the list of sessions."""
    (first, *_) = re.findall(r"/account/sessions/[\w-]{36}/end", anna.browser.open("/account/sessions").text)
    assert anna.browser.submit("/account/sessions", first).location == "/logged-out"


def is_asked_for_by(anna: Visitor) -> None:
    """Be signed out by an application, after the question."""
    assert anna.open("/connect/endsession").press("logout-confirm").shows("logged-out")


def becomes_an_operator(anna: Visitor) -> None:
    """Get rights over the whole server, which sessions of before don't have."""
    with UnitOfWork(anna.app):
        directory.set_operator(directory.get(anna.email), SYSTEM, operator=True)


def changes_the_password(anna: Visitor) -> None:
    """Choose another password, knowing the one so far."""
    form = anna.browser.open("/account/password").hidden
    words = {"password": anna.password, "new_password": OTHER_PASSWORD}
    assert anna.browser.post("/account/password", None, **form, **words).location.endswith("?saved=1")


def resets_the_password(anna: Visitor) -> None:
    """Choose another password, by a link from a letter, in another browser."""
    browser = stranger(anna.app)
    browser.go("/password/forgot", email=anna.email)
    assert browser.submit(Post(anna.app).link(anna.email), new_password=OTHER_PASSWORD).status == 200


def is_disabled(anna: Visitor) -> None:
    """Be disabled by an operator."""
    with UnitOfWork(anna.app):
        directory.set_disabled(directory.get(anna.email), SYSTEM, disabled=True)


def is_deleted(anna: Visitor) -> None:
    """Be deleted by an operator."""
    with UnitOfWork(anna.app):
        directory.close(directory.get(anna.email), SYSTEM)


def closes_the_account(anna: Visitor) -> None:
    """Leave for ever."""
    page = anna.browser.submit("/account/close", email=anna.email, password=anna.password)
    assert page.status == 200


OF_SESSIONS: tuple[End, ...] = (signs_out, ends_this_session, is_asked_for_by, becomes_an_operator)
OF_PEOPLE: tuple[End, ...] = (
    changes_the_password,
    resets_the_password,
    is_disabled,
    is_deleted,
    closes_the_account,
)
ENDS_SESSION = pytest.mark.parametrize("end", OF_SESSIONS)
ENDS_ALL = pytest.mark.parametrize("end", OF_PEOPLE)
ENDS_EITHER = pytest.mark.parametrize("end", OF_SESSIONS + OF_PEOPLE)


@dataclass(frozen=True)
class Held:
    """All that an application may hold of somebody."""

    party: Party
    bound: Tokens
    offline: Tokens
    code: str
    offline_code: str

    @classmethod
    def by(cls, party: Party, anna: Visitor) -> "Held":
        """Sign in as often as it takes."""
        return cls(
            party,
            anna.tokens(party),
            anna.tokens(party, scope=OFFLINE),
            anna.code(party),
            anna.code(party, scope=OFFLINE),
        )

    def code_works(self, code: str, at: Flask) -> bool:
        """Present a code."""
        reply = self.party.redeem(code, at)
        assert reply.status == 200 or reply.refused("invalid_grant"), reply.body
        return reply.status == 200


def listening(app: Flask, name: str = "Listening", **choices: object) -> Party:
    """Register an application that wants to be told of logouts."""
    return new_party(app, name, backchannel_logout_uri=f"https://{name.lower()}.test/logout", **choices)


def entitled(app: Flask) -> Callable[[str, Flask], bool]:
    """Register an API; return how it asks whether a token is good."""
    with UnitOfWork(app):
        api = Resource("printing", "https://print.test", ("print.all",), "ES256", "rfc9068", 600)
        resource_registration.register(api, SYSTEM)
        _, secret = secret_issuing.issue(secrets.OF_RESOURCES, "printing", "first", None, SYSTEM)

    def asks(token: str, at: Flask) -> bool:
        proof = {"client_id": "printing", "client_secret": secret}
        reply = call(at, INTROSPECTION, proof | {"token": token})
        assert reply.status == 200, reply.body
        return bool(reply.body["active"])

    return asks


def turned_away(reply: Reply) -> bool:
    """Return whether who is disabled or gone gets nothing; an instance may know the name for a second."""
    return (reply.status, reply.body["error"]) in ((401, "invalid_client"), (400, "invalid_grant"))


@ENDS_SESSION
def test_with_a_session_ends_what_lives_with_it_and_nothing_else(
    twins: Twins, both: tuple[Party, Visitor], end: End
) -> None:
    party, anna = both
    held, public = Held.by(party, anna), new_party(twins[0], "Public", auth_method="none")
    renewable = anna.tokens(public)
    end(anna)
    at = twins[1]
    assert party.dead(held.bound, at)
    assert public.userinfo(renewable.access, at).status == 401
    assert public.refresh(renewable.refresh, at).refused("invalid_grant")
    assert not held.code_works(held.code, at)
    # OpenID Connect Core section 11: offline access is for while the person is away.
    assert not party.dead(held.offline, at)
    assert held.code_works(held.offline_code, at)
    assert party.refresh(held.offline.refresh, at).status == 200


@ENDS_ALL
def test_with_a_persons_access_ends_all_that_anybody_holds_of_them(
    twins: Twins, both: tuple[Party, Visitor], end: End
) -> None:
    party, anna = both
    other = new_party(twins[0], "Analytics", first_party=False)
    held = [Held.by(each, anna) for each in (party, other)]
    end(anna)
    for each in held:
        for at in (twins[1], twins[0]):
            assert each.party.dead(each.bound, at)
            assert each.party.dead(each.offline, at)
            assert not each.code_works(each.code, at)
            assert not each.code_works(each.offline_code, at)
    assert live_grants(twins[0]) == []


@ENDS_EITHER
def test_nobody_elses_session_or_access_ends_with_it(
    twins: Twins, both: tuple[Party, Visitor], end: End
) -> None:
    party, anna = both
    bob = visitor(member(twins[0], Post(twins[0])))
    anna.tokens(party)
    his = Held.by(party, bob)
    end(anna)
    for tokens in (his.bound, his.offline):
        assert not party.dead(tokens, twins[1])
    assert his.code_works(his.code, twins[1])
    bob.browser.line.move(twins[1])
    assert bob.signed_in


@ENDS_EITHER
def test_everybody_who_listens_and_knows_of_the_session_is_to_be_told_of_it_once(
    twins: Twins, both: tuple[Party, Visitor], end: End
) -> None:
    quiet, anna = both
    one, other, unaware = (listening(twins[0], name) for name in ("One", "Other", "Unaware"))
    visitor(member(twins[0], Post(twins[0]))).tokens(unaware)
    claims = [anna.tokens(party, scope=OFFLINE).claims for party in (one, other, quiet, one)]
    end(anna)
    with UnitOfWork(twins[1]):
        lines = [(row.client_id, row.account_id, row.session_id) for row in db.session.query(LogoutRow)]
        assert logouts.waiting() == 2
    expected = {(each["aud"], each["sub"], each["sid"]) for each in claims[:2]}
    assert len(lines) == 2
    assert set(lines) == expected


@ENDS_EITHER
def test_the_cookie_of_a_session_that_ended_opens_nothing_on_any_instance(
    twins: Twins, both: tuple[Party, Visitor], end: End
) -> None:
    party, anna = both
    cookie = anna.browser.line.cookie("session") or ""
    end(anna)
    for at in (twins[1], twins[0]):
        browser = stranger(at)
        browser.line.set_cookie("session", cookie)
        replayed = Visitor(at, browser, anna.email)
        assert not replayed.signed_in
        assert answer(replayed.send(party, prompt="none"))["error"] == "login_required"


def test_an_api_learns_at_once_that_a_token_is_good_no_more(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    _, anna = both
    asks = entitled(twins[0])
    party = new_party(twins[0], "Printing", scopes=(*SCOPES, "print.all"))
    bound, offline = anna.tokens(party, scope="openid print.all"), anna.tokens(party, scope=API)
    for at in twins:
        assert asks(bound.access, at)
        assert asks(offline.access, at)
    signs_out(anna)
    assert not asks(bound.access, twins[1])
    assert asks(offline.access, twins[1])
    is_disabled(anna)
    assert not asks(offline.access, twins[1])


def test_a_new_password_lets_the_same_browser_go_on_in_a_session_of_its_own(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    before = anna.tokens(party)
    changes_the_password(anna)
    anna.browser.line.move(twins[1])
    after = anna.tokens(party, prompt="none")
    assert after.claims["sub"] == before.claims["sub"]
    assert after.claims["sid"] != before.claims["sid"]
    assert not party.dead(after)


def test_whoever_is_enabled_again_begins_anew(twins: Twins, both: tuple[Party, Visitor]) -> None:
    party, anna = both
    held = Held.by(party, anna)
    is_disabled(anna)
    with UnitOfWork(twins[1]):
        directory.set_disabled(directory.get(anna.email), SYSTEM, disabled=False)
    assert party.dead(held.bound, twins[1])
    assert party.dead(held.offline, twins[1])
    assert not held.code_works(held.offline_code, twins[1])
    assert not anna.signed_in
    assert not party.dead(anna.tokens(party), twins[1])


def test_ending_the_other_sessions_ends_theirs_and_tells_who_knows_of_them(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    here_only, anna = listening(twins[0], "Here"), both[1]
    there, everywhere = listening(twins[0], "There"), listening(twins[0], "Everywhere")
    elsewhere = Visitor(twins[1], stranger(twins[1]), anna.email)
    elsewhere.sign_in(elsewhere.open("/login"))
    kept = [anna.tokens(here_only), anna.tokens(everywhere)]
    gone = [elsewhere.tokens(there), elsewhere.tokens(everywhere)]
    anna.browser.submit("/account/sessions", "/account/sessions/end-others")
    assert not elsewhere.signed_in
    assert anna.signed_in
    for party, tokens in zip((there, everywhere), gone, strict=True):
        assert party.dead(tokens, twins[1])
    for party, tokens in zip((here_only, everywhere), kept, strict=True):
        assert not party.dead(tokens, twins[1])
    assert to_be_told(twins[0]) == sorted([there.client_id, everywhere.client_id])
    with UnitOfWork(twins[0]):
        assert {row.session_id for row in db.session.query(LogoutRow)} == {gone[0].claims["sid"]}


def test_what_is_refused_ends_nothing(twins: Twins, both: tuple[Party, Visitor]) -> None:
    anna, party = both[1], listening(twins[0])
    held = Held.by(party, anna)
    # Somebody else belongs to the organization, who would be left without an Administrator.
    friend = member(twins[0], Post(twins[0]))
    with UnitOfWork(twins[0]):
        (hers,) = memberships.of_account(directory.get(anna.email).id)
        memberships.add(Membership(hers.organization, directory.get(friend.email).id, "member", 1))
    page = anna.browser.submit("/account/close", email=anna.email, password=anna.password)
    assert page.status == 409
    assert anna.signed_in
    assert not party.dead(held.bound, twins[1])
    assert not party.dead(held.offline, twins[1])
    assert held.code_works(held.code, twins[1])
    assert to_be_told(twins[0]) == []


def test_a_session_that_nobody_used_for_long_carries_nothing_any_more(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    public = new_party(twins[0], "Public", auth_method="none", access_token_lifetime=3600)
    renewable, offline = anna.tokens(public), anna.tokens(party, scope=OFFLINE)
    settings = twins[0].extensions["settings"]
    with later(min(settings.session_idle, settings.session_absolute) + 1):
        assert not anna.signed_in
        assert public.refresh(renewable.refresh, twins[1]).refused("invalid_grant")
        assert public.userinfo(renewable.access, twins[1]).status == 401
        assert party.refresh(offline.refresh, twins[1]).status == 200


def test_a_disabled_application_holds_nothing_and_others_keep_what_they_have(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    other, anna = both
    asks = entitled(twins[0])
    party = listening(twins[0], first_party=False, scopes=(*SCOPES, "print.all"))
    held, theirs = Held.by(party, anna), Held.by(other, anna)
    for_api = anna.tokens(party, scope=API)
    with UnitOfWork(twins[0]):
        application_registration.set_disabled(party.client_id, SYSTEM, disabled=True)
    for at in (twins[1], twins[0]):
        assert not asks(for_api.access, at)
        for tokens in (held.bound, held.offline, for_api):
            assert party.userinfo(tokens.access, at).status == 401
        for reply in (
            party.refresh(held.offline.refresh, at),
            party.redeem(held.code, at),
            party.redeem(held.offline_code, at),
        ):
            assert turned_away(reply)
        anna.browser.line.move(at)
        assert anna.send(party).page.status == 400
    assert not other.dead(theirs.bound, twins[1])
    assert not other.dead(theirs.offline, twins[1])
    assert other.refresh(theirs.offline.refresh, twins[1]).status == 200
    assert anna.signed_in


def test_an_application_that_is_enabled_again_has_its_consents_and_nothing_else(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    _, anna = both
    party = listening(twins[0], first_party=False)
    held = Held.by(party, anna)
    for disabled in (True, False):
        with UnitOfWork(twins[0]):
            application_registration.set_disabled(party.client_id, SYSTEM, disabled=disabled)
    for at in twins:
        assert party.dead(held.bound, at)
        assert party.dead(held.offline, at)
        assert not held.code_works(held.code, at)
        assert not held.code_works(held.offline_code, at)
    # Nobody is asked again, and nothing of before comes back with what is new.
    fresh = anna.tokens(party, prompt="none")
    assert not party.dead(fresh, twins[1])
    assert party.dead(held.bound, twins[1])


def test_who_is_disabled_is_not_told_of_the_session_and_who_is_enabled_again_is(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    _, anna = both
    back, gone = listening(twins[0], "Back"), listening(twins[0], "Gone")
    for party in (back, gone):
        anna.tokens(party)
        with UnitOfWork(twins[0]):
            application_registration.set_disabled(party.client_id, SYSTEM, disabled=True)
    assert to_be_told(twins[0]) == []
    with UnitOfWork(twins[1]):
        application_registration.set_disabled(back.client_id, SYSTEM, disabled=False)
    signs_out(anna)
    assert to_be_told(twins[1]) == [back.client_id]


def test_a_deleted_application_leaves_nothing_behind(twins: Twins, both: tuple[Party, Visitor]) -> None:
    _, anna = both
    asks = entitled(twins[0])
    party = listening(twins[0], first_party=False, scopes=(*SCOPES, "print.all"))
    for_api = anna.tokens(party, scope=API)
    assert asks(for_api.access, twins[1])
    subject = for_api.claims["sub"]
    signs_out(anna)
    anna.sign_in(anna.open("/login"))
    held = Held.by(party, anna)
    assert to_be_told(twins[0]) == [party.client_id]
    with UnitOfWork(twins[0]):
        application_registration.delete(party.client_id, SYSTEM)
    for at in (twins[1], twins[0]):
        assert not asks(for_api.access, at)
        for tokens in (held.bound, held.offline):
            assert party.userinfo(tokens.access, at).status == 401
        for reply in (party.refresh(held.offline.refresh, at), party.redeem(held.code, at)):
            assert turned_away(reply)
        with UnitOfWork(at):
            assert consents.of(subject) == []
    signs_out(anna)
    assert to_be_told(twins[0]) == []
    assert live_grants(twins[0]) == []


def test_withdrawn_consent_is_seen_on_the_other_instance_at_once(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    other, anna = both
    party = listening(twins[0], first_party=False)
    held, theirs = Held.by(party, anna), anna.tokens(other)
    path = f"/account/applications/{party.client_id}/withdraw"
    assert anna.browser.submit("/account/applications", path).status == 303
    assert party.dead(held.bound, twins[1])
    assert party.dead(held.offline, twins[1])
    assert not held.code_works(held.code, twins[1])
    assert not held.code_works(held.offline_code, twins[1])
    assert not other.dead(theirs, twins[1])
    anna.browser.line.move(twins[1])
    assert answer(anna.send(party, prompt="none"))["error"] == "consent_required"
    assert anna.signed_in
