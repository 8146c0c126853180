"""The table of sign-ins: what ends while another is made, and what strangers can leave in it."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from examples.toolbox.sealing import Seal
from examples.toolbox.sign_ins import UNDER_WAY, Kept, SessionEndedError, SignIns, Tokens

LIFETIME = 3600


def _tokens() -> Tokens:
    return Tokens("anna", "session", "id token", "access token", "refresh token", int(time.time()) + 600)


class _Interrupted(Seal):
    """While it seals, another thread hears that the session is over."""

    def __init__(self, path: Path) -> None:
        super().__init__("a key")
        self.others = SignIns(path, Seal("a key"))
        self.thread = threading.Thread(target=self.others.end_session, args=("session",))

    def close(self, text: str, row: str) -> str:
        """Give the other thread time to do its work in between, if anything lets it."""
        if not self.thread.ident:
            self.thread.start()
            self.thread.join(0.5)
        return super().close(text, row)


def test_a_session_that_ends_while_its_sign_in_is_made_leaves_none(tmp_path: Path) -> None:
    seal = _Interrupted(tmp_path / "sign-ins.db")
    key = SignIns(tmp_path / "sign-ins.db", seal).begin(_tokens())
    seal.thread.join()
    assert seal.others.find(key) is None


def test_a_session_that_ended_before_gets_no_sign_in(tmp_path: Path) -> None:
    sign_ins = SignIns(tmp_path / "sign-ins.db", Seal("a key"))
    sign_ins.end_session("session")
    with pytest.raises(SessionEndedError):
        sign_ins.begin(_tokens())


def test_sign_ins_that_strangers_begin_are_bounded_and_forget_no_session_that_ended(tmp_path: Path) -> None:
    path = tmp_path / "sign-ins.db"
    sign_ins, kept = SignIns(path, Seal("a key")), Kept(path)
    sign_ins.end_session("session")
    _fill(path, UNDER_WAY + 50)
    kept.set("newest", "its state", LIFETIME)
    assert _rows(path) == UNDER_WAY
    assert kept.get("newest") == "its state"
    assert kept.get("begun 60") == "a state"
    assert kept.get("begun 1") is None
    with pytest.raises(SessionEndedError):
        sign_ins.begin(_tokens())


def _fill(path: Path, number: int) -> None:
    with sqlite3.connect(path) as database:
        ends = int(time.time()) + LIFETIME
        rows = ((f"begun {each}", "a state", ends) for each in range(number))
        database.executemany("INSERT INTO kept VALUES (?, ?, ?)", rows)
    database.close()


def _rows(path: Path) -> int:
    with sqlite3.connect(path) as database:
        (found,) = database.execute("SELECT count(*) FROM kept").fetchone()
    database.close()
    return int(found)


@pytest.mark.parametrize("table", ["kept", "ended", "sign_ins"])
def test_what_is_over_is_found_without_reading_the_whole_table(tmp_path: Path, table: str) -> None:
    SignIns(tmp_path / "sign-ins.db", Seal("a key"))
    with sqlite3.connect(tmp_path / "sign-ins.db") as database:
        plan = database.execute(f"EXPLAIN QUERY PLAN DELETE FROM {table} WHERE ends < 1").fetchall()  # noqa: S608 - one of three names
    database.close()
    assert f"SEARCH {table} USING" in plan[0][3]
