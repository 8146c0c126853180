"""Web applications of the kit: people sign in to each of them, switch, refresh and sign out."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator

import pytest

from tests.docs.relying_parties.kinds import KINDS, Kind, prepared
from tests.docs.relying_parties.running import Sample, running, variables
from tests.docs.relying_parties.visits import is_forgotten, me, signs_in, signs_out
from tests.interop.people import NAME, Person
from tests.support.server import DATABASE, Server


def name(kind: Kind) -> str:
    """Return how a test is called."""
    return kind.name


def generations(server: Server) -> int:
    """Return how often a refresh token was replaced by another so far."""
    with contextlib.closing(sqlite3.connect(server.data_dir / DATABASE)) as connection:
        (total,) = connection.execute("SELECT SUM(generation) FROM grants").fetchone()
    return int(total)


@pytest.fixture(scope="module", params=KINDS, ids=name)
def sample(
    request: pytest.FixtureRequest, kit_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sample]:
    """A sample that runs; its access tokens are so short that each use refreshes them."""
    kind: Kind = request.param
    folder = tmp_path_factory.mktemp(kind.name)
    ready, command = prepared(kind, kind.application, folder, request)
    made = ready.page.register(kit_server, ready.origin, "--access-token-lifetime", "1m")
    with running(ready, command, **variables(kit_server, ready, made)):
        yield ready


def test_nobody_is_known_before_they_sign_in(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    assert "/sign-in" in person.browser.open(f"{sample.origin}/").text
    assert person.browser.open(f"{sample.origin}/me").status == 401


def test_a_person_signs_in(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    seen = json.loads(signs_in(sample, person).text)
    assert (seen["email"], seen["name"]) == (anna.email, NAME)
    assert me(sample, person) == seen


def test_the_application_knows_the_organization(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    seen = me(sample, person)
    assert seen["org_id"] == seen["organizations"][0]["id"]


@pytest.mark.parametrize("sample", [kind for kind in KINDS if kind.early], ids=name, indirect=True)
def test_an_access_token_that_is_about_to_end_is_refreshed_again_and_again(
    sample: Sample, anna: Person, kit_server: Server
) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    before = generations(kit_server)
    assert [me(sample, person)["email"] for _ in range(3)] == [anna.email] * 3
    # Whoever goes on with an old one gets the same successor for a while, and no third generation.
    assert generations(kit_server) == before + 3


def test_who_is_signed_in_switches_without_a_page(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    mine = me(sample, person)["organizations"][0]["id"]
    person.password = "not needed any more"
    assert json.loads(signs_in(sample, person, f"?organization={mine}&prompt=none").text)["org_id"] == mine


def test_an_organization_of_others_is_refused_and_the_session_stays(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    foreign = "0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54"
    refused = signs_in(sample, person, f"?organization={foreign}&prompt=none")
    assert refused.status in (400, 403)
    assert "access_denied" in refused.text
    assert me(sample, person)["email"] == anna.email


def test_an_answer_that_nobody_asked_for_is_refused(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    answer = person.browser.open(f"{sample.origin}/callback?code=stolen&state=made-up")
    assert answer.status >= 400
    assert person.browser.open(f"{sample.origin}/me").status == 401


def test_signing_out_ends_both_sessions(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    assert signs_out(sample, person).startswith(f"{sample.origin}/")
    assert person.browser.open(f"{sample.origin}/me").status == 401
    assert person.browser.open("/account").status == 303


def test_signing_out_elsewhere_reaches_the_application(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    person.browser.go("/logout")
    assert is_forgotten(sample, person)


def test_a_logout_token_that_is_none_ends_nothing(sample: Sample, anna: Person) -> None:
    person = anna.elsewhere()
    signs_in(sample, person)
    for token in ("", "a.b.c", "eyJhbGciOiJub25lIn0.e30."):
        answer = person.elsewhere().browser.post(f"{sample.origin}/backchannel-logout", logout_token=token)
        assert answer.status == 400, token
    assert me(sample, person)["email"] == anna.email
