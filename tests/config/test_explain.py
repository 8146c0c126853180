from collections.abc import Callable
from pathlib import Path

import pytest

from authserver.config import Settings, load
from authserver.config.explain import MASK, Explained, explain, unknown_variables
from authserver.config.server import PREFIX
from tests.config.conftest import Set
from tests.support.server import MASTER_KEY


def shown() -> dict[str, Explained]:
    return {row.variable.removeprefix(PREFIX).lower(): row for row in explain(load())}


def test_every_setting_is_explained_and_has_a_meaning() -> None:
    rows = shown()
    assert set(rows) == set(Settings.model_fields)
    assert all(row.meaning for row in rows.values())


def test_each_value_says_where_it_came_from(variables: Set, toml: Callable[[str | bytes], Path]) -> None:
    file = toml("jwks_max_age = 11\nverifier_cache = 12\n")
    variables(verifier_cache="13")
    rows = shown()
    assert (rows["jwks_max_age"].value, rows["jwks_max_age"].source) == ("11", str(file))
    assert (rows["verifier_cache"].value, rows["verifier_cache"].source) == ("13", "environment")
    assert (rows["issuer"].value, rows["issuer"].source) == ("http://localhost:8000", "default")


def test_secrets_are_masked_and_those_that_are_not_set_are_empty(variables: Set) -> None:
    variables(master_key=MASTER_KEY, metrics_token="hunter2")
    rows = shown()
    assert rows["master_key"].value == MASK
    assert rows["metrics_token"].value == MASK
    assert rows["previous_master_key"].value == ""
    assert rows["redis_url"].value == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql://user:hunter2@db.example.com/name"),
        ("database_url", "postgresql+psycopg://user:hunter2@db.example.com/name"),
        ("database_url", "postgresql://user@db.example.com/name?password=hunter2"),
        ("database_url", "postgresql://user@db.example.com/name?sslpassword=hunter2&sslmode=require"),
        ("redis_url", "redis://:hunter2@cache.example.com:6379/0"),
        ("mail_url", "smtp://user:hunter2@mail.example.com:587"),
        ("metrics_token", "hunter2"),
        ("master_key", "hunter2" + MASTER_KEY),
        ("previous_master_key", "hunter2" + MASTER_KEY),
    ],
)
def test_no_password_is_ever_shown(name: str, value: str, variables: Set) -> None:
    variables(**{name: value})
    assert "hunter2" not in str(shown())


def test_an_address_is_shown_without_its_password_and_otherwise_whole(variables: Set) -> None:
    variables(database_url="postgresql://user:hunter2@db.example.com/name?sslmode=require")
    assert shown()["database_url"].value == "postgresql://user:***@db.example.com/name?sslmode=require"


def test_variables_that_name_no_setting_are_found(variables: Set) -> None:
    variables(isuer="http://localhost:8000", issuer="http://localhost:8000", config="")
    assert unknown_variables() == ["AUTHSERVER_ISUER"]
