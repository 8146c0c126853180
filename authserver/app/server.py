"""The web server around the application: granian, one process per worker, each running `app.wsgi`."""

import contextlib
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.server import MPServer

from authserver.app import wsgi
from authserver.config import ConfigurationError, Settings
from authserver.web import logs, metrics

# A folder of a random name is made inside.
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 # nosec B108

STOP_SECONDS = 30
"""How long workers may finish what they began before they are ended."""


HEADER_MILLISECONDS = 10_000
"""How long a caller may take to send its headers."""

CONNECTIONS = 8192
"""Connections of a worker at once; a silent one costs a file and little memory until its deadline."""


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
    _require_free(listener)
    _prefer_throughput()
    # Workers are forked: each takes the settings that were checked here, also when it is started again.
    wsgi.inherited = wsgi.Inherited(settings, os.getpid())
    with _shared_metrics(listener.workers):
        server = MPServer(
            "authserver.app.wsgi:application",
            address=listener.host,
            port=listener.port,
            interface=Interfaces.WSGI,
            # HTTP/1.1 alone: headers have a deadline from the first moment on, and can't multiply in memory.
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(keep_alive=True, header_read_timeout=HEADER_MILLISECONDS),
            backpressure=CONNECTIONS,
            factory=True,
            workers=listener.workers,
            blocking_threads=listener.threads,
            websockets=False,
            log_dictconfig=logs.standard_config(settings),
            ssl_cert=listener.certificate,
            ssl_key=listener.key,
            # Clients in the field (.NET Framework, older PowerShell) know no newer one.
            ssl_protocol_min=SSLProtocols.tls12,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
        )
        _let_workers_end()
        try:
            server.serve()
        except RuntimeError as error:
            # It can't listen there. With RUST_BACKTRACE more lines follow.
            raise ConfigurationError(f"--host, --port: {str(error).splitlines()[0]}") from None


def _let_workers_end() -> None:
    """Let a worker that is told to end before it serves end at once.

    It inherits the server's handler, which would swallow the signal: until that is undone, the signal waits.
    """
    told = {signal.SIGTERM}

    def in_worker() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, told)

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, told),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, told),
        after_in_child=in_worker,
    )


def _require_free(listener: Listener) -> None:
    """Refuse an address that somebody serves: workers share theirs, so the system would mix both servers."""
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listener.host, listener.port))
        except OSError as error:
            raise ConfigurationError(f"--host, --port: {error.strerror}") from None


@contextlib.contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    """Let several workers count into files of one folder, which goes when the server ends."""
    if workers == 1:
        yield
        return
    # In memory where the system has such a place: a full disk must not end a worker that counts.
    place = SHARED_MEMORY if SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="authserver-metrics-", dir=place) as folder:
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
