"""The page about security events: its sample is one as the server makes them, its table what comes of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from authserver.oidc.messages import security_event
from authserver.oidc.messages.security_event import KEPT, SETTLING, Published, SecurityEvent
from examples.ended_tokens import Ended

DOCUMENT = (Path(__file__).resolve().parent.parent.parent / "docs" / "security-events.md").read_text()
TOKEN: dict[str, Any] = {"iat": 100, "sid": "S", "sub": "P", "org_id": "O", "jti": "G.x", "scope": "orders"}
VERDICTS = re.findall(
    r"^\| `match` `(\{.*?\})`, `issued_until` (\d+)(.*?) \| (yes|no)", DOCUMENT, re.MULTILINE
)


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
