"""Whom this server may call."""

from authserver.base.fetch import FetchPolicy
from authserver.config.settings import Settings


def fetch_policy(settings: Settings) -> FetchPolicy:
    """Return the policy of a configuration."""
    del settings
    return FetchPolicy()
