"""What `authserver config` and `doctor` tell about the settings: value, source, meaning; secrets masked."""

import os
import tomllib
from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from authserver.config.server import CONFIG_FILE, PREFIX
from authserver.config.settings import Settings

MASK = "********"


class Explained(NamedTuple):
    """One setting as an operator sees it."""

    variable: str
    value: str
    source: str
    meaning: str


def explain(settings: Settings) -> list[Explained]:
    """Return every setting with its value (secrets masked), where it came from, and its meaning."""
    in_file = _names_in_file()
    return [
        Explained(
            PREFIX + name.upper(),
            _shown(getattr(settings, name)),
            _source(name, in_file),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def unknown_variables() -> list[str]:
    """Return variables that begin like ours but name no setting: most likely misspelt."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {CONFIG_FILE}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def _names_in_file() -> set[str]:
    path = os.environ.get(CONFIG_FILE)
    return set(tomllib.loads(Path(path).read_text())) if path else set()


def _source(name: str, in_file: set[str]) -> str:
    if os.environ.get(PREFIX + name.upper()):
        return "environment"
    return os.environ[CONFIG_FILE] if name in in_file else "default"


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return MASK if value.get_secret_value() else ""
    if value is None:
        return ""
    if isinstance(value, str) and "://" in value:
        return _without_password(value) if not value.startswith("http") else value
    return str(value)


def _without_password(url: str) -> str:
    parsed = make_url(url)
    # libpq takes passwords as parameters too: `password`, `sslpassword`.
    masked = {name: MASK for name in parsed.query if "password" in name.lower()}
    return parsed.update_query_dict(masked).render_as_string(hide_password=True)
