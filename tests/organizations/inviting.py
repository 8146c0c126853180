"""Inviting and accepting, as the pages will."""

from flask import Flask

from authserver.accounts.account import Account, Browser
from authserver.accounts.services import Services
from authserver.accounts.sign_in import Entry
from authserver.audit.log import SYSTEM, Origin
from authserver.organizations import acceptance, invitations
from authserver.organizations.acceptance import Offer
from authserver.organizations.authority import Authority, member
from authserver.organizations.invitation import Invitation
from authserver.organizations.invitations import Pending
from authserver.organizations.member import Membership
from authserver.organizations.permissions import Rights
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.workspace import Workspace, origin_of
from tests.support.people import Post

INVITED = "invited@example.com"
BROWSER = Browser("192.0.2.7", "192.0.2.7", "Firefox")


def services(app: Flask) -> Services:
    made: Services = app.extensions["accounts"]
    return made


def authority_of(by: Account | Authority) -> Authority:
    return by if isinstance(by, Authority) else member(by.id)


def invite(
    acme: Workspace, by: Account | Authority, wanted: Rights | None = None, email: str = INVITED
) -> Invitation:
    """Invite an address in a unit of work."""
    origin = SYSTEM if isinstance(by, Authority) else origin_of(by)
    with UnitOfWork(acme.app):
        return invitations.invite(
            services(acme.app), authority_of(by), acme.id, email, wanted or Rights("member"), "en", origin
        )


def pending(acme: Workspace, by: Account | Authority) -> list[Pending]:
    """Return what waits for an answer."""
    with UnitOfWork(acme.app):
        return invitations.pending(services(acme.app), authority_of(by), acme.id)


def token(post: Post, email: str = INVITED) -> str:
    """Return the secret of the newest link to an address."""
    return post.link(email).rpartition("/")[2]


def look(app: Flask, secret: str) -> Offer | None:
    """Return what a link offers."""
    with UnitOfWork(app):
        return acceptance.look(services(app), secret)


def accept(app: Flask, account: Account, secret: str) -> Membership:
    """Accept with an account."""
    with UnitOfWork(app):
        return acceptance.accept(services(app), account.id, secret, origin_of(account))


def accept_as_newcomer(app: Flask, secret: str) -> tuple[Entry, Membership]:
    """Accept without an account."""
    with UnitOfWork(app):
        return acceptance.accept_as_newcomer(
            services(app), secret, "no hash", "en", BROWSER, Origin("anonymous", "192.0.2.7")
        )
