"""`make demo`: the server and products that rely on it, started together and stopped together.

Everything lies in one folder, which may be deleted; nothing of it is fit for production.
"""

import argparse
import json
import os
import secrets
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from examples.processes import (
    EnoughError,
    FailedError,
    Program,
    command,
    is_free,
    running,
    wait_for,
    watch,
    wish_to_end,
)

NAMES = ("server", "toolbox", "webapi", "analytics")
"""What runs, in the order of the ports."""

SECRETS = ("TOOLBOX_SECRET", "ANALYTICS_SECRET")
OTHERS = ("AUTHSERVER_", "WEBAPI_", "COOKIE_KEY", "ORIGIN")
"""Variables of somebody's shell that are not for this demo."""

LAST_PORT = 65_535

WORDS = """
  Identity server   {server}
  Toolbox           {toolbox}
  WebAPI            {webapi}

  What to click:
   1. {server}/register
      Nobody has an account yet: type any address, such as you@example.com.
   2. {server}/dev/mailbox
      No letter leaves this machine, they all lie here. Yours has your first password: sign in with it,
      and choose your own.
   3. {toolbox}
      Press "Sign in": you are in without a password. Add a trade platform, invite somebody, and create an
      API client. Leave its permission trade_platforms:read ticked: then the page that shows its secret
      once has two commands, and the second gets your trade platform from WebAPI.
   4. {analytics}
      Analytics, a second product. Press "Sign in": you are in here too. Then sign out of one of
      them, and you are out of both.

  Ctrl-C stops all of it. What it keeps lies in {folder}.
"""


@dataclass(frozen=True, slots=True)
class Demo:
    """Where everything is."""

    folder: Path
    port: int
    """Of the server; the products have the three after it."""

    @property
    def issuer(self) -> str:
        """The server's address. Products are at 127.0.0.1: cookies of one host know no ports."""
        return f"http://localhost:{self.port}"

    def port_of(self, name: str) -> int:
        """Return the port of what has this name."""
        return self.port + NAMES.index(name)

    def address(self, name: str) -> str:
        """Return the address of what has this name."""
        return self.issuer if name == "server" else f"http://127.0.0.1:{self.port_of(name)}"

    def environment(self, kept: dict[str, str]) -> dict[str, str]:
        """Return the variables that server and products share; products take what is theirs of them."""
        # One COOKIE_KEY for all would let a cookie of one product be used at the other: each makes its own.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}
        return inherited | {
            "AUTHSERVER_MODE": "development",
            "AUTHSERVER_ISSUER": self.issuer,
            "AUTHSERVER_DATA_DIR": str(self.folder),
            # Logout tokens go to products on this machine.
            "AUTHSERVER_OUTGOING_PRIVATE_ADDRESSES": "true",
            "TOOLBOX_ORIGIN": self.address("toolbox"),
            "ANALYTICS_ORIGIN": self.address("analytics"),
            "ISSUER": self.issuer,
            "WEBAPI": self.address("webapi"),
            "TRADE_PLATFORMS_DB": str(self.folder / "trade-platforms.db"),
            "PYTHONUNBUFFERED": "1",
            **_no_proxy(inherited),
            **kept,
        }


def _no_proxy(inherited: dict[str, str]) -> dict[str, str]:
    """Return variables by which what lies on this machine is asked directly, whatever proxy leads out."""
    # Programs read either spelling, and the other one no more.
    others = inherited.get("no_proxy") or inherited.get("NO_PROXY") or ""
    hosts = ",".join(filter(None, (others, "localhost,127.0.0.1")))
    return {"NO_PROXY": hosts, "no_proxy": hosts}


def remembered(file: Path) -> dict[str, str]:
    """Return the secrets of this demo, made the first time and the same from then on. Raises FailedError."""
    try:
        found: dict[str, str] = dict(json.loads(file.read_text())) if file.exists() else {}
    except (ValueError, TypeError) as fault:
        raise FailedError(f"{file} is broken; delete it, and the demo makes another") from fault
    found.pop("COOKIE_KEY", None)
    return {name: secrets.token_urlsafe(32) for name in SECRETS} | found


def remember(file: Path, kept: dict[str, str]) -> None:
    """Keep them where only this person reads them."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(json.dumps(kept))
    # Whole or not at all: a full disk or a Ctrl-C leaves what was there.
    new.replace(file)


def prepared(demo: Demo, enough: threading.Event) -> dict[str, str]:
    """Make the database, register everything, and return the environment of all processes."""
    demo.folder.mkdir(parents=True, exist_ok=True)
    file = demo.folder / "demo.json"
    kept = remembered(file)
    environment = demo.environment(kept)
    for arguments in (("migrate",), ("apply", "examples/demo.toml")):
        command(environment, "authserver", *arguments)
        if enough.is_set():
            raise EnoughError
    if "WEBAPI_SECRET" not in kept:
        # With it the WebAPI reads what was revoked.
        wanted = ("resources", "secrets", "add", "webapi", "--label", "demo", "--json")
        kept["WEBAPI_SECRET"] = json.loads(command(environment, "authserver", *wanted))["secret"]
    remember(file, kept)
    return environment | kept


def programs(demo: Demo, environment: dict[str, str]) -> Iterator[Program]:
    """Name everything that runs, with its arguments and what it alone is told."""

    def program(name: str, *arguments: str, **own: str) -> Program:
        at = ["--port", str(demo.port_of(name))]
        return Program(name, [*arguments, *at], environment | own, f"{demo.address(name)}/")

    yield program("server", "authserver", "serve")
    for name, accent in (("Toolbox", "indigo"), ("Analytics", "teal")):
        key = name.lower()
        yield program(
            key, "examples.toolbox", "--name", name, "--cookie", key, "--accent", accent,
            CLIENT_ID=key,
            CLIENT_SECRET=environment[f"{key.upper()}_SECRET"],
            SIGN_INS_DB=str(demo.folder / f"{key}.db"),
        )  # fmt: skip
    follows = {"WEBAPI_ISSUER": demo.issuer, "WEBAPI_SECRET": environment["WEBAPI_SECRET"]}
    yield program("webapi", "examples.webapi", **follows)


def require_free_ports(demo: Demo, names: list[str]) -> None:
    """Raise FailedError for a port that somebody else has: what answers there would not be ours."""
    if not 0 < demo.port <= LAST_PORT - len(NAMES) + 1:
        raise FailedError(f"a port lies between 1 and {LAST_PORT}, and the next three are needed too")
    for name in names:
        if not is_free(port := demo.port_of(name)):
            raise FailedError(
                f"port {port}, for {name}, is taken. "
                "Choose four others, such as 9000 to 9003, with: make demo PORT=9000"
            )


def run(demo: Demo, left_out: list[str], enough: threading.Event) -> None:
    """Run everything until somebody wants the end. Raises FailedError, EnoughError."""
    require_free_ports(demo, [name for name in NAMES if name not in left_out])
    environment = prepared(demo, enough)
    wanted = [each for each in programs(demo, environment) if each.name not in left_out]
    with running(wanted, demo.folder) as started:
        wait_for(started, enough)
        addresses = {name: demo.address(name) for name in NAMES}
        print(WORDS.format(**addresses, folder=demo.folder), flush=True)  # noqa: T201 - its purpose
        while not enough.wait(1):
            watch(started)


def main() -> None:
    """Run the demo until Ctrl-C."""
    arguments = argparse.ArgumentParser(prog="python -m examples.demo", description=__doc__)
    arguments.add_argument(
        "--port", type=int, default=8000, help="of the server; the next three are taken too"
    )
    arguments.add_argument("--folder", type=Path, default=Path("var/demo"))
    arguments.add_argument(
        "--without", action="append", default=[], choices=NAMES, help="don't start it; may be repeated"
    )
    given = arguments.parse_args()
    enough = wish_to_end()
    try:
        run(Demo(given.folder.resolve(), given.port), given.without, enough)
    except EnoughError:
        pass
    except FailedError as fault:
        sys.exit(f"The demo stopped: {fault}")


if __name__ == "__main__":
    main()
