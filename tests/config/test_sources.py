from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from authserver.config import load
from authserver.config.server import CONFIG_FILE
from tests.config.conftest import Set

Write = Callable[[str | bytes], Path]
Refusal = Callable[[], str]


def test_without_variables_and_file_the_defaults_serve_this_machine_alone(folder: Path) -> None:
    settings = load()
    assert settings.mode == "development"
    assert settings.issuer == "http://localhost:8000"
    assert settings.database_url == f"sqlite:///{folder.resolve() / 'var' / 'authserver.db'}"
    assert settings.mail_url is not None
    assert settings.mail_url.get_secret_value() == "mailbox:"
    assert settings.redis_url is None
    assert settings.metrics_token is None
    assert settings.debug is False
    assert settings.trusted_proxy_hops == 0


def test_variables_win_over_the_file_and_the_file_over_defaults(variables: Set, toml: Write) -> None:
    toml('issuer = "http://localhost:1111"\njwks_max_age = 11\n')
    variables(issuer="http://localhost:2222")
    settings = load()
    assert settings.issuer == "http://localhost:2222"
    assert settings.jwks_max_age == 11
    assert settings.verifier_cache == 86_400


def test_an_empty_variable_is_one_that_is_not_set(variables: Set, toml: Write) -> None:
    toml("jwks_max_age = 11\n")
    variables(jwks_max_age="", issuer="", database_url="", data_dir="", redis_url="")
    settings = load()
    assert settings.jwks_max_age == 11
    assert settings.issuer == "http://localhost:8000"
    assert settings.redis_url is None


def test_the_embedded_database_lies_in_the_data_folder_and_can_be_put_elsewhere(
    variables: Set, folder: Path
) -> None:
    variables(data_dir="elsewhere")
    assert load().database_url == f"sqlite:///{folder.resolve() / 'elsewhere' / 'authserver.db'}"
    variables(database_url="postgresql://user@host/name")
    assert load().database_url == "postgresql://user@host/name"


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load().debug = True


def test_an_unknown_name_in_the_file_is_refused(toml: Write, refusal: Refusal) -> None:
    toml('isuer = "http://localhost:1111"\n')
    assert refusal().startswith("AUTHSERVER_ISUER: ")


def test_a_file_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, refusal: Refusal) -> None:
    monkeypatch.setenv(CONFIG_FILE, "/nowhere/authserver.toml")
    assert refusal() == "AUTHSERVER_CONFIG: there is no file /nowhere/authserver.toml"


def test_a_folder_in_the_place_of_the_file_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    monkeypatch.setenv(CONFIG_FILE, str(folder))
    assert refusal().startswith("AUTHSERVER_CONFIG: ")


@pytest.mark.parametrize("content", ["issuer = [", "no equals sign", b"\xff\xfe", 'a = "1"\na = "2"'])
def test_a_broken_file_is_refused_in_one_line(content: str | bytes, toml: Write, refusal: Refusal) -> None:
    toml(content)
    text = refusal()
    assert text.startswith("AUTHSERVER_CONFIG: ")
    assert "\n" not in text


@pytest.mark.parametrize("value", ["5", "true", "[1]", "{a = 1}", "1979-05-27"])
def test_a_data_folder_that_is_no_text_is_refused(value: str, toml: Write, refusal: Refusal) -> None:
    toml(f"data_dir = {value}\n")
    assert "AUTHSERVER_DATA_DIR: " in refusal()


def test_all_faults_are_named_at_once(variables: Set, refusal: Refusal) -> None:
    variables(issuer="ftp://x", jwks_max_age="soon", mode="staging")
    named = [line.partition(":")[0] for line in refusal().splitlines()]
    assert named == ["AUTHSERVER_MODE", "AUTHSERVER_ISSUER", "AUTHSERVER_JWKS_MAX_AGE"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_pool", "0"),
        ("database_pool", "201"),
        ("trusted_proxy_hops", "-1"),
        ("access_token_lifetime", "59"),
        ("access_token_lifetime", "3601"),
        ("jwks_max_age", "-1"),
        ("jwks_max_age", "86401"),
        ("verifier_cache", "-1"),
        ("key_rotation_interval", "-1"),
        ("client_failures_per_minute", "0"),
        ("source_failures_per_minute", "0"),
        ("log_level", "loud"),
        ("debug", "perhaps"),
    ],
)
def test_a_value_out_of_its_range_is_refused_by_name(
    name: str, value: str, variables: Set, refusal: Refusal
) -> None:
    variables(**{name: value})
    assert refusal().startswith(f"AUTHSERVER_{name.upper()}: ")
