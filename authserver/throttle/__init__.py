"""Counters of failures that all workers and instances share: in the database, or in Redis when it is configured."""
