import io
import json
import logging
import unicodedata
import warnings

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from authserver.config import Settings
from authserver.web import logs
from tests.support.application import logging_restored
from tests.support.server import MASTER_KEY

EVIL = (
    "first\r\nsecond",
    "\x1b[31mred\x1b[0m",
    "turn\u202etxt.exe",
    "zero\u200bwidth",
    "line\u2028paragraph\u2029",
    "next\x85line",
    "nul\x00bell\x07delete\x7f",
    '"}\n{"event": "forged"}',
    "half\ud800surrogate",
    "private\ue000use",
)


def written(mode: str, said: str, **fields: object) -> str:
    """Return what one event of ours becomes in the log."""
    text, standard = destination(mode)
    logger = structlog.wrap_logger(
        standard,
        processors=[*logs._shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    logger.warning(said, **fields)
    return text.getvalue()


def destination(mode: str) -> tuple[io.StringIO, logging.Logger]:
    """Return a logger of the standard library that writes into a text."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logs.formatter(mode))
    logger = logging.getLogger("tests.library")
    logger.handlers, logger.propagate = [handler], False
    return text, logger


def assert_tame(line: str) -> None:
    assert line.endswith("\n")
    for character in line[:-1]:
        assert unicodedata.category(character)[0] != "C", repr(line)
        assert unicodedata.category(character) not in ("Zl", "Zp"), repr(line)


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("mode", ["production", "development"])
def test_whatever_is_logged_stays_one_tame_line(mode: str, evil: str) -> None:
    line = written(mode, evil, field=evil, parts=[evil], table={"key": evil})
    assert_tame(line)
    escaped = evil.encode("unicode_escape").decode()
    assert escaped in (json.loads(line)["field"] if mode == "production" else line)


@given(st.text(), st.text())
def test_in_production_every_event_is_one_json_object(said: str, value: str) -> None:
    line = written("production", said, field=value)
    assert_tame(line)
    assert set(json.loads(line)) == {"event", "field", "level", "logger", "timestamp"}


@pytest.mark.parametrize("evil", EVIL)
def test_the_loggers_of_libraries_go_through_the_same_pipe(evil: str) -> None:
    text, logger = destination("production")
    logger.warning("it said %s", evil)
    assert_tame(text.getvalue())
    assert json.loads(text.getvalue())["event"].startswith("it said ")


def test_an_exception_stays_within_its_event() -> None:
    text, logger = destination("production")
    try:
        int("first\r\nsecond \x1b[31m")
    except ValueError:
        logger.exception("it failed")
    assert_tame(text.getvalue())
    event = json.loads(text.getvalue())
    assert event["event"] == "it failed"
    assert "ValueError" in event["exception"]


def test_plain_text_is_logged_as_it_is() -> None:
    event = json.loads(written("production", "audit", action="key.created", name="Zürich 日本"))
    assert (event["event"], event["action"], event["name"]) == ("audit", "key.created", "Zürich 日本")
    assert event["timestamp"].endswith("Z")


def test_a_value_without_end_is_cut() -> None:
    event = json.loads(written("production", "request.refused", client_id="x" * 100_000))
    assert event["client_id"] == "x" * logs.LONGEST_FIELD


@pytest.mark.parametrize(("level", "lines"), [("info", 2), ("error", 1)])
def test_our_events_and_those_of_libraries_go_to_standard_error_from_the_level_on(
    level: str, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(
        mode="production", issuer="https://id.example.com", master_key=MASTER_KEY, log_level=level
    )
    with logging_restored():
        logs.configure(settings)
        structlog.get_logger("ours").info("said by us")
        logging.getLogger("library").error("said by a library")
    captured = capsys.readouterr()
    assert captured.out == ""
    said = [json.loads(line)["event"] for line in captured.err.splitlines()]
    assert said == ["said by us", "said by a library"][-lines:]


def test_what_a_library_warns_of_is_a_line_like_every_other(capsys: pytest.CaptureFixture[str]) -> None:
    key = OKPKey.generate_key("Ed25519")
    with warnings.catch_warnings(), logging_restored():
        warnings.simplefilter("default")
        logs.configure(Settings(mode="production", issuer="https://id.example.com", master_key=MASTER_KEY))
        # joserfc warns of the name EdDSA, which RFC 9864 replaces.
        jws.serialize_compact({"alg": "EdDSA"}, b"{}", key, algorithms=["EdDSA"])
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert said["level"] == "warning"
    assert "EdDSA is deprecated" in said["event"]
