"""The whole configuration, and reading it: variables first, then the TOML file, then defaults."""

import os
import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError, model_validator

from authserver.config.outgoing import OutgoingSettings
from authserver.config.people import LEAST_PASSWORD_WORK, PeopleSettings
from authserver.config.server import CONFIG_FILE, PREFIX, ServerSettings


class ConfigurationError(Exception):
    """The settings can't be used. The text names each variable at fault, and never shows its value."""


class Settings(OutgoingSettings, PeopleSettings, ServerSettings):
    """The configuration of one server. Durations are seconds."""

    @model_validator(mode="after")
    def _passwords_are_costly_to_guess(self) -> Self:
        if self.mode == "production" and self.password_memory * self.password_passes < LEAST_PASSWORD_WORK:
            raise ValueError(
                f"PASSWORD_MEMORY times PASSWORD_PASSES must be at least {LEAST_PASSWORD_WORK} in production"
            )
        return self


def load() -> Settings:
    """Read and check the settings.

    Returns the whole, frozen configuration. Raises ConfigurationError that names every variable at fault.
    """
    file = os.environ.get(CONFIG_FILE)
    if file and not Path(file).is_file():
        raise ConfigurationError(f"{CONFIG_FILE}: there is no file {file}")
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigurationError("\n".join(_fault(fault) for fault in error.errors())) from None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{CONFIG_FILE}: {error}") from None


def _fault(fault: Any) -> str:
    message = str(fault["msg"]).removeprefix("Value error, ")
    name = "_".join(str(part) for part in fault["loc"]).upper()
    return f"{PREFIX}{name}: {message}" if name else f"{PREFIX}{message}"
