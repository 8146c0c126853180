"""A filled installation: who calls it, what there is in it, and what one request of it costs."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import event, text

from authserver.accounts import directory as people
from authserver.accounts.account import Account
from authserver.accounts.store import one_time
from authserver.audit.log import SYSTEM
from authserver.base import cache
from authserver.base.clock import now
from authserver.base.handles import digest, new_handle
from authserver.clients import registration
from authserver.clients.registration import Registration
from authserver.extensions import db
from authserver.organizations import catalogue, directory
from authserver.organizations.store import invitations
from authserver.web.unit_of_work import UnitOfWork
from tests.console.desk import Desk
from tests.front_channel.party import Party, new_party
from tests.front_channel.visit import Visitor
from tests.growth import filling
from tests.growth.filling import NOW, YEAR, Crowd, Size, fill
from tests.management.matrix import things
from tests.management.world import Hand, World, machine_token, new_world
from tests.organizations.conftest import QUICK
from tests.organizations.workspace import Workspace
from tests.support.application import Clock, application, engine_of
from tests.support.postgresql import Cluster

SCOPES = ("openid", "profile", "email", "organization", "offline_access")
EVERY = 100
"""Steps of SQLite's machine between two looks at how many there were."""


@dataclass(frozen=True)
class Template:
    """A filled database that is copied or read, and what there is in it by name."""

    url: str
    ids: dict[str, str]
    anna: Account
    party: Party
    secret: str = field(repr=False)


@dataclass
class Cost:
    """What a request asked of the database: statements with their parameters, and steps (SQLite alone)."""

    sent: list[tuple[str, Any]] = field(default_factory=list)
    steps: int = 0

    def __len__(self) -> int:
        return len(self.sent)

    @property
    def told(self) -> str:
        """The statements, for whoever reads a failure."""
        return "\n\n".join(statement for statement, _parameters in self.sent)


@dataclass
class Installation:
    """An application over such a database, and whoever uses it."""

    app: Flask
    template: Template
    clock: Clock

    def __post_init__(self) -> None:
        """Let Anna sign in, in a browser and through a product, and software get its token."""
        ids, anna = self.template.ids, self.template.anna
        with UnitOfWork(self.app):
            organization = directory.get(ids["organization_id"])
        self.world = World(self.app, Workspace(self.app, organization))
        self.anna = Desk(self.world.acme, anna)
        self.person = self.world.person(anna)
        self.robot = Hand(self.app, machine_token(self.app, ids["robot"], self.template.secret), ids["robot"])
        self.party = replace(self.template.party, app=self.app)
        self.visitor = Visitor(self.app, self.anna.browser, anna.email)
        with UnitOfWork(self.app):
            # No request has to note that the session is used: when one would, depends on the time.
            db.session.execute(text(f"UPDATE sessions SET last_seen_at = {NOW + YEAR}"))  # noqa: S608 - a number

    @property
    def postgresql(self) -> bool:
        """Whether it is on PostgreSQL."""
        return engine_of(self.app).dialect.name == "postgresql"

    def cost(self, act: Callable[[], object]) -> Cost:
        """Return what an act costs while nothing is in the short caches."""
        self.clock.advance(10)
        with patch.object(cache, "time", self.clock), costs(self.app) as cost:
            act()
        return cost


@contextlib.contextmanager
def costs(app: Flask) -> Iterator[Cost]:
    """Collect what is asked of the database while the block runs."""
    cost, engine = Cost(), engine_of(app)

    def tick() -> int:
        cost.steps += EVERY
        return 0

    def collect(connection: Any, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        cost.sent.append((statement, parameters))
        if engine.dialect.name == "sqlite":
            connection.connection.dbapi_connection.set_progress_handler(tick, EVERY)

    event.listen(engine, "before_cursor_execute", collect)
    try:
        yield cost
    finally:
        event.remove(engine, "before_cursor_execute", collect)


def new_template(url: str, folder: Path, size: Size) -> Template:
    """Fill an empty database."""
    with application(url, folder, **QUICK) as app:
        world = new_world(app)
        anna = world.acme.put("administrator", email="anna@example.com")
        found = things(world)
        with UnitOfWork(app):
            people.set_operator(anna, SYSTEM, operator=True)
            wanted = Registration(
                world.acme.id, "Robot", ("management",), permissions=tuple(catalogue.names())
            )
            robot, secret = registration.register(wanted, SYSTEM)
        party = new_party(app, "Toolbox", scopes=SCOPES)
        fill(engine_of(app), Crowd(size, world.acme.id, anna.id))
        named = {"slug": world.acme.organization.slug, "robot": robot.id, "account": anna.id}
        ids = found.ids | named | _last(size) | _links(app, found.ids, anna)
        return Template(url, ids, anna, party, secret)


def _last(size: Size) -> dict[str, str]:
    """Return behind what the last page of each list begins."""
    robots = sorted(range(size.clients), key=lambda number: f"robot {number}")
    return {
        "last_account": filling.address(size.accounts - 3),
        "last_organization": f"tenant-{size.tenants - 3:03}",
        "last_member": filling.address(size.members - 3),
        "last_client": f"{filling.client(robots[-3])}.Robot {robots[-3]}",
        "last_client_id": filling.client(size.clients - 3),
        "last_invitation": f"guest{size.invitations - 3:05}@example.com",
        "last_letter": f"{NOW - 86_400 + 1}.{filling.letter(2)}",
        "last_application": f"app{size.applications - 3:03}",
        "last_event": f"{NOW - YEAR + 1}.6",
        "last_membership": filling.organization(size.memberships - 3),
        "letter": filling.letter(0),
        "many": filling.client(0),
        "inviter": filling.account(1),
        "leaver": filling.account(size.leaver),
        "guest": filling.account(size.accounts - 1),
    }


def _links(app: Flask, ids: dict[str, str], anna: Account) -> dict[str, str]:
    """Let there be links whose letters were sent: of an invitation, and of a new address."""
    links = {"invitation_link": new_handle(), "email_link": new_handle()}
    ends = now() + 86_400
    with UnitOfWork(app):
        found = invitations.find(ids["invitation_id"])
        assert found
        assert invitations.write_link(
            found.id, found.letter_id, digest(links["invitation_link"]), now(), ends
        )
        one_time.put(
            one_time.EMAIL_CHANGES, anna.id, digest(links["email_link"]), ends, new_email="other@example.com"
        )
    return links


def copied(template: Template, cluster: Cluster | None, folder: Path) -> Template:
    """Return a copy of a filled database, to be written to."""
    if cluster:
        return replace(template, url=cluster.new_database(template.url))
    file = folder / "copy.db"
    shutil.copy(template.url.removeprefix("sqlite:///"), file)
    return replace(template, url=f"sqlite:///{file}")


@contextlib.contextmanager
def opened(template: Template, folder: Path, clock: Clock) -> Iterator[Installation]:
    """Open a filled database with an application."""
    with application(template.url, folder, **QUICK) as app:
        yield Installation(app, template, clock)
