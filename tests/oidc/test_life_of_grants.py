"""The life of codes and refresh families, in any order, against a reference model (T1, T3, T5, R1 to R7)."""

from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from authserver.oidc.messages.grant import CODE_LIFETIME, GRACE
from authserver.oidc.ports import Client
from authserver.oidc.tokens.access_token import grant_id_of
from tests.oidc.people_world import CONFIDENTIAL, OTHER, PERSON, PUBLIC, SESSION, PeopleWorld
from tests.oidc.relying_party import Tokens
from tests.oidc.signing import claims_of
from tests.oidc.world import NOW

IDLE = 15 * 86_400
LIFETIME = 30 * 86_400
OWNERS: tuple[Client, ...] = (CONFIDENTIAL, PUBLIC)
REDIRECT_URI = {client.id: client.redirect_uris[0] for client in (CONFIDENTIAL, PUBLIC, OTHER)}


@dataclass
class Family:
    """What the model knows of one grant."""

    owner: str
    offline: bool
    asked_at: int
    redeemed_at: int | None = None
    revoked: bool = False
    chain: list[str] = field(default_factory=list)
    """Its refresh tokens, the present one last."""
    rotated_at: int = 0
    used_at: int = 0
    access: list[tuple[str, int]] = field(default_factory=list)
    """Its access tokens, and when each ends."""

    @property
    def renewable(self) -> bool:
        return self.offline or self.owner == PUBLIC.id

    def renews_at(self, now: int) -> bool:
        ends = min(self.used_at + IDLE, (self.redeemed_at or 0) + LIFETIME)
        return bool(self.chain) and not self.revoked and now < ends


class LifeOfGrants(RuleBasedStateMachine):
    """Applications, thieves and time do what they like; the model says what has to come of it."""

    families = Bundle("families")

    def __init__(self) -> None:
        super().__init__()
        self.world = PeopleWorld()
        self.known: dict[str, Family] = {}
        self.alarms = 0
        self.session_lives = True
        self.enabled = True

    @property
    def now(self) -> int:
        return self.world.clock()

    def holds(self, family: Family) -> bool:
        """Return whether the person may still be acted for."""
        return self.enabled and (family.offline or self.session_lives)

    @initialize(target=families, offline=st.booleans())
    def a_first_product_is_signed_in_to(self, *, offline: bool) -> str:
        return self.agree(CONFIDENTIAL, offline=offline, then="redeem")

    @rule(target=families, client=st.sampled_from(OWNERS), offline=st.booleans())
    def a_product_is_signed_in_to(self, client: Client, *, offline: bool) -> str:
        return self.agree(client, offline=offline, then="redeem")

    @rule(target=families, client=st.sampled_from(OWNERS))
    def a_thief_is_the_first_to_redeem(self, client: Client) -> str:
        return self.agree(client, offline=True, then="fail to redeem")

    @rule(target=families, client=st.sampled_from(OWNERS), offline=st.booleans())
    def a_person_agrees(self, client: Client, *, offline: bool) -> str:
        return self.agree(client, offline=offline, then="wait")

    def agree(self, client: Client, *, offline: bool, then: str) -> str:
        scope = "openid offline_access" if offline else "openid"
        code = self.world.party(client).authorize(scope=scope).code
        self.known[code] = Family(client.id, offline, self.now)
        if then != "wait":
            self.redeem(code, good=then == "redeem")
        return code

    @rule(code=families)
    def the_owner_redeems(self, code: str) -> None:
        self.redeem(code, good=True)

    @rule(code=families)
    def the_owner_redeems_without_the_verifier(self, code: str) -> None:
        self.redeem(code, good=False)

    def redeem(self, code: str, *, good: bool) -> None:
        family = self.known[code]
        changes = {} if good else {"code_verifier": ""}
        client = self.world.machine.clients[family.owner]
        outcome = self.world.party(client).redeem(code, redirect_uri=REDIRECT_URI[family.owner], **changes)
        fresh = (
            family.redeemed_at is None and not family.revoked and self.now < family.asked_at + CODE_LIFETIME
        )
        if fresh and good and self.enabled and self.session_lives:
            family.redeemed_at = family.used_at = self.now
            self.given(family, outcome)
            if family.renewable:
                family.chain.append(outcome.refresh_token)
        else:
            outcome.refused("invalid_grant")
            # A replay of what was redeemed, or an attempt that failed: in both cases it is over.
            if family.redeemed_at is not None:
                self.alarms += not family.revoked
                family.revoked = True
            elif fresh:
                family.redeemed_at, family.revoked = self.now, True

    def given(self, family: Family, outcome: Tokens) -> None:
        family.access.append((outcome.access_token, outcome.access["exp"]))
        assert outcome.access["sub"] == outcome.identity["sub"] == PERSON.id

    @rule(code=families)
    def a_thief_redeems_as_another_client(self, code: str) -> None:
        uri = REDIRECT_URI[self.known[code].owner]
        self.world.party(OTHER).redeem(code, redirect_uri=uri).refused("invalid_grant")

    @rule(code=families)
    def the_owner_refreshes(self, code: str) -> None:
        self.refresh(code, age=0)

    @rule(code=families)
    def the_owner_refreshes_again_because_the_answer_was_lost(self, code: str) -> None:
        self.refresh(code, age=1)

    @rule(code=families)
    def somebody_refreshes_again_too_late(self, code: str) -> None:
        self.refresh(code, age=0)
        self.world.passes(GRACE + 1)
        self.refresh(code, age=1)

    @rule(code=families, age=st.integers(2, 4))
    def somebody_refreshes_with_an_old_token(self, code: str, age: int) -> None:
        self.refresh(code, age=age)

    def refresh(self, code: str, *, age: int) -> None:
        family = self.known[code]
        if age >= len(family.chain):
            return
        token = family.chain[-1 - age]
        outcome = self.world.party(self.world.machine.clients[family.owner]).refresh(token)
        graced = age == 1 and self.now - family.rotated_at <= GRACE
        if not family.renews_at(self.now):
            outcome.refused("invalid_grant")
        elif age == 0 or graced:
            if age == 0:
                family.rotated_at = family.used_at = self.now
            if not self.holds(family):
                outcome.refused("invalid_grant")
                family.revoked = True
                return
            if age == 0:
                assert outcome.refresh_token not in family.chain
                family.chain.append(outcome.refresh_token)
            assert outcome.refresh_token == family.chain[-1]
            self.given(family, outcome)
        else:
            outcome.refused("invalid_grant")
            family.revoked = True
            self.alarms += 1

    @rule(code=families)
    def a_thief_refreshes_as_another_client(self, code: str) -> None:
        for token in self.known[code].chain[-2:]:
            self.world.party(OTHER).refresh(token).refused("invalid_grant")
            assert self.world.party(OTHER).revoke(token).answer

    @rule(code=families)
    def a_thief_makes_a_token_up(self, code: str) -> None:
        family = self.known[code]
        if family.chain:
            grant_id = family.chain[-1].split(".", maxsplit=1)[0]
            thief = self.world.party(self.world.machine.clients[family.owner])
            thief.refresh(f"{grant_id}.{'A' * 43}").refused("invalid_grant")

    @rule(code=families, age=st.integers(0, 2))
    def the_owner_gives_a_refresh_token_back(self, code: str, age: int) -> None:
        family = self.known[code]
        if age < len(family.chain):
            self.world.party(self.world.machine.clients[family.owner]).revoke(family.chain[-1 - age])
            family.revoked = True

    @rule(seconds=st.sampled_from([1, GRACE, GRACE + 1, CODE_LIFETIME, 3600, IDLE - 1, IDLE]))
    def time_passes(self, seconds: int) -> None:
        self.world.passes(seconds)

    @rule(who=st.sampled_from(["session", "account"]))
    def the_person_goes_or_comes_back(self, who: str) -> None:
        if who == "session":
            self.session_lives = not self.session_lives
            self.world.people.sessions ^= {SESSION}
            return
        self.enabled = not self.enabled
        self.world.people.accounts[PERSON.id] = PERSON if self.enabled else replace(PERSON, disabled_at=NOW)

    @invariant()
    def an_access_token_lives_exactly_as_long_as_what_it_stands_on(self) -> None:
        for family in self.known.values():
            owner = self.world.machine.clients[family.owner]
            for token, ends in family.access[-2:]:
                alive = self.now < ends and not family.revoked and self.holds(family)
                claims = self.world.standings.find(self.grant_id(token), "any")
                assert (claims is not None and self.now < ends) == alive, owner

    def grant_id(self, token: str) -> str:
        return grant_id_of(claims_of(token)["jti"])

    @invariant()
    def every_theft_is_told_once_and_nothing_else(self) -> None:
        assert len(self.world.trail.told) == self.alarms

    @invariant()
    def of_a_family_at_most_one_refresh_token_is_good(self) -> None:
        for row in self.world.grants.rows.values():
            assert (row.grant.refresh_digest is None) == (
                row.grant.redeemed_at is None or not row.grant.renewable
            )
            assert row.grant.refresh_digest != row.grant.previous_digest or row.grant.refresh_digest is None


TestLifeOfGrants = LifeOfGrants.TestCase
TestLifeOfGrants.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
