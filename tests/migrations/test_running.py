import signal
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url

from authserver.schema import metadata
from tests.migrations.conftest import run

AT_ONCE = """
reader, writer = os.pipe()
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        os.close(writer)
        bound, ran = engine(), []
        def look(connection, cursor, statement, *_):
            if "CREATE TABLE alembic_version" in statement:
                # Long enough for the others to come here too, if they do not wait.
                time.sleep(0.1)
            ran.append("CREATE TABLE subjects" in statement)
        event.listen(bound, "before_cursor_execute", look)
        os.read(reader, 1)
        migrating.migrate(bound)
        bound.dispose()
        os._exit(10 + sum(ran))
    children.append(child)
os.close(writer)
print(*(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""

INTERRUPTED = """
def end(connection, cursor, statement, *_):
    if "CREATE TABLE throttle_counters" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

bound = engine()
event.listen(bound, "before_cursor_execute", end)
migrating.migrate(bound)
"""

ONCE = "bound = engine(); migrating.migrate(bound); bound.dispose()"


def tables(database_url: str) -> set[str]:
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_of_several_processes_that_migrate_at_once_one_does_it_and_all_succeed(
    database_url: str, tmp_path: Path
) -> None:
    done = run(AT_ONCE, database_url, tmp_path)
    assert sorted(done.stdout.split()) == ["10", "10", "10", "11"], done.stderr
    assert tables(database_url) == set(metadata.tables) | {"alembic_version"}


def test_a_migration_that_was_killed_leaves_nothing_and_the_next_one_succeeds(
    database_url: str, tmp_path: Path
) -> None:
    assert run(INTERRUPTED, database_url, tmp_path).returncode == -signal.SIGKILL
    assert tables(database_url) == set()
    done = run(ONCE, database_url, tmp_path)
    assert done.returncode == 0, done.stderr
    assert tables(database_url) == set(metadata.tables) | {"alembic_version"}


def test_the_folder_of_an_embedded_database_is_made(tmp_path: Path) -> None:
    file = tmp_path / "not" / "there" / "yet.db"
    done = run(ONCE, f"sqlite:///{file}", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "subjects" in tables(f"sqlite:///{file}")
