"""Waiting for clocks that count seconds."""

import time


def let_a_second_pass() -> None:
    """Wait until another second has begun, so that auth_time and iat would have another value."""
    time.sleep(1.02 - time.time() % 1)
