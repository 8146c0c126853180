"""Inviting: who may, what the letter says, sending it again, taking it back."""

from pathlib import Path

import pytest
from flask import Flask

from authserver.accounts import directory as people
from authserver.accounts.store import accounts
from authserver.audit.log import SYSTEM
from authserver.base.errors import Conflict, Forbidden, NotFound, Refused
from authserver.mail.failures import PermanentFailure, TemporaryFailure
from authserver.mail.letter import Envelope, Letter
from authserver.organizations import housekeeping, invitations, membership
from authserver.organizations.authority import OPERATOR, member
from authserver.organizations.invitations import TooManyLetters
from authserver.organizations.permissions import AUDIT, MEMBERS, ORGANIZATION, Rights
from authserver.organizations.store import invitations as store
from authserver.organizations.store import organizations
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.inviting import INVITED, accept, invite, look, pending, services, token
from tests.organizations.workspace import Workspace, somebody, workspace
from tests.support.application import application, race, trail
from tests.support.people import Post, later

ADMINISTRATOR = Rights("administrator")
DAY = 86_400


def rights(*names: str) -> Rights:
    return Rights("member", frozenset(names))


def resend(acme: Workspace, by: str, invitation_id: str) -> None:
    with UnitOfWork(acme.app):
        invitations.resend(services(acme.app), member(by), acme.id, invitation_id, "en", SYSTEM)


def revoke(acme: Workspace, by: str, invitation_id: str) -> None:
    with UnitOfWork(acme.app):
        invitations.revoke(member(by), acme.id, invitation_id, SYSTEM)


def test_the_letter_names_organization_inviter_and_product_and_holds_the_link(
    acme: Workspace, post: Post
) -> None:
    anna = acme.put("administrator", email="anna@example.com")
    made = invite(acme, anna, rights(AUDIT), "Invited@EXAMPLE.com")
    assert made.email == INVITED
    letter = post.newest(INVITED)
    for text in (letter.text, letter.html):
        assert "anna@example.com invites you to the organization Acme at Identity server." in text
        assert "within 7 days" in text
    assert letter.subject == "Invitation to Acme at Identity server"
    offer = look(acme.app, token(post))
    assert offer
    assert (offer.organization.id, offer.invitation.email, offer.rights) == (acme.id, INVITED, rights(AUDIT))
    (told,) = [event for event in trail(acme.app) if event.action == "invitation.created"]
    assert (told.target, told.organization_id, told.actor) == (INVITED, acme.id, f"account:{anna.id}")
    assert token(post) not in str(trail(acme.app))


def test_whoever_runs_the_server_invites_in_nobodys_name(acme: Workspace, post: Post) -> None:
    invite(acme, OPERATOR, ADMINISTRATOR)
    assert "You are invited to the organization Acme" in post.newest(INVITED).text
    accept(acme.app, somebody(acme.app, INVITED), token(post))


def test_nobody_invites_with_more_than_they_hold(acme: Workspace) -> None:
    anna, bert = acme.put("member", MEMBERS, AUDIT), acme.put("member", AUDIT)
    for wanted in (ADMINISTRATOR, rights(ORGANIZATION), rights(AUDIT, ORGANIZATION)):
        with pytest.raises(Forbidden):
            invite(acme, anna, wanted)
    with pytest.raises(Refused, match="no permission"):
        invite(acme, anna, rights("gone:away"))
    with pytest.raises(Forbidden):
        invite(acme, bert, rights())
    with pytest.raises(NotFound):
        invite(acme, somebody(acme.app), rights())
    with pytest.raises(Refused, match="not an email address"):
        invite(acme, anna, rights(), "nobody")
    assert pending(acme, anna) == []
    assert "invitation.created" not in [event.action for event in trail(acme.app)]


def test_members_and_invited_addresses_are_not_invited_again(acme: Workspace, post: Post) -> None:
    anna = acme.put("administrator", email="anna@example.com")
    with pytest.raises(Conflict, match="member already"):
        invite(acme, anna, rights(), "ANNA@example.com")
    invite(acme, anna)
    with pytest.raises(Conflict, match="invited already"):
        invite(acme, anna)
    assert len(post.to(INVITED)) == 1
    other = workspace(acme.app, "other")
    invite(other, other.put("administrator"))
    with later(8 * DAY):
        invite(acme, anna, rights(AUDIT))
        (waiting,) = pending(acme, anna)
        assert (waiting.invitation.wanted, waiting.expired) == (rights(AUDIT), False)


def test_the_inviter_sees_how_far_the_letter_is_and_the_same_for_every_address(
    acme: Workspace, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = acme.put("administrator")
    known, unproven = somebody(acme.app), "unproven@example.com"
    with UnitOfWork(acme.app):
        people.begin(unproven, "en", SYSTEM)
    addresses = [known.email, unproven, "nobody@example.com"]
    for address in addresses:
        invite(acme, anna, email=address)
    assert {each.letter for each in pending(acme, anna)} == {"waiting"}

    def fail(_envelope: Envelope, _letter: Letter) -> None:
        raise failure

    failure: Exception = TemporaryFailure("busy")
    with monkeypatch.context() as patch:
        patch.setattr(post, "send", fail)
        post.deliver()
        assert {each.letter for each in pending(acme, anna)} == {"waiting"}
        failure = PermanentFailure("no such box")
        with later(60):
            post.deliver()
    shown = pending(acme, anna)
    assert [(each.letter, each.expired) for each in shown] == [("failed", False)] * 3
    for each in shown:
        resend(acme, anna.id, each.invitation.id)
    post.deliver()
    assert {each.letter for each in pending(acme, anna)} == {"sent"}
    assert [each.invitation.email for each in pending(acme, anna)] == sorted(addresses)


def test_sending_again_voids_the_old_link_at_once_and_lets_the_sender_answer_for_it(
    acme: Workspace, post: Post
) -> None:
    anna, bert = acme.put("administrator"), acme.put("member", MEMBERS)
    made = invite(acme, anna, rights(AUDIT))
    old = token(post)
    with pytest.raises(Forbidden):
        resend(acme, bert.id, made.id)
    assert look(acme.app, old)
    carl = acme.put("administrator")
    resend(acme, carl.id, made.id)
    assert look(acme.app, old) is None
    assert carl.email in post.newest(INVITED).text
    offer = look(acme.app, token(post))
    assert offer
    assert offer.invitation.inviter == str(member(carl.id))
    with UnitOfWork(acme.app):
        membership.remove(OPERATOR, acme.id, anna.id, SYSTEM)
    assert look(acme.app, token(post))


def test_a_letter_that_is_overtaken_by_a_newer_one_does_not_go_out(acme: Workspace, post: Post) -> None:
    anna = acme.put("administrator")
    made = invite(acme, anna)
    resend(acme, anna.id, made.id)
    resend(acme, anna.id, made.id)
    assert len(post.to(INVITED)) == 1
    assert look(acme.app, token(post))


def test_taking_an_invitation_back_voids_its_link_and_its_letter(acme: Workspace, post: Post) -> None:
    anna, bert = acme.put("administrator"), acme.put("member", MEMBERS)
    made = invite(acme, anna, ADMINISTRATOR)
    link = token(post)
    with pytest.raises(Forbidden, match="Only an Administrator"):
        revoke(acme, bert.id, made.id)
    revoke(acme, anna.id, made.id)
    assert look(acme.app, link) is None
    with pytest.raises(NotFound):
        revoke(acme, anna.id, made.id)
    again = invite(acme, anna)
    revoke(acme, bert.id, again.id)
    assert len(post.to(INVITED)) == 1
    assert pending(acme, anna) == []
    assert [event.action for event in trail(acme.app)].count("invitation.revoked") == 2


def test_invitations_of_others_are_out_of_reach(acme: Workspace, post: Post) -> None:
    anna, other = acme.put("administrator"), workspace(acme.app, "other")
    bert = other.put("administrator")
    made = invite(acme, anna)
    for place, who in ((other, bert.id), (acme, bert.id)):
        with pytest.raises(NotFound):
            revoke(place, who, made.id)
        with pytest.raises(NotFound):
            resend(place, who, made.id)
    with pytest.raises(NotFound):
        pending(acme, bert)
    with pytest.raises(Forbidden):
        pending(acme, acme.put("member", AUDIT))
    assert look(acme.app, token(post))


def test_an_expired_invitation_stays_in_the_list_for_a_while_and_can_be_sent_again(
    acme: Workspace, post: Post
) -> None:
    anna = acme.put("administrator")
    made = invite(acme, anna)
    old = token(post)
    with later(7 * DAY + 60):
        assert look(acme.app, old) is None
        (waiting,) = pending(acme, anna)
        assert waiting.expired
        with UnitOfWork(acme.app):
            assert housekeeping.delete_expired(services(acme.app).now(), 100) == 0
        resend(acme, anna.id, made.id)
        assert look(acme.app, token(post))
    with later(45 * DAY), UnitOfWork(acme.app):
        assert housekeeping.delete_expired(services(acme.app).now(), 100) == 1
        assert store.find(made.id) is None


def test_mail_limits_count_and_are_told(schema_url: str, tmp_path: Path) -> None:
    with application(schema_url, tmp_path, mails_per_address_per_hour=2) as app:
        acme = workspace(app)
        anna, stranger = acme.put("administrator"), somebody(app)
        for _ in range(5):
            # Who may not invite uses up nothing.
            with pytest.raises(NotFound):
                invite(acme, stranger)
        made = invite(acme, anna)
        bert = acme.put("member", MEMBERS)
        # Neither does what is refused: else anybody could keep an address from its letters.
        for by, email, wanted, refusal in (
            (anna, INVITED, Rights("member"), Conflict),
            (anna, bert.email, Rights("member"), Conflict),
            (bert, "new@example.com", Rights("administrator"), Forbidden),
        ) * 3:  # fmt: skip
            # A refusal commits, as it does at a request.
            with UnitOfWork(app), pytest.raises(refusal):
                invitations.invite(services(app), member(by.id), acme.id, email, wanted, "en", SYSTEM)
        with UnitOfWork(app):
            assert services(app).mail_limits.ask(bert.email, "192.0.2.9").retry_after is None
        invite(acme, bert, email="new@example.com")
        resend(acme, anna.id, made.id)
        with UnitOfWork(app):
            for _ in range(3):
                with pytest.raises(TooManyLetters) as refused:
                    invitations.resend(services(app), member(anna.id), acme.id, made.id, "en", SYSTEM)
                assert 0 < refused.value.retry_after <= 3600
        assert [event.action for event in trail(app)].count("invitation.limited") == 1
        with UnitOfWork(app):
            invitations.resend(services(app), OPERATOR, acme.id, made.id, "en", SYSTEM)


def test_no_letter_goes_out_for_what_is_void(acme: Workspace, post: Post) -> None:
    anna = acme.put("administrator")
    invite(acme, anna)
    # Straight in the store, so that the invitation is not deleted: the letter asks for itself.
    with UnitOfWork(acme.app):
        organizations.set_disabled(acme.id, 1)
    assert post.to(INVITED) == []
    with UnitOfWork(acme.app):
        organizations.set_disabled(acme.id, None)
    (waiting,) = pending(acme, anna)
    assert waiting.letter == "failed"
    with UnitOfWork(acme.app):
        accounts.set_disabled(anna.id, 1)
        resent = invitations.resend(
            services(acme.app), OPERATOR, acme.id, waiting.invitation.id, "en", SYSTEM
        )
    assert resent.inviter == str(OPERATOR)
    assert len(post.to(INVITED)) == 1


def test_of_sixteen_invitations_of_one_address_at_once_one_is_made(app: Flask, post: Post) -> None:
    acme = workspace(app)
    inviters = [acme.put("administrator") for _ in range(16)]
    done = race(16, lambda number: invite(acme, inviters[number]).id)
    assert sum(isinstance(each, str) for each in done) == 1
    assert sum(isinstance(each, Conflict) for each in done) == 15
    assert len(post.to(INVITED)) == 1
