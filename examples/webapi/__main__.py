"""`python -m examples.webapi`: serves on the loopback address, settings from the environment."""

import argparse

from .server import serve
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
    # The web server's own words hold addresses, and those of hubs hold tokens; it says nothing.
    print(f"WebAPI: http://127.0.0.1:{port}", flush=True)  # noqa: T201 - where to look
    serve(f"{__package__}.app:from_variables", port)


if __name__ == "__main__":
    main()
