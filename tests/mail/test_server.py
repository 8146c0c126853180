import pytest

from authserver.mail.server import MailServer, parse


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1", MailServer("127.0.0.1", 25, "never")),
        ("smtp://localhost:1025", MailServer("localhost", 1025, "never")),
        ("smtp://[::1]:1025", MailServer("::1", 1025, "never")),
        ("smtp://mail.example.com", MailServer("mail.example.com", 25, "required")),
        ("smtp://mail.example.com:587", MailServer("mail.example.com", 587, "required")),
        ("smtps://mail.example.com", MailServer("mail.example.com", 465, "implicit")),
        ("smtps://localhost:4650", MailServer("localhost", 4650, "implicit")),
        ("smtp://mail.example.com?starttls=if-offered", MailServer("mail.example.com", 25, "if-offered")),
        ("smtp://mail.example.com?starttls=never", MailServer("mail.example.com", 25, "never")),
        ("smtp://localhost?starttls=required", MailServer("localhost", 25, "required")),
        (
            "smtp://anna%40example.com:p%40ss%3A%2F@mail.example.com",
            MailServer("mail.example.com", 587, "required", "anna@example.com", "p@ss:/"),
        ),
        ("smtp://anna@mail.example.com", MailServer("mail.example.com", 587, "required", "anna", "")),
    ],
)
def test_an_address_says_where_the_server_is_and_how_to_get_there(url: str, expected: MailServer) -> None:
    assert parse(url, production=True) == expected


def test_in_development_starttls_is_done_where_it_is_offered() -> None:
    assert parse("smtp://mail.example.com", production=False).encryption == "if-offered"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("smtp://", "names no host"),
        ("smtp://u:geheim@host:99999", "port"),
        ("smtp://u:geheim@host:abc", "port"),
        ("smtp://u:geheim@host?starttls=maybe", "starttls"),
    ],
)
def test_what_can_not_be_used_is_refused_without_being_shown(url: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as refusal:
        parse(url, production=True)
    assert "geheim" not in str(refusal.value)


def test_the_password_is_not_shown() -> None:
    assert "geheim" not in repr(parse("smtp://anna:geheim@localhost", production=True))
