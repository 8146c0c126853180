"""`python -m examples.webapi`: serves on the loopback address, settings from the environment."""

import argparse

from granian import Granian
from granian.constants import Interfaces

from .settings import from_environment


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="webapi", description=__doc__)
    parser.add_argument("--port", type=int, default=8002)
    port: int = parser.parse_args().port
    try:
        from_environment()
    except KeyError as missing:
        parser.error(f"the variable {missing} is not set")
    # Without a log of requests: tokens of browsers stand in the addresses of hubs.
    Granian(
        f"{__package__}.app:from_variables",
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
    ).serve()


if __name__ == "__main__":
    main()
