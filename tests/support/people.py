"""People of tests: letters that they get in this process, and accounts that are ready to be used."""

import itertools
import re
import time
from dataclasses import dataclass, field
from typing import Any

import time_machine
from flask import Flask

from authserver.accounts.address import canonical
from authserver.mail.delivery import Delivery
from authserver.mail.letter import Envelope, Letter
from authserver.provider import people
from tests.support.browser import Browser, InProcess, Page

PASSWORD = "a long walk past nine quiet harbours"
OTHER_PASSWORD = "seventeen umbrellas in the blue library"
_numbers = itertools.count(1)


@dataclass
class Post:
    """Delivers letters of an application into a list."""

    app: Flask
    letters: list[tuple[Envelope, Letter]] = field(default_factory=list)
    longest_attempt: int = 1

    def send(self, envelope: Envelope, letter: Letter) -> None:
        """Take a letter, as a transport does."""
        self.letters.append((envelope, letter))

    def deliver(self) -> int:
        """Send all that is due."""
        delivery: Delivery = people.delivery(self.app, self.app.extensions["settings"], transport=self)
        return delivery.run_until_empty()

    def newest(self, recipient: str) -> Letter:
        """Return the newest letter to an address, after sending what is due."""
        self.deliver()
        return [letter for envelope, letter in self.letters if envelope.recipient == canonical(recipient)][-1]

    def to(self, recipient: str) -> list[Letter]:
        """Return all letters to an address, after sending what is due."""
        self.deliver()
        return [letter for envelope, letter in self.letters if envelope.recipient == canonical(recipient)]

    def password(self, recipient: str) -> str:
        """Return the password in the newest letter."""
        return password_in(self.newest(recipient).text)

    def link(self, recipient: str) -> str:
        """Return the path of the newest letter's link that holds a secret."""
        return link_in(self.newest(recipient).text, self.app.config["ISSUER"])


def password_in(text: str) -> str:
    """Return the mailed password: one token on a line of its own."""
    return next(line.strip() for line in text.splitlines() if re.fullmatch(r"\s*[a-z0-9-]{20,32}\s*", line))


def link_in(text: str, issuer: str) -> str:
    """Return the path of a link that holds a handle."""
    found = re.search(rf"{re.escape(issuer)}(/\S+/[A-Za-z0-9_-]{{43}})", text)
    assert found, text
    return found[1]


@dataclass
class Person:
    """Somebody with a browser, an address and a password."""

    app: Flask
    browser: Browser
    email: str
    password: str = PASSWORD

    def sign_in(self, password: str | None = None) -> Page:
        """Sign in."""
        return self.browser.sign_in(self.email, password or self.password)

    @property
    def signed_in(self) -> bool:
        """Whether the account page opens."""
        return self.browser.open("/account").status == 200


def later(seconds: float) -> Any:
    """Let the block run that much later."""
    return time_machine.travel(time.time() + seconds, tick=True)


def stranger(app: Flask, source: str = "127.0.0.1") -> Browser:
    """A browser that was never here."""
    return Browser(InProcess(app, source))


def newcomer(app: Flask, post: Post, email: str | None = None, source: str = "127.0.0.1") -> Person:
    """Somebody who registered and signed in with the mailed password."""
    person = Person(app, stranger(app, source), email or f"person{next(_numbers)}@example.com")
    person.browser.register(person.email)
    assert person.sign_in(post.password(person.email)).shows("password-page")
    return person


def member(app: Flask, post: Post, email: str | None = None, source: str = "127.0.0.1") -> Person:
    """Somebody who registered, chose a password and is signed in."""
    person = newcomer(app, post, email, source)
    person.browser.choose(person.password)
    assert person.signed_in
    return person
