"""A Flask view that reads a form and answers JSON, on granian: what a framework costs without a protocol.

`python -m benchmarks.programs.bare_flask --port PORT --threads THREADS --policy POLICY`
"""

import argparse
import contextlib
import os

from flask import Flask, Response, jsonify, request
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import MPServer

# As long as a real ES256 access token, so that the answers weigh the same.
TOKEN = "x" * 620

app = Flask("bare")


@app.post("/connect/token")
def token() -> Response:
    """Read what a token request holds and answer with as much as a token response."""
    form = request.form
    known = form["grant_type"] == "client_credentials" and form["client_id"] and form["client_secret"]
    answer = {"access_token": TOKEN if known else "", "token_type": "Bearer", "expires_in": 600}
    return jsonify(answer | {"scope": form["scope"]})


def main() -> None:
    """Serve until SIGTERM, with the server options of `authserver serve`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--policy", type=int, required=True)
    options = parser.parse_args()
    # The scheduling policy of the server it is compared with, or the ratio would compare policies.
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, options.policy, os.sched_param(0))
    MPServer(
        "benchmarks.programs.bare_flask:app",
        port=options.port,
        interface=Interfaces.WSGI,
        blocking_threads=options.threads,
        websockets=False,
        http1_settings=HTTP1Settings(keep_alive=True),
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
