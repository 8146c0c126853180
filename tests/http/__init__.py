"""Real server processes over real HTTP: what only a socket, a second instance or an outage can show."""
