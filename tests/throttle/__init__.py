"""Counters of failures: windows of a minute, shared by all instances, in the database or in Redis."""
