import stat
from pathlib import Path

import pytest
from flask import Flask

from authserver.config import Settings
from authserver.mail import mailbox
from authserver.mail.letter import Envelope, Letter
from authserver.mail.mailbox import Mailbox, MailboxTransport
from authserver.mail.message import Sender
from authserver.mail.transport import transport_for
from tests.mail.ledger import ANNA
from tests.support.server import MASTER_KEY

ID = "0c5fcf7d-8bd1-4ad9-a1f2-7a3a6f3f3f3f"
LETTER = Letter("Grüße\r\nBcc: eve@evil.example", "Your password:\n\nabc-def\n", "<p>abc-def</p>\n")


def envelope(letter_id: str = ID) -> Envelope:
    return Envelope(letter_id, "welcome", "a", ANNA, "en", 0, 1, "sending", 1, None, "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a mailbox that holds one letter."""
    MailboxTransport(tmp_path / "data" / "mailbox", Sender("Us", "us@localhost", "localhost")).send(
        envelope(), LETTER
    )
    return tmp_path / "data" / "mailbox"


def test_a_letter_in_the_mailbox_reads_as_it_was_written(folder: Path) -> None:
    (letter,) = Mailbox(folder).letters()
    assert (letter.to, letter.subject) == (ANNA, "Grüße Bcc: eve@evil.example")
    assert (letter.text, letter.html) == (LETTER.text, LETTER.html)
    assert letter.id.endswith(ID)
    assert Mailbox(folder).letter(letter.id) == letter


def test_letters_are_for_their_owner_only(folder: Path) -> None:
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_newest_letter_is_first_and_the_oldest_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "KEPT", 3)
    for number in range(4):
        other = Letter(f"Letter {number}", "text", "<p>html</p>")
        MailboxTransport(folder).send(envelope(), other)
    assert [letter.subject for letter in Mailbox(folder).letters()] == ["Letter 3", "Letter 2", "Letter 1"]
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize(
    "letter_id", ["", "1", f"../{ID}", f"1-{ID}", f"1-{ID}/..", "1-" + "/" * 36, "%2e%2e", f"1-{ID}\n"]
)
def test_an_id_that_names_no_letter_finds_none(folder: Path, letter_id: str) -> None:
    assert Mailbox(folder).letter(letter_id) is None


def test_a_mailbox_without_a_folder_is_empty(tmp_path: Path) -> None:
    assert Mailbox(tmp_path / "none").letters() == []


def test_development_has_a_mailbox_unless_it_names_a_server(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, master_key=MASTER_KEY)
    assert isinstance(transport_for(settings, Flask("x")), MailboxTransport)
