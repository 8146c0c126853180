"""Accepting: bound to the proven address, never more than the inviter holds, once."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from authserver.accounts import directory as people
from authserver.accounts import sessions
from authserver.accounts.account import Account
from authserver.accounts.store import accounts
from authserver.audit.log import SYSTEM
from authserver.base.errors import Conflict, NotFound, Refused
from authserver.organizations import acceptance, administration, catalogue, directory, membership
from authserver.organizations.acceptance import WrongAddress
from authserver.organizations.authority import OPERATOR, member
from authserver.organizations.permissions import AUDIT, MEMBERS, ORGANIZATION, Rights
from authserver.organizations.store import invitations as store
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.inviting import (
    BROWSER,
    INVITED,
    accept,
    accept_as_newcomer,
    invite,
    look,
    pending,
    services,
    token,
)
from tests.organizations.workspace import Workspace, somebody, workspace
from tests.support.application import race, seed, trail
from tests.support.people import Post, later

ADMINISTRATOR = Rights("administrator")
DAY = 86_400


def rights(*names: str) -> Rights:
    return Rights("member", frozenset(names))


def change(acme: Workspace, account: Account, wanted: Rights) -> None:
    with UnitOfWork(acme.app):
        membership.change(OPERATOR, acme.id, account.id, wanted, SYSTEM)


def remove(acme: Workspace, account: Account) -> None:
    with UnitOfWork(acme.app):
        membership.remove(OPERATOR, acme.id, account.id, SYSTEM)


def untouched(acme: Workspace, invitation_id: str) -> bool:
    with UnitOfWork(acme.app):
        found = store.find(invitation_id)
        return found is not None and found.used_at is None and found.written


@pytest.mark.parametrize("wanted", [rights(), rights(AUDIT, MEMBERS), ADMINISTRATOR])
def test_an_account_of_the_invited_address_joins_as_the_invitation_says(
    acme: Workspace, post: Post, wanted: Rights
) -> None:
    anna = acme.put("administrator")
    bert = somebody(acme.app, INVITED)
    invite(acme, anna, wanted, "INVITED@example.COM")
    joined = accept(acme.app, bert, token(post))
    assert (joined.organization.id, joined.account_id, joined.granted) == (acme.id, bert.id, wanted)
    assert acme.granted(bert) == wanted
    assert pending(acme, anna) == []
    (event,) = [event for event in trail(acme.app) if event.action == "member.joined"]
    assert (event.target, event.actor, event.organization_id) == (bert.id, f"account:{bert.id}", acme.id)
    assert event.details["inviter"] == f"member:{anna.id}"


def test_a_link_works_once(acme: Workspace, post: Post) -> None:
    anna, bert = acme.put("administrator"), somebody(acme.app, INVITED)
    invite(acme, anna)
    link = token(post)
    accept(acme.app, bert, link)
    remove(acme, bert)
    assert look(acme.app, link) is None
    with pytest.raises(NotFound):
        accept(acme.app, bert, link)
    assert acme.granted(bert) is None
    invite(acme, anna)
    accept(acme.app, bert, token(post))
    assert acme.granted(bert)


def test_anybody_else_is_refused_and_the_invitation_stays_untouched(acme: Workspace, post: Post) -> None:
    anna = acme.put("administrator")
    made = invite(acme, anna, ADMINISTRATOR)
    link = token(post)
    with UnitOfWork(acme.app):
        unproven = people.begin(INVITED, "en", SYSTEM)
    assert unproven
    for somebody_else in (anna, somebody(acme.app), unproven):
        before = acme.granted(somebody_else)
        with UnitOfWork(acme.app), pytest.raises(WrongAddress):
            acceptance.accept(services(acme.app), somebody_else.id, link, SYSTEM)
        assert acme.granted(somebody_else) == before
        assert untouched(acme, made.id)
    refused = [event for event in trail(acme.app) if event.action == "invitation.refused"]
    assert [(event.result, event.organization_id) for event in refused] == [("refused", acme.id)] * 3


def test_who_changed_the_address_meanwhile_is_somebody_else(acme: Workspace, post: Post) -> None:
    anna, bert = acme.put("administrator"), somebody(acme.app, INVITED)
    invite(acme, anna)
    link = token(post)
    with UnitOfWork(acme.app):
        accounts.set_email(bert.id, "other@example.com", 1)
    with pytest.raises(WrongAddress):
        accept(acme.app, bert, link)
    assert look(acme.app, link)


def test_no_other_link_opens_anything(acme: Workspace, post: Post) -> None:
    bert = somebody(acme.app, INVITED)
    invite(acme, acme.put("administrator"))
    link = token(post)
    for wrong in ("", "x", link[:-1], link + "A", link.swapcase(), "A" * 43, "ä", "\x00"):
        assert look(acme.app, wrong) is None
        with pytest.raises(NotFound):
            accept(acme.app, bert, wrong)
        with pytest.raises(NotFound):
            accept_as_newcomer(acme.app, wrong)
    assert look(acme.app, link)


def test_after_its_time_a_link_is_void_though_nobody_cleaned_up(acme: Workspace, post: Post) -> None:
    bert = somebody(acme.app, INVITED)
    invite(acme, acme.put("administrator"))
    link = token(post)
    with later(7 * DAY + 60):
        for act in (lambda: accept(acme.app, bert, link), lambda: accept_as_newcomer(acme.app, link)):
            with pytest.raises(NotFound):
                act()
    assert acme.granted(bert) is None


Happening = Callable[[str, Account], Any]


def demoted(*names: str) -> Happening:
    return lambda place, anna: membership.change(OPERATOR, place, anna.id, rights(*names), SYSTEM)


def back_again(place: str, anna: Account) -> None:
    demoted()(place, anna)
    membership.change(OPERATOR, place, anna.id, ADMINISTRATOR, SYSTEM)


VOIDING: dict[str, Happening] = {
    "removed": lambda place, anna: membership.remove(OPERATOR, place, anna.id, SYSTEM),
    "left": lambda place, anna: membership.leave(anna.id, place, SYSTEM),
    "may not invite": demoted(AUDIT, ORGANIZATION),
    "no Administrator": demoted(MEMBERS, AUDIT, ORGANIZATION),
    "lost it and got it back": back_again,
    "disabled": lambda _place, anna: people.set_disabled(anna, SYSTEM, disabled=True),
    "closed": lambda _place, anna: people.close(anna, SYSTEM),
    "organization disabled": lambda place, _anna: directory.set_disabled(place, disabled=True, origin=SYSTEM),
    "organization deleted": lambda place, _anna: administration.delete(OPERATOR, place, SYSTEM),
    "organization limited": lambda place, _anna: directory.limit(place, [AUDIT], SYSTEM),
}


@pytest.mark.parametrize("what", VOIDING)
def test_an_invitation_is_void_when_its_inviter_may_not_give_it_any_more(
    acme: Workspace, post: Post, what: str
) -> None:
    acme.put("administrator")
    anna = acme.put("administrator")
    invite(acme, anna, ADMINISTRATOR)
    link = token(post)
    with UnitOfWork(acme.app):
        VOIDING[what](acme.id, anna)
    assert look(acme.app, link) is None
    with pytest.raises(NotFound):
        accept_as_newcomer(acme.app, link)
    with UnitOfWork(acme.app):
        assert accounts.find_by_email(INVITED) is None
    bert = somebody(acme.app, INVITED)
    with pytest.raises(NotFound):
        accept(acme.app, bert, link)
    assert acme.granted(bert) is None


def test_what_the_inviter_lost_is_left_out(app: Flask, post: Post) -> None:
    acme = Workspace(app, seed(app))
    with UnitOfWork(app):
        catalogue.register("webapi", "billing:read", "See invoices", SYSTEM)
    acme.put("administrator")
    anna, bert = acme.put("member", MEMBERS, AUDIT, ORGANIZATION, "billing:read"), somebody(app, INVITED)
    invite(acme, anna, rights(AUDIT, ORGANIZATION, "billing:read"))
    change(acme, anna, rights(MEMBERS, AUDIT, "billing:read"))
    with UnitOfWork(app):
        catalogue.withdraw("webapi", "billing:read", SYSTEM)
        catalogue.register("webapi", "billing:read", "Something else", SYSTEM)
    offer = look(app, token(post))
    assert offer
    assert offer.rights == rights(AUDIT)
    accept(app, bert, token(post))
    assert acme.granted(bert) == rights(AUDIT)


def test_the_loss_of_rights_voids_what_can_not_be_given_and_nothing_else(acme: Workspace, post: Post) -> None:
    acme.put("administrator")
    anna, carl = acme.put("administrator"), acme.put("administrator")
    invite(acme, anna, ADMINISTRATOR, "one@example.com")
    invite(acme, anna, rights(AUDIT), "two@example.com")
    invite(acme, carl, ADMINISTRATOR, "three@example.com")
    change(acme, anna, rights(MEMBERS, AUDIT))
    assert [each.invitation.email for each in pending(acme, carl)] == ["three@example.com", "two@example.com"]
    voided = [event.target for event in trail(acme.app) if event.action == "invitation.voided"]
    assert voided == ["one@example.com"]
    assert len(post.to("one@example.com")) == 0


def test_a_member_already_stays_what_they_are_and_the_invitation_is_used_up(
    acme: Workspace, post: Post
) -> None:
    anna, bert = acme.put("administrator"), somebody(acme.app, INVITED)
    invite(acme, anna, ADMINISTRATOR)
    link = token(post)
    acme.place(bert, "member", AUDIT)
    assert accept(acme.app, bert, link).granted == rights(AUDIT)
    assert acme.granted(bert) == rights(AUDIT)
    assert look(acme.app, link) is None
    assert "member.joined" not in [event.action for event in trail(acme.app)]


def test_without_an_account_the_link_proves_the_address_and_begins_one(acme: Workspace, post: Post) -> None:
    invite(acme, acme.put("administrator"), rights(AUDIT))
    link = token(post)
    with UnitOfWork(acme.app):
        newcomer = acceptance.newcomer(services(acme.app), link, "de")
        assert newcomer
        assert (newcomer.email, newcomer.language) == (INVITED, "de")
        assert accounts.find_by_email(INVITED) is None
    entry, joined = accept_as_newcomer(acme.app, link)
    with UnitOfWork(acme.app):
        account = people.get(INVITED)
        assert account.proven
        found = sessions.find(entry.handle)
        assert found
        assert (found[0].full, found[1].id) == (True, account.id)
        mine = memberships.of_account(account.id)
    assert joined.organization.id == acme.id
    assert {each.organization.id: each.granted for each in mine}[acme.id] == rights(AUDIT)
    # The first sign-in founds an organization for everybody, for the invited too.
    assert len(mine) == 2
    assert {"account.first_signed_in", "member.joined", "invitation.accepted"} <= {
        event.action for event in trail(acme.app) if event.actor == f"account:{account.id}"
    }


def test_who_registered_meanwhile_and_never_signed_in_chooses_a_password_by_the_link_too(
    acme: Workspace, post: Post
) -> None:
    invite(acme, acme.put("administrator"))
    with UnitOfWork(acme.app):
        begun = people.create(INVITED, SYSTEM)
    letters = post.to(INVITED)
    assert len(letters) == 2
    secret = next(post_link(letter.text) for letter in letters if "/invitations/" in letter.text)
    with UnitOfWork(acme.app):
        found = acceptance.newcomer(services(acme.app), secret, "en")
        assert found
        assert found.id == begun.id
    entry, _joined = accept_as_newcomer(acme.app, secret)
    assert entry.account.id == begun.id
    assert acme.granted(begun) == rights()


def post_link(text: str) -> str:
    return text.partition("/invitations/")[2].split(maxsplit=1)[0]


def test_who_has_a_password_or_is_disabled_does_not_get_in_by_the_link(acme: Workspace, post: Post) -> None:
    made = invite(acme, acme.put("administrator"))
    link = token(post)
    bert = somebody(acme.app, INVITED)
    for disabled in (False, True):
        with UnitOfWork(acme.app):
            people.set_disabled(bert, SYSTEM, disabled=disabled)
            assert acceptance.newcomer(services(acme.app), link, "en") is None
            with pytest.raises(Conflict, match="Sign in"):
                acceptance.accept_as_newcomer(services(acme.app), link, "x", "en", BROWSER, SYSTEM)
        assert untouched(acme, made.id)
    with pytest.raises(NotFound):
        accept(acme.app, bert, link)
    assert acme.granted(bert) is None


def test_sixteen_acceptances_at_once_make_one_membership(app: Flask, post: Post) -> None:
    acme = workspace(app)
    bert = somebody(app, INVITED)
    invite(acme, acme.put("administrator"), rights(AUDIT))
    link = token(post)
    done = race(16, lambda _: accept(app, bert, link).account_id)
    assert sum(each == bert.id for each in done) == 1
    assert sum(isinstance(each, NotFound) for each in done) == 15
    with UnitOfWork(app):
        assert memberships.count(acme.id) == 2
    assert [event.action for event in trail(app)].count("member.joined") == 1


def test_sixteen_newcomers_with_one_link_are_one_account(app: Flask, post: Post) -> None:
    acme = workspace(app)
    invite(acme, acme.put("administrator"))
    link = token(post)
    done = race(16, lambda _: accept_as_newcomer(app, link)[0].account.id)
    assert sum(isinstance(each, str) for each in done) == 1, done
    assert all(isinstance(each, str | NotFound | Conflict) for each in done), done
    with UnitOfWork(app):
        assert memberships.count(acme.id) == 2
        assert accounts.page(search="invited") == [people.get(INVITED)]


def test_an_acceptance_that_meets_the_removal_of_its_inviter_ends_one_way_or_the_other(
    app: Flask, post: Post
) -> None:
    acme = workspace(app)
    acme.put("administrator")
    anna = acme.put("administrator")
    invited = [somebody(app, f"invited{number}@example.com") for number in range(12)]
    links = []
    for account in invited:
        invite(acme, anna, rights(), account.email)
        links.append(token(post, account.email))

    def act(number: int) -> str:
        if number < len(invited):
            return accept(app, invited[number], links[number]).account_id
        with UnitOfWork(app):
            if number % 2:
                membership.remove(OPERATOR, acme.id, anna.id, SYSTEM)
            else:
                people.close(anna, SYSTEM)
        return ""

    done = race(16, act)
    assert all(isinstance(each, str | Refused) for each in done), done
    joined = {each for each in done if isinstance(each, str) and each}
    assert {account.id for account in invited if acme.granted(account)} == joined
    assert acme.granted(anna) is None
    with UnitOfWork(app):
        assert store.of_inviter([acme.id], str(member(anna.id))) == []
