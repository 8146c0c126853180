"""What APIs that follow the feed refuse: what ended, at whichever instance, and nothing else."""

from collections.abc import Callable

import pytest
from flask import Flask

from authserver.accounts import directory as accounts
from authserver.audit.log import SYSTEM
from authserver.clients import application_registration, registration
from authserver.oidc import withdrawal
from authserver.oidc.messages.security_event import KEPT, SETTLING
from authserver.organizations import authority, directory, membership
from authserver.organizations.permissions import Rights
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.endings import ENDS_ALL, ENDS_SESSION, End, Twins, is_disabled, signs_out
from tests.front_channel.feed import PERMISSIONS, Api, api, client, machine_token, organization
from tests.front_channel.party import Party, Tokens
from tests.front_channel.visit import Visitor, visitor
from tests.support.people import Post, later, member

OPERATOR = authority.OPERATOR


def scope(of: Api, *more: str) -> str:
    return " ".join(("openid", of.scope, *more))


@pytest.fixture
def printing(app: Flask) -> Api:
    return api(app, "printing", *PERMISSIONS)


@pytest.fixture
def party(printing: Api) -> Party:
    return printing.party()


class TestPeople:
    @ENDS_SESSION
    def test_with_a_session_end_its_tokens_but_for_offline_ones(self, twins: Twins, end: End) -> None:
        printing = api(twins[0], "printing")
        party, anna = printing.party(), visitor(member(twins[0], Post(twins[0])))
        bob = visitor(member(twins[0], Post(twins[0])))
        bound, offline = (
            anna.tokens(party, scope=scope(printing, *more)) for more in ((), ("offline_access",))
        )
        his = bob.tokens(party, scope=scope(printing))
        assert not printing.refuses(bound.access)
        end(anna)
        there = Api(twins[1], "printing")
        assert there.refuses(bound.access)
        assert not there.refuses(offline.access)
        assert not there.refuses(his.access)
        assert there.kinds() == ["session-revoked"]

    @ENDS_ALL
    def test_with_a_persons_access_end_all_of_their_tokens(self, twins: Twins, end: End) -> None:
        printing = api(twins[0], "printing")
        party, anna = printing.party(), visitor(member(twins[0], Post(twins[0])))
        bob = visitor(member(twins[0], Post(twins[0])))
        offline = anna.tokens(party, scope=scope(printing, "offline_access"))
        his = bob.tokens(party, scope=scope(printing))
        end(anna)
        there = Api(twins[1], "printing")
        assert there.refuses(offline.access)
        assert not there.refuses(his.access)

    def test_an_api_that_nobody_gave_a_token_for_is_told_nothing(
        self, app: Flask, printing: Api, party: Party, anna: Visitor
    ) -> None:
        scanning = api(app, "scanning")
        scanning.party("Scans")
        anna.tokens(party, scope=scope(printing))
        is_disabled(anna)
        assert printing.kinds() == ["session-revoked", "account-disabled"]
        assert scanning.told() == []

    def test_an_event_names_nobody(self, printing: Api, party: Party, anna: Visitor) -> None:
        tokens = anna.tokens(party, scope=scope(printing))
        is_disabled(anna)
        said = [each.event.match for each in printing.told()]
        assert said == [{"sid": tokens.claims["sid"]}, {"sub": tokens.claims["sub"]}]

    def test_whoever_comes_back_gets_tokens_that_are_accepted(
        self, app: Flask, printing: Api, party: Party, anna: Visitor
    ) -> None:
        before = anna.tokens(party, scope=scope(printing))
        is_disabled(anna)
        assert printing.refuses(before.access)
        with UnitOfWork(app):
            accounts.set_disabled(accounts.get(anna.email), SYSTEM, disabled=False)
        with later(SETTLING + 2):
            assert not printing.refuses(anna.tokens(party, scope=scope(printing)).access)
            assert printing.refuses(before.access)

    def test_a_consent_that_is_withdrawn_ends_the_tokens_of_that_application(
        self, app: Flask, printing: Api, party: Party, anna: Visitor
    ) -> None:
        other = printing.party("Other")
        ours, theirs = (anna.tokens(each, scope=scope(printing)) for each in (party, other))
        with UnitOfWork(app):
            assert withdrawal.withdraw(accounts.get(anna.email).id, party.client_id, SYSTEM)
        assert printing.refuses(ours.access)
        assert not printing.refuses(theirs.access)

    def test_a_refresh_token_that_is_given_back_ends_its_family_and_no_other(
        self, printing: Api, party: Party, anna: Visitor
    ) -> None:
        one, other = (anna.tokens(party, scope=scope(printing, "offline_access")) for _ in range(2))
        renewed = Tokens.of(party.refresh(one.refresh))
        party.revoke(renewed.refresh)
        assert printing.refuses(one.access)
        assert printing.refuses(renewed.access)
        assert not printing.refuses(other.access)
        assert printing.kinds() == ["tokens-revoked"]

    def test_an_access_token_that_is_given_back_ends_alone_and_is_told_once(
        self, printing: Api, party: Party, anna: Visitor
    ) -> None:
        one = anna.tokens(party, scope=scope(printing, "offline_access"))
        renewed = Tokens.of(party.refresh(one.refresh))
        for _ in range(2):
            party.revoke(one.access)
        assert printing.refuses(one.access)
        assert not printing.refuses(renewed.access)
        assert printing.kinds() == ["token-revoked"]


class TestOrganizations:
    def test_whoever_is_removed_acts_for_it_no_more_and_for_others_still(
        self, app: Flask, printing: Api, party: Party, anna: Visitor
    ) -> None:
        acme, other = (organization(app, anna, name=name) for name in ("Acme", "Other"))
        here, there = (
            anna.tokens(party, scope=scope(printing, "organization"), organization=each.id)
            for each in (acme, other)
        )
        with UnitOfWork(app):
            membership.remove(OPERATOR, acme.id, here.claims["sub"], SYSTEM)
        assert printing.refuses(here.access)
        assert not printing.refuses(there.access)

    def test_who_may_do_less_needs_a_token_that_says_no_more(
        self, app: Flask, printing: Api, party: Party, anna: Visitor
    ) -> None:
        acme = organization(app, anna, *PERMISSIONS)
        asked = {"scope": scope(printing, "organization"), "organization": acme.id}
        before = anna.tokens(party, **asked)
        with UnitOfWork(app):
            less = Rights("member", frozenset({"paper:read"}))
            membership.change(OPERATOR, acme.id, before.claims["sub"], less, SYSTEM)
        assert printing.refuses(before.access)
        # In the same second too: it says what holds now.
        assert not printing.refuses(anna.tokens(party, **asked).access)

    def test_who_may_do_more_goes_on(self, app: Flask, printing: Api, party: Party, anna: Visitor) -> None:
        acme = organization(app, anna, "paper:read")
        before = anna.tokens(party, scope=scope(printing, "organization"), organization=acme.id)
        with UnitOfWork(app):
            more = Rights("member", frozenset(PERMISSIONS))
            membership.change(OPERATOR, acme.id, before.claims["sub"], more, SYSTEM)
        assert not printing.refuses(before.access)
        assert printing.told() == []

    def test_what_the_operator_allows_no_more_is_refused_of_people_and_machines(
        self, app: Flask, printing: Api, party: Party, anna: Visitor
    ) -> None:
        acme = organization(app, anna, *PERMISSIONS)
        hers = anna.tokens(party, scope=scope(printing, "organization"), organization=acme.id)
        able = machine_token(app, client(app, acme, printing.scope, permissions=PERMISSIONS))
        modest = machine_token(app, client(app, acme, printing.scope, permissions=("paper:read",)))
        with UnitOfWork(app):
            directory.limit(acme.id, ("paper:read",), SYSTEM)
        assert printing.refuses(hers.access)
        assert printing.refuses(able)
        assert not printing.refuses(modest)

    @pytest.mark.parametrize("wanted", [None, PERMISSIONS])
    def test_what_the_operator_allows_more_is_no_news(
        self, app: Flask, printing: Api, anna: Visitor, wanted: tuple[str, ...] | None
    ) -> None:
        acme = organization(app, anna)
        client(app, acme, printing.scope)
        with UnitOfWork(app):
            directory.limit(acme.id, ("paper:read",), SYSTEM)
        assert printing.kinds() == ["token-claims-change"]
        with UnitOfWork(app):
            directory.limit(acme.id, wanted, SYSTEM)
        assert printing.kinds() == ["token-claims-change"]

    @pytest.mark.parametrize(
        "end",
        [
            lambda acme: directory.set_disabled(acme.id, disabled=True, origin=SYSTEM),
            lambda acme: directory.delete(acme, SYSTEM),
        ],
        ids=["disabled", "deleted"],
    )
    def test_nobody_acts_for_an_organization_that_is_disabled_or_deleted(
        self, app: Flask, printing: Api, party: Party, anna: Visitor, end: Callable[..., object]
    ) -> None:
        acme = organization(app, anna)
        hers = anna.tokens(party, scope=scope(printing, "organization"), organization=acme.id)
        elsewhere = anna.tokens(party, scope=scope(printing))
        machine = machine_token(app, client(app, acme, printing.scope))
        with UnitOfWork(app):
            end(acme)
        assert printing.refuses(hers.access)
        assert printing.refuses(machine)
        assert not printing.refuses(elsewhere.access)

    def test_an_api_that_is_not_told_organizations_hears_nothing_of_their_people(
        self, app: Flask, printing: Api, party: Party, anna: Visitor
    ) -> None:
        acme = organization(app, anna)
        tokens = anna.tokens(party, scope=scope(printing))
        with UnitOfWork(app):
            membership.remove(OPERATOR, acme.id, tokens.claims["sub"], SYSTEM)
        assert printing.told() == []

    @pytest.mark.parametrize(("passed", "told"), [(KEPT - 60, 2), (KEPT + 60, 1)])
    def test_an_api_whose_tokens_have_all_expired_is_told_no_more(
        self, app: Flask, printing: Api, party: Party, anna: Visitor, passed: int, told: int
    ) -> None:
        acme = organization(app, anna)
        asked = scope(printing, "organization", "offline_access")
        tokens = anna.tokens(party, scope=asked, organization=acme.id)
        party.revoke(tokens.refresh)
        with later(passed), UnitOfWork(app):
            membership.remove(OPERATOR, acme.id, tokens.claims["sub"], SYSTEM)
        assert len(printing.told()) == told

    def test_an_organization_that_only_one_of_many_requests_named_counts(
        self, app: Flask, printing: Api, party: Party, anna: Visitor
    ) -> None:
        """Nothing is kept of it, and so grants for others count too."""
        acme, other = (organization(app, anna, name=name) for name in ("Acme", "Other"))
        asked = scope(printing, "organization", "offline_access")
        tokens = anna.tokens(party, scope=asked, organization=other.id)
        elsewhere = Tokens.of(party.refresh(tokens.refresh, organization=acme.id))
        with UnitOfWork(app):
            membership.remove(OPERATOR, acme.id, tokens.claims["sub"], SYSTEM)
        assert printing.refuses(elsewhere.access)
        assert not printing.refuses(tokens.access)


class TestClients:
    @pytest.mark.parametrize(
        "end",
        [
            lambda made: registration.set_disabled(made.id, disabled=True, origin=SYSTEM),
            lambda made: registration.delete(made.id, SYSTEM),
        ],
        ids=["disabled", "deleted"],
    )
    def test_an_api_client_that_is_disabled_or_deleted_is_cut_off(
        self, app: Flask, printing: Api, anna: Visitor, end: Callable[..., object]
    ) -> None:
        scanning, acme = api(app, "scanning"), organization(app, anna)
        ours, theirs = client(app, acme, printing.scope), client(app, acme, printing.scope)
        token, other = machine_token(app, ours), machine_token(app, theirs)
        with UnitOfWork(app):
            end(ours[0])
        assert printing.refuses(token)
        assert not printing.refuses(other)
        assert printing.kinds() == ["client-disabled"]
        assert scanning.told() == []

    def test_one_that_is_enabled_again_gets_tokens_that_are_accepted(
        self, app: Flask, printing: Api, anna: Visitor
    ) -> None:
        made = client(app, organization(app, anna), printing.scope)
        for disabled in (True, True, False):
            with UnitOfWork(app):
                registration.set_disabled(made[0].id, disabled=disabled, origin=SYSTEM)
        assert printing.kinds() == ["client-disabled"]
        with later(SETTLING + 2):
            assert not printing.refuses(machine_token(app, made))

    def test_one_with_less_permissions_needs_a_token_that_says_no_more(
        self, app: Flask, printing: Api, anna: Visitor
    ) -> None:
        made = client(app, organization(app, anna), printing.scope, permissions=PERMISSIONS)
        before = machine_token(app, made)
        with UnitOfWork(app):
            registration.update(made[0].id, SYSTEM, permissions=("paper:read",))
        assert printing.refuses(before)
        with UnitOfWork(app):
            registration.update(made[0].id, SYSTEM, permissions=PERMISSIONS, name="Other name")
        assert printing.kinds() == ["token-claims-change"]

    def test_one_with_less_scopes_is_refused_where_it_lost_them(
        self, app: Flask, printing: Api, anna: Visitor
    ) -> None:
        scanning = api(app, "scanning")
        made = client(app, organization(app, anna), printing.scope, scanning.scope)
        both = machine_token(app, made)
        with UnitOfWork(app):
            registration.update(made[0].id, SYSTEM, scopes=(printing.scope,))
        assert scanning.refuses(both)
        assert not printing.refuses(both)

    @pytest.mark.parametrize(
        "end",
        [
            lambda party: application_registration.set_disabled(party.client_id, SYSTEM, disabled=True),
            lambda party: application_registration.delete(party.client_id, SYSTEM),
        ],
        ids=["disabled", "deleted"],
    )
    def test_an_application_that_is_disabled_or_deleted_is_cut_off(
        self, app: Flask, printing: Api, party: Party, anna: Visitor, end: Callable[..., object]
    ) -> None:
        ours = anna.tokens(party, scope=scope(printing, "offline_access"))
        theirs = anna.tokens(printing.party("Other"), scope=scope(printing))
        with UnitOfWork(app):
            end(party)
        assert printing.refuses(ours.access)
        assert not printing.refuses(theirs.access)


def test_what_is_refused_tells_nobody_anything(
    app: Flask, printing: Api, party: Party, anna: Visitor
) -> None:
    anna.tokens(party, scope=scope(printing))

    def break_off() -> None:
        with UnitOfWork(app):
            accounts.set_disabled(accounts.get(anna.email), SYSTEM, disabled=True)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert printing.told() == []


def test_a_session_that_ended_is_told_once(app: Flask, printing: Api, party: Party, anna: Visitor) -> None:
    anna.tokens(party, scope=scope(printing))
    signs_out(anna)
    assert len(printing.told()) == len({each.position for each in printing.told()}) == 1
