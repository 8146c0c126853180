"""One frozen Settings: read once at start from variables, one TOML file and defaults, and checked whole."""

from authserver.config.settings import ConfigurationError, Settings, load

__all__ = ["ConfigurationError", "Settings", "load"]
