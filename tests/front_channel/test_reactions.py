"""What ends with a session, a person's access or an application: at the next request, everywhere (L1-L6)."""

from authserver.accounts import directory
from authserver.audit.log import SYSTEM
from authserver.extensions import db
from authserver.oidc.models import LogoutRow
from authserver.oidc.store import logouts
from authserver.organizations.member import Membership
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.endings import (
    API,
    ENDS_ALL,
    ENDS_EITHER,
    ENDS_SESSION,
    OFFLINE,
    End,
    Held,
    Twins,
    changes_the_password,
    entitled,
    is_disabled,
    listening,
    signs_out,
)
from tests.front_channel.party import SCOPES, Party, live_grants, new_party, to_be_told
from tests.front_channel.visit import Visitor, answer, visitor
from tests.support.people import Post, later, member, stranger


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
    assert party.refresh(held.offline.refresh, at).status == 200
    # It begins when its code is redeemed, and a code goes with the session.
    assert not held.code_works(held.offline_code, at)


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
