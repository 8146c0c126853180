"""One server on one SQLite file: a second one, on this or another host, refuses to start."""

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from authserver.config import ConfigurationError, Settings


@contextmanager
def claim_database(settings: Settings) -> Iterator[None]:
    """Hold the embedded database for this server. Raises ConfigurationError when another one holds it.

    Commands (`authserver clients …`) need no claim: SQLite serves several processes of one host.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    path = Path(f"{Path(url.database).resolve()}.server")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise ConfigurationError(
                f"{url.database} is served by another server ({file.read().strip() or 'unknown host'}); "
                "SQLite carries one. Stop it, or use PostgreSQL for several."
            ) from None
        file.truncate(0)
        file.write(socket.gethostname())
        file.flush()
        yield
