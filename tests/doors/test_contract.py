"""What every request to a machine endpoint gets, through either door, on either database."""

import base64
import json
import re
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from authserver.audit.log import SYSTEM
from authserver.audit.models import AuditEventRow
from authserver.clients import registration, secret_issuing
from authserver.clients.models import ApiClientRow, ClientSecretRow
from authserver.clients.store import secrets
from authserver.extensions import db
from authserver.organizations import directory
from authserver.throttle.models import CounterRow
from tests.doors.conftest import TOKEN, Door

DOCUMENTS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration/jwks",
)


def refused(response: TestResponse, status: int, code: str) -> dict[str, str]:
    """Check an error response of RFC 6749 section 5.2 and return its body."""
    assert response.status_code == status, response.data
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    body: dict[str, str] = json.loads(response.data)
    assert body.keys() == {"error", "error_description"}
    assert body["error"] == code
    return body


def claims(response: TestResponse) -> dict[str, Any]:
    """Return the claims of the access token of a response."""
    assert response.status_code == 200, response.data
    payload = json.loads(response.data)["access_token"].split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return decoded


def test_a_client_gets_a_token_by_either_method(door: Door) -> None:
    for response in (door.token(), door.basic()):
        assert claims(response)["sub"] == door.client_id
        assert response.headers["Cache-Control"] == "no-store"
        assert json.loads(response.data)["expires_in"] == 600


def test_every_answer_has_a_request_id_and_the_headers_of_security(door: Door) -> None:
    answers = [
        door.token(),
        door.token(client_secret="wrong"),
        door.client.get(TOKEN),
        door.client.get("/nowhere"),
    ]
    answers += [door.client.get(path) for path in (*DOCUMENTS, "/live")]
    for answer in answers:
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)


def test_a_request_id_of_a_stranger_is_not_taken_over(door: Door) -> None:
    assert (
        door.basic(**{"X-Request-Id": "chosen-by-a-stranger"}).headers["X-Request-Id"]
        != "chosen-by-a-stranger"
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_the_token_endpoint_takes_post_only(door: Door, method: str) -> None:
    response = door.client.open(TOKEN, method=method)
    refused(response, 405, "invalid_request")
    assert response.headers["Allow"] == "POST"


def test_a_head_request_to_the_token_endpoint_is_refused(door: Door) -> None:
    assert door.client.head(TOKEN).status_code == 405


def test_bad_bodies_are_refused_and_write_nothing(door: Door) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    valid = f"grant_type=client_credentials&client_id={door.client_id}&client_secret={door.secret}"
    bad: list[tuple[int, dict[str, Any]]] = [
        (415, {"json": {"grant_type": "client_credentials"}}),
        (415, {"data": valid}),
        (415, {"data": valid, "headers": {"Content-Type": "multipart/form-data; boundary=x"}}),
        (400, {"data": f"{valid}&scope=webapi&scope=webapi", "headers": form}),
        (400, {"data": f"{valid}&client_id={door.client_id}", "headers": form}),
        (400, {"data": f"{valid}&scope=%00", "headers": form}),
        (400, {"data": valid.encode() + b"&x=\x00", "headers": form}),
        (400, {"data": valid.encode() + b"&x=\xff\xfe", "headers": form}),
        (400, {"data": f"{valid}&x=%ff", "headers": form}),
        (400, {"data": valid, "headers": form, "query_string": {"scope": "webapi"}}),
        (413, {"data": f"{valid}&x={'y' * 1_000_000}", "headers": form}),
        (400, {"data": "&".join(["a=b"] * 1000), "headers": form}),
    ]
    for status, request in bad:
        refused(door.client.post(TOKEN, **request), status, "invalid_request")
    with door.work():
        assert db.session.scalar(select(func.count()).select_from(CounterRow)) == 0


def test_a_megabyte_in_any_header_or_parameter_is_refused_without_harm(door: Door) -> None:
    huge = "x" * 1_000_000
    refused(door.basic(Authorization=f"Basic {huge}"), 401, "invalid_client")
    refused(door.token(client_secret="x" * 2000), 401, "invalid_client")
    refused(door.token(client_id="x" * 2000), 401, "invalid_client")
    refused(door.token(grant_type="x" * 50_000), 400, "unsupported_grant_type")
    refused(door.token(scope="x" * 50_000), 400, "invalid_scope")


@pytest.mark.parametrize(
    "client_id", ["nobody", "' OR 1=1 --", "../../etc/passwd", "\U0001f511", "%00", "x" * 300]
)
def test_an_unknown_client_looks_like_a_wrong_secret(door: Door, client_id: str) -> None:
    unknown, wrong = door.token(client_id=client_id), door.token(client_secret="wrong")
    assert (unknown.status_code, unknown.data) == (wrong.status_code, wrong.data)
    assert {name for name, _ in unknown.headers} == {name for name, _ in wrong.headers}
    refused(unknown, 401, "invalid_client")


def test_a_broken_basic_header_is_challenged(door: Door) -> None:
    response = door.basic(Authorization="Basic %%%")
    refused(response, 401, "invalid_client")
    assert response.headers["WWW-Authenticate"].startswith("Basic ")


def test_refusals_of_grants_and_scopes(door: Door) -> None:
    refused(door.token(grant_type="password"), 400, "unsupported_grant_type")
    refused(door.token(grant_type=""), 400, "invalid_request")
    refused(door.token(scope="nope"), 400, "invalid_scope")
    refused(door.token(resource="https://nowhere.test"), 400, "invalid_target")


def test_failures_are_throttled_and_the_right_secret_still_works(door: Door) -> None:
    for _ in range(5):
        refused(door.token(client_secret="wrong"), 401, "invalid_client")
    response = door.token(client_secret="wrong")
    refused(response, 429, "invalid_client")
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert claims(door.token())
    with door.work():
        throttled = select(AuditEventRow).where(AuditEventRow.action == "client.throttled")
        event = db.session.scalars(throttled).one()
        assert (event.target, event.result, bool(event.request_id)) == (door.client_id, "refused", True)


def test_an_unknown_client_is_throttled_like_a_known_one(door: Door) -> None:
    for _ in range(5):
        refused(door.token(client_id="nobody"), 401, "invalid_client")
    refused(door.token(client_id="nobody"), 429, "invalid_client")


def test_a_token_writes_nothing(door: Door) -> None:
    statements: list[str] = []

    def watch(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    claims(door.token())
    with door.app.app_context():
        engine = db.engine
    db.event.listen(engine, "before_cursor_execute", watch)
    for _ in range(20):
        claims(door.token())
    db.event.remove(engine, "before_cursor_execute", watch)
    assert all(statement.lstrip().startswith("SELECT") for statement in statements)


def test_a_revoked_secret_ends_and_a_new_one_works_at_once(door: Door) -> None:
    claims(door.token())
    with door.work():
        (old,) = secrets.of(secrets.OF_CLIENTS, door.client_id)
        _, new = secret_issuing.issue(secrets.OF_CLIENTS, door.client_id, "second", None, SYSTEM)
    claims(door.token(client_secret=new))
    with door.work():
        secret_issuing.revoke(secrets.OF_CLIENTS, door.client_id, old.id, SYSTEM)
    _forget_what_is_cached(door)
    refused(door.token(), 401, "invalid_client")
    claims(door.token(client_secret=new))


def test_a_disabled_client_or_organization_gets_nothing_and_comes_back_when_enabled(door: Door) -> None:
    def client(*, disabled: bool) -> None:
        registration.set_disabled(door.client_id, disabled=disabled, origin=SYSTEM)

    def organization(*, disabled: bool) -> None:
        directory.set_disabled("acme", disabled=disabled, origin=SYSTEM)

    for switch in (client, organization):
        with door.work():
            switch(disabled=True)
        _forget_what_is_cached(door)
        refused(door.token(), 401, "invalid_client")
        with door.work():
            switch(disabled=False)
        claims(door.token())


def test_an_expired_secret_is_refused(door: Door) -> None:
    claims(door.token())
    with door.work():
        db.session.query(ClientSecretRow).update({"expires_at": 1})
    _forget_what_is_cached(door)
    refused(door.token(), 401, "invalid_client")


def test_secrets_rest_as_digests_only(door: Door) -> None:
    with door.work():
        rows = db.session.scalars(select(ClientSecretRow)).all()
        assert [len(row.digest) for row in rows] == [32]
        everything = repr([vars(row) for row in (*rows, *db.session.scalars(select(ApiClientRow)))])
    assert door.secret not in everything


@pytest.mark.parametrize("path", DOCUMENTS)
def test_documents_have_an_etag_and_answer_any_origin(door: Door, path: str) -> None:
    first = door.client.get(path, headers={"Origin": "https://anywhere.test"})
    assert first.status_code == 200
    assert first.content_type == "application/json"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in first.headers
    again = door.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = door.client.head(path)
    assert head.data == b""
    assert head.headers["ETag"] == first.headers["ETag"]
    assert head.headers["Content-Length"] == first.headers["Content-Length"]
    assert door.client.post(path).status_code == 405


def test_discovery_derives_from_the_issuer_whatever_the_host_header_says(door: Door) -> None:
    poisoned = {"Host": "evil.test", "X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https"}
    document = json.loads(door.client.get(DOCUMENTS[0], headers=poisoned).data)
    assert document["issuer"] == "http://localhost:8000"
    assert "evil" not in json.dumps(document)


def test_the_token_endpoint_answers_no_other_origin(door: Door) -> None:
    answer = door.client.open(TOKEN, method="OPTIONS", headers={"Origin": "https://evil.test"})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_the_key_set_is_public_complete_and_without_private_members(door: Door) -> None:
    keys = json.loads(door.client.get(DOCUMENTS[2]).data)["keys"]
    assert {key["alg"] for key in keys} == {"ES256", "RS256", "EdDSA"}
    assert len({key["kid"] for key in keys}) == 3
    for key in keys:
        assert key["use"] == "sig"
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & key.keys()


def test_a_path_with_a_trailing_slash_is_another_path(door: Door) -> None:
    assert door.client.post(f"{TOKEN}/").status_code == 404


def _forget_what_is_cached(door: Door) -> None:
    """Let the second pass that any answer may be old."""
    site = door.app.extensions["machine_site"]
    clients = site.endpoints[TOKEN].endpoint.authenticate.clients
    clients._cache._entries.clear()
