"""How applications authenticate: by their one registered method, public ones by name alone (T7, T9)."""

from dataclasses import replace

import pytest

from authserver.oidc.client_auth.credentials import MAX_CREDENTIAL
from authserver.oidc.messages.error import error_answer
from authserver.oidc.ports import Client
from tests.oidc.people_world import API, CONFIDENTIAL, LEGACY, PUBLIC, PeopleWorld
from tests.oidc.world import CLIENT, NOW, SECRET, Outcome, asked, basic_header, form

GRANT = {"grant_type": "refresh_token", "refresh_token": "x"}


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


def ask(world: PeopleWorld, authorization: str = "", **parameters: str) -> Outcome:
    return asked(world.token, form(GRANT | parameters, authorization=authorization))


@pytest.mark.parametrize("client", [CONFIDENTIAL, PUBLIC, LEGACY], ids=["basic", "none", "post"])
def test_the_registered_method_proves_an_application(world: PeopleWorld, client: Client) -> None:
    world.party(client).refresh("x").refused("invalid_grant")


def test_a_confidential_application_can_not_do_without_its_secret(world: PeopleWorld) -> None:
    for client in (CONFIDENTIAL, LEGACY, CLIENT):
        ask(world, client_id=client.id).refused("invalid_client", 401)


def test_a_public_application_has_no_secret_to_present(world: PeopleWorld) -> None:
    ask(world, client_id=PUBLIC.id, client_secret=SECRET).refused("invalid_client", 401)
    ask(world, basic_header(PUBLIC.id, SECRET)).refused("invalid_client", 401)


def test_the_right_secret_by_another_method_is_refused(world: PeopleWorld) -> None:
    ask(world, basic_header(LEGACY.id, SECRET)).refused("invalid_client", 401)
    ask(world, client_id=CONFIDENTIAL.id, client_secret=SECRET).refused("invalid_client", 401)


@pytest.mark.parametrize("client_id", ["unknown", "a", "x" * (MAX_CREDENTIAL + 1), "ü"])
def test_an_unknown_name_is_refused_and_counted(world: PeopleWorld, client_id: str) -> None:
    ask(world, client_id=client_id).refused("invalid_client", 401)
    assert world.machine.failures == [(client_id[:MAX_CREDENTIAL], "192.0.2.7")]


def test_a_disabled_public_application_is_refused_like_an_unknown_one(world: PeopleWorld) -> None:
    world.change(PUBLIC, disabled_at=NOW)
    refusals = [ask(world, client_id=each).refused("invalid_client", 401) for each in (PUBLIC.id, "unknown")]
    assert error_answer(refusals[0]) == error_answer(refusals[1])


def test_a_public_application_seen_within_the_last_second_costs_no_read(world: PeopleWorld) -> None:
    world.machine.kept[PUBLIC.id] = PUBLIC
    world.party(PUBLIC).refresh("x").refused("invalid_grant")
    assert world.machine.reads == []


def test_no_method_at_all_is_refused(world: PeopleWorld) -> None:
    ask(world).refused("invalid_client", 401)


def test_too_many_failures_by_name_say_when_to_come_back(world: PeopleWorld) -> None:
    world.machine.wait = 30
    assert ("Retry-After", "30") in ask(world, client_id="unknown").refused(
        "invalid_client", 429
    ).wire.headers
    world.party(PUBLIC).refresh("x").refused("invalid_grant")


def test_an_api_that_asks_about_tokens_gets_none_for_itself(world: PeopleWorld) -> None:
    # The token endpoint does not even look for APIs; if it did, they would still get nothing.
    for grant_type in ("client_credentials", "authorization_code", "refresh_token"):
        world.party(API).token(grant_type, code="x", refresh_token="x").refused("unauthorized_client")


def test_several_secrets_of_an_application_work_side_by_side(world: PeopleWorld) -> None:
    (secret,) = CONFIDENTIAL.secrets
    other = replace(secret, id="s2", digest=bytes(32))
    world.change(CONFIDENTIAL, secrets=(other, secret))
    world.party().refresh("x").refused("invalid_grant")
    assert [use[:2] for use in world.machine.used] == [("s1", NOW)]
