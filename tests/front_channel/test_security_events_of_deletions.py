"""What deletions tell of: whatever else they remove is found before that, in whichever order rooms listen."""

import inspect
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from authserver.accounts import directory as accounts
from authserver.accounts import signals as of_accounts
from authserver.audit.log import SYSTEM
from authserver.base.signals import Signal
from authserver.clients import application_registration
from authserver.clients import signals as of_clients
from authserver.oidc.store import security_events
from authserver.organizations import authority, directory, membership
from authserver.organizations import signals as of_organizations
from authserver.organizations.organization import Organization
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.feed import Api, api, client, machine_token, organization
from tests.front_channel.party import Party
from tests.front_channel.visit import Visitor

ROOMS = (of_accounts, of_clients, of_organizations)

End = Callable[[Party, Visitor, Organization], object]


def closes_the_account(_party: Party, anna: Visitor, _acme: Organization) -> None:
    """Nobody else belongs to the organization: it ends with her."""
    accounts.close(accounts.get(anna.email), SYSTEM)


def deletes(_party: Party, _anna: Visitor, acme: Organization) -> None:
    directory.delete(acme, SYSTEM)


def disables(_party: Party, _anna: Visitor, acme: Organization) -> None:
    directory.set_disabled(acme.id, disabled=True, origin=SYSTEM)


def deletes_with_others(_party: Party, _anna: Visitor, acme: Organization) -> None:
    directory.delete_all([directory.create("Other", None, SYSTEM), acme], SYSTEM)


def deletes_the_application(party: Party, _anna: Visitor, _acme: Organization) -> None:
    application_registration.delete(party.client_id, SYSTEM)


def disables_the_account(_party: Party, anna: Visitor, _acme: Organization) -> None:
    accounts.set_disabled(accounts.get(anna.email), SYSTEM, disabled=True)


def removes_the_member(_party: Party, anna: Visitor, acme: Organization) -> None:
    membership.remove(authority.OPERATOR, acme.id, accounts.get(anna.email).id, SYSTEM)


def turn_around(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let the rooms hear in the other order; return how many signals more than one listens to."""
    heard = [each for room in ROOMS for _, each in inspect.getmembers(room) if isinstance(each, Signal)]
    for signal in heard:
        monkeypatch.setattr(signal, "_listeners", signal._listeners[::-1])
    return sum(len(signal._listeners) > 1 for signal in heard)


@pytest.fixture(params=[False, True], ids=["as connected", "the other way round"])
def _in_both_orders(request: pytest.FixtureRequest, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # After the application, which connects the rooms.
    if request.param:
        assert turn_around(monkeypatch) > 0


@pytest.mark.usefixtures("_in_both_orders")
@pytest.mark.parametrize("end", [deletes, deletes_with_others, disables, closes_the_account])
def test_an_api_that_only_machines_call_hears_of_the_end_of_their_organization(
    app: Flask, anna: Visitor, party: Party, end: End
) -> None:
    printing, scanning, unasked = (api(app, name) for name in ("printing", "scanning", "unasked"))
    acme = organization(app, anna)
    machine = machine_token(app, client(app, acme, printing.scope, scanning.scope))
    other = machine_token(app, client(app, acme, scanning.scope))
    with UnitOfWork(app):
        end(party, anna, acme)
    assert printing.refuses(machine)
    assert scanning.refuses(machine)
    assert scanning.refuses(other)
    assert [each.kinds() for each in (printing, scanning, unasked)] == [["tokens-revoked"]] * 2 + [[]]


@pytest.mark.parametrize(
    "end",
    [
        deletes,
        disables,
        closes_the_account,
        deletes_the_application,
        disables_the_account,
        removes_the_member,
    ],
)
def test_the_same_is_told_in_whichever_order_rooms_hear_of_an_end(
    app: Flask, anna: Visitor, monkeypatch: pytest.MonkeyPatch, end: End
) -> None:
    """The end is tried in both orders, and the first time taken back."""
    printing = api(app, "printing")
    party, acme = printing.party(), organization(app, anna)
    anna.tokens(party, scope=f"openid organization {printing.scope}", organization=acme.id)
    client(app, acme, printing.scope)
    told = []
    for turned in (False, True):
        if turned:
            assert turn_around(monkeypatch) > 0
        told.append(tried(app, printing, lambda: end(party, anna, acme)))
    assert told[0]
    assert told[0] == told[1]


def tried(app: Flask, printing: Api, end: Callable[[], object]) -> list[str]:
    """Return what an end tells an API, but for the time, and take the end back."""
    told: list[str] = []

    def taken_back() -> None:
        with UnitOfWork(app):
            end()
            page = security_events.page(printing.name, 0, 100)
            told.extend(sorted(str(replace(each.event, at=0)) for each in page.events))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        taken_back()
    return told
