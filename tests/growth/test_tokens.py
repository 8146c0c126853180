"""The path of software and of products, with the scope that tells of organizations."""

from collections.abc import Callable

import pytest

from authserver.oidc.vocabulary import INTROSPECTION
from tests.front_channel.party import Reply, Tokens, call, claims_of
from tests.front_channel.visit import answer
from tests.growth import checks
from tests.growth.conftest import Pair
from tests.growth.installation import Cost, Installation
from tests.management.world import machine_token

SCOPE = "openid profile email organization offline_access"
Costs = dict[str, tuple[Cost, Cost]]


class Walk:
    """Anna signs in to a product, and it does all that it does with tokens; so does software."""

    def __init__(self, at: Installation) -> None:
        self.at, self.ids, self.party = at, at.template.ids, at.party
        self.code = self.software = ""
        self.tokens: Tokens

    @property
    def steps(self) -> dict[str, Callable[[], object]]:
        """What is done, in this order."""
        acme, other = self.ids["organization_id"], self.ids["last_membership"]
        return {
            "to the product": lambda: self._authorize(organization=acme),
            "the product's token": lambda: self._take(self.party.redeem(self.code), acme),
            "refresh": lambda: self._take(self.party.refresh(self.tokens.refresh), acme),
            "refresh for another organization": lambda: self._take(
                self.party.refresh(self.tokens.refresh, organization=other), other
            ),
            "userinfo": self._userinfo,
            "introspection": lambda: self._must(self.party.active(self.tokens.access)),
            "to the product once more": self._authorize,
            "software's token": self._ask,
            "introspection by software": self._introspect,
        }

    def _authorize(self, **more: str) -> None:
        self.code = answer(self.at.visitor.send(self.party, scope=SCOPE, **more))["code"]

    def _take(self, reply: Reply, organization_id: str) -> None:
        self.tokens = Tokens.of(reply)
        self._must(claims_of(self.tokens.access)["org_id"] == organization_id)

    def _userinfo(self) -> None:
        said = self.party.userinfo(self.tokens.access).body
        self._must(len(said["organizations"]) > 2)

    def _ask(self) -> None:
        self.software = machine_token(self.at.app, self.ids["robot"], self.at.template.secret)

    def _introspect(self) -> None:
        proof = {"client_id": self.ids["robot"], "client_secret": self.at.template.secret}
        said = call(self.at.app, INTROSPECTION, proof | {"token": self.software}).body
        self._must(said["org_id"] == self.ids["organization_id"])

    def _must(self, truth: object) -> None:
        assert truth


@pytest.fixture(scope="session")
def walked(pair: Pair) -> Costs:
    """What each step costs among few and among many."""

    def costs(at: Installation) -> dict[str, Cost]:
        return {name: at.cost(step) for name, step in Walk(at).steps.items()}

    few, many = costs(pair.small), costs(pair.big)
    return {name: (few[name], many[name]) for name in few}


def test_tokens_take_as_many_statements_among_many_as_among_few(walked: Costs) -> None:
    for name, (few, many) in walked.items():
        checks.flat(name, few, many)


def test_no_statement_for_a_token_goes_through_a_growing_table(pair: Pair, walked: Costs) -> None:
    for _few, many in walked.values():
        checks.by_indexes(pair.big, many)


def test_tokens_look_at_few_rows(pair: Pair, walked: Costs) -> None:
    for name, (_few, many) in walked.items():
        checks.over_few_rows(pair.big, name, many)
