"""`make demo`: everything starts, answers and stops together."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.interop.people import Person, newcomer
from tests.support.server import ROOT, Server, free_port


def _four_ports() -> int:
    """Return the first of four ports in a row that nobody listens on."""
    for _ in range(100):
        first = free_port()
        with contextlib.suppress(OSError), contextlib.ExitStack() as held:
            for port in range(first, first + 4):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
    raise AssertionError("there are no four free ports in a row")


@contextlib.contextmanager
def demo(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run the demo in a process group of its own, as a shell does."""
    command = [sys.executable, "-m", "examples.demo", "--port", str(port), "--folder", str(folder)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"AUTHSERVER_ISSUER": "https://elsewhere.example.com"}, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def _told(process: subprocess.Popen[str]) -> str:
    """Return what it prints until everything runs."""
    lines: list[str] = []
    assert process.stdout
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=10).ok
    except requests.ConnectionError:
        return False


def test_the_demo_prints_three_addresses_that_answer_and_ctrl_c_stops_all(tmp_path: Path) -> None:
    port = _four_ports()
    with demo(tmp_path, port) as process:
        told = _told(process)
        addresses = re.findall(r"^  (?:Identity server|Toolbox|WebAPI) +(http\S+)$", told, re.MULTILINE)
        assert len(addresses) == 3
        assert [address for address in addresses if not _answers(f"{address}/")] == []
        # What the page says is to be clicked: an account, and with it into both products.
        person = newcomer(Server(tmp_path, port))
        assert _gets_in(person, f"http://127.0.0.1:{port + 1}")
        assert _gets_in(person, f"http://127.0.0.1:{port + 3}")
        assert [file.name for file in _secret(tmp_path) if file.stat().st_mode & 0o077] == []
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
    assert [number for number in range(port, port + 4) if _answers(f"http://127.0.0.1:{number}/")] == []


def _secret(folder: Path) -> list[Path]:
    """Return what holds secrets, tokens, or what belongs to somebody."""
    files = [folder / name for name in ("demo.json", "toolbox.db", "analytics.db", "trade-platforms.db")]
    assert all(file.exists() for file in files)
    return files


def _gets_in(person: Person, product: str) -> bool:
    callback = person.goes(f"{product}/sign-in", f"{product}/callback")
    person.browser.open(callback)
    return person.browser.open(f"{product}/trade-platforms/").status == 200


def test_a_demo_that_can_not_start_says_what_and_leaves_nothing_running(tmp_path: Path) -> None:
    port = _four_ports()
    with socket.create_server(("127.0.0.1", port + 1)), demo(tmp_path, port) as process:
        assert process.wait(90) == 1
        assert process.stdout
        assert "toolbox ended" in process.stdout.read()
    assert not _answers(f"http://127.0.0.1:{port}/")
