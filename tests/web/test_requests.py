import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from authserver.web.request_id import request_id
from authserver.web.security_headers import for_machines
from tests.support.application import application

GIVEN = {"HTTP_X_REQUEST_ID": "trace-0123456789"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application with addresses that fail in every way."""
    with application(f"sqlite:///{tmp_path / 'test.db'}", tmp_path) as made:
        faults: dict[str, Exception] = {
            "fault": LookupError("/srv/secret/path"),
            "operational": OperationalError("SELECT secret", {}, ConnectionRefusedError("10.0.0.1")),
            "interface": InterfaceError("SELECT secret", {}, ConnectionRefusedError("10.0.0.1")),
            "pool": PoolTimeout("no connection"),
        }
        for name, fault in faults.items():
            made.add_url_rule(f"/{name}", name, _raising(fault))
        yield made


def _raising(fault: Exception) -> Callable[[], None]:
    def view() -> None:
        raise fault

    return view


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/live", 405),
        ("TRACE", "/live", 405),
        ("GET", "/fault", 500),
        ("GET", "/operational", 503),
        ("GET", "/interface", 503),
        ("GET", "/pool", 503),
    ],
)
def test_an_error_is_told_as_problem_details_with_an_id_to_ask_about(
    app: Flask, method: str, path: str, status: int
) -> None:
    answer = app.test_client().open(path, method=method)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    told = answer.get_json(force=True)
    assert told["status"] == status
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert set(told) == {"title", "status", "request_id"}
    for secret in ("SELECT", "10.0.0.1", "/srv", "Error", "Traceback"):
        assert secret not in answer.text.replace(told["title"], "")


def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(app: Flask) -> None:
    allowed = app.test_client().post("/live").headers["Allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_when_the_database_is_away_the_answer_says_when_to_come_back(app: Flask) -> None:
    assert app.test_client().get("/operational").headers["Retry-After"] == "1"


def test_every_answer_carries_the_headers_of_security_and_an_id_of_its_own(app: Flask) -> None:
    seen = set()
    for path in ("/", "/live", "/nothing", "/fault"):
        headers = app.test_client().get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        seen.add(headers["X-Request-Id"])
    assert len(seen) == 4


def test_strict_transport_security_is_told_where_there_is_https() -> None:
    year = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    assert year in for_machines("https://id.example.com")
    assert "Strict-Transport-Security" not in dict(for_machines("http://localhost:8000"))


def test_an_id_is_taken_from_a_trusted_proxy_only() -> None:
    assert request_id(GIVEN, trusted_hops=1) == "trace-0123456789"
    assert re.fullmatch(r"[0-9a-f]{32}", request_id(GIVEN, trusted_hops=0))


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "two words here", "break\r\nSet-Cookie: a=b", "ümlaut-long"]
)
def test_an_id_that_could_do_harm_is_replaced(given: str) -> None:
    made = request_id({"HTTP_X_REQUEST_ID": given}, trusted_hops=1)
    assert re.fullmatch(r"[0-9a-f]{32}", made)
