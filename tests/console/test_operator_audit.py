"""The trail of the whole server on a page, searched, and as a file; for operators alone."""

import csv
import io
import json

import pytest

from authserver.organizations.permissions import MEMBERS
from tests.console.desk import Desk, desk
from tests.organizations.workspace import Workspace
from tests.support.application import statements


def rename(who: Desk, name: str) -> None:
    assert who.post("/settings/name", form="/settings", name=name).status == 303


def test_the_trail_of_the_whole_server_is_shown(acme: Workspace, anna: Desk, olga: Desk) -> None:
    olga.send(f"/admin/accounts/{anna.account.id}/sign-out")
    page = olga.browser.open("/admin/audit")
    assert "sessions.ended" in page.text
    assert olga.account.email in page.text
    assert olga.browser.open(f"/admin/audit?search={olga.account.email}&kind=account.").status == 200


@pytest.mark.parametrize("query", ["kind=nothing", "after=nothing", "search=%00"])
def test_what_can_not_be_asked_for_is_refused(olga: Desk, query: str) -> None:
    assert olga.browser.open(f"/admin/audit?{query}").status == 400
    if "after" not in query:
        assert olga.browser.open(f"/admin/audit.csv?{query}").status == 400


def test_what_was_refused_anywhere_is_found(acme: Workspace, anna: Desk, olga: Desk) -> None:
    bert = desk(acme, "member", MEMBERS, email="bert@example.com")
    assert bert.open("/settings").status == 403
    rename(anna, "Renamed")
    page = olga.browser.open("/admin/audit?kind=access.")
    assert '<option value="access." selected>What was refused</option>' in page.text
    assert "Tried what was not allowed" in page.text
    assert "by bert@example.com" in page.text
    assert "Organization renamed" not in page.text


def test_the_files_hold_what_the_page_was_asked_for_of_every_organization(
    acme: Workspace, anna: Desk, olga: Desk
) -> None:
    rename(anna, "First")
    anna.send("/organizations/new", name="Globex", slug="globex")
    query = "?search=anna%40example.com&kind=organization."
    page = olga.browser.open(f"/admin/audit{query}")
    for form in ("csv", "jsonl"):
        assert f'href="/admin/audit.{form}{query.replace("&", "&amp;")}"' in page.text
    lines = olga.browser.open(f"/admin/audit.jsonl{query}")
    assert lines.headers["Content-Type"] == "application/jsonl"
    assert lines.headers["Content-Disposition"] == 'attachment; filename="audit.jsonl"'
    assert lines.headers["Cache-Control"] == "no-store"
    told = [json.loads(line) for line in lines.text.splitlines()]
    assert [each["action"] for each in told] == ["organization.created", "organization.renamed"]
    assert len({each["organization_id"] for each in told}) == 2
    file = olga.browser.open(f"/admin/audit.csv{query}")
    assert file.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert [each["id"] for each in rows] == [str(each["id"]) for each in told]
    # Operators read everything: whose act it was, and from where.
    assert {(each["actor"], each["source"]) for each in rows} == {(f"account:{anna.account.id}", "127.0.0.1")}


def test_a_file_of_everything_is_read_piece_by_piece(acme: Workspace, anna: Desk, olga: Desk) -> None:
    for number in range(3):
        rename(anna, f"Name {number}")
    with statements(acme.app) as sent:
        file = olga.browser.open("/admin/audit.csv")
    assert len(list(csv.DictReader(io.StringIO(file.text)))) > 3
    assert [each for each in sent if "audit_events" in each and "LIMIT" in each]
