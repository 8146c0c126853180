"""The web server around the application: granian, one process per worker, each running `app.wsgi`."""

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import MPServer

from authserver.config import ConfigurationError, Settings
from authserver.web import logs, metrics

STOP_SECONDS = 30
"""How long workers may finish what they began before they are ended."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Where to listen, with how many workers and threads of each, and with which TLS files (PEM)."""

    host: str
    port: int
    workers: int
    threads: int
    certificate: Path | None = None
    key: Path | None = None


def run(listener: Listener, settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises ConfigurationError when the address can't be listened on."""
    _prefer_throughput()
    with _shared_metrics(listener.workers):
        server = MPServer(
            "authserver.app.wsgi:application",
            address=listener.host,
            port=listener.port,
            interface=Interfaces.WSGI,
            factory=True,
            workers=listener.workers,
            blocking_threads=listener.threads,
            websockets=False,
            http1_settings=HTTP1Settings(keep_alive=True),
            log_dictconfig=logs.standard_config(settings),
            ssl_cert=listener.certificate,
            ssl_key=listener.key,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
        )
        # A worker that is told to end before it serves ends at once; it inherits a handler that would wait.
        os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
        try:
            server.serve()
        except RuntimeError as error:
            # It can't listen there. With RUST_BACKTRACE more lines follow.
            raise ConfigurationError(f"--host, --port: {str(error).splitlines()[0]}") from None


@contextlib.contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    """Let several workers count into files of one folder, which goes when the server ends."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="authserver-metrics-") as folder:
        metrics.share(Path(folder))
        yield


def _prefer_throughput() -> None:
    """Let a thread finish its slice when another wakes (SCHED_BATCH): up to 40 % more tokens on a core.

    See docs/decisions/0008-sched-batch.md.
    """
    if hasattr(os, "SCHED_BATCH"):
        # Not allowed in some containers, and nothing depends on it.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
