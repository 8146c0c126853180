"""The master key: how strong it must be, and the one that development makes for itself."""

import os
import secrets
from pathlib import Path

MINIMUM_LENGTH = 43
"""Characters: 256 bits in base64 without padding."""

MINIMUM_VARIETY = 16
"""Different characters that a random key of this length surely holds."""

FILE = "master.key"


def weakness(key: str) -> str | None:
    """Return why a master key may not be used, or None when it may (an empty one is judged elsewhere)."""
    if key and len(key) < MINIMUM_LENGTH:
        return f"must have at least {MINIMUM_LENGTH} random characters (for example: openssl rand -base64 32)"
    if key and len(set(key)) < MINIMUM_VARIETY:
        return "is not random; make one with: openssl rand -base64 32"
    return None


def development_master_key(folder: Path) -> str:
    """Return the master key kept in a folder, made at first use and readable by its owner only.

    Raises OSError when the folder can't be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / FILE
    draft = folder / f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}"
    if not file.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
        try:
            # A link appears whole or not at all, and never replaces a key that another process made
            # meanwhile.
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text().strip()
