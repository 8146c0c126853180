from collections.abc import Callable

import pytest

from authserver.config import ConfigurationError, load
from tests.config.conftest import Set
from tests.support.server import MASTER_KEY

Refusal = Callable[[], str]

PRODUCTION = {"mode": "production", "issuer": "https://id.example.com", "master_key": MASTER_KEY}


def test_production_starts_with_an_https_issuer_and_a_random_master_key(variables: Set) -> None:
    variables(**PRODUCTION)
    settings = load()
    assert settings.mode == "production"
    assert settings.mail_url is None


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"issuer": "http://id.example.com"}, "ISSUER"),
        ({"issuer": "http://localhost:8000"}, "ISSUER"),
        ({"master_key": ""}, "MASTER_KEY"),
        ({"master_key": "hunter2-hunter2"}, "MASTER_KEY"),
        ({"master_key": MASTER_KEY[:42]}, "MASTER_KEY"),
        ({"master_key": "a" * 64}, "MASTER_KEY"),
        ({"master_key": "change-me-" * 5}, "MASTER_KEY"),
        ({"previous_master_key": "short-previous"}, "PREVIOUS_MASTER_KEY"),
        ({"debug": "true"}, "DEBUG"),
        ({"mail_url": "mailbox:"}, "MAIL_URL"),
        ({"mail_url": "http://user:hunter2@mail.example.com"}, "MAIL_URL"),
        ({"redis_url": "cache.example.com:6379/hunter2"}, "REDIS_URL"),
        ({"database_url": "mysql://user:hunter2@db/name"}, "DATABASE_URL"),
        ({"database_url": "postgres://user:hunter2@db/name"}, "DATABASE_URL"),
        ({"database_url": "host=db password=hunter2"}, "DATABASE_URL"),
        ({"database_url": "sqlite:///relative.db"}, "DATABASE_URL"),
        ({"database_url": "sqlite:///:memory:"}, "DATABASE_URL"),
        ({"access_token_lifetime": "86400"}, "ACCESS_TOKEN_LIFETIME"),
        ({"access_token_lifetime": "hunter2"}, "ACCESS_TOKEN_LIFETIME"),
    ],
)
def test_production_refuses_what_is_unsafe_names_the_variable_and_never_shows_the_value(
    changes: dict[str, str], variable: str, variables: Set, refusal: Refusal
) -> None:
    variables(**PRODUCTION | changes)
    text = refusal()
    assert text.startswith(f"AUTHSERVER_{variable}")
    assert "\n" not in text
    assert not [value for value in changes.values() if value and value in text]
    assert "hunter2" not in text


def test_production_makes_no_master_key_of_its_own(variables: Set, refusal: Refusal) -> None:
    variables(mode="production", issuer="https://id.example.com", data_dir="var")
    assert refusal().startswith("AUTHSERVER_MASTER_KEY must be set")


def test_a_refusal_hides_its_cause_so_that_no_trace_shows_a_value(variables: Set) -> None:
    variables(**PRODUCTION | {"master_key": "hunter2"})
    with pytest.raises(ConfigurationError) as refused:
        load()
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    "issuer",
    [
        "https://id.example.com/",
        "https://id.example.com/tenant",
        "https://id.example.com?x=1",
        "https://id.example.com#x",
        "https://ID.example.com",
        "HTTPS://id.example.com",
        "https://user@id.example.com",
        "https://user:password@id.example.com",
        "https://@id.example.com",
        "https://id.example.com:",
        "https://id.example.com:port",
        "https://id.example.com:443443",
        "https://id.example.com\\x",
        "https://id example.com",
        " https://id.example.com",
        "https://id.example.com\n",
        "https://*.example.com",
        "https://id.exämple.com",
        "https://",
        "//id.example.com",
        "id.example.com",
        "ftp://id.example.com",
        "javascript://id.example.com",
    ],
)
def test_an_issuer_is_exactly_an_origin_in_lower_case(issuer: str, variables: Set, refusal: Refusal) -> None:
    variables(**PRODUCTION | {"issuer": issuer})
    assert refusal().startswith("AUTHSERVER_ISSUER: ")


@pytest.mark.parametrize(
    "issuer", ["https://id.example.com", "https://id.example.com:8443", "https://[2001:db8::1]"]
)
def test_an_https_origin_is_taken_as_it_is(issuer: str, variables: Set) -> None:
    variables(**PRODUCTION | {"issuer": issuer})
    assert load().issuer == issuer


@pytest.mark.parametrize(
    "issuer",
    [
        "https://id.example.com",
        "http://192.0.2.1:8000",
        "http://localhost.example.com",
        "http://0.0.0.0:8000",
    ],
)
def test_development_serves_loopback_only(issuer: str, variables: Set, refusal: Refusal) -> None:
    variables(issuer=issuer)
    assert refusal().startswith("AUTHSERVER_ISSUER: must be a loopback address in development")


@pytest.mark.parametrize("issuer", ["http://localhost:8000", "http://127.0.0.1:1", "http://[::1]:8000"])
def test_development_takes_every_loopback_name(issuer: str, variables: Set) -> None:
    variables(issuer=issuer)
    assert load().issuer == issuer


@pytest.mark.parametrize(
    "address", [".a.@x.de", "a..b@x.de", "a@-", "a@x.de, b@x.de", "Help <a@x.de>", "a@x.de\n"]
)
@pytest.mark.parametrize("name", ["SUPPORT_EMAIL", "MAIL_SENDER"])
def test_an_address_that_no_letter_could_have_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    monkeypatch.setenv(f"AUTHSERVER_{name}", address)
    with pytest.raises(ConfigurationError, match=f"AUTHSERVER_{name}"):
        load()
