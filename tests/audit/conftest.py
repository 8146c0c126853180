"""An application on each kind of database."""

from tests.support.application import app, migrated, schema_url, shared_database

__all__ = ["app", "migrated", "schema_url", "shared_database"]
