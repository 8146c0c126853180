"""No sequence of allowed acts gives anybody a right that nobody with authority gave.

Acts are drawn at random, most of them by people who may not do them. After each the rights of everybody are
compared with those before: whatever somebody gained, the one who gave it must have held.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authserver.accounts import directory as people
from authserver.accounts.account import Account
from authserver.audit.log import SYSTEM
from authserver.base.errors import Refused
from authserver.base.handles import digest, new_handle
from authserver.organizations import acceptance, authority, catalogue, directory, invitations, membership
from authserver.organizations.authority import member
from authserver.organizations.permissions import AUDIT, MEMBERS, ORGANIZATION, OWN, Rights
from authserver.organizations.store import invitations as store
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.inviting import services
from tests.organizations.workspace import Workspace, somebody
from tests.support.application import seed

OWN_NAMES = frozenset(permission.name for permission in OWN)
EXTRA = ("billing:read", "billing:manage")
PEOPLE = 5
NOBODY = (False, frozenset[str]())
Held = tuple[bool, frozenset[str]]

who = st.integers(0, PEOPLE - 1)
wanted = st.builds(
    Rights,
    st.sampled_from(["member", "member", "administrator"]),
    st.frozensets(st.sampled_from([MEMBERS, AUDIT, ORGANIZATION, *EXTRA]), max_size=3),
)


class Act(NamedTuple):
    """Something that somebody tries."""

    name: str
    by: int
    on: int
    wanted: Rights


acts = st.builds(
    Act,
    st.sampled_from(
        ["change"] * 5 + ["invite"] * 3 + ["accept"] * 4
        + ["resend", "revoke", "remove", "leave", "limit", "register", "withdraw", "disable"]
    ),
    who, who, wanted,
)  # fmt: skip


@dataclass
class World:
    """An organization, its people, and what is known of how they came by their rights."""

    acme: Workspace
    people: list[Account]
    invited: dict[str, tuple[Rights, int, int]] = field(default_factory=dict)
    """What an invitation says, to whom, and who answers for it."""

    @property
    def app(self) -> Flask:
        return self.acme.app

    def granted(self) -> list[Held]:
        """Return what everybody was granted, as it stands in the rows."""
        found = [self.acme.granted(person) for person in self.people]
        return [(each.administrator, each.permissions) if each else NOBODY for each in found]

    def held(self, granted: list[Held]) -> list[Held]:
        """Return what everybody holds by the rules, worked out without the code that is tested."""
        with UnitOfWork(self.app):
            known = set(catalogue.names())
            limited = directory.get(self.acme.id).limited_to
            enabled = [not people.get(person.id).disabled for person in self.people]
        allowed = known if limited is None else known & set(limited)
        return [
            (administrator, frozenset(allowed if administrator else permissions & allowed)) if may else NOBODY
            for (administrator, permissions), may in zip(granted, enabled, strict=True)
        ]

    def try_(self, act: Act) -> int | None:
        """Try an act; return who gave the rights that came of it, None when nobody may gain any by it."""
        try:
            with UnitOfWork(self.app):
                return self._do(act)
        except Refused:
            return None

    def _do(self, act: Act) -> int | None:
        by, on, here = self.people[act.by], self.people[act.on], self.acme.id
        match act.name:
            case "change":
                membership.change(member(by.id), here, on.id, act.wanted, SYSTEM)
                return act.by
            case "invite":
                made = invitations.invite(
                    services(self.app), member(by.id), here, on.email, act.wanted, "en", SYSTEM
                )
                self.invited[made.id] = (act.wanted, act.on, act.by)
            case "resend" | "revoke" | "accept":
                return self._answer(act)
            case "remove":
                membership.remove(member(by.id), here, on.id, SYSTEM)
            case "leave":
                membership.leave(by.id, here, SYSTEM)
            case "limit":
                permissions = None if act.by % 2 else act.wanted.permissions | {MEMBERS}
                directory.limit(here, permissions, SYSTEM)
            case "register":
                catalogue.register("webapi", EXTRA[act.by % 2], "Does things", SYSTEM)
            case "withdraw":
                catalogue.withdraw("webapi", EXTRA[act.by % 2], SYSTEM)
            case "disable":
                disabled = not people.get(on.id).disabled
                people.set_disabled(on, SYSTEM, disabled=disabled)
        return None

    def _answer(self, act: Act) -> int | None:
        if not self.invited:
            return None
        number = sorted(self.invited)[act.on % len(self.invited)]
        said, to, giver = self.invited[number]
        by = member(self.people[act.by].id)
        if act.name == "resend":
            invitations.resend(services(self.app), by, self.acme.id, number, "en", SYSTEM)
            self.invited[number] = (said, to, act.by)
        elif act.name == "revoke":
            invitations.revoke(by, self.acme.id, number, SYSTEM)
        else:
            # Most try it with an account of the right address.
            account = self.people[act.by if act.by == 0 else to]
            found, link = store.find(number), new_handle()
            if found and store.write_link(number, found.letter_id, digest(link), found.created_at, 2**40):
                acceptance.accept(services(self.app), account.id, link, SYSTEM)
                return giver
        return None


def check(world: World, act: Act, giver: int | None, before: list[Held], held: list[Held]) -> None:
    """Compare what everybody was granted before and after an act."""
    after = world.granted()
    for (had_role, had), (has_role, has) in zip(before, after, strict=True):
        gained = has - had
        if gained or (has_role and not had_role):
            assert giver is not None, act
            administrator, permissions = held[giver]
            assert gained <= permissions, act
            assert administrator or not has_role, act
            assert MEMBERS in permissions, act
    assert world.held(after) == [_found(world, person) for person in world.people], act
    with UnitOfWork(world.app):
        assert any(administrator for administrator, _ in after) or not memberships.count(world.acme.id)


def _found(world: World, person: Account) -> Held:
    with UnitOfWork(world.app):
        rights = authority.member(person.id).rights(directory.get(world.acme.id))
    return (rights.administrator, rights.permissions) if rights else NOBODY


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(acts, min_size=10, max_size=30))
def play(app: Flask, organization: Workspace, cast: list[Account], sequence: list[Act]) -> None:
    _begin_anew(organization, cast)
    world = World(organization, cast)
    for act in sequence:
        before = world.granted()
        held = world.held(before)
        giver = world.try_(act)
        check(world, act, giver, before, held)


def _begin_anew(acme: Workspace, cast: list[Account]) -> None:
    """Begin with an Administrator, two members of whom one may invite, and two strangers."""
    with UnitOfWork(acme.app):
        for person in cast:
            people.set_disabled(person, SYSTEM, disabled=False)
            memberships.remove([acme.id], person.id)
        for invitation in store.page(acme.id, limit=1000):
            store.remove(invitation.id)
        directory.limit(acme.id, None, SYSTEM)
        catalogue.declare("webapi", {EXTRA[0]: "Does things"}, SYSTEM)
    acme.place(cast[0], "administrator")
    acme.place(cast[1], "member", MEMBERS, AUDIT)
    acme.place(cast[2], "member", EXTRA[0])


def test_nobody_gains_a_right_that_nobody_with_authority_gave(app: Flask) -> None:
    acme = Workspace(app, seed(app))
    play(app, acme, [somebody(app) for _ in range(PEOPLE)])
