"""Things every room may use and that know no domain: clock, handles, tables, short caches, subkeys."""
