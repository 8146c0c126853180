from flask import Flask
from sqlalchemy import text

from authserver.accounts.store import accounts
from authserver.extensions import db, dialect
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.workspace import somebody

ADDRESSES = [
    "a.b@example.com", "a@example.com", "a_b@example.com", "ab%c@example.com", "ab@example.com",
    "abc@example.com", "ab~@example.com", "ac@example.com",
]  # fmt: skip


def found(app: Flask, search: str, **page: object) -> list[str]:
    with UnitOfWork(app):
        return [account.email for account in accounts.page(search=search, **page)]  # type: ignore[arg-type]


def test_whoever_begins_as_was_asked_is_found_and_nobody_else(app: Flask) -> None:
    for address in ADDRESSES:
        somebody(app, address)
    assert found(app, "") == sorted(ADDRESSES)
    for search in ("a", "a.", "a_", "ab", "ab%", "abc", "abc@example.com", "b"):
        assert found(app, search) == sorted(each for each in ADDRESSES if each.startswith(search))


def test_pages_of_a_search_go_on_behind_the_last_one(app: Flask) -> None:
    for address in ADDRESSES:
        somebody(app, address)
    first = found(app, "ab", limit=2)
    assert first == ["ab%c@example.com", "ab@example.com"]
    assert found(app, "ab", after=first[-1]) == ["abc@example.com", "ab~@example.com"]
    assert found(app, "ab", after="abzz") == ["ab~@example.com"]
    assert found(app, "ab", after="b") == []


def test_addresses_stand_in_the_order_of_their_bytes_whatever_the_language_of_the_database(
    app: Flask,
) -> None:
    asked = "SELECT collation_name FROM information_schema.columns"
    with UnitOfWork(app):
        if dialect() == "sqlite":
            (table,) = db.session.scalars(text("SELECT sql FROM sqlite_master WHERE name = 'accounts'"))
            assert "COLLATE" not in table
            return
        where = " WHERE table_name = 'accounts' AND column_name = 'email'"
        assert db.session.scalars(text(asked + where)).all() == ["C"]
