"""For which organization a person acts, over the stores: the choice, and what a removal means at once."""

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.oidc.vocabulary import USERINFO
from authserver.organizations import directory
from authserver.organizations.member import Membership
from authserver.organizations.organization import Organization
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.party import Party, Tokens, call, claims_of, new_party
from tests.front_channel.visit import Visitor, answer

SCOPE = "openid organization offline_access"


@pytest.fixture
def knowing(app: Flask) -> Party:
    """An application that wants to know the organization."""
    return new_party(app, scopes=("openid", "organization", "offline_access"))


def belongs(app: Flask, anna: Visitor, party: Party, name: str) -> Organization:
    """Make somebody a member of a further organization."""
    subject = anna.tokens(party).claims["sub"]
    with UnitOfWork(app):
        organization = directory.create(name, None, SYSTEM)
        memberships.add(Membership(organization, subject, "member", now() + 1))
    return organization


def organization_of(tokens: Tokens) -> str:
    """Return the active organization of an access token."""
    return str(claims_of(tokens.access).get("org_id", ""))


def test_a_person_acts_for_the_first_organization_until_another_is_chosen(
    app: Flask, knowing: Party, anna: Visitor
) -> None:
    own = organization_of(anna.tokens(knowing, scope=SCOPE))
    acme = belongs(app, anna, knowing, "Acme").id
    assert own not in ("", acme)
    assert organization_of(anna.tokens(knowing, scope=SCOPE)) == own
    assert organization_of(anna.tokens(knowing, scope=SCOPE, organization=acme, prompt="none")) == acme
    assert organization_of(anna.tokens(knowing, scope=SCOPE)) == acme
    assert answer(anna.send(knowing, scope=SCOPE, organization="0" * 36))["error"] == "access_denied"


def test_an_organization_that_is_disabled_is_nobodys(app: Flask, knowing: Party, anna: Visitor) -> None:
    acme = belongs(app, anna, knowing, "Acme").id
    tokens = anna.tokens(knowing, scope=SCOPE, organization=acme)
    with UnitOfWork(app):
        directory.set_disabled(acme, disabled=True, origin=SYSTEM)
    assert not knowing.active(tokens.access)
    assert answer(anna.send(knowing, scope=SCOPE, organization=acme))["error"] == "access_denied"
    assert organization_of(anna.tokens(knowing, scope=SCOPE)) not in ("", acme)


def test_whoever_is_removed_acts_for_it_no_more_on_any_instance(
    twins: tuple[Flask, Flask], both: tuple[Party, Visitor]
) -> None:
    _party, anna = both
    knowing = new_party(twins[0], scopes=("openid", "organization", "offline_access"))
    acme = belongs(twins[0], anna, knowing, "Acme")
    tokens = anna.tokens(knowing, scope=SCOPE, organization=acme.id)
    assert knowing.userinfo(tokens.access, twins[1]).body["permissions"] == []
    assert knowing.active(tokens.access, twins[1])
    with UnitOfWork(twins[0]):
        memberships.remove([acme.id], tokens.claims["sub"])
    assert not knowing.active(tokens.access, twins[1])
    said = call(twins[1], USERINFO, headers={"HTTP_AUTHORIZATION": f"Bearer {tokens.access}"}).body
    assert "org_id" not in said
    assert acme.id not in [each["id"] for each in said["organizations"]]
    assert organization_of(Tokens.of(knowing.refresh(tokens.refresh, twins[1]))) == ""
