"""What every surface shares: unit of work, logs, metrics, request ids, security headers, database binding."""
