"""An application over both databases, and a network that tests make up."""

from tests.support.application import (
    app,
    migrated,
    quick_keys,
    schema_url,
    shared_database,
    some_rsa_keys,
    twins,
)

__all__ = ["app", "migrated", "quick_keys", "schema_url", "shared_database", "some_rsa_keys", "twins"]
