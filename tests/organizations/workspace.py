"""An organization with people, made straight in the stores."""

import itertools
from dataclasses import dataclass

from flask import Flask

from authserver.accounts import directory as people
from authserver.accounts.account import Account
from authserver.accounts.store import accounts
from authserver.audit.log import Origin
from authserver.organizations import authority, directory
from authserver.organizations.authority import Authority
from authserver.organizations.member import Membership
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import Rights, Role
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork

_numbers = itertools.count(1)


def origin_of(account: Account) -> Origin:
    """Return what is recorded of somebody's acts."""
    return Origin(f"account:{account.id}", "192.0.2.1")


def somebody(app: Flask, email: str | None = None) -> Account:
    """Make an account that is in use; no letter, no hash, no organization."""
    address = email or f"somebody{next(_numbers)}@example.com"
    with UnitOfWork(app):
        begun = people.begin(address, "en", Origin("test"))
        assert begun
        assert accounts.choose_first_password(begun.id, "no hash", begun.created_at)
        return people.get(begun.id)


@dataclass
class Workspace:
    """An organization, and whoever was put into it."""

    app: Flask
    organization: Organization

    @property
    def id(self) -> str:
        """Its id."""
        return self.organization.id

    def put(self, role: Role = "member", *permissions: str, email: str | None = None) -> Account:
        """Make somebody and put them into the organization."""
        account = somebody(self.app, email)
        self.place(account, role, *permissions)
        return account

    def place(self, account: Account, role: Role = "member", *permissions: str) -> None:
        """Put somebody into the organization."""
        with UnitOfWork(self.app):
            added = Membership(self.organization, account.id, role, 0, frozenset(permissions))
            assert memberships.add(added)

    def granted(self, account: Account) -> Rights | None:
        """Return what was granted to somebody here, None for a stranger."""
        with UnitOfWork(self.app):
            found = memberships.find(self.id, account.id)
            return found.granted if found else None

    def held(self, by: Account | Authority) -> Rights | None:
        """Return what somebody holds here."""
        who = by if isinstance(by, Authority) else authority.member(by.id)
        with UnitOfWork(self.app):
            return who.rights(directory.get(self.id))


def workspace(app: Flask, slug: str = "acme") -> Workspace:
    """Make an organization without people."""
    with UnitOfWork(app):
        return Workspace(app, directory.create(slug.title(), slug, Origin("test")))
