"""What a worker of the web server runs: the lean door in front of Flask, with background work beside it."""

import gc
import os
import signal
import threading
import time
from dataclasses import dataclass
from typing import cast

from authserver.app.factory import create_app
from authserver.app.lean_door import LeanDoor, Wsgi
from authserver.base.clock import now
from authserver.config import Settings, load
from authserver.config.server import PREFIX
from authserver.jobs import Jobs
from authserver.provider import people
from authserver.provider.logout_delivery import LogoutDelivery
from authserver.provider.wiring import Provider
from authserver.web import logs

LAST_SECONDS = 10
"""How long an orphaned worker may finish what it began."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a forked worker takes over: the settings that were checked, and who started it."""

    settings: Settings
    parent: int


inherited: Inherited | None = None
"""Set by `server.run` before workers are forked; without it (another WSGI server) settings are read here."""


def application() -> LeanDoor:
    """Return the application of one worker process. Raises ConfigurationError."""
    settings = inherited.settings if inherited else load()
    _forget_variables()
    logs.configure(settings, queued=True)
    app = create_app(settings)
    provider = cast("Provider", app.extensions["provider"])
    delivery = people.delivery(app, settings) if settings.mail_delivery == "server" else None
    logouts = LogoutDelivery(app, settings.issuer, provider.keys, provider.fetcher, now)
    Jobs(app, settings, provider.last_used, provider.rotation, logouts, delivery).start()
    if inherited:
        threading.Thread(target=_end_with, args=(inherited.parent,), name="parent", daemon=True).start()
    # What is loaded by now lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    return LeanDoor(cast("Wsgi", app.wsgi_app), app.extensions["machine_site"])


def _end_with(parent: int) -> None:
    """End this worker, cleanly, when the server that started it was killed: nobody would stop it any more."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_SECONDS)
    os._exit(1)


def _forget_variables() -> None:
    # The web server copies the environment into every request's: the master key has no place there.
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
