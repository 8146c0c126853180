"""The queries and writes of the domain, a file for each kind of thing."""
