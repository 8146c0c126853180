"""The base: short caches, handles, subkeys, and SQLite made to decide as PostgreSQL does."""
