"""The contract of the registers: what was seen once is known until it expires, under exactly its name."""

import pytest
from flask import Flask

from authserver.oidc.store import registers
from authserver.oidc.store.registers import ASSERTIONS, REVOKED, Rows
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.shelf import NOW
from tests.support.application import race

BOTH = pytest.mark.parametrize("rows", [ASSERTIONS, REVOKED])


@BOTH
def test_something_is_new_once(app: Flask, rows: Rows) -> None:
    with UnitOfWork(app):
        assert not registers.has(rows, "client", "jti")
        assert registers.enter(rows, NOW, "client", "jti")
        assert not registers.enter(rows, NOW + 50, "client", "jti")
        assert registers.has(rows, "client", "jti")


def test_the_registers_know_nothing_of_one_another(app: Flask) -> None:
    with UnitOfWork(app):
        registers.enter(ASSERTIONS, NOW, "jti")
        assert not registers.has(REVOKED, "jti")
        assert registers.enter(REVOKED, NOW, "jti")


@BOTH
def test_no_part_of_a_name_runs_into_the_next(app: Flask, rows: Rows) -> None:
    names = [("ab", "c"), ("a", "bc"), ("abc",), ("a', 'bc",), ("", "abc"), ("abc", ""), ("äb", "c")]
    with UnitOfWork(app):
        assert all(registers.enter(rows, NOW, *name) for name in names)


@BOTH
def test_what_expired_is_deleted_a_few_at_a_time(app: Flask, rows: Rows) -> None:
    with UnitOfWork(app):
        for number in range(3):
            registers.enter(rows, NOW, "old", str(number))
        registers.enter(rows, NOW + 1, "new")
        assert registers.delete_expired(NOW - 1, 10) == 0
        assert registers.delete_expired(NOW, 2) == 2
        assert registers.delete_expired(NOW, 2) == 1
        assert registers.has(rows, "new")
        assert not registers.has(rows, "old", "0")


def test_the_fuller_register_says_how_much_was_deleted(app: Flask) -> None:
    with UnitOfWork(app):
        registers.enter(ASSERTIONS, NOW, "one")
        for number in range(3):
            registers.enter(REVOKED, NOW, str(number))
        assert registers.delete_expired(NOW, 10) == 3


@BOTH
def test_of_many_at_once_one_is_the_first(twins: tuple[Flask, Flask], rows: Rows) -> None:
    def enter(number: int) -> bool:
        with UnitOfWork(twins[number % 2]):
            return registers.enter(rows, NOW, "client", "jti")

    assert sorted(map(bool, race(32, enter))) == [False] * 31 + [True]
