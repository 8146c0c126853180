"""`python -m examples.webapi`: serves on the loopback address, settings from the environment."""

import argparse

from granian import Granian
from granian.constants import Interfaces


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="webapi", description=__doc__)
    parser.add_argument("--port", type=int, default=8002)
    # Without a log of requests: tokens of browsers stand in the addresses of hubs.
    Granian(
        f"{__package__}.app:from_variables",
        port=parser.parse_args().port,
        interface=Interfaces.ASGI,
        factory=True,
    ).serve()


if __name__ == "__main__":
    main()
