"""Tokens, discovery and keys a second: ours, the peer's, a bare Flask view's, and raw signing."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

from benchmarks import flask_server, load, machine, ours, peer_server
from benchmarks.load import Load
from benchmarks.options import PEER_WARM_UP, WARM_UP, Options
from benchmarks.ours import Installation
from benchmarks.processes import MeasurementError, Server, algorithm, run_program
from benchmarks.report import disturbed, rows, token_table
from benchmarks.rounds import Results, Target, interleaved, tell
from benchmarks.section import Document, Section, is_disturbed, p99, per_cpu, rate, ratio, summary

TOKEN, DISCOVERY, KEYS = "token ES256", "discovery", "JWKS"
RAW = "raw signing"

# What is divided by what, of which figure.
RATIOS = {
    "token/peer": (TOKEN, peer_server.NAME, rate),
    "token/raw": (TOKEN, RAW, rate),
    "token/bare Flask": (TOKEN, flask_server.NAME, rate),
    "token p99/peer": (TOKEN, peer_server.NAME, p99),
    "discovery/peer": (DISCOVERY, peer_server.NAME, rate),
    "jwks/peer": (KEYS, peer_server.NAME, rate),
}

# In words, which ratio, what it should be, how it is shown.
EXPECTED: tuple[tuple[str, str, Callable[[float], bool], str], ...] = (
    ("token: 3 times the peer (aim: 4)", "token/peer", lambda x: x >= 3, "{:.2f}"),
    ("token: 35 % of raw signing", "token/raw", lambda x: x >= 0.35, "{:.0%}"),
    ("token: p99 under a third of the peer's", "token p99/peer", lambda x: x < 1 / 3, "{:.2f}"),
    ("discovery: 5 times the peer", "discovery/peer", lambda x: x >= 5, "{:.2f}"),
    ("JWKS: 3.5 times the peer", "jwks/peer", lambda x: x >= 3.5, "{:.2f}"),
)


def measure(folder: Path, options: Options) -> Section:
    """Measure everything that can be measured here; servers that are not measured stand idle."""
    section = Section("token", "Machine tokens and public documents")
    with contextlib.ExitStack() as stack:
        servers = _servers(stack, folder) if machine.missing_generator() is None else {}
        targets = [target for name in servers for target in _targets(name, *servers[name])]
        results = interleaved([*targets, Target(TOKEN, RAW, raw)], options)
        memory = {name: server.resident_mib for name, (server, _) in servers.items()}
    ratios, of_cpu = _ratios(results), _ratios(results, of_cpu=True)
    found: list[Document] = [{"what": t.what, "who": t.who} | summary(loads) for t, loads in results.items()]
    notes = [*peer_server.notes(folder), *disturbed(found)]
    section.document = {
        "results": found,
        "ratios": ratios,
        "ratios_per_cpu_second": of_cpu,
        "resident_mib": memory,
        "notes": notes,
    }
    section.lines = [*token_table(rows(section.document)), "", *_ratio_lines(ratios, of_cpu), *notes]
    _expect(section, found, memory.get(ours.NAME))
    return section


def raw(seconds: float) -> Load:
    """Make tokens in a process of its own, on the core of the server."""
    made = run_program("raw_signing", seconds)
    return Load(requests=int(made["tokens"]), seconds=made["seconds"], cpu_seconds=made["cpu_seconds"])


def _servers(stack: contextlib.ExitStack, folder: Path) -> dict[str, tuple[Server, Installation]]:
    installation = ours.install(folder / "token")
    server = stack.enter_context(installation.serving())
    flask = stack.enter_context(flask_server.serving(server, installation, folder))
    found = {ours.NAME: server, flask_server.NAME: flask}
    peer = _peer(stack, installation, folder)
    if peer:
        found[peer_server.NAME] = peer
    _same_kind(found, installation)
    return {name: (server, installation) for name, server in found.items()}


def _peer(stack: contextlib.ExitStack, installation: Installation, folder: Path) -> Server | None:
    missing = machine.missing_node()
    if missing:
        tell(missing)
        return None
    try:
        peer_server.install()
        return stack.enter_context(peer_server.serving(installation, folder))
    except MeasurementError as failure:
        tell(str(failure))
        return None


def _same_kind(found: dict[str, Server], installation: Installation) -> None:
    for name in (ours.NAME, peer_server.NAME):
        if name not in found:
            continue
        token = found[name].token(installation.body())
        if token is None or algorithm(token) != "ES256":
            raise MeasurementError(f"{name} gives no ES256 token")


def _targets(name: str, server: Server, installation: Installation) -> list[Target]:
    warm_up = PEER_WARM_UP if name == peer_server.NAME else WARM_UP

    def token(algorithm: str) -> Target:
        body = installation.body(algorithm)
        return Target(f"token {algorithm}", name, lambda seconds: load.post(server, body, seconds), warm_up)

    def document(what: str, path: str) -> Target:
        return Target(what, name, lambda seconds: load.get(server, path, seconds), warm_up)

    if name == ours.NAME:
        documents = [document(DISCOVERY, ours.DISCOVERY), document(KEYS, ours.JWKS)]
        return [*(token(algorithm) for algorithm in ours.SCOPES), *documents]
    if name == peer_server.NAME:
        return [
            token("ES256"),
            document(DISCOVERY, peer_server.DISCOVERY),
            document(KEYS, peer_server.JWKS),
        ]
    return [token("ES256")]


def _ratios(results: Results, *, of_cpu: bool = False) -> dict[str, float]:
    by_name = {(target.what, target.who): loads for target, loads in results.items()}
    found: dict[str, float] = {}
    for name, (what, other, figure) in RATIOS.items():
        mine, theirs = by_name.get((what, ours.NAME)), by_name.get((what, other))
        chosen = per_cpu if of_cpu and figure is rate else figure
        quotient = ratio(mine, theirs, chosen) if mine and theirs else None
        if quotient is not None:
            found[name] = round(quotient, 3)
    return found


def _ratio_lines(ratios: dict[str, float], of_cpu: dict[str, float]) -> list[str]:
    if not ratios:
        return []
    head = f"{'ratio':<18} {'per second':>11} {'per CPU second':>15}"
    lines = [f"{name:<18} {value:11.2f} {of_cpu.get(name, value):15.2f}" for name, value in ratios.items()]
    return [head, *lines, ""]


def _expect(section: Section, found: list[Document], memory: float | None) -> None:
    ratios = cast("dict[str, float]", section.document["ratios"])
    doubtful = {(row["what"], row["who"]) for row in found if is_disturbed(row)}
    for text, name, holds, shown in EXPECTED:
        what, other, _ = RATIOS[name]
        both = {(what, ours.NAME), (what, other)}
        section.expect(text, ratios.get(name), holds, shown, disturbed=bool(both & doubtful))
    section.expect("resident: under 120 MiB a worker", memory, lambda x: x < 120, "{:.1f} MiB")
