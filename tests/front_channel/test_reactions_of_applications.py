"""What ends with an application, or with the consent to it: at the next request, everywhere (L4)."""

from authserver.audit.log import SYSTEM
from authserver.clients import application_registration
from authserver.oidc.store import consents
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.endings import API, Held, Twins, entitled, listening, signs_out, turned_away
from tests.front_channel.party import SCOPES, Party, live_grants, to_be_told
from tests.front_channel.visit import Visitor, answer


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
