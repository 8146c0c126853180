"""Who may do what: as the provider says at this moment, in the organization that is active."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest

from tests.examples.toolbox.conftest import Stage
from tests.examples.toolbox.products import Visitor, mailed_link
from tests.interop.people import Person, newcomer
from tests.support.people import PASSWORD

READ, MANAGE = "trade_platforms:read", "trade_platforms:manage"
PLATFORMS = "/trade-platforms/"


@dataclass(frozen=True)
class Team:
    """An Administrator and a Member of one organization, both signed in to Toolbox."""

    anna: Visitor
    bert: Visitor

    def grants(self, *permissions: str) -> None:
        """Let Anna tick what Bert may do."""
        page = re.search(r'href="(/members/[^"]+)"', self.anna.open("/members/").text)
        assert page
        sent = self.anna.send(page[1], permissions=list(permissions))  # type: ignore[arg-type] # several values
        assert sent.status == 303


@pytest.fixture(scope="module")
def team(stage: Stage) -> Team:
    """Bert was invited by Anna in Toolbox."""
    anna = stage.toolbox.opened_by(newcomer(stage.server))
    bert = Person(stage.server, "bert@example.com", PASSWORD)
    assert anna.send("/invitations/", email=bert.email, permissions=READ).status == 303
    link = mailed_link(bert)
    bert.browser.submit(link, new_password=PASSWORD)
    visitor = stage.toolbox.opened_by(bert)
    organization = _switch_to(anna)
    assert _moved(visitor, bert, organization)
    return Team(anna, visitor)


def _switch_to(visitor: Visitor) -> str:
    found = re.search(r'name="organization" value="([^"]+)" aria-current', visitor.open(PLATFORMS).text)
    assert found
    return found[1]


def _moved(visitor: Visitor, person: Person, organization: str) -> bool:
    sent = visitor.send(PLATFORMS, "/switch", organization=organization)
    callback = person.goes(sent.location, f"{visitor.product.origin}/callback")
    return visitor.open(callback).status == 302 and _switch_to(visitor) == organization


def _add(visitor: Visitor, name: str, kind: str = "MT4") -> int:
    return visitor.send(PLATFORMS, name=name, type=kind).status


def _shows(visitor: Visitor, text: str) -> bool:
    return text in visitor.open(PLATFORMS).text


def test_a_member_who_may_only_see_adds_and_removes_nothing(team: Team) -> None:
    team.grants(READ)
    assert _add(team.anna, "Anna's server") == 303
    assert _shows(team.bert, "Anna&#39;s server")
    assert not team.bert.open(PLATFORMS).shows("add-platform")
    assert _add(team.bert, "Bert's server") == 403
    found = re.search(r'action="(/trade-platforms/[^"]+/remove)"', team.anna.open(PLATFORMS).text)
    assert found
    assert team.bert.send(PLATFORMS, found[1]).status == 403
    assert not _shows(team.anna, "Bert&#39;s server")
    assert _shows(team.anna, "Anna&#39;s server")


def test_what_was_granted_counts_at_the_next_request(team: Team) -> None:
    team.grants(READ, MANAGE)
    assert _add(team.bert, "By Bert") == 303
    assert _shows(team.anna, "By Bert")
    team.grants()
    assert team.bert.open(PLATFORMS).shows("not-allowed")
    assert _add(team.bert, "Too late") == 403
    assert not _shows(team.anna, "Too late")


@pytest.mark.parametrize("page", ["/members/", "/invitations/", "/api-clients/"])
def test_pages_of_administration_are_neither_offered_nor_open_to_a_member(team: Team, page: str) -> None:
    team.grants(READ)
    assert f'href="{page}"' not in team.bert.open(PLATFORMS).text
    assert team.bert.open(page).status == 403
    assert f'href="{page}"' in team.anna.open(PLATFORMS).text


def test_nobody_invites_or_makes_clients_without_the_permission(team: Team) -> None:
    team.grants(READ)
    assert team.bert.send(PLATFORMS, "/invitations/", email="guest@example.com").location == "/invitations/"
    assert team.bert.send(PLATFORMS, "/api-clients/", name="By Bert", scopes="webapi", once="1").status == 303
    assert "guest@example.com" not in team.anna.open("/invitations/").text
    assert "By Bert" not in team.anna.open("/api-clients/").text


def test_another_organization_sees_and_removes_nothing(team: Team, stage: Stage) -> None:
    assert _add(team.anna, "Only ours") == 303
    stranger = stage.toolbox.opened_by(newcomer(stage.server))
    assert not _shows(stranger, "Only ours")
    for action in re.findall(r'action="(/trade-platforms/[^"]+/remove)"', team.anna.open(PLATFORMS).text):
        assert stranger.send(PLATFORMS, action).status == 303
    assert _shows(team.anna, "Only ours")


def test_nobody_moves_to_an_organization_of_others(team: Team, stage: Stage) -> None:
    person = newcomer(stage.server)
    stranger = stage.toolbox.opened_by(person)
    own = _switch_to(stranger)
    sent = stranger.send(PLATFORMS, "/switch", organization=_switch_to(team.anna))
    callback = person.goes(sent.location, f"{stranger.product.origin}/callback")
    assert stranger.open(callback).location == "/"
    assert "belong to that organization" in stranger.open(PLATFORMS).text
    assert _switch_to(stranger) == own


@pytest.mark.parametrize(
    ("name", "kind"), [("", "MT4"), ("x" * 101, "MT4"), ("a\nb", "MT4"), ("Server", "MT6"), ("Server", "")]
)
def test_what_is_no_trade_platform_is_not_added(team: Team, name: str, kind: str) -> None:
    before = team.anna.open(PLATFORMS).text.count("/remove")
    assert _add(team.anna, name, kind) == 303
    page = team.anna.open(PLATFORMS).text
    assert 'class="note bad"' in page
    assert page.count("/remove") == before


@pytest.mark.parametrize("token", ["", "x" * 43, "ä"])
@pytest.mark.parametrize("path", [PLATFORMS, "/switch", "/sign-out", "/invitations/", "/api-clients/"])
def test_a_form_of_another_site_does_nothing(team: Team, path: str, token: str) -> None:
    address = urljoin(team.anna.product.origin, path)
    answer = team.anna.browser.post(address, csrf_token=token, name="Forged", type="MT4")
    assert answer.status == 400
    assert team.anna.signed_in
    assert not _shows(team.anna, "Forged")


def test_pages_are_kept_by_nobody_and_framed_by_nobody(team: Team) -> None:
    headers = team.anna.open(PLATFORMS).headers
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_another_name_of_the_host_leads_to_the_registered_one(stage: Stage) -> None:
    visitor = stage.toolbox.visitor()
    page = visitor.open(stage.toolbox.origin.replace("127.0.0.1", "localhost") + "/sign-in")
    assert page.location == f"{stage.toolbox.origin}/sign-in"
