"""Client authentication: exactly one method, the registered one; one answer for every failure (T7-T11)."""

import base64
from dataclasses import replace

import pytest

from authserver.clients.api_client import StoredSecret
from authserver.clients.secrets import digest
from authserver.oidc.client_auth.credentials import MAX_CREDENTIAL
from authserver.oidc.messages.error import error_answer
from tests.oidc.world import CLIENT, NOW, SECRET, World, basic, basic_header, form, post

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def world() -> World:
    return World()


def raw_basic(pair: bytes, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(pair).decode()}"


def test_a_failure_with_basic_carries_a_challenge_and_one_with_post_does_not(world: World) -> None:
    by_basic = world.ask(basic(secret="wrong")).refused("invalid_client", 401)
    assert [name for name, _ in by_basic.wire.headers] == ["WWW-Authenticate"]
    assert world.ask(post(client_secret="wrong")).refused("invalid_client", 401).wire.headers == ()


def test_every_failure_gives_the_same_answer(world: World) -> None:
    wrong = world.ask(post(client_secret="wrong"))
    unknown = world.ask(post(client_id="7c9e6679-7425-40de-944b-e07fc1f90ae7"))
    world.change(active=False)
    disabled = world.ask(post())
    world.change(active=True, secrets=(StoredSecret("s1", digest(SECRET), NOW),))
    expired = world.ask(post())
    world.change(secrets=())
    revoked = world.ask(post())
    world.change(secrets=CLIENT.secrets, auth_methods=("client_secret_basic",))
    unregistered = world.ask(post())
    answers = {
        error_answer(outcome.refused("invalid_client", 401))
        for outcome in (wrong, unknown, disabled, expired, revoked, unregistered)
    }
    assert len(answers) == 1


def test_every_failure_costs_one_read_whether_the_client_exists_or_not(world: World) -> None:
    world.kept = {CLIENT.id: CLIENT}
    for asked in (post(client_secret="wrong"), post(client_id="unknown"), basic("nobody", "x")):
        world.reads.clear()
        world.ask(asked).refused("invalid_client", 401)
        assert len(world.reads) == 1


def test_a_success_within_a_second_of_another_reads_nothing(world: World) -> None:
    world.kept = {CLIENT.id: CLIENT}
    assert world.ask(post()).answer
    assert world.reads == []


def test_a_secret_made_within_the_last_second_works_at_once(world: World) -> None:
    world.kept = {CLIENT.id: replace(CLIENT, secrets=())}
    assert world.ask(post()).answer


def test_several_secrets_work_side_by_side(world: World) -> None:
    world.change(secrets=(StoredSecret("old", digest("old"), NOW + 1), *CLIENT.secrets))
    assert world.ask(post(client_secret="old")).answer
    assert world.ask(post()).answer
    assert [secret for secret, _, _ in world.used] == ["old", "s1"]


def test_a_secret_ends_at_its_expiry(world: World) -> None:
    world.change(secrets=(StoredSecret("s1", digest(SECRET), NOW + 1),))
    assert world.ask(post()).answer
    world.time += 1
    world.ask(post()).refused("invalid_client", 401)


def test_too_many_failures_say_when_to_come_back(world: World) -> None:
    world.wait = 17
    refusal = world.ask(post(client_secret="wrong")).refused("invalid_client", 429)
    assert ("Retry-After", "17") in refusal.wire.headers
    assert world.failures == [(CLIENT.id, "192.0.2.7")]


def test_the_right_secret_always_works_whatever_was_counted(world: World) -> None:
    world.wait = 17
    assert world.ask(post()).answer
    assert world.failures == []


def test_two_ways_of_authenticating_at_once_are_refused(world: World) -> None:
    both = form(
        GRANT | {"client_id": CLIENT.id, "client_secret": SECRET},
        authorization=basic_header(CLIENT.id, SECRET),
    )
    world.ask(both).refused("invalid_request")


def test_a_client_id_in_the_body_must_be_the_one_that_authenticates(world: World) -> None:
    assert world.ask(basic(client_id=CLIENT.id)).answer
    other = form(GRANT | {"client_id": "other"}, authorization=basic_header(CLIENT.id, SECRET))
    world.ask(other).refused("invalid_request")


def test_only_the_registered_method_counts(world: World) -> None:
    world.change(auth_methods=("client_secret_post",))
    assert world.ask(post()).answer
    world.ask(basic()).refused("invalid_client", 401)


@pytest.mark.parametrize("left_out", ["client_id", "client_secret"])
def test_missing_credentials_are_an_invalid_client(world: World, left_out: str) -> None:
    world.ask(post(**{left_out: ""})).refused("invalid_client", 401)


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic YTpi*",
        "Basic YTp",
        "Bearer YTpi",
        raw_basic(b"\xff\xfe:x"),
        raw_basic(b"no colon"),
        raw_basic(b":secret"),
        raw_basic(b"id:"),
        raw_basic(b"id:%ff"),
        raw_basic(b"id:s", scheme="Digest"),
        raw_basic(b"\xc3"),
    ],
)
def test_a_basic_header_that_can_not_be_read_is_an_invalid_client_with_a_challenge(
    world: World, header: str
) -> None:
    refusal = world.ask(form(GRANT, authorization=header)).refused("invalid_client", 401)
    assert refusal.wire.headers[0][0] == "WWW-Authenticate"


def test_the_scheme_is_read_without_regard_to_case(world: World) -> None:
    header = "bAsIc" + basic_header(CLIENT.id, SECRET).removeprefix("Basic")
    assert world.ask(form(GRANT, authorization=header)).answer


@pytest.mark.parametrize("secret", ["with:colon", "plus+sign", "per%cent", "über", "sp ace", "%41"])
def test_form_encoded_ids_and_secrets_work(world: World, secret: str) -> None:
    world.clients = {secret: replace(CLIENT, id=secret, secrets=(StoredSecret("s1", digest(secret), None),))}
    assert world.ask(basic(secret, secret)).answer


@pytest.mark.parametrize("client_id", ["a\x00b", "x" * (MAX_CREDENTIAL + 1)])
def test_an_id_that_no_database_could_hold_is_not_looked_up(world: World, client_id: str) -> None:
    world.ask(basic(client_id)).refused("invalid_client", 401)
    assert world.reads == []


def test_the_longest_id_and_the_longest_secret_that_may_exist_work(world: World) -> None:
    longest = "x" * MAX_CREDENTIAL
    secrets = (StoredSecret("s1", digest(longest), None),)
    world.clients = {longest: replace(CLIENT, id=longest, secrets=secrets)}
    assert world.ask(post(client_id=longest, client_secret=longest)).answer


def test_descriptions_are_printable_ascii_without_quotes_and_backslashes(world: World) -> None:
    for asked in (
        post(client_secret="é"),
        post(grant_type='"\\'),
        post(scope="ü"),
        form(GRANT, authorization="x"),
    ):
        refusal = world.ask(asked).refusal
        assert refusal is not None
        assert all(character.isascii() and character.isprintable() for character in refusal.description)
        assert not set(refusal.description) & set('"\\')
