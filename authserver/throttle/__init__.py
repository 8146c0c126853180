"""Counters of failures that all workers and instances share.

In the database, or in Redis when it is configured.
"""
