"""Refresh tokens by many at once at two instances: never two successors, never two lineages (R1-R4)."""

from dataclasses import dataclass, field
from threading import Lock

import pytest
from flask import Flask

from authserver.audit.event import AuditEvent
from authserver.extensions import db
from authserver.oidc.messages.grant import GRACE
from authserver.oidc.models import GrantRow
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.party import Party, Reply, Tokens, live_grants
from tests.front_channel.test_code_races import by_status
from tests.front_channel.visit import Visitor
from tests.support.application import race, trail
from tests.support.people import Post, later

THREADS = 32
ROUNDS = 4
OFFLINE = "openid offline_access"
Twins = tuple[Flask, Flask]


def replays(app: Flask) -> list[AuditEvent]:
    """Return what the audit trail tells of stolen tokens."""
    return [event for event in trail(app) if event.action == "refresh_token.replayed"]


def generation(app: Flask) -> int:
    """Return how often the tokens of the only grant were replaced."""
    with UnitOfWork(app):
        return db.session.query(GrantRow).one().generation


def renewed(party: Party, token: str, times: int = 1) -> str:
    """Refresh some times, one after the other; return the newest token."""
    for _ in range(times):
        token = Tokens.of(party.refresh(token)).refresh
    return token


@dataclass
class Lineage:
    """Which successors each token was seen to have."""

    successors: dict[str, set[str]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def walk(self, party: Party, token: str, at: Flask) -> int:
        """Refresh with whatever came back, some rounds long; return how many succeeded."""
        for done in range(ROUNDS):
            reply = party.refresh(token, at)
            if reply.status != 200:
                assert reply.refused("invalid_grant")
                return done
            successor = Tokens.of(reply).refresh
            with self.lock:
                self.successors.setdefault(token, set()).add(successor)
            token = successor
        return ROUNDS


def test_many_who_present_the_same_token_get_the_very_same_successor(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    first = anna.tokens(party, scope=OFFLINE).refresh
    replies = by_status(race(THREADS, lambda n: party.refresh(first, twins[n % 2])))
    assert {status: len(each) for status, each in replies.items()} == {200: THREADS}
    got = [Tokens.of(each) for each in replies[200]]
    assert len({each.refresh for each in got}) == 1
    assert got[0].refresh != first
    assert generation(twins[0]) == 1
    assert not party.active(first, twins[0])
    assert all(party.active(got[0].refresh, at) for at in twins)


def test_many_who_go_on_with_what_they_got_walk_in_one_line(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    first = anna.tokens(party, scope=OFFLINE).refresh
    lineage = Lineage()
    walked = race(THREADS, lambda n: lineage.walk(party, first, twins[n % 2]))
    assert all(isinstance(each, int) for each in walked), walked
    assert all(len(each) == 1 for each in lineage.successors.values())
    known = lineage.successors.keys() | {each for some in lineage.successors.values() for each in some}
    assert generation(twins[0]) == len(lineage.successors)
    # Whoever came too late looked like a thief; then nothing is left, else one token is.
    alive = [token for token in known if party.active(token, twins[1])]
    assert len(alive) == len(live_grants(twins[0])) == 1 - len(replays(twins[0]))


def test_a_stolen_token_beside_its_heirs_ends_the_family(twins: Twins, both: tuple[Party, Visitor]) -> None:
    party, anna = both
    stolen = anna.tokens(party, scope=OFFLINE)
    present = renewed(party, stolen.refresh, 3)

    def refresh(number: int) -> Reply:
        return party.refresh(present if number % 4 == 0 else stolen.refresh, twins[number % 2])

    replies = race(THREADS, refresh)
    by_thieves = [each for number, each in enumerate(replies) if number % 4]
    assert all(isinstance(each, Reply) and each.refused("invalid_grant") for each in by_thieves)
    assert live_grants(twins[0]) == []
    assert party.dead(stolen)
    heirs = [Tokens.of(each) for each in by_status(replies).get(200, [])]
    assert all(party.dead(each, at) for each in heirs for at in twins)
    assert len(replays(twins[0])) == 1


def test_the_person_is_warned_of_a_stolen_token(party: Party, anna: Visitor, post: Post) -> None:
    stolen = anna.tokens(party, scope=OFFLINE).refresh
    renewed(party, stolen, 2)
    before = len(post.to(anna.email))
    for _ in range(3):
        assert party.refresh(stolen).refused("invalid_grant")
    letters = post.to(anna.email)[before:]
    assert len(letters) == 1
    assert "Toolbox" in letters[0].text


@pytest.mark.parametrize("generations", [1, 2, 7])
def test_every_former_token_is_known_for_what_it_is(party: Party, anna: Visitor, generations: int) -> None:
    first = anna.tokens(party, scope=OFFLINE).refresh
    newest = renewed(party, first, generations)
    with later(GRACE + 1):
        assert party.refresh(first).refused("invalid_grant")
        assert party.refresh(newest).refused("invalid_grant")


def test_the_grace_ends_after_its_seconds_and_with_the_first_use_of_the_successor(
    party: Party, anna: Visitor
) -> None:
    first = anna.tokens(party, scope=OFFLINE).refresh
    second = renewed(party, first)
    with later(GRACE / 3):
        assert renewed(party, first) == second
    third = renewed(party, second)
    assert renewed(party, second) == third
    assert party.refresh(first).refused("invalid_grant")
    assert party.refresh(third).refused("invalid_grant")


def test_a_made_up_token_of_a_known_family_harms_nobody(party: Party, anna: Visitor) -> None:
    tokens = anna.tokens(party, scope=OFFLINE)
    family = tokens.refresh.partition(".")[0]
    newest = renewed(party, tokens.refresh, 2)
    for made_up in (f"{family}.{'A' * 43}", f"{family}.", f"{family}.{'A' * 42}", family, f"x{newest}"):
        assert party.refresh(made_up).refused("invalid_grant")
    assert party.active(newest)


def test_narrower_wishes_at_once_share_one_successor_that_keeps_its_scopes(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    first = anna.tokens(party, scope=f"{OFFLINE} profile").refresh
    wishes = [{}, {"scope": "openid"}, {"scope": "openid profile"}, {"scope": "openid email"}]
    replies = race(THREADS, lambda n: party.refresh(first, twins[n % 2], **wishes[n % 4]))
    for number, reply in enumerate(replies):
        assert isinstance(reply, Reply)
        if number % 4 == 3:
            assert reply.status == 400
        else:
            assert set(reply.body["scope"].split()) == set(
                wishes[number % 4].get("scope", f"{OFFLINE} profile").split()
            )
    successors = {Tokens.of(each).refresh for each in by_status(replies)[200]}
    assert len(successors) == 1
    assert set(party.refresh(successors.pop()).body["scope"].split()) == {*OFFLINE.split(), "profile"}


def test_a_family_that_is_given_back_while_it_is_renewed_is_gone(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    for _ in range(3):
        tokens = anna.tokens(party, scope=OFFLINE)

        def act(number: int, tokens: Tokens = tokens) -> Reply:
            if number == 7:
                return party.revoke(tokens.refresh, twins[1])
            return party.refresh(tokens.refresh, twins[number % 2])

        replies = by_status(race(16, act))
        assert replies.keys() <= {200, 400}
        assert live_grants(twins[0]) == []
        got = [Tokens.of(each) for each in replies[200] if each.body]
        assert all(party.dead(each) for each in (*got, tokens))
