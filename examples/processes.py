"""Processes that start together and stop together, however it ends: Ctrl-C, a closed terminal, or a crash."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 30
"""Seconds until a process answers, and until it has stopped."""

ROOT = Path(__file__).resolve().parent.parent
DONE = "done"
"""What a guard is told when there is nothing left to stop."""


_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""No proxy knows what listens on this machine."""


class FailedError(Exception):
    """Something did not start, or ended by itself; says what, and where it tells why."""


class EnoughError(Exception):
    """Somebody wants the end while something is still being made ready."""


@dataclass(frozen=True, slots=True)
class Program:
    """One process that is to run."""

    name: str
    arguments: list[str]
    """After `python -m`."""
    environment: dict[str, str]
    address: str
    """Where it answers."""


@dataclass(frozen=True, slots=True)
class Running:
    """One that was started."""

    program: Program
    process: subprocess.Popen[bytes]
    log: Path


def wish_to_end() -> threading.Event:
    """Return what is set at Ctrl-C, at SIGTERM, and when the terminal is closed."""
    enough = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # nohup(1) ignores SIGHUP for us, and means it.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda _number, _frame: enough.set())
    return enough


def is_free(port: int) -> bool:
    """Return whether nobody listens on a port of the loopback addresses; a browser may take either."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as taker:
                # Not kept away by connections that ended a minute ago.
                taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                taker.bind((host, port))
        except OSError as fault:
            # Where there is no IPv6, nobody listens there either.
            if fault.errno == errno.EADDRINUSE:
                return False
    return True


@contextlib.contextmanager
def running(programs: list[Program], folder: Path) -> Iterator[list[Running]]:
    """Start everything, and stop it at the end of the block, or when this process dies. Logs to a folder."""
    started: list[Running] = []
    with _guard(folder) as guard:
        try:
            for program in programs:
                started.append(_start(program, folder / f"{program.name}.log"))
                _tell(guard, str(started[-1].process.pid))
            yield started
        finally:
            stop([each.process for each in started])
            _tell(guard, DONE)


def _start(program: Program, log: Path) -> Running:
    with log.open("wb") as file:
        # In a session of its own: Ctrl-C reaches this process alone, which stops the rest.
        process = subprocess.Popen(
            [sys.executable, "-m", *program.arguments], env=program.environment, cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    return Running(program, process, log)


def stop(started: list[subprocess.Popen[bytes]]) -> None:
    """Stop processes and what they started: asked first, then made to."""
    for process in started:
        process.terminate()
    for process in started:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(started: list[Running], enough: threading.Event) -> None:
    """Return when everything answers. Raises FailedError, EnoughError."""
    until = time.monotonic() + PATIENCE
    for each in started:
        while not _answers(each.program.address):
            watch(started)
            if time.monotonic() > until:
                raise FailedError(f"{each.program.name} does not answer; see {each.log}")
            if enough.wait(0.1):
                raise EnoughError


def _answers(address: str) -> bool:
    """Return whether there is a good answer at an address."""
    try:
        with _DIRECTLY.open(address, timeout=2) as answer:
            return bool(answer.status < 400)  # noqa: PLR2004 - HTTP
    except OSError:
        return False


def watch(started: list[Running]) -> None:
    """Raise FailedError when something ended by itself."""
    for each in started:
        if each.process.poll() is not None:
            raise FailedError(f"{each.program.name} ended; {each.log} says why")


def command(environment: Mapping[str, str], *arguments: str) -> str:
    """Run `python -m` to its end and return what it printed. Raises FailedError."""
    # Also in a session of its own: half a migration is worth nothing, so Ctrl-C waits for its end.
    done = subprocess.run(
        [sys.executable, "-m", *arguments], env=environment, cwd=ROOT, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, start_new_session=True,
    )  # fmt: skip
    if done.returncode:
        raise FailedError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def _guard(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a process that outlives this one, and stops what it was told of if this one is killed.

    The folder only tells people who look at a list of processes whose guard it is.
    """
    guard = subprocess.Popen(
        [sys.executable, "-m", "examples.processes", str(folder)], cwd=ROOT, text=True,
        start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    # Its input ends with this process, whatever that dies of.
    with guard:
        yield guard


def _tell(guard: subprocess.Popen[str], line: str) -> None:
    if guard.stdin:
        with contextlib.suppress(OSError):
            print(line, file=guard.stdin, flush=True)


def guard() -> None:
    """Stop what the lines on standard input name, unless the last one says that it is done."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    lines = sys.stdin.read().split()
    if DONE in lines:
        return
    for number, patience in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, 0)):
        for line in lines:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(line), number)
        _wait_until_gone([int(line) for line in lines], patience)


def _wait_until_gone(groups: list[int], patience: float) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until and any(_is_there(group) for group in groups):
        time.sleep(0.1)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    guard()
