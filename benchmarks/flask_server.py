"""A bare Flask view on granian, with the threads and the scheduling of the server it is compared with."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from authserver.cli.serve import serve
from benchmarks.ours import Installation
from benchmarks.processes import Server, free_port, started, wait_for_token

NAME = "bare Flask"


@contextlib.contextmanager
def serving(ours: Server, installation: Installation, folder: Path) -> Iterator[Server]:
    """Serve until the block ends."""
    port = free_port()
    log = folder / "flask.log"
    command = [
        sys.executable, "-m", "benchmarks.programs.bare_flask",
        "--port", str(port), "--threads", str(_threads()), "--policy", str(_policy(ours)),
    ]  # fmt: skip
    with started(NAME, command, port, log, os.environ) as server:
        wait_for_token(server, installation.body(), log)
        yield server


def _threads() -> int:
    return next(int(str(option.default)) for option in serve.params if option.name == "threads")


def _policy(ours: Server) -> int:
    return os.sched_getscheduler(ours.worker) if hasattr(os, "sched_getscheduler") else 0
