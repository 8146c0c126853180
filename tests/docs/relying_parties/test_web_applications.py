"""Web applications of the kit: people sign in to each of them, switch, refresh and sign out."""

import json
from collections.abc import Iterator

import pytest

from tests.docs.relying_parties.kinds import KINDS, Kind, prepared
from tests.docs.relying_parties.running import Sample, running, variables
from tests.docs.relying_parties.visits import is_forgotten, me, signs_in, signs_out
from tests.interop.people import NAME, Person
from tests.support.server import Server


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
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
