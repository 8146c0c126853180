"""What tests share: a throw-away PostgreSQL, a real server process, protocol-speaking helpers."""
