import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from authserver.base import sqlite
from tests.support.application import race


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A prepared engine on a file with one table and one row."""
    made = create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    sqlite.prepare(made)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER)"))
        connection.execute(text("CREATE TABLE notes (counter INTEGER REFERENCES counters (id))"))
        connection.execute(text("INSERT INTO counters VALUES (1, 0)"))
    yield made
    made.dispose()


def sent(engine: Engine) -> list[str]:
    """Return a list that collects what the next connection says to SQLite."""
    said: list[str] = []
    engine.dispose()
    event.listen(engine, "connect", lambda connection, _: connection.set_trace_callback(said.append))
    return said


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_every_connection_is_durable_and_checks_references(
    engine: Engine, pragma: str, value: str | int
) -> None:
    for _ in range(2):
        with engine.connect() as connection:
            assert connection.scalar(text(f"PRAGMA {pragma}")) == value
        engine.dispose()


def test_a_writer_waits_at_least_five_seconds_for_another(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA busy_timeout")) >= 5000


def test_a_broken_reference_is_refused(engine: Engine) -> None:
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("INSERT INTO notes VALUES (99)"))


def test_reads_open_no_transaction_and_the_first_write_takes_the_write_lock(engine: Engine) -> None:
    said = sent(engine)
    with engine.begin() as connection:
        connection.execute(text("SELECT n FROM counters"))
        connection.execute(text("UPDATE counters SET n = 7"))
        connection.execute(text("SELECT n FROM counters"))
        connection.execute(text("INSERT INTO notes VALUES (1)"))
    words = [statement.split(" ", 1)[0] for statement in said if "PRAGMA" not in statement]
    assert words == ["SELECT", "BEGIN", "UPDATE", "SELECT", "INSERT", "COMMIT"]
    assert "BEGIN IMMEDIATE" in said


def test_writing_many_rows_at_once_takes_the_write_lock_as_well(engine: Engine) -> None:
    said = sent(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO notes VALUES (:counter)"), [{"counter": 1}, {"counter": 1}])
    words = [statement.split(" ", 1)[0] for statement in said if "PRAGMA" not in statement]
    assert words == ["BEGIN", "INSERT", "INSERT", "COMMIT"]


def test_no_statement_looks_for_listeners(engine: Engine) -> None:
    # An event of SQLAlchemy would cost each statement and each connection more than the rule itself.
    assert not list(engine.dispatch.before_cursor_execute)


def test_a_unit_that_only_reads_holds_no_lock(engine: Engine) -> None:
    with engine.connect() as reader, engine.begin() as writer:
        reader.execute(text("SELECT n FROM counters")).all()
        writer.execute(text("UPDATE counters SET n = 1"))
        assert reader.connection.dbapi_connection is not None
        assert not reader.connection.dbapi_connection.in_transaction


def test_a_reader_that_turns_writer_sees_what_was_committed_meanwhile(engine: Engine) -> None:
    with engine.begin() as first:
        assert first.scalar(text("SELECT n FROM counters")) == 0
        with engine.begin() as second:
            second.execute(text("UPDATE counters SET n = n + 10"))
        assert first.scalar(text("SELECT n FROM counters")) == 10
        first.execute(text("UPDATE counters SET n = n + 1"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT n FROM counters")) == 11


def test_sixteen_readers_that_turn_writers_lose_nothing_and_none_fails(engine: Engine) -> None:
    def count(_number: int) -> None:
        for _ in range(5):
            with engine.begin() as connection:
                connection.execute(text("SELECT n FROM counters")).all()
                connection.execute(text("UPDATE counters SET n = n + 1"))

    assert race(16, count) == [None] * 16
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT n FROM counters")) == 80


def test_a_unit_that_fails_leaves_nothing(engine: Engine) -> None:
    def fail() -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE counters SET n = 5"))
            connection.execute(text("CREATE TABLE halfway (id INTEGER)"))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT n FROM counters")) == 0
        tables = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
    assert sorted(tables) == ["counters", "notes"]


def test_a_new_file_and_its_journal_can_be_read_by_their_owner_only(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE counters SET n = 5"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("test.db*")}
    assert set(modes) >= {"test.db", "test.db-wal"}
    assert set(modes.values()) == {0o600}


def test_a_place_that_can_not_be_written_is_told_in_the_words_of_the_database(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'nowhere' / 'test.db'}")
    sqlite.prepare(engine)
    with pytest.raises(OperationalError, match="unable to open"):
        engine.connect()


def test_other_databases_are_left_alone() -> None:
    engine = create_engine("postgresql+psycopg://nobody@/nothing")
    sqlite.prepare(engine)
    assert not event.contains(engine, "connect", sqlite._configure)


def test_another_process_that_comes_and_goes_leaves_the_journal_to_whoever_uses_it(
    engine: Engine, tmp_path: Path
) -> None:
    journal = tmp_path / "test.db-wal"
    with engine.connect() as first, engine.connect() as second:
        first.execute(text("UPDATE counters SET n = 1"))
        first.commit()
        before = journal.stat().st_ino
        # Like a command that an operator runs beside the server: its last connection closes the database.
        program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT n FROM counters')"
        subprocess.run([sys.executable, "-c", program, str(tmp_path / "test.db")], check=True)
        assert journal.stat().st_ino == before
        second.execute(text("UPDATE counters SET n = 2"))
        second.commit()
    with sqlite3.connect(tmp_path / "test.db") as stranger:
        assert stranger.execute("SELECT n FROM counters").fetchall() == [(2,)]
    stranger.close()
