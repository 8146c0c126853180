"""The queries and writes of this room."""
