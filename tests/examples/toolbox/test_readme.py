"""What the README says to type works as it stands there."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.examples.toolbox.products import Product
from tests.interop.people import newcomer
from tests.support import required
from tests.support.patience import attempts
from tests.support.server import ROOT, Server, free_port

README = (ROOT / "examples" / "toolbox" / "README.md").read_text()
SERVER, TOOLBOX = re.findall(r"```sh\n(.*?)```", README.partition("## Running it")[2], re.DOTALL)
INSTALL = "make .venv/examples\n"


def test_what_it_needs_is_installed_before_it_is_started() -> None:
    assert re.search(r"^\.venv/examples:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert SERVER.startswith(INSTALL)
    assert [
        line for line in (SERVER + TOOLBOX).splitlines() if re.match(r"(authserver|python)\b", line)
    ] == []


def test_its_commands_make_a_product_that_signs_people_in_and_hears_when_they_sign_out(
    tmp_path: Path,
) -> None:
    port, own = free_port(), free_port()
    with _running(SERVER.removeprefix(INSTALL), tmp_path, port, own):
        _wait(f"http://localhost:{port}/ready")
        with _running(TOOLBOX, tmp_path, port, own):
            _wait(f"http://127.0.0.1:{own}/")
            person = newcomer(Server(tmp_path, port))
            visitor = Product(f"http://127.0.0.1:{own}", tmp_path / "toolbox.log").opened_by(person)
            assert visitor.signed_in
            assert visitor.open("/api-clients/").shows("create-api-client")
            person.browser.go("/logout")
            assert any(not visitor.signed_in for _ in attempts())


@contextlib.contextmanager
def _running(commands: str, folder: Path, port: int, own: int) -> Iterator[None]:
    """Type commands into a shell, elsewhere than the README does, and stop what they started."""
    here = {
        ".venv/bin/authserver": f"{sys.executable} -m authserver",
        ".venv/bin/python": sys.executable,
        "=var": f"={folder}",
        "8000": str(port),
        "8001": str(own),
    }
    script = re.sub("|".join(map(re.escape, here)), lambda found: here[found[0]], commands)
    shell = required.program("sh", "commands of documents")
    with (folder / "commands.log").open("a") as log:
        process = subprocess.Popen(
            [shell, "-ec", script], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
            assert any(_is_gone(process.pid) for _ in attempts())


def _is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def _wait(address: str) -> None:
    for _ in attempts():
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(address, timeout=10).ok:
                return
    raise AssertionError(f"{address} does not answer")
