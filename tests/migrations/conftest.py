"""Processes that migrate, forked from one that has loaded everything."""

import subprocess
import sys
from pathlib import Path

from tests.support.application import app, migrated, schema_url, shared_database
from tests.support.server import MASTER_KEY, ROOT

__all__ = ["app", "migrated", "schema_url", "shared_database"]

BEGIN = f"""
import os, signal, sys, time
from pathlib import Path
from sqlalchemy import event
from authserver import migrating
from authserver.app.factory import create_app
from authserver.config import Settings
from authserver.extensions import db

def engine():
    settings = Settings(database_url=sys.argv[1], data_dir=Path(sys.argv[2]), master_key="{MASTER_KEY}")
    app = create_app(settings)
    app.app_context().push()
    return db.engine
"""


def run(script: str, database_url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script that begins like the above."""
    return subprocess.run(
        [sys.executable, "-c", BEGIN + script, database_url, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
