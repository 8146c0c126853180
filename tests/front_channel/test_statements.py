"""What the requests of people ask of the database: few statements, and the same objects each time."""

import contextlib
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from authserver.base.cache import MAX_AGE
from tests.front_channel.party import Party, Tokens
from tests.front_channel.visit import Visitor
from tests.support.application import engine_of, statements
from tests.support.people import stranger

SIGN_IN = 38
"""Statements of a sign-in in a browser that was never here; two of them read what is kept for a second."""

Act = Callable[[Party, Visitor], Callable[[], object]]
"""Prepares a request of an application, and returns what makes it."""


@contextlib.contextmanager
def executed(app: Flask) -> Iterator[list[object]]:
    """Collect the statements of SQLAlchemy that are executed while the block runs."""
    seen: list[object] = []

    def collect(_connection: object, statement: object, *_: object) -> None:
        seen.append(statement)

    engine = engine_of(app)
    event.listen(engine, "before_execute", collect)
    try:
        yield seen
    finally:
        event.remove(engine, "before_execute", collect)


def sign_in(party: Party, anna: Visitor) -> Callable[[], object]:
    somebody = Visitor(anna.app, stranger(anna.app), anna.email)
    return lambda: somebody.code(party)


def exchange(party: Party, anna: Visitor) -> Callable[[], object]:
    code = anna.code(party, scope="openid offline_access")
    return lambda: Tokens.of(party.redeem(code))


def refresh(party: Party, anna: Visitor) -> Callable[[], object]:
    tokens = anna.tokens(party, scope="openid offline_access")
    return lambda: Tokens.of(party.refresh(tokens.refresh))


def userinfo(party: Party, anna: Visitor) -> Callable[[], object]:
    tokens = anna.tokens(party)
    return lambda: party.userinfo(tokens.access)


def introspection(party: Party, anna: Visitor) -> Callable[[], object]:
    tokens = anna.tokens(party)
    return lambda: party.active(tokens.access)


def of_people(sent: list[str]) -> list[str]:
    """Return those that are never answered from memory."""
    return [each for each in sent if any(table in each for table in ("grants", "accounts", "sessions"))]


def test_a_sign_in_takes_few_statements(app: Flask, party: Party, anna: Visitor) -> None:
    act = sign_in(party, anna)
    with statements(app) as sent:
        act()
    assert len(sent) <= SIGN_IN, sent


@pytest.mark.parametrize(
    ("prepare", "most"), [(exchange, 2), (refresh, 3), (userinfo, 1), (introspection, 1)]
)
def test_a_request_of_an_application_takes_few_statements(
    app: Flask, party: Party, anna: Visitor, prepare: Act, most: int
) -> None:
    act = prepare(party, anna)
    with statements(app) as sent:
        act()
    assert 0 < len(of_people(sent)) <= most, sent


@pytest.mark.parametrize("prepare", [sign_in, exchange, refresh, userinfo, introspection])
def test_no_statement_is_composed_anew(app: Flask, party: Party, anna: Visitor, prepare: Act) -> None:
    acts = [prepare(party, anna) for _ in range(2)]
    # So that the first one reads all that is kept for a second; the other finds it, or reads it as well.
    time.sleep(MAX_AGE)
    with executed(app) as first:
        acts[0]()
    with executed(app) as second:
        acts[1]()
    known = {id(statement) for statement in first}
    assert second
    assert not [str(statement) for statement in second if id(statement) not in known]
