"""Who asks, and where answers may go: nobody is sent anywhere before both are known (checklist A1 to A4)."""

import pytest

from tests.oidc.people_world import CONFIDENTIAL, HERE, LEGACY, PUBLIC, PeopleWorld
from tests.oidc.relying_party import STATE
from tests.oidc.world import CLIENT, ISSUER

MUTATIONS = [
    "https://rp.test.evil.test/cb",
    "https://evil.test/rp.test/cb",
    "https://evilrp.test/cb",
    "https://sub.rp.test/cb",
    "https://rp.test@evil.test/cb",
    "https://evil.test@rp.test/cb",
    "https://rp.test:pass@evil.test/cb",
    "https://evil.test\\@rp.test/cb",
    "https://rp.test\\.evil.test/cb",
    "https:\\\\rp.test\\cb",
    "https://rp.test/CB",
    "https://RP.test/cb",
    "HTTPS://rp.test/cb",
    "https://rp.test/cb/",
    "https://rp.test//cb",
    "https://rp.test/cb?",
    "https://rp.test/cb?next=https://evil.test",
    "https://rp.test/cb&next=1",
    "https://rp.test/cb;next=1",
    "https://rp.test/cb/../evil",
    "https://rp.test/evil/../cb",
    "https://rp.test/./cb",
    "https://rp.test/cb/%2e%2e/evil",
    "https://rp.test/evil/%2e%2e/cb",
    "https://rp.test/cb/%252e%252e/evil",
    "https://rp.test/cb/..;/evil",
    "https://rp.test/%63b",
    "https://rp.test:443/cb",
    "https://rp.test:8443/cb",
    "https://rp.test./cb",
    "https://rp.test/cb\t",
    "https://rp.test/\tcb",
    "https://rp.test/cb\n",
    "https://rp.test/cb\r\nSet-Cookie: a=b",
    " https://rp.test/cb",
    "https://rp.test/cb ",
    "https://rp.test/cb#",
    "https://rp.test/cb#fragment",
    "http://rp.test/cb",
    "ftp://rp.test/cb",
    "javascript://rp.test/cb",
    "//rp.test/cb",
    "/cb",
    "rp.test/cb",
    "https://rp.test/c",
    "https://rp.test/cbx",
    "https://rp.test",
    "https:/rp.test/cb",
    "https:rp.test/cb",
    "https://rp。test/cb",
    "https://rp.test/cb\u200b",
    "https://xn--rp-test/cb",
    "https://127.0.0.1/cb",
    "*",
    "null",
]


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


def test_the_registered_redirect_uri_gets_a_code(world: PeopleWorld) -> None:
    response = world.party().authorize().response
    assert response is not None
    assert response.redirect_uri == "https://rp.test/cb"


@pytest.mark.parametrize("uri", MUTATIONS)
def test_a_mutated_redirect_uri_is_told_on_a_page_and_writes_nothing(world: PeopleWorld, uri: str) -> None:
    world.party().authorize(redirect_uri=uri).displayed("invalid_request")
    assert world.grants.rows == {}


def test_every_registered_redirect_uri_serves(world: PeopleWorld) -> None:
    world.change(CONFIDENTIAL, redirect_uris=("https://rp.test/cb", "https://rp.test/cb?tenant=1"))
    location = world.party().authorize(redirect_uri="https://rp.test/cb?tenant=1").response
    assert location is not None
    assert location.location().startswith("https://rp.test/cb?tenant=1&code=")


def test_the_redirect_uri_of_another_client_is_told_on_a_page(world: PeopleWorld) -> None:
    world.party().authorize(redirect_uri="https://other.test/cb").displayed("invalid_request")


@pytest.mark.parametrize("port", ["", ":1", ":8080", ":65535"])
def test_a_native_client_may_listen_on_any_port_of_the_loopback_address(
    world: PeopleWorld, port: str
) -> None:
    world.visit = HERE._replace(signed_in_for_this=True)
    assert world.party(PUBLIC).authorize(redirect_uri=f"http://127.0.0.1{port}/cb").code


@pytest.mark.parametrize("uri", ["http://127.0.0.1:31337/cb", "com.example.app:/cb"])
@pytest.mark.parametrize("first_party", [False, True])
def test_what_any_program_of_a_device_could_take_gets_no_answer_that_nobody_saw(
    world: PeopleWorld, uri: str, *, first_party: bool
) -> None:
    uris = (*PUBLIC.redirect_uris, "com.example.app:/cb")
    world.change(PUBLIC, redirect_uris=uris, first_party=first_party)
    native = world.party(PUBLIC)
    native.authorize(redirect_uri=uri, prompt="none").refused("consent_required")
    assert native.authorize(redirect_uri=uri).asks_for_consent()
    # The port that is registered is a developer's, and a claimed https address is the application's own.
    assert native.authorize(redirect_uri="http://127.0.0.1/cb", prompt="none").code
    assert native.authorize(prompt="none").code
    for seen in ({"signed_in_for_this": True}, {"consented_to_this": True}):
        world.visit = HERE._replace(**seen)
        assert native.authorize(redirect_uri=uri).code


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost/cb",
        "http://localhost:8080/cb",
        "http://127.0.0.1/cb/",
        "http://127.0.0.1:8080/other",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:123456/cb",
        "http://127.0.0.1:80a/cb",
        "http://127.0.0.1:8080@evil.test/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.2/cb",
        "http://127.1/cb",
        "http://[::1]/cb",
        "https://127.0.0.1:8080/cb",
        "http://127.0.0.1:8080/cb?added=1",
    ],
)
def test_of_a_loopback_address_only_the_port_is_free(world: PeopleWorld, uri: str) -> None:
    world.party(PUBLIC).authorize(redirect_uri=uri).displayed("invalid_request")


@pytest.mark.parametrize("redirect_uri", [None, ""])
def test_a_missing_or_empty_redirect_uri_is_told_on_a_page(
    world: PeopleWorld, redirect_uri: str | None
) -> None:
    world.party().authorize(redirect_uri=redirect_uri).displayed("invalid_request")


@pytest.mark.parametrize("client_id", [None, "", "x" * 256])
def test_a_client_id_that_is_missing_or_absurd_is_told_on_a_page(
    world: PeopleWorld, client_id: str | None
) -> None:
    world.party().authorize(client_id=client_id).displayed("invalid_request")


@pytest.mark.parametrize("client_id", ["unknown", CLIENT.id, CONFIDENTIAL.id.upper() + " "])
def test_an_unknown_client_is_told_on_a_page(world: PeopleWorld, client_id: str) -> None:
    page = world.party().authorize(client_id=client_id).displayed("unauthorized_client")
    assert page.client_id == client_id


def test_a_disabled_client_is_told_on_a_page(world: PeopleWorld) -> None:
    world.change(CONFIDENTIAL, disabled_at=1)
    world.party().authorize(prompt="none").displayed("unauthorized_client")


@pytest.mark.parametrize(
    "fault",
    [
        {"response_type": "token"},
        {"scope": "unknown"},
        {"scope": "profile"},
        {"prompt": "none login"},
        {"code_challenge": ""},
        {"state": "x" * 9000},
        {"request": "a.b.c"},
    ],
)
def test_another_fault_never_opens_a_redirect_to_who_is_not_known(
    world: PeopleWorld, fault: dict[str, str]
) -> None:
    world.party().authorize(**fault, redirect_uri="https://evil.test/cb").displayed("invalid_request")
    world.party().authorize(**fault, client_id="unknown").displayed("unauthorized_client")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
@pytest.mark.parametrize("again", ["same", "https://evil.test/cb"])
def test_a_repeated_client_or_redirect_uri_is_told_on_a_page(
    world: PeopleWorld, name: str, again: str
) -> None:
    value = dict(world.party().parameters())[name] if again == "same" else again
    world.party().authorize((name, value)).displayed("invalid_request")


@pytest.mark.parametrize(
    "name", ["response_type", "scope", "nonce", "code_challenge", "code_challenge_method"]
)
def test_a_repeated_parameter_is_told_to_the_client(world: PeopleWorld, name: str) -> None:
    value = dict(world.party().parameters()).get(name, "x")
    world.party().authorize((name, value), (name, "y")).refused("invalid_request")
    assert world.grants.rows == {}


def test_a_repeated_state_is_not_sent_back(world: PeopleWorld) -> None:
    world.party().authorize(("state", "other")).refused("invalid_request", state=None)


def test_a_repeated_parameter_without_value_counts_as_absent(world: PeopleWorld) -> None:
    assert world.party().authorize(("nonce", ""), ("scope", ""), ("state", "")).code


@pytest.mark.parametrize("name", ["response_type", "code_challenge", "code_challenge_method"])
def test_an_empty_parameter_is_missing(world: PeopleWorld, name: str) -> None:
    world.party().authorize(**{name: ""}).refused("invalid_request")


def test_an_unknown_parameter_is_ignored(world: PeopleWorld) -> None:
    assert world.party().authorize(("foo", "2"), **{"x-client-SKU": "ID_NET8_0", "foo": "bar"}).code


@pytest.mark.parametrize("name", ["scope", "prompt", "login_hint", "acr_values", "resource", "display"])
def test_a_parameter_that_is_longer_than_any_that_makes_sense_is_refused(
    world: PeopleWorld, name: str
) -> None:
    world.party().authorize((name, "x" * 2049), **{name: None}).refused("invalid_request")
    assert world.party().authorize(foo="x" * 2049).code


@pytest.mark.parametrize(
    "state",
    [
        "a b+c",
        "100%25 % %zz",
        "\"'<>&=#?;",
        "\r\nSet-Cookie: a=b",
        "ünïcödé 漢字 \U0001f600",
        "x" * 2048,
        "x" * 8192,
        "ü" * 4096,
        "..\\..//",
    ],
)
def test_state_and_nonce_come_back_as_they_were_sent(world: PeopleWorld, state: str) -> None:
    rp = world.party()
    answer = rp.authorize(state=state, nonce=state)
    assert answer.parameters["state"] == state
    assert rp.redeem(answer.code).identity["nonce"] == state


@pytest.mark.parametrize("state", ["\r\nSet-Cookie: a=b", "ü", '"<>\\^`{|}', "\u2028"])
def test_the_address_of_an_answer_is_always_one_line_of_ascii(world: PeopleWorld, state: str) -> None:
    response = world.party().authorize(state=state).response
    assert response is not None
    assert response.location().isascii()
    assert response.location().isprintable()
    assert not set(response.location()) & set(' "<>\\^`{|}')


@pytest.mark.parametrize("state", ["x" * 8193, "ü" * 4097])
def test_a_state_that_is_too_large_is_refused_and_not_shortened(world: PeopleWorld, state: str) -> None:
    assert "8192" in world.party().authorize(state=state).refused("invalid_request", state=None)


@pytest.mark.parametrize("nonce", ["x" * 8193, "ü" * 4097])
def test_a_nonce_that_is_too_large_is_refused(world: PeopleWorld, nonce: str) -> None:
    assert "8192" in world.party().authorize(nonce=nonce).refused("invalid_request")


def test_without_a_state_none_comes_back(world: PeopleWorld) -> None:
    assert world.party().authorize(state=None).parameters.keys() == {"code", "iss"}
    world.party().authorize(state=None, scope="unknown").refused("invalid_scope", state=None)


def test_every_answer_says_who_it_is_from(world: PeopleWorld) -> None:
    answer = world.party().authorize().parameters
    assert (answer["iss"], answer["state"]) == (ISSUER, STATE)


@pytest.mark.parametrize(("asked", "mode"), [(None, "query"), ("query", "query"), ("form_post", "form_post")])
def test_errors_go_the_way_that_the_success_would_go(
    world: PeopleWorld, asked: str | None, mode: str
) -> None:
    for answer in (
        world.party().authorize(response_mode=asked),
        world.party().authorize(response_mode=asked, scope="unknown"),
        world.party().authorize(("display", "page"), ("display", "popup"), response_mode=asked),
        world.party().authorize(response_mode=asked, prompt="none", max_age="0"),
    ):
        assert answer.response is not None
        assert answer.response.response_mode == mode


@pytest.mark.parametrize("mode", ["fragment", "query.jwt", "web_message", "QUERY"])
def test_an_unknown_response_mode_is_told_in_the_query(world: PeopleWorld, mode: str) -> None:
    answer = world.party(LEGACY).authorize(response_mode=mode)
    answer.refused("invalid_request")
    assert answer.response is not None
    assert answer.response.response_mode == "query"
