"""The only queries and writes of the protocol; they take and give frozen values."""
