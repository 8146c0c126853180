"""People of measurements: accounts written straight through the stores, and a browser that only posts."""

import http.client
import re
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Flask

from authserver.accounts import directory
from authserver.accounts.account import Account
from authserver.accounts.hashing import HashPool
from authserver.accounts.passwords import Passwords
from authserver.accounts.store import accounts
from authserver.app.factory import create_app
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.config import Settings
from authserver.extensions import db
from authserver.web import logs
from authserver.web.unit_of_work import UnitOfWork
from benchmarks.processes import MeasurementError, Server

PASSWORD = "a long walk past nine quiet harbours"
HOST = "id.example.com"

_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')


class Answer(NamedTuple):
    """The status of an answer, the seconds it took, and when to come back."""

    status: int
    seconds: float
    retry_after: float


class Browser:
    """One connection, one form token: what a person's browser sends, as fast as it can."""

    def __init__(self, server: Server, page: str) -> None:
        """Open a page and keep the token of its form."""
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self._connection.request("GET", page, headers={"Host": HOST, "Accept": "text/html"})
        answer = self._connection.getresponse()
        found = _TOKEN.search(answer.read())
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        if answer.status != 200 or not found or not cookie:
            raise MeasurementError(f"{page} was answered with {answer.status} and no form")
        self._token, self._cookie = found[1].decode(), cookie

    def post(self, path: str, **fields: str) -> Answer:
        """Post a form and return what came of it."""
        body = urlencode({"csrf_token": self._token, **fields})
        headers = {
            "Host": HOST,
            "Accept": "text/html",
            "Cookie": self._cookie,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        began = time.perf_counter()
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        answer.read()
        took = time.perf_counter() - began
        return Answer(answer.status, took, float(answer.headers.get("Retry-After", 0)))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def application_of(folder: Path, master_key: str) -> Flask:
    """Return this program's own application on the database of a folder, to write through its stores."""
    settings = Settings(
        mode="production",
        issuer=f"https://{HOST}",
        data_dir=folder,
        master_key=master_key,
        _env_file=None,
    )
    # Hundreds of audit lines would hide the figures.
    logs.configure(settings.model_copy(update={"log_level": "error"}))
    return create_app(settings)


def add_accounts(folder: Path, names: list[str], *, proven: bool, master_key: str) -> None:
    """Store accounts `name@example.com` in the database of a folder: proven with PASSWORD, or pending."""
    app = application_of(folder, master_key)
    settings: Settings = app.extensions["settings"]
    passwords = Passwords(
        settings.password_memory, settings.password_passes, settings.password_lanes, HashPool(1, 1)
    )
    hashed = passwords.hash(PASSWORD)
    with UnitOfWork(app):
        for name in names:
            account: Account | None = directory.begin(f"{name}@example.com", "en", SYSTEM)
            if account and proven:
                accounts.choose_first_password(account.id, hashed, now())
    with app.app_context():
        # Nobody but the server has the file open while it is measured.
        db.engine.dispose()
