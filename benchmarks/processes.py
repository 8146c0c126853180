"""Server processes: started on their core, waited for, weighed, and stopped by their id."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.options import ROOT

START_SECONDS = 30.0
STOP_SECONDS = 15.0
TOKEN = "/connect/token"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class MeasurementError(Exception):
    """Something could not be measured; the text says what and why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on a port of the loopback address."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def worker(self) -> int:
        """The process id that answers: the child with the most memory, or the process itself."""
        return max(_children(self.process.pid), key=_resident, default=self.process.pid)

    @property
    def resident_mib(self) -> float | None:
        """Resident memory of the worker; None where the system does not tell."""
        return round(_resident(self.worker) / 1024, 1) or None

    @property
    def family_cpu_seconds(self) -> float | None:
        """Processor time of the process and its children so far."""
        used = [_cpu(pid) for pid in (self.process.pid, *_children(self.process.pid))]
        present = [seconds for seconds in used if seconds is not None]
        return sum(present) if present else None

    @property
    def cpu_seconds(self) -> float | None:
        """Processor time the worker has used so far; None where the system does not tell."""
        return _cpu(self.worker)

    def token(self, body: str, authorization: str | None = None) -> str | None:
        """Ask for a token; return it, or None for any other answer and for none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            headers = FORM | ({"Authorization": authorization} if authorization else {})
            connection.request("POST", TOKEN, body, headers)
            answer = connection.getresponse()
            document = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()
        return str(document["access_token"]) if answer.status == 200 else None

    def get(self, path: str) -> str:
        """Return a document. Raises MeasurementError when there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            said = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise MeasurementError(f"{self.name} does not answer at {path}: {error}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise MeasurementError(f"{self.name} answers {answer.status} at {path}")
        return said


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def started(
    name: str, command: Sequence[str], port: int, log: Path, environment: Mapping[str, str]
) -> Iterator[Server]:
    """Start a server on its core and stop it, with all that it started, when the block ends."""
    with log.open("ab") as out, machine.server_core():
        # A session of its own: Ctrl-C reaches this program alone, which then stops the others in order.
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield Server(name, port, process)
    finally:
        _stop(process)


def wait_for_token(server: Server, body: str, log: Path, pause: float = 0.05) -> str:
    """Return the first token a server gives. Raises MeasurementError with the end of its log."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        token = server.token(body)
        if token:
            return token
        time.sleep(pause)
    raise MeasurementError(f"{server.name} gives no token: {log.read_text(errors='replace')[-1500:]}")


def wait_for_answer(server: Server, path: str, log: Path) -> str:
    """Return a document of a server as soon as it gives it. Raises MeasurementError with its log's end."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        with contextlib.suppress(MeasurementError):
            return server.get(path)
        time.sleep(0.05)
    raise MeasurementError(f"{server.name} does not answer: {log.read_text(errors='replace')[-1500:]}")


def run_program(name: str, seconds: float, *arguments: str) -> dict[str, float]:
    """Run one of `benchmarks.programs` on the core of the server and return what it measured."""
    command = [sys.executable, "-m", f"benchmarks.programs.{name}", str(seconds), *arguments]
    with machine.server_core():
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        said, _ = process.communicate(timeout=seconds + 60)
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        raise MeasurementError(f"{name} failed")
    return {str(name): float(value) for name, value in json.loads(said).items()}


def algorithm(token: str) -> str:
    """Return the algorithm a JWT is signed with, so that nobody compares apples with pears."""
    header = token.partition(".")[0]
    return str(json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["alg"])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    # Only what this process started is in its group; normally nobody is left.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in listing.read_text().split()]
    return found


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def _cpu(pid: int) -> float | None:
    with contextlib.suppress(OSError):
        # proc(5): the name may hold spaces; behind it, utime and stime are the 12th and 13th field.
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
    return None
