"""`make demo`: everything starts, answers and stops together."""

import contextlib
import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from examples.demo import remember, remembered
from tests.examples.toolbox.products import Product, Visitor
from tests.interop.people import Person, newcomer
from tests.support import required
from tests.support.browser import Browser, OverHttp
from tests.support.patience import attempts
from tests.support.server import ROOT, Server, free_port

LEAN = ("--without", "webapi", "--without", "analytics")


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
def demo(folder: Path, port: int, *options: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Run the demo in a process group of its own, as a shell does."""
    command = [sys.executable, "-m", "examples.demo", "--port", str(port), "--folder", str(folder), *options]
    elsewhere = {"AUTHSERVER_ISSUER": "https://elsewhere.example.com", "COOKIE_KEY": "of somebody else"}
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | elsewhere | variables, start_new_session=True,
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


def _left(folder: Path) -> list[str]:
    """Return what still runs for the demo of a folder; each process of it was told the folder."""
    mark = str(folder).encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if mark in command + (process / "environ").read_bytes():
                found.append(command.decode().replace("\0", " "))
    return found


def _ends(folder: Path) -> bool:
    """Return whether everything of the demo of a folder is gone soon."""
    return any(not _left(folder) for _ in attempts())


def test_the_demo_prints_three_addresses_that_answer_and_ctrl_c_stops_all(tmp_path: Path) -> None:
    port = _four_ports()
    with demo(tmp_path, port) as process:
        told = _told(process)
        addresses = re.findall(r"^  (?:Identity server|Toolbox|WebAPI) +(http\S+)$", told, re.MULTILINE)
        assert len(addresses) == 3
        # Also each address that is to be clicked.
        addresses += re.findall(r"^ +\d\. (http\S+)$", told, re.MULTILINE)
        assert len(addresses) == 7
        assert [address for address in addresses if not _answers(address)] == []
        # What the page says is to be clicked: an account, and with it into both products.
        person = newcomer(Server(tmp_path, port))
        assert _gets_in(person, f"http://127.0.0.1:{port + 1}")
        assert [each["name"] for each in _asks_webapi(person, f"http://127.0.0.1:{port + 1}")] == ["Live"]
        assert _gets_in(person, f"http://127.0.0.1:{port + 3}")
        assert not _takes_the_cookie_of_toolbox(person, port)
        assert [file.name for file in _secret(tmp_path) if file.stat().st_mode & 0o077] == []
        keys = {(tmp_path / f"{name}.key").read_text() for name in ("toolbox", "analytics")}
        assert len(keys) == 2
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
        assert _left(tmp_path) == []


def _secret(folder: Path) -> list[Path]:
    """Return what holds secrets, tokens, or what belongs to somebody."""
    names = ("demo.json", "toolbox.db", "toolbox.key", "analytics.db", "analytics.key", "trade-platforms.db")
    files = [folder / name for name in names]
    assert all(file.exists() for file in files)
    return files


def _gets_in(person: Person, product: str) -> bool:
    callback = person.goes(f"{product}/sign-in", f"{product}/callback")
    person.browser.open(callback)
    return person.browser.open(f"{product}/trade-platforms/").status == 200


def _asks_webapi(person: Person, product: str) -> Any:
    """Do what step 3 says, leave the ticks of the form as they are, and run the two commands of the page."""
    at_work = Visitor(Product(product, Path(os.devnull)), person.browser)
    assert at_work.send("/trade-platforms/", name="Live", type="MT4").status == 303
    form = at_work.open("/api-clients/").text
    ticked = re.findall(r'type="checkbox"[^>]* name="([^"]+)" value="([^"]+)" checked', form)
    made = at_work.send("/api-clients/", name="First", **dict(ticked)).text
    commands = [html.unescape(each) for each in re.findall(r"<pre>(.*?)</pre>", made, re.DOTALL)]
    assert len(commands) == 2
    shell = required.program("sh", "commands that the demo shows")
    required.program("curl", "commands that the demo shows")
    done = subprocess.run(
        [shell, "-e"], input="\n".join(commands), capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


def _takes_the_cookie_of_toolbox(person: Person, port: int) -> bool:
    """Return whether Analytics lets somebody sign out with what Toolbox signed."""
    page = person.browser.open(f"http://127.0.0.1:{port + 1}/trade-platforms/")
    product = f"http://127.0.0.1:{port + 3}"
    thief = Browser(OverHttp(product))
    thief.line.set_cookie("analytics", person.browser.line.cookie("toolbox"))
    return thief.post(f"{product}/sign-out", csrf_token=page.hidden["csrf_token"]).status != 400


def test_a_proxy_for_what_lies_outside_is_not_asked_for_what_lies_here(tmp_path: Path) -> None:
    port, nobody = _four_ports(), "http://127.0.0.1:1"
    with demo(tmp_path, port, *LEAN, http_proxy=nobody, HTTP_PROXY=nobody, no_proxy="example.com") as process:
        _told(process)
        page = requests.get(f"http://127.0.0.1:{port + 1}/sign-in", allow_redirects=False, timeout=10)
    assert page.headers.get("Location", "").startswith(f"http://localhost:{port}/")


@pytest.mark.parametrize("text", ["", "{", "[1]"])
def test_a_broken_file_of_secrets_is_named_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "demo.json").write_text(text)
    with demo(tmp_path, _four_ports(), *LEAN) as process:
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert (
        told
        == f"The demo stopped: {tmp_path / 'demo.json'} is broken; delete it, and the demo makes another\n"
    )


def test_secrets_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "demo.json"
    remember(file, {"WEBAPI_SECRET": "first"})
    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_text", _half)
        with pytest.raises(OSError, match="full"):
            remember(file, {"WEBAPI_SECRET": "second"})
    assert remembered(file)["WEBAPI_SECRET"] == "first"
    remember(file, {"WEBAPI_SECRET": "third"})
    assert remembered(file)["WEBAPI_SECRET"] == "third"


def _half(file: Path, text: str) -> None:
    file.write_bytes(text[: len(text) // 2].encode())
    raise OSError("the disk is full")


def test_a_closed_terminal_stops_all(tmp_path: Path) -> None:
    with demo(tmp_path, _four_ports(), *LEAN) as process:
        _told(process)
        os.killpg(process.pid, signal.SIGHUP)
        assert process.wait(60) == 0
        assert _left(tmp_path) == []


def test_a_demo_that_is_killed_leaves_nothing_running(tmp_path: Path) -> None:
    with demo(tmp_path, _four_ports()) as process:
        _told(process)
        assert len(_left(tmp_path)) > 4
        os.killpg(process.pid, signal.SIGKILL)
        assert _ends(tmp_path)


@pytest.mark.parametrize("first", ["authserver.db", "server.log"])
def test_ctrl_c_stops_all_while_nothing_answers_yet(tmp_path: Path, first: str) -> None:
    with demo(tmp_path, _four_ports(), *LEAN) as process:
        while not (tmp_path / first).exists():
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        told, _ = process.communicate(timeout=60)
    # Not a word of what could be clicked, and none of a fault.
    assert (process.returncode, told) == (0, "")
    assert _left(tmp_path) == []


@pytest.mark.parametrize(("name", "number"), [("server", 0), ("toolbox", 1), ("webapi", 2), ("analytics", 3)])
def test_a_demo_whose_port_is_taken_says_in_one_line_which_and_how_to_choose(
    tmp_path: Path, name: str, number: int
) -> None:
    port = _four_ports()
    with socket.create_server(("127.0.0.1", port + number)), demo(tmp_path, port) as process:
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.count("\n") == 1
    assert f"port {port + number}, for {name}, is taken" in told
    assert "make demo PORT=" in told
    assert _left(tmp_path) == []


def test_a_demo_of_which_a_part_ends_says_which_and_leaves_nothing_running(tmp_path: Path) -> None:
    (tmp_path / "toolbox.db").mkdir()
    with demo(tmp_path, _four_ports(), *LEAN) as process:
        told, _ = process.communicate(timeout=90)
    assert process.returncode == 1
    assert told.count("\n") == 1
    assert f"toolbox ended; {tmp_path / 'toolbox.log'} says why" in told
    assert _left(tmp_path) == []
