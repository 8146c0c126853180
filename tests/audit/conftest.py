"""An application on each kind of database."""

from tests.support.application import app, migrated, schema_url, shared_database, twins

__all__ = ["app", "migrated", "schema_url", "shared_database", "twins"]
