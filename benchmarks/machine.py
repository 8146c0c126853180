"""The machine: its cores and who is pinned to which, what is installed, and facts that name nobody."""

import contextlib
import os
import platform
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path


def _allowed() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


_CORES = _allowed()
"""Cores this run may use, from before anything was pinned; empty where a system knows no affinity."""


def pin_generator() -> None:
    """Keep this process, and with it every load generator, away from the core of the server."""
    if _CORES:
        os.sched_setaffinity(0, {_CORES[-1]})


@contextlib.contextmanager
def server_core() -> Iterator[None]:
    """Pin what is started inside the block to the core of the server; children inherit it at birth."""
    if not _CORES:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {_CORES[0]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def core_idle_seconds() -> float | None:
    """Return how long the server's core has had nothing to do since the system began; None where unknown."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/stat").read_text().splitlines():
            fields = line.split()
            if _CORES and fields[0] == f"cpu{_CORES[0]}":
                # proc(5): idle and iowait.
                return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")
    return None


def shortcomings() -> list[str]:
    """Return what makes figures of this machine hard to compare, one line each."""
    if not _CORES:
        return ["This system pins no process to a core: server and generator disturb each other."]
    if len(_CORES) == 1:
        return ["There is one core only: server and generator share it, and ratios say little."]
    return []


def missing_generator() -> str | None:
    """Return what to install when there is no load generator."""
    if shutil.which("wrk"):
        return None
    return "wrk is missing (on Debian: apt install wrk): only raw signing and the cold start are measured."


def missing_node() -> str | None:
    """Return what to install when the peer can't run."""
    missing = [program for program in ("node", "npm") if not shutil.which(program)]
    if not missing:
        return None
    return f"{' and '.join(missing)} missing (install Node.js 22 or newer): measuring without the peer."


def facts() -> dict[str, object]:
    """Return what readers of figures need to know of a machine, and nothing that names it."""
    return {
        "cores": os.cpu_count(),
        "cores_allowed": len(_CORES) or None,
        "pinned": len(_CORES) > 1,
        "load_before": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
        "node": _version("node"),
    }


def _version(program: str) -> str | None:
    if not shutil.which(program):
        return None
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.strip() or None
