"""The example with hardly any patience, so that tests need little: limits of a second or a few."""

from starlette.applications import Starlette

from examples.webapi import app, connection, server, signalr


def from_variables() -> Starlette:
    """Return the application that the environment describes."""
    server.REQUEST_TIME = 1
    server.LINGER = 1
    connection.HANDSHAKE = 1
    connection.DELIVERY = 1
    connection.PING_INTERVAL = 1
    signalr.SILENCE = 3
    # Here only what is not read stops a client that says much.
    signalr.PACE = 100_000
    return app.from_variables()
