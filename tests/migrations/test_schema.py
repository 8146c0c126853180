import importlib
import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import BigInteger, create_engine, text

from authserver import migrating, schema
from authserver.base import paths
from tests.support.application import engine_of, statements
from tests.support.server import ROOT


def test_models_and_migrations_agree(app: Flask) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    with engine_of(app).connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, schema.metadata) == []


def test_every_file_of_tables_is_part_of_the_schema() -> None:
    files = sorted((ROOT / "authserver").glob("**/models.py"))
    modules = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files}
    assert modules == {module.__name__ for module in schema.TABLES_OF}
    for module in modules:
        importlib.import_module(module)


def test_times_are_wide_enough_for_the_years_after_2038() -> None:
    names = re.compile(r"(^|_)(at|until)$")
    columns = [column for table in schema.metadata.tables.values() for column in table.columns]
    times = {str(column): column.type for column in columns if names.search(column.name)}
    assert len(times) > 40
    assert not [name for name, kind in times.items() if not isinstance(kind, BigInteger)]


def test_the_schema_is_at_the_newest_revision_and_a_second_run_changes_nothing(app: Flask) -> None:
    engine = engine_of(app)
    assert migrating.present_revision(engine) == migrating.newest_revision() is not None
    with statements(app) as sent:
        migrating.migrate(engine)
    words = {statement.split()[0] for statement in sent}
    assert not words & {"CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE"}


def test_a_version_runs_on_the_schema_of_the_next_and_not_on_an_older_one(app: Flask) -> None:
    engine = engine_of(app)
    assert not migrating.is_behind(engine)
    assert migrating.is_behind(create_engine("sqlite://"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of the future'"))
    try:
        assert not migrating.is_behind(engine)
        migrating.migrate(engine)
        assert migrating.present_revision(engine) == "of the future"
    finally:
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :newest"),
                {"newest": migrating.newest_revision()},
            )


def test_revisions_form_one_line_and_go_forward_only() -> None:
    scripts = ScriptDirectory(str(paths.migrations()))
    revisions = list(scripts.walk_revisions())
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1
    assert all(not revision.is_merge_point and not revision.is_branch_point for revision in revisions)
    for revision in revisions:
        with pytest.raises(RuntimeError, match="forward only"):
            revision.module.downgrade()
