"""Where the protocol's logic meets stores, keys, counters and the clock: ports are wired here, and nowhere else."""
