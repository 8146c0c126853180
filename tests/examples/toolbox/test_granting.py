"""Who changes what a member may do changes what they saw, and nothing that is not theirs to grant."""

import re
from dataclasses import dataclass

import pytest

from tests.examples.toolbox.conftest import Stage
from tests.examples.toolbox.products import Visitor, mailed_link
from tests.interop.people import Person, newcomer
from tests.support.browser import Page
from tests.support.people import PASSWORD

READ, MANAGE, MEMBERS = "trade_platforms:read", "trade_platforms:manage", "members:manage"
PLATFORMS = "/trade-platforms/"


@dataclass(frozen=True)
class Team:
    """Anna administers an organization; Bert may change members, and Carl is one."""

    anna: Visitor
    bert: Visitor
    carl: str
    """His page."""

    def carls(self) -> list[str]:
        """Return what Carl may do, as Anna sees it."""
        return sorted(_ticked(self.anna.open(self.carl)))


def _ticked(page: Page) -> list[str]:
    return re.findall(r'name="permissions" value="([^"]+)" checked', page.text)


@pytest.fixture(scope="module")
def team(stage: Stage) -> Team:
    """Bert and Carl were invited in Toolbox, and Bert acts for Anna's organization."""
    anna = stage.toolbox.opened_by(newcomer(stage.server))
    bert = _invited(anna, stage, "bert@granting.example", READ, MEMBERS)
    _invited(anna, stage, "carl@granting.example", READ)
    found = re.search(r'name="organization" value="([^"]+)" aria-current', anna.open(PLATFORMS).text)
    assert found
    visitor = stage.toolbox.opened_by(bert)
    sent = visitor.send(PLATFORMS, "/switch", organization=found[1])
    assert visitor.open(bert.goes(sent.location, f"{stage.toolbox.origin}/callback")).status == 302
    return Team(anna, visitor, _page_of(anna, "carl@granting.example"))


def _invited(anna: Visitor, stage: Stage, email: str, *permissions: str) -> Person:
    person = Person(stage.server, email, PASSWORD)
    wish = {"email": email, "permissions": list(permissions)}
    assert anna.send("/invitations/", **wish).status == 303  # type: ignore[arg-type] # several values
    person.browser.submit(mailed_link(person), new_password=PASSWORD)
    return person


def _page_of(anna: Visitor, email: str) -> str:
    found = re.search(rf'href="(/members/[^"]+)" aria-label="[^"]*{email}', anna.open("/members/").text)
    assert found
    return found[1]


def _grants(visitor: Visitor, page: str, *permissions: str) -> Page:
    return visitor.send(page, permissions=list(permissions))  # type: ignore[arg-type] # several values


def test_what_somebody_can_not_grant_stays_when_they_change_the_rest(team: Team) -> None:
    _grants(team.anna, team.carl, READ, MANAGE)
    shown = team.bert.open(team.carl)
    assert _ticked(shown) == [READ]
    assert MANAGE not in shown.text
    assert _grants(team.bert, team.carl).status == 303
    assert team.carls() == [MANAGE]


def test_of_two_who_change_a_member_at_once_the_second_is_told_and_undoes_nothing(team: Team) -> None:
    _grants(team.anna, team.carl, READ)
    seen_before = team.anna.open(team.carl).hidden | {"acting_for": _acting_for(team.anna)}
    _grants(team.bert, team.carl, READ, MEMBERS)
    late = team.anna.browser.post(
        team.anna.product.origin + team.carl, **(seen_before | {"permissions": READ})
    )
    assert (late.status, late.location) == (303, "/members/")
    assert "Somebody else changed this meanwhile" in team.anna.open("/members/").text
    assert team.carls() == sorted([READ, MEMBERS])


def _acting_for(visitor: Visitor) -> str:
    found = re.search(r'name="acting_for" value="([^"]+)"', visitor.open(PLATFORMS).text)
    assert found
    return found[1]


def test_a_new_api_client_may_see_trade_platforms_unless_somebody_unticks_it(team: Team) -> None:
    assert _ticked(team.anna.open("/api-clients/")) == [READ]
    form = {"name": "Blind", "scopes": "webapi", "once": "blind"}
    made = team.anna.send("/api-clients/", **form).text
    # A command that can only fail is not offered.
    assert made.count("<pre>") == 1
    assert "TradePlatforms" not in made
    made = team.anna.send("/api-clients/", **form | {"once": "seeing", "permissions": READ}).text
    assert made.count("<pre>") == 2
    assert "/api/TradePlatforms" in made
