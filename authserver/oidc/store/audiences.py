"""Which API resources may hold tokens of a session, a person, a client or an organization, by their names.

They are told when those tokens end, and nobody else is. Ask after what ends was ended: what is granted
meanwhile is then either seen here or not granted.

Where it is not known which tokens live, more are told rather than fewer. Which organization a token names is
not kept: a token request may choose any of the person's, so that each grant with the scope `organization`
counts for each of them.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, Row, or_, select

from authserver.base.clock import now
from authserver.clients.models import ApiClientRow, ResourceRow, ScopeRow
from authserver.extensions import db
from authserver.oidc.messages.security_event import KEPT
from authserver.oidc.models import GrantRow
from authserver.oidc.vocabulary import ORGANIZATION
from authserver.organizations.models import MembershipRow

Names = frozenset[str]


def of_scopes(scopes: Iterable[str]) -> Names:
    """Return those that scopes belong to."""
    return frozenset(_owners(scopes).values())


def of_audience(audience: Collection[str]) -> Names:
    """Return those that a token with this `aud` is made out to."""
    return frozenset(db.session.scalars(select(ResourceRow.name).where(ResourceRow.audience.in_(audience))))


def of_sessions(session_ids: Collection[str]) -> dict[str, Names]:
    """Return, by session, those that were within reach of somebody's grants in it; sessions with any."""
    theirs = GrantRow.session_id.in_(session_ids)
    rows = select(GrantRow.session_id, GrantRow.scopes).where(theirs, _has_live_tokens()).distinct()
    return _by_what(*db.session.execute(rows))


def of_grant(grant_id: str) -> Names:
    """Return those within reach of one grant."""
    return of_scopes(_granted(GrantRow.id == grant_id))


def of_account(account_id: str, client_id: str | None = None) -> Names:
    """Return those within reach of a person's grants, to one application or to all."""
    of_client = () if client_id is None else (GrantRow.client_id == client_id,)
    return of_scopes(_granted(GrantRow.account_id == account_id, *of_client))


def of_application(client_id: str) -> Names:
    """Return those within reach of people's grants to an application."""
    return of_scopes(_granted(GrantRow.client_id == client_id))


def of_member(account_id: str) -> Names:
    """Return those that may get to know for which organization a person acts."""
    return of_scopes(_granted(GrantRow.account_id == account_id, _tells_organization()))


def of_organizations(organization_ids: Collection[str]) -> dict[str, Names]:
    """Return, by organization, those that may get to know that somebody acts for it: its people, its clients.

    Organizations with none are left out.
    """
    of_clients = select(ApiClientRow.organization_id, ApiClientRow.scopes)
    of_clients = of_clients.where(ApiClientRow.organization_id.in_(organization_ids)).distinct()
    of_people = select(MembershipRow.organization_id, GrantRow.scopes)
    of_people = of_people.join(GrantRow, GrantRow.account_id == MembershipRow.account_id)
    of_people = of_people.where(
        MembershipRow.organization_id.in_(organization_ids), _tells_organization(), _has_live_tokens()
    )
    return _by_what(*db.session.execute(of_clients), *db.session.execute(of_people.distinct()))


def _by_what(*held: Row[str, str]) -> dict[str, Names]:
    """Return the resources of scopes by what holds these, from rows of both."""
    reached: dict[str, set[str]] = {}
    for its_id, scopes in held:
        reached.setdefault(its_id, set()).update(scopes.split())
    owners = _owners({scope for scopes in reached.values() for scope in scopes})
    named = {its_id: _named(scopes, owners) for its_id, scopes in reached.items()}
    return {its_id: names for its_id, names in named.items() if names}


def _granted(*which: ColumnElement[bool]) -> set[str]:
    texts = db.session.scalars(select(GrantRow.scopes).where(*which, _has_live_tokens()).distinct())
    return {scope for scopes in texts for scope in scopes.split()}


def _has_live_tokens() -> ColumnElement[bool]:
    """Leave out what was revoked so long ago that every token of it has expired, also for slow clocks."""
    return or_(GrantRow.revoked_at.is_(None), GrantRow.revoked_at > now() - KEPT)


def _tells_organization() -> ColumnElement[bool]:
    return (" " + GrantRow.scopes + " ").contains(f" {ORGANIZATION} ")


def _owners(scopes: Iterable[str]) -> dict[str, str]:
    """Return the resource of each scope that belongs to one."""
    rows = db.session.execute(select(ScopeRow.name, ScopeRow.resource).where(ScopeRow.name.in_(set(scopes))))
    return {row.name: row.resource for row in rows}


def _named(scopes: Collection[str], owners: Mapping[str, str]) -> Names:
    return frozenset(owners[scope] for scope in scopes if scope in owners)
