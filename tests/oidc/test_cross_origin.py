"""Cross-origin requests: pages of registered origins may read the answers, others may not (checklist U3)."""

from typing import Any

import pytest

from authserver.oidc.endpoints.cors import CrossOrigin
from authserver.oidc.errors import OAuthError, invalid_request
from authserver.oidc.messages.machine import Answer, MachineRequest
from tests.oidc.world import request

ORIGIN = "https://app.test"
STRANGERS = [
    "null", "https://app.test.evil.test", "http://app.test", "https://app.test:8443", "https://APP.test",
    "https://app.test/", "https://evil.test", "*", "https://sub.app.test",
]  # fmt: skip


class Origins:
    def registered(self) -> frozenset[str]:
        return frozenset({ORIGIN})


def answers(asked: MachineRequest) -> Answer:
    if asked.method == "OPTIONS":
        raise invalid_request("POST only.", 405, (("Allow", "POST"),))
    if asked.body:
        raise invalid_request("No.")
    return Answer(200, (("Cache-Control", "no-store"),), b"{}")


def ask(origin: str, **changes: Any) -> Answer:
    return CrossOrigin(answers, Origins(), "POST")(request(origin=origin, **changes))


def allowed(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {name: value for name, value in headers if name.startswith("Access-Control-") or name == "Vary"}


def test_a_registered_origin_may_read_the_answer() -> None:
    answer = ask(ORIGIN)
    assert answer.body == b"{}"
    assert answer.headers[0] == ("Cache-Control", "no-store")
    assert allowed(answer.headers) == {
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Expose-Headers": "WWW-Authenticate, Retry-After, X-Request-Id",
        "Vary": "Origin",
    }


def test_it_may_read_refusals_as_well() -> None:
    with pytest.raises(OAuthError) as refused:
        ask(ORIGIN, body=b"x")
    assert allowed(refused.value.wire.headers)["Access-Control-Allow-Origin"] == ORIGIN


def test_its_preflight_is_answered() -> None:
    answer = ask(ORIGIN, method="OPTIONS")
    assert (answer.status, answer.body) == (204, b"")
    headers = allowed(answer.headers)
    assert headers["Access-Control-Allow-Methods"] == "POST"
    assert headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
    assert headers["Access-Control-Max-Age"] == "600"


@pytest.mark.parametrize("origin", STRANGERS)
def test_another_origin_gets_no_permission(origin: str) -> None:
    assert allowed(ask(origin).headers) == {}
    for changes in ({"method": "OPTIONS"}, {"body": b"x"}):
        with pytest.raises(OAuthError) as refused:
            ask(origin, **changes)
        assert allowed(refused.value.wire.headers) == {}


def test_a_request_from_no_page_is_left_as_it_is() -> None:
    assert ask("").headers == (("Cache-Control", "no-store"),)
    with pytest.raises(OAuthError):
        ask("", method="OPTIONS")


@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.test"])
def test_credentials_are_never_allowed(origin: str) -> None:
    assert "Access-Control-Allow-Credentials" not in dict(ask(origin).headers)
