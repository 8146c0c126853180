"""The page about security events: its sample is one as the server makes them, its table what comes of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from joserfc.errors import JoseError

from authserver.oidc.messages import security_event
from authserver.oidc.messages.security_event import KEPT, SETTLING, Published, SecurityEvent
from examples.ended_tokens import Ended
from examples.event_pages import Pages

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
DOCUMENT = (DOCS / "security-events.md").read_text()
TOKEN: dict[str, Any] = {"iat": 100, "sid": "S", "sub": "P", "org_id": "O", "jti": "G.x", "scope": "orders"}
VECTORS = DOCS / "security-events-vectors.json"
VERDICTS = re.findall(
    r"^\| `match` `(\{.*?\})`, `issued_until` (\d+)(.*?) \| (yes|no)", DOCUMENT, re.MULTILINE
)
FAULTS = {
    "iss": "'iss'",
    "aud": "'aud'",
    "after": "'after'",
    "exp": "'exp'|Expired",
    "typ": "another kind",
    "signature": "BadSignature|UnsupportedAlgorithm|InvalidKeyId|SecurityWarning",
    "no page": "DecodeError|ValueError",
}
"""What vectors begin with, and what is said of a page with that fault and no other."""


def sample() -> Any:
    (text,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    return json.loads(text)


def test_each_event_of_the_sample_is_one_that_the_server_would_say() -> None:
    page = sample()
    assert page["window"] == KEPT
    for told in page["security_events"]:
        event = SecurityEvent(
            told["type"], told["match"], told["toe"], told.get("except_scope", ""), told.get("permissions")
        )
        assert Published(1, event, told["issued_until"] - SETTLING).said() == told


def test_every_type_of_event_is_told_of() -> None:
    types = {value for value in vars(security_event).values() if str(value).startswith("https://")}
    named = {each.partition("/secevent/")[2] for each in types} - {""}
    assert len(named) == 7
    assert all(f"`{each}`" in DOCUMENT for each in named)


@pytest.mark.parametrize(("match", "until", "more", "verdict"), VERDICTS)
def test_the_example_refuses_what_the_table_says(match: str, until: str, more: str, verdict: str) -> None:
    event = {"type": "x", "toe": 0, "match": json.loads(match), "issued_until": int(until)}
    if "except_scope" in more:
        event["except_scope"] = "offline_access"
    if "permissions" in more:
        event["permissions"] = ["orders:read", "orders:write"]
    ended = Ended()
    ended.add([event])
    assert (ended.refuses(TOKEN | {"permissions": ["orders:read"]}) is not None) == (verdict == "yes")


def test_the_table_is_there() -> None:
    assert len(VERDICTS) == 6


def vectors() -> Any:
    return json.loads(VECTORS.read_text())


@pytest.mark.parametrize("case", vectors()["rule"], ids=lambda case: case["says"])
def test_the_example_judges_as_the_vectors_say(case: dict[str, Any]) -> None:
    ended = Ended()
    ended.add(case["events"])
    assert (ended.refuses(case["claims"]) is not None) == case["refused"]


@pytest.mark.parametrize("said", vectors()["pages"]["answers"], ids=lambda said: said["why"])
def test_the_example_believes_the_pages_that_the_vectors_say(said: dict[str, Any]) -> None:
    asked = vectors()["pages"]
    pages = Pages(asked["issuer"], asked["audience"], "orders", "x", 2)
    pages._document = lambda _url: asked["jwks"]  # type: ignore[method-assign] # no network
    with time_machine.travel(asked["now"], tick=False):
        if said["believed"]:
            assert pages.read(said["answer"], asked["after"], "")["security_events"] is not None
        else:
            with pytest.raises((JoseError, ValueError)) as fault:
                pages.read(said["answer"], asked["after"], "")
            # Refused for what it was made for, and for nothing else.
            assert re.search(FAULTS[said["why"].partition(":")[0]], f"{fault.type.__name__} {fault.value}")


def test_every_kind_of_verdict_and_of_fault_is_among_the_vectors() -> None:
    assert {each["refused"] for each in vectors()["rule"]} == {True, False}
    assert {each["why"].partition(":")[0] for each in vectors()["pages"]["answers"]} == {"good", *FAULTS}


def test_the_cases_of_the_table_are_among_the_vectors() -> None:
    known = [event["match"] for each in vectors()["rule"] for event in each["events"]]
    renamed = [json.loads(match.replace('"X"', '"O2"')) for match, *_ in VERDICTS]
    assert all(match in known for match in renamed)
