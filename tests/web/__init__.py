"""What every surface shares: unit of work, logs, metrics, health, errors, one server on one SQLite file."""
