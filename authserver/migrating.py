"""Bringing the schema to the newest revision, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from authserver.base import paths


def migrate(engine: Engine) -> None:
    """Run the migrations that are missing, all in one transaction.

    A second process waits and finds nothing to do; so does this version on the schema of a newer one.
    """
    config = _config()
    config.attributes["engine"] = engine
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    if is_behind(engine):
        command.upgrade(config, "head")


def present_revision(engine: Engine) -> str | None:
    """Return the revision of the schema, None before the first migration."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """Return the revision that this version of the server needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_behind(engine: Engine) -> bool:
    """Return whether the schema lacks migrations of this version.

    A revision that this version does not know is newer: in a rolling upgrade the version before runs on it.
    """
    present = present_revision(engine)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return present is None or (present in known and present != newest_revision())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(paths.migrations()).replace("%", "%%"))
    return config
