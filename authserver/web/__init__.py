"""What every surface shares: the unit of work, logs, metrics, request ids, security headers, the database binding."""
