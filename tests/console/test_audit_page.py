"""The audit trail of an organization on a page: in words, by name, searched, and as a file."""

import csv
import io
import json

import pytest

from authserver.accounts import directory as people
from authserver.accounts.store import accounts
from authserver.audit.log import SYSTEM, Origin, record
from authserver.base.clock import now
from authserver.organizations import directory
from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS
from authserver.web.unit_of_work import UnitOfWork
from tests.console.desk import HOSTILE, Desk, desk, outsider, shows
from tests.console.test_api_clients_pages import create, text_of
from tests.organizations.inviting import invite, token
from tests.organizations.workspace import Workspace, somebody
from tests.support.application import statements, trail
from tests.support.people import Post


def rename(anna: Desk, name: str) -> None:
    assert anna.post("/settings/name", form="/settings", name=name).status == 303


def test_the_page_tells_in_words_what_happened_and_who_did_it(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, email="bert@example.com")
    anna.post(f"/members/{bert.account.id}", role="member", permissions=[AUDIT])
    create(anna, "Nightly")
    page = bert.open("/audit")
    assert page.status == 200
    for text in (
        "Rights of a member changed",
        "bert@example.com",
        "by anna@example.com",
        "API client created",
        "Nightly",
        "Secret created",
        "from 127.0.0.1",
    ):
        assert text in page.text


def test_events_are_found_by_who_and_by_what(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, "administrator", email="bert@example.com")
    rename(anna, "First")
    create(bert, "Nightly")
    assert "API client created" not in anna.open("/audit?search=Anna@example.com").text
    assert "Organization renamed" not in anna.open("/audit?kind=api_client.").text
    assert "API client created" in anna.open("/audit?kind=api_client.&search=bert@example.com").text
    for nobody in ("nobody@example.com", "no%20address"):
        assert "Nothing matches" in anna.open(f"/audit?search={nobody}").text


@pytest.mark.parametrize("query", ["after=nothing", "kind=nothing", "after=%00"])
def test_what_can_not_be_asked_for_is_refused(anna: Desk, query: str) -> None:
    assert anna.open(f"/audit?{query}").status == 400


def test_nobody_reads_it_without_the_right_or_from_another_organization(acme: Workspace, anna: Desk) -> None:
    rename(anna, "First")
    bert = desk(acme, "member", MEMBERS, API_CLIENTS)
    for rest in ("/audit", "/audit.csv", "/audit.jsonl"):
        assert bert.open(rest).status == 403
        assert outsider(acme).open(rest).status == 404
    stranger = outsider(acme)
    stranger.send("/organizations/new", name="Globex", slug="globex")
    theirs = stranger.browser.open("/organizations/globex/audit").text
    assert "Organization created" in theirs
    assert "Organization renamed" not in theirs


@pytest.fixture
def olga(acme: Workspace) -> Desk:
    """An operator who belongs to no organization, and disabled and enabled this one."""
    account = somebody(acme.app, "olga@operators.example")
    with UnitOfWork(acme.app):
        people.set_operator(account, SYSTEM, operator=True)
    made = Desk(acme, account)
    for act in ("disable", "enable"):
        made.send(f"/admin/organizations/{acme.id}/{act}")
    return made


@pytest.fixture
def eve(acme: Workspace, anna: Desk, post: Post) -> Desk:
    """A stranger who tried an invitation of somebody else."""
    invite(acme, anna.account, email="invited@example.com")
    made = Desk(acme, somebody(acme.app, "eve@strangers.example"))
    path = f"/invitations/{token(post, 'invited@example.com')}"
    assert made.browser.post(path, **made.browser.open(path).hidden).status == 403
    return made


@pytest.fixture
def bert(acme: Workspace) -> Desk:
    """Somebody who renamed the organization, left it, and has another address now."""
    made = desk(acme, "administrator", email="bert@example.com")
    rename(made, "Berts")
    assert made.post("/leave").status == 303
    with UnitOfWork(acme.app):
        assert accounts.set_email(made.account.id, "bert@next.example", now())
    return made


def test_nobody_is_named_who_does_not_belong_to_the_organization(
    acme: Workspace, anna: Desk, olga: Desk, eve: Desk, bert: Desk
) -> None:
    page, file = anna.open("/audit").text, anna.open("/audit.csv").text
    for each in (olga, eve, bert):
        with UnitOfWork(acme.app):
            address = people.get(each.account.id).email
        assert address not in page + file
        assert "Nothing matches" in anna.open(f"/audit?search={address}").text
    assert "bert@example.com" not in page
    for label in ("by An operator", "by A stranger", "by A former member", "by anna@example.com"):
        assert label in page
    assert olga.account.id not in file
    assert eve.account.id not in file
    rows = {row["action"]: row for row in csv.DictReader(io.StringIO(file))}
    for action, actor in (("organization.disabled", "operator"), ("invitation.refused", "stranger")):
        assert (rows[action]["actor"], rows[action]["source"]) == (actor, "")
    # What a former member did while being one stays theirs.
    renamed = rows["organization.renamed"]
    assert (renamed["actor"], renamed["source"]) == (f"account:{bert.account.id}", "127.0.0.1")
    # Operators read everything.
    assert "eve@strangers.example" in olga.browser.open("/admin/audit").text


def test_an_operator_at_the_terminal_is_not_named(acme: Workspace, anna: Desk) -> None:
    with UnitOfWork(acme.app):
        directory.rename("acme", "Renamed", Origin("cli:olga", "192.0.2.77"))
        record(SYSTEM, "member.joined", target="gone", organization=acme.id, inviter="operator:olga")
    for text in (anna.open("/audit").text, anna.open("/audit.csv").text):
        assert "olga" not in text
        assert "192.0.2.77" not in text


def test_a_long_trail_has_pages_and_each_costs_the_same(acme: Workspace, anna: Desk) -> None:
    rename(anna, "First")
    with statements(acme.app) as few:
        anna.open("/audit")
    for number in range(60):
        rename(anna, f"Name {number}")
    with statements(acme.app) as many:
        page = anna.open("/audit")
    # A short trail asks once more whether that was all.
    assert len(many) <= len(few)
    assert page.text.count("Organization renamed") == 50
    following = page.text.partition('rel="next" href="')[2].partition('"')[0]
    last = anna.browser.open(following)
    assert last.text.count("Organization renamed") == 11
    assert "Next page" not in last.text


def test_the_file_holds_everything_and_no_secret(acme: Workspace, anna: Desk) -> None:
    secret = text_of(create(anna, "=cmd()"), "client-secret")
    answer = anna.open("/audit.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-acme.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["action"] for row in rows} >= {"api_client.created", "secret.created"}
    assert secret not in answer.text


def test_what_somebody_may_not_is_told_once_a_minute(acme: Workspace, anna: Desk) -> None:
    bert, target = desk(acme, "member", MEMBERS, email="bert@example.com"), acme.put("member")
    for _ in range(3):
        assert bert.open("/settings").status == 403
        assert bert.post(f"/members/{target.id}", role="administrator").status == 403
    assert outsider(acme).open("/settings").status == 404
    told = [each for each in trail(acme.app) if each.result == "refused"]
    assert [each.details["attempt"] for each in told] == ["settings", "member_change"]
    assert {(each.action, each.actor, each.organization_id) for each in told} == {
        ("access.refused", f"account:{bert.account.id}", acme.id)
    }
    page = anna.open("/audit?kind=access.")
    assert page.text.count("Tried what was not allowed") == 2
    assert "by bert@example.com" in page.text


def test_the_files_hold_what_the_page_was_asked_for(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, "administrator", email="bert@example.com")
    rename(anna, "First")
    rename(bert, "Second")
    create(bert, "Nightly")
    query = "?search=bert%40example.com&kind=organization."
    page = anna.open(f"/audit{query}")
    for form in ("csv", "jsonl"):
        assert f'href="{anna.path("/audit")}.{form}{query.replace("&", "&amp;")}"' in page.text
    lines = anna.open(f"/audit.jsonl{query}")
    assert lines.headers["Content-Type"] == "application/jsonl"
    assert lines.headers["Content-Disposition"] == 'attachment; filename="audit-acme.jsonl"'
    (event,) = map(json.loads, lines.text.splitlines())
    (row,) = csv.DictReader(io.StringIO(anna.open(f"/audit.csv{query}").text))
    assert event["details"] == {"before": "First", "after": "Second"} == json.loads(row["details"])
    assert event["actor"] == row["actor"] == f"account:{bert.account.id}"
    for form in ("csv", "jsonl"):
        assert anna.open(f"/audit.{form}?kind=nothing").status == 400


def test_hostile_names_stay_text(acme: Workspace, anna: Desk) -> None:
    create(anna, HOSTILE)
    page = anna.open("/audit")
    assert shows(page, HOSTILE)
    assert "<script>alert" not in page.text
