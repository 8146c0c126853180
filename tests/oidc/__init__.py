"""The protocol's logic without Flask and without a database, in milliseconds."""
