"""The samples in Go, built once for all tests with the modules that their page names."""

import os
import subprocess
from pathlib import Path

from tests.docs.relying_parties.pages import page
from tests.docs.relying_parties.running import saved
from tests.support import required


def build(folder: Path) -> None:
    """Save and build the samples of the pages in a folder; without Go or its modules, see `required`."""
    go = required.program("go", "the samples in Go")
    pages = (page("go"), page("go-api"))
    saved(folder, *pages)
    _run(go, folder, "mod", "init", "sample")
    for _, *arguments in (command for each in pages for command in each.commands("go get", 0)):
        fetched = _run(go, folder, *arguments, check=False)
        if fetched.returncode:
            required.missing(f"the samples in Go: their modules can't be fetched: {fetched.stderr}")
    for name in (name for each in pages for name in each.files):
        _run(go, folder, "build", name)


def _run(go: str, folder: Path, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    # The Go that is there builds, instead of one that it would fetch.
    variables = os.environ | {"GOTOOLCHAIN": "local", "GOFLAGS": ""}
    done = subprocess.run(
        [go, *arguments], cwd=folder, env=variables, capture_output=True, text=True, timeout=280, check=False
    )
    assert not check or not done.returncode, done.stdout + done.stderr
    return done
