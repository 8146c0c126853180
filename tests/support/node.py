"""Node and the pinned npm packages of the interoperability tests, installed once under `build/`."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import required
from tests.support.server import ROOT

SCRIPTS = ROOT / "tests" / "interop" / "node"
CACHE = ROOT / "build" / "interop-node"
_MANIFEST = ("package.json", "package-lock.json")


@dataclass(frozen=True)
class Node:
    """A folder with the scripts and what they import."""

    program: str
    folder: Path

    def run(self, script: str, **variables: str) -> Any:
        """Run a script and return the one JSON line that it prints.

        Variables go through the environment, because others can read the arguments of a process.
        """
        done = subprocess.run(
            [self.program, script],
            cwd=self.folder,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"
        assert done.stderr == "", f"{script}: {done.stderr}"
        return json.loads(done.stdout)


def installed(folder: Path) -> Node:
    """Put the scripts into an empty folder, beside the packages. Skips the test without node or npm."""
    node = required.program("node", "JavaScript clients")
    packages = _packages(required.program("npm", "JavaScript clients"))
    for script in SCRIPTS.glob("*.mjs"):
        shutil.copy(script, folder)
    # Modules are looked up beside the script that imports them.
    (folder / "node_modules").symlink_to(packages / "node_modules")
    return Node(node, folder)


def package_file(path: str) -> Path:
    """Return a file of the installed packages. Skips the test without npm."""
    return _packages(required.program("npm", "JavaScript packages")) / "node_modules" / path


def _packages(npm: str) -> Path:
    lock = hashlib.sha256(b"".join((SCRIPTS / name).read_bytes() for name in _MANIFEST)).hexdigest()
    ready = CACHE / lock[:16]
    if ready.exists():
        return ready
    # Installed elsewhere and renamed, so that what has the final name is always whole.
    CACHE.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=CACHE))
    try:
        for name in _MANIFEST:
            shutil.copy(SCRIPTS / name, unfinished)
        _install(npm, unfinished)
        # Another run may have been faster.
        with contextlib.suppress(OSError):
            unfinished.rename(ready)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return ready


def _install(npm: str, folder: Path) -> None:
    options = ("--omit-lockfile-registry-resolved", "--no-audit", "--no-fund", "--ignore-scripts")
    done = subprocess.run(
        [npm, "ci", *options], cwd=folder, capture_output=True, text=True, timeout=240, check=False
    )
    if done.returncode:
        code = next((line for line in done.stderr.splitlines() if "error code" in line), "npm ci failed")
        required.missing(f"JavaScript clients: {code}")
