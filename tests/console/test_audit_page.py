"""The audit trail of an organization on a page: in words, by name, searched, and as a file."""

import csv
import io

import pytest

from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS
from tests.console.desk import HOSTILE, Desk, desk, outsider, shows
from tests.console.test_api_clients_pages import create, text_of
from tests.organizations.workspace import Workspace
from tests.support.application import statements


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
    for rest in ("/audit", "/audit.csv"):
        assert bert.open(rest).status == 403
        assert outsider(acme).open(rest).status == 404
    stranger = outsider(acme)
    stranger.send("/organizations/new", name="Globex", slug="globex")
    theirs = stranger.browser.open("/organizations/globex/audit").text
    assert "Organization created" in theirs
    assert "Organization renamed" not in theirs


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


def test_hostile_names_stay_text(acme: Workspace, anna: Desk) -> None:
    create(anna, HOSTILE)
    page = anna.open("/audit")
    assert shows(page, HOSTILE)
    assert "<script>alert" not in page.text
