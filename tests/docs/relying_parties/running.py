"""Samples as processes of their own, on loopback."""

import contextlib
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.docs.relying_parties.pages import KitPage
from tests.interop.applications import ApplicationCredentials
from tests.support.patience import attempts
from tests.support.server import Server, free_port


@dataclass(frozen=True)
class Sample:
    """A page of the kit whose files are saved, and where its program listens."""

    page: KitPage
    folder: Path
    port: int

    @property
    def origin(self) -> str:
        """Where people find it: by the number, because the server's cookies belong to `localhost`."""
        return f"http://127.0.0.1:{self.port}"


def saved(folder: Path, page: KitPage, *more: KitPage) -> Sample:
    """Save the files of a page, and of those it builds on, into an empty folder."""
    for each in (page, *more):
        each.save(folder)
    return Sample(page, folder, free_port())


def variables(server: Server, sample: Sample, application: ApplicationCredentials) -> dict[str, str]:
    """Return the variables that the index of the kit names."""
    return {
        "ISSUER": server.issuer,
        "ORIGIN": sample.origin,
        "CLIENT_ID": application.client_id,
        "CLIENT_SECRET": application.client_secret or "",
        "SESSION_KEY": "of this test, and as long as it has to be",
    }


@contextlib.contextmanager
def running(sample: Sample, command: list[str], **environment: str) -> Iterator[Sample]:
    """Run a command in the folder of a sample until the block ends; it is there when it answers."""
    # Programs of the environment that runs the tests come first.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    log = sample.folder / f"{sample.port}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=sample.folder,
            env=os.environ | {"PATH": path} | environment,
            stdout=output,
            stderr=output,
            # A group of its own: what a program starts ends with it.
            start_new_session=True,
        )
        try:
            _wait(sample, process, log)
            yield sample
        finally:
            _stop(process)


def _wait(sample: Sample, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in attempts():
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(sample.origin, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            continue
        else:
            return
    raise AssertionError(f"it does not answer: {log.read_text()}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 15)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait(10)
