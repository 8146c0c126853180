"""Parts that only a full machine has: found, or said in one line to be missing.

In CI a missing one is a failure.
"""

import os
import shutil

import pytest

CI = os.environ.get("CI", "") not in ("", "0", "false")

left_out: set[str] = set()
"""What this run did without; told at its end."""


def program(name: str, purpose: str) -> str:
    """Return the path of a program, or leave the test out and say so. In CI it must be there."""
    path = shutil.which(name)
    if path is None:
        missing(f"{purpose}: {name} is not installed")
    return str(path)


def missing(what: str) -> None:
    """Leave the test out and say what is missing; fail in CI."""
    if CI:
        pytest.fail(f"CI must bring everything. {what}")
    left_out.add(what)
    pytest.skip(what)
