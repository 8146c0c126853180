"""Driving a server with wrk, and what came of it."""

import json
import os
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.options import CONNECTIONS, HERE
from benchmarks.processes import TOKEN, MeasurementError, Server


@dataclass(frozen=True, slots=True)
class Load:
    """What one burst of requests came to. Raw signing has no latency."""

    requests: int
    seconds: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    errors: int = 0
    cpu_seconds: float | None = None
    idle_seconds: float | None = None

    @property
    def per_second(self) -> float:
        """Answers a second, the good ones only."""
        return (self.requests - self.errors) / self.seconds

    @property
    def busy(self) -> float | None:
        """The share of its core that the server used: less than all when others had it, or nobody asked."""
        return None if self.cpu_seconds is None else self.cpu_seconds / self.seconds

    @property
    def idle(self) -> float | None:
        """The share of the time in which nobody used the server's core."""
        return None if self.idle_seconds is None else self.idle_seconds / self.seconds

    @property
    def per_cpu_second(self) -> float | None:
        """Good answers for each second of processor time, which a busy machine disturbs less."""
        return (self.requests - self.errors) / self.cpu_seconds if self.cpu_seconds else None

    def document(self) -> dict[str, object]:
        """Return all of it for build/bench.json."""
        return asdict(self) | {"per_second": round(self.per_second, 1)}


def post(server: Server, body: str, seconds: float) -> Load:
    """Ask for tokens with one body."""
    return _drive(server, TOKEN, "post.lua", seconds, {"TBODY": body})


def post_many(server: Server, bodies: Path, seconds: float) -> Load:
    """Ask for tokens with the bodies of a file, one a line, in turn."""
    return _drive(server, TOKEN, "many.lua", seconds, {"TBODIES": str(bodies)})


def post_each(server: Server, path: str, bodies: Path, authorization: str, seconds: float) -> Load:
    """Post the bodies of a file, each once. Raises MeasurementError when they don't last."""
    done = _drive(server, path, "once.lua", seconds, {"TBODIES": str(bodies), "TAUTH": authorization})
    # The generator stops a little before the last one; the time it reports would then be wrong.
    if done.requests + 8 * CONNECTIONS >= sum(1 for _ in bodies.open()):
        raise MeasurementError(f"{server.name} took all that was prepared before the time was over")
    return done


def post_in_turn(server: Server, path: str, bodies: Path, authorization: str, seconds: float) -> Load:
    """Post the bodies of a file in turn."""
    return _drive(server, path, "many.lua", seconds, {"TBODIES": str(bodies), "TAUTH": authorization})


def get_in_turn(server: Server, path: str, tokens: Path, seconds: float) -> Load:
    """Fetch a document with the access tokens of a file in turn."""
    return _drive(server, path, "bearer.lua", seconds, {"TBODIES": str(tokens)})


def get(server: Server, path: str, seconds: float) -> Load:
    """Fetch a document."""
    return _drive(server, path, "get.lua", seconds, {})


def _drive(server: Server, path: str, script: str, seconds: float, variables: dict[str, str]) -> Load:
    # wrk takes whole seconds.
    duration = max(1, round(seconds))
    command = [
        "wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{duration}s",
        "--script", str(HERE / script), f"http://127.0.0.1:{server.port}{path}",
    ]  # fmt: skip
    environment = os.environ | variables | {"POST_LUA": str(HERE / "post.lua")}
    before, idle_before = server.cpu_seconds, machine.core_idle_seconds()
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=duration + 30, check=False
    )
    after, idle_after = server.cpu_seconds, machine.core_idle_seconds()
    line = next((line for line in done.stdout.splitlines() if line.startswith("JSON ")), None)
    if line is None:
        raise MeasurementError(f"wrk reported nothing of {server.name}: {done.stdout}{done.stderr}")
    said = json.loads(line.removeprefix("JSON "))
    return Load(
        requests=said["req"],
        seconds=said["dur_us"] / 1e6,
        p50_ms=said["p50"] / 1000 if said["req"] else None,
        p99_ms=said["p99"] / 1000 if said["req"] else None,
        errors=said["non2xx"] + said["sockerr"],
        cpu_seconds=difference(before, after),
        idle_seconds=difference(idle_before, idle_after),
    )


def difference(before: float | None, after: float | None) -> float | None:
    """Return how much a figure grew, None where it is not known."""
    return None if before is None or after is None else round(after - before, 3)
