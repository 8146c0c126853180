"""The queries and writes of people: one file per kind of thing."""
