"""`make demo`: the server and products that rely on it, started together and stopped together.

Everything lies in one folder, which may be deleted; nothing of it is fit for production.
"""

import argparse
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30
"""Seconds until a process answers, and until it has stopped."""

WORDS = """
  Identity server   {issuer}
  Toolbox           {toolbox}
  WebAPI            {webapi}

  What to click:
   1. {issuer}/register
      Type any address, such as you@example.com.
   2. {issuer}/dev/mailbox
      Its letter lies here: sign in with the password in it, and choose your own.
   3. {toolbox}
      Sign in: nobody asks for a password any more. Add a trade platform, invite somebody, create an
      API client: the page with its secret has two commands that call the WebAPI.
   4. {analytics}
      Analytics, a second product, and the same sign-in. Sign out of one, and you are out of both.

  Ctrl-C stops all of it. What it keeps lies in {folder}.
"""


class FailedError(Exception):
    """Something did not start, or ended by itself; says what, and where it tells why."""


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

    def product(self, number: int) -> str:
        """Return the address of a product."""
        return f"http://127.0.0.1:{self.port + number}"

    def addresses(self) -> dict[str, str]:
        """Return all addresses by name."""
        names = ("toolbox", "webapi", "analytics")
        return {"issuer": self.issuer} | {name: self.product(at) for at, name in enumerate(names, 1)}

    def environment(self, kept: dict[str, str]) -> dict[str, str]:
        """Return the variables that server and products share; products take what is theirs of them."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AUTHSERVER_")}
        return inherited | {
            "AUTHSERVER_MODE": "development",
            "AUTHSERVER_ISSUER": self.issuer,
            "AUTHSERVER_DATA_DIR": str(self.folder),
            # Logout tokens go to products on this machine.
            "AUTHSERVER_OUTGOING_PRIVATE_ADDRESSES": "true",
            "TOOLBOX_ORIGIN": self.product(1),
            "ANALYTICS_ORIGIN": self.product(3),
            "ISSUER": self.issuer,
            "WEBAPI": self.product(2),
            "TRADE_PLATFORMS_DB": str(self.folder / "trade-platforms.db"),
            "PYTHONUNBUFFERED": "1",
            **kept,
        }


def remembered(file: Path) -> dict[str, str]:
    """Return the secrets of this demo, made the first time and the same from then on."""
    if file.exists():
        found: dict[str, str] = json.loads(file.read_text())
        return found
    return {name: secrets.token_urlsafe(32) for name in ("TOOLBOX_SECRET", "ANALYTICS_SECRET", "COOKIE_KEY")}


def remember(file: Path, kept: dict[str, str]) -> None:
    """Keep them where only this person reads them."""
    file.touch(mode=0o600)
    file.write_text(json.dumps(kept))


def run(environment: dict[str, str], *arguments: str) -> str:
    """Run an `authserver` command and return what it printed. Raises FailedError."""
    command = [sys.executable, "-m", "authserver", *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FailedError(f"authserver {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def prepared(demo: Demo) -> dict[str, str]:
    """Make the database, register everything, and return the environment of all processes."""
    demo.folder.mkdir(parents=True, exist_ok=True)
    file = demo.folder / "demo.json"
    kept = remembered(file)
    environment = demo.environment(kept)
    run(environment, "migrate")
    run(environment, "apply", "examples/demo.toml")
    if "WEBAPI_SECRET" not in kept:
        # With it the WebAPI reads what was revoked.
        added = run(environment, "resources", "secrets", "add", "webapi", "--label", "demo", "--json")
        kept["WEBAPI_SECRET"] = json.loads(added)["secret"]
    remember(file, kept)
    return environment | kept


def processes(demo: Demo, environment: dict[str, str]) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Name everything that runs, with its arguments and what it alone is told."""
    yield "server", ["authserver", "serve", "--port", str(demo.port)], {}
    for number, name, accent in ((1, "Toolbox", "indigo"), (3, "Analytics", "teal")):
        key = name.lower()
        look = ["--name", name, "--cookie", key, "--accent", accent]
        own = {
            "CLIENT_ID": key,
            "CLIENT_SECRET": environment[f"{key.upper()}_SECRET"],
            "SIGN_INS_DB": str(demo.folder / f"{key}.db"),
        }
        yield key, ["examples.toolbox", "--port", str(demo.port + number), *look], own
    follows = {"WEBAPI_ISSUER": demo.issuer, "WEBAPI_SECRET": environment["WEBAPI_SECRET"]}
    yield "webapi", ["examples.webapi", "--port", str(demo.port + 2)], follows


@contextlib.contextmanager
def running(
    demo: Demo, environment: dict[str, str], left_out: list[str]
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Start everything, and stop it at the end of the block."""
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, arguments, own in processes(demo, environment):
            if name not in left_out:
                with (demo.folder / f"{name}.log").open("wb") as log:
                    # In a session of its own: Ctrl-C reaches this process alone, which stops the rest.
                    started[name] = subprocess.Popen(
                        [sys.executable, "-m", *arguments], env=environment | own, cwd=ROOT,
                        stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                    )  # fmt: skip
        yield started
    finally:
        stop(list(started.values()))


def stop(started: list[subprocess.Popen[bytes]]) -> None:
    """Stop processes: asked first, then made to."""
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(address: str) -> bool:
    """Return whether there is a good answer at an address."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - a loopback address of ours
            return bool(answer.status < 400)  # noqa: PLR2004 - HTTP
    except OSError:
        return False


def wait_for(demo: Demo, started: dict[str, subprocess.Popen[bytes]]) -> None:
    """Return when everything answers. Raises FailedError."""
    until = time.monotonic() + PATIENCE
    addresses = demo.addresses() | {"server": demo.issuer}
    for name in started:
        while not answers(f"{addresses[name]}/"):
            watch(demo, started)
            if time.monotonic() > until:
                raise FailedError(f"{name} does not answer; see {demo.folder / name}.log")
            time.sleep(0.1)


def watch(demo: Demo, started: dict[str, subprocess.Popen[bytes]]) -> None:
    """Raise FailedError when something ended by itself."""
    for name, process in started.items():
        if process.poll() is not None:
            raise FailedError(f"{name} ended; {demo.folder / name}.log says why")


def main() -> None:
    """Run the demo until Ctrl-C."""
    arguments = argparse.ArgumentParser(prog="python -m examples.demo", description=__doc__)
    arguments.add_argument(
        "--port", type=int, default=8000, help="of the server; the next three are taken too"
    )
    arguments.add_argument("--folder", type=Path, default=Path("var/demo"))
    arguments.add_argument("--without", action="append", default=[], metavar="NAME", help="don't start it")
    given = arguments.parse_args()
    demo, enough = Demo(given.folder.resolve(), given.port), threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        enough.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    try:
        with running(demo, prepared(demo), given.without) as started:
            wait_for(demo, started)
            print(WORDS.format(**demo.addresses(), folder=demo.folder), flush=True)  # noqa: T201 - its purpose
            while not enough.wait(1):
                watch(demo, started)
    except FailedError as fault:
        sys.exit(f"The demo stopped: {fault}")


if __name__ == "__main__":
    main()
