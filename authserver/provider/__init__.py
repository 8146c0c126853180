"""Where the protocol's logic meets stores, keys, counters and the clock.

Ports are wired here, and nowhere else.
"""
