"""Settings are read from a clean environment and an empty folder."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from authserver.config import ConfigurationError, load
from authserver.config.server import CONFIG_FILE, PREFIX

Set = Callable[..., None]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, without variables of ours."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Set variables by the lower-case names of settings."""

    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(PREFIX + name.upper(), value)

    return put


@pytest.fixture
def toml(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | bytes], Path]:
    """Write the TOML file and name it."""

    def write(content: str | bytes) -> Path:
        file = folder / "authserver.toml"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        monkeypatch.setenv(CONFIG_FILE, str(file))
        return file

    return write


@pytest.fixture
def refusal() -> Callable[[], str]:
    """Return why the settings are refused."""

    def read() -> str:
        with pytest.raises(ConfigurationError) as refused:
            load()
        return str(refused.value)

    return read
