"""The development mailbox: letters become files that a page of the server shows, and go nowhere."""

import contextlib
import os
import re
import time
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from authserver.base.handles import new_id
from authserver.mail.letter import Envelope, Letter
from authserver.mail.message import Sender, build

KEPT = 200
"""Letters that the mailbox holds; older ones go."""

_ID = re.compile(r"[0-9]{1,20}-[0-9a-f-]{36}")
_NANO = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ReceivedLetter:
    """A letter as its reader gets it. `at` is in Unix seconds."""

    id: str
    to: str
    subject: str
    at: int
    text: str
    html: str


class Mailbox:
    """A folder with one file for each letter, named `<nanoseconds>-<id>.eml`, for its owner only."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made with the first letter."""
        self._folder = folder

    def letters(self) -> list[ReceivedLetter]:
        """Return the letters, newest first."""
        found = (self._read(path) for path in self._files())
        return [letter for letter in found if letter]

    def letter(self, letter_id: str) -> ReceivedLetter | None:
        """Return one letter; None when there is none with this id."""
        # The id comes from an address: nothing but a name of ours becomes a path.
        return self._read(self._folder / f"{letter_id}.eml") if _ID.fullmatch(letter_id) else None

    def put(self, letter_id: str, message: EmailMessage) -> None:
        """Write a letter, whole or not at all, and drop the oldest ones. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f".{new_id()}"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - a mode from the start
            file.write(message.as_bytes())
        unfinished.replace(self._folder / f"{time.time_ns()}-{letter_id}.eml")
        for old in self._files()[KEPT:]:
            old.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        named = [path for path in self._folder.glob("*.eml") if _ID.fullmatch(path.stem)]
        return sorted(named, key=_written_at, reverse=True)

    def _read(self, path: Path) -> ReceivedLetter | None:
        with contextlib.suppress(FileNotFoundError):
            message = message_from_bytes(path.read_bytes(), policy=default)
            return ReceivedLetter(
                id=path.stem,
                to=str(message["To"]),
                subject=str(message["Subject"]),
                at=_written_at(path) // _NANO,
                text=_part(message, "plain"),
                html=_part(message, "html"),
            )
        return None


class MailboxTransport:
    """Puts letters into a mailbox instead of sending them."""

    def __init__(self, folder: Path, sender: Sender | None = None) -> None:
        """Take the mailbox's folder, and whom letters come from."""
        self._mailbox = Mailbox(folder)
        self._sender = sender or Sender("Identity server", "no-reply@localhost", "localhost")

    def send(self, envelope: Envelope, letter: Letter) -> None:
        """Write a letter into the mailbox. Raises OSError."""
        at = time.time_ns() // _NANO
        self._mailbox.put(envelope.id, build(envelope, letter, self._sender, at))


def _written_at(path: Path) -> int:
    return int(path.stem.partition("-")[0])


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    # A message's lines end with CRLF (RFC 5322 section 2.3), those of pages do not.
    return str(body.get_content()).replace("\r\n", "\n") if body else ""
