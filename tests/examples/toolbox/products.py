"""Toolbox as processes of its own, once or more beside each other."""

import contextlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.interop.people import Person
from tests.support.browser import Browser, OverHttp, Page
from tests.support.patience import attempts
from tests.support.people import link_in
from tests.support.server import ROOT


@dataclass(frozen=True)
class Product:
    """One running instance."""

    origin: str
    log: Path

    def visitor(self) -> "Visitor":
        """Return somebody who was never here."""
        return Visitor(self, Browser(OverHttp(self.origin)))

    def opened_by(self, person: Person) -> "Visitor":
        """Return a person who signs in, with the browser that they have."""
        visitor = Visitor(self, person.browser)
        callback = person.goes(f"{self.origin}/sign-in", f"{self.origin}/callback")
        assert visitor.open(callback).status == 302
        return visitor


@dataclass(frozen=True)
class Visitor:
    """Somebody in front of a product."""

    product: Product
    browser: Browser = field(repr=False)

    def open(self, path: str) -> Page:
        """Open a page, without following redirects."""
        return self.browser.open(path if "://" in path else self.product.origin + path)

    def send(self, page: str, action: str | None = None, **fields: str) -> Page:
        """Send a form as the page has it or might have it, with its hidden fields."""
        shown = self.open(page)
        active = re.search(r'name="organization" value="([^"]+)" aria-current', shown.text)
        hidden = {"acting_for": active[1] if active else ""} | shown.hidden
        assert "csrf_token" in hidden, page
        return self.browser.post(self.product.origin + (action or page), **(hidden | fields))

    @property
    def signed_in(self) -> bool:
        """Whether the pages open."""
        return self.open("/trade-platforms/").status == 200


def mailed_link(person: Person) -> str:
    """Return the link in the invitation that somebody got."""
    for _ in attempts():
        mailbox = person.browser.open("/dev/mailbox").text
        for letter in re.findall(r'href="(/dev/mailbox/[^"]+)"', mailbox):
            text = person.browser.open(letter).text
            if person.email in text and "/invitations/" in text:
                return link_in(text, person.server.issuer)
    raise AssertionError("there is no invitation")


@contextlib.contextmanager
def product(
    folder: Path,
    issuer: str,
    port: int,
    secret: str,
    name: str = "Toolbox",
    accent: str = "indigo",
    **variables: str,
) -> Iterator[Product]:
    """Serve one until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    key = name.lower()
    environment = os.environ | {
        "ISSUER": issuer,
        "CLIENT_ID": key,
        "CLIENT_SECRET": secret,
        "TRADE_PLATFORMS_DB": str(folder / "trade-platforms.db"),
        "SIGN_INS_DB": str(folder / f"{key}.db"),
        "WEBAPI": "http://127.0.0.1:1",
        **variables,
    }
    options = ("--port", str(port), "--name", name, "--cookie", key, "--accent", accent)
    made = Product(f"http://127.0.0.1:{port}", folder / f"{key}.log")
    with made.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "examples.toolbox", *options],
            env=environment, cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _wait(process, made)
            yield made
        finally:
            process.terminate()
            process.wait(20)


def _wait(process: subprocess.Popen[bytes], made: Product) -> None:
    for _ in attempts():
        assert process.poll() is None, made.log.read_text()
        address = ("127.0.0.1", urlsplit(made.origin).port)
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=2):
            return
    raise AssertionError(f"it does not answer: {made.log.read_text()}")
