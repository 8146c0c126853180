"""`python -m examples.toolbox --port 8001`: serve it, for development, on the loopback interface."""

import argparse
import logging
import os

from werkzeug.serving import make_server

from examples.toolbox.app import create_app
from examples.toolbox.settings import ACCENTS, Settings


def main() -> None:
    """Serve until the process is stopped."""
    arguments = argparse.ArgumentParser(prog="python -m examples.toolbox", description=__doc__)
    arguments.add_argument("--port", type=int, default=8001)
    arguments.add_argument("--name", default="Toolbox")
    arguments.add_argument("--cookie", default="toolbox", help="another name for each product of a host")
    arguments.add_argument("--accent", choices=ACCENTS, default=ACCENTS[0])
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    # Addresses of requests hold codes: they stay out of the log.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    settings = Settings.read(os.environ, given.port, given.name, given.cookie, given.accent)
    make_server("127.0.0.1", given.port, create_app(settings), threaded=True).serve_forever()


if __name__ == "__main__":
    main()
