"""What acts for a person, beside the peer: codes exchanged, tokens refreshed, userinfo, introspection."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benchmarks import load, machine, ours, peer_server, sign_on
from benchmarks.load import Load
from benchmarks.options import PEER_WARM_UP, WARM_UP, Options
from benchmarks.processes import TOKEN, Server
from benchmarks.report import disturbed, rows, token_table
from benchmarks.rounds import Results, Target, interleaved, tell
from benchmarks.section import Document, Section, is_disturbed, p99, per_cpu, rate, ratio, summary
from benchmarks.sign_on import Registered

USERINFO = "/connect/userinfo"
INTROSPECTION = "/connect/introspect"

MOST = 6000
"""Codes, or refresh tokens, that are prepared for each second of a burst: more than any server here takes."""

SEVERAL = 100
"""Access tokens that are asked about in turn."""


@dataclass(slots=True)
class Bursts:
    """Files of what was prepared: the first for the warm-up, then one for each round."""

    folder: Path
    files: list[Path] = field(default_factory=list)

    def write(self, lines: list[str]) -> Path:
        """Keep lines in a file and return it."""
        file = self.folder / f"burst-{len(self.files)}.txt"
        file.write_text("".join(f"{line}\n" for line in lines))
        self.files.append(file)
        return file


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that needs a code, or a refresh token, of its own."""

    name: str
    title: str
    kind: str
    body: Callable[[str], str]

    def measure(self, folder: Path, options: Options) -> Section:
        """Compare with the peer; everything is prepared before a burst begins."""
        registered = sign_on.register(folder / self.name)
        bursts = self._prepared(registered, options)
        header = registered.application.header
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(registered.installation.serving())
            turns = count()

            def mine(seconds: float) -> Load:
                return load.post_each(server, TOKEN, bursts.files[next(turns)], header, seconds)

            targets = [Target(self.name, ours.NAME, mine)]
            for peer in _peer(stack, registered, folder):
                theirs = Bursts(folder)

                def other(seconds: float, peer: Server = peer, theirs: Bursts = theirs) -> Load:
                    made = peer_server.prepared(peer, self.kind, round(seconds * MOST))
                    file = theirs.write([self.body(each) for each in made])
                    return load.post_each(peer, TOKEN, file, header, seconds)

                targets.append(Target(self.name, peer_server.NAME, other, PEER_WARM_UP))
            results = interleaved(targets, options)
        return _section(self.name, self.title, results, 1.0)

    def _prepared(self, registered: Registered, options: Options) -> Bursts:
        seconds = [WARM_UP, *[options.seconds] * options.rounds]
        number = round(sum(seconds) * MOST)
        tell(f"preparing {number:,} {self.kind.replace('_', ' ')}")
        make = registered.codes if self.kind == "codes" else registered.refresh_tokens
        lines = iter([self.body(each) for each in make(number)])
        bursts = Bursts(registered.installation.folder)
        for each in seconds:
            bursts.write([next(lines) for _ in range(round(each * MOST))])
        return bursts


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question about access tokens, which are good for many."""

    name: str
    title: str
    ask: Callable[[Server, Path, str, float], Load]

    def measure(self, folder: Path, options: Options) -> Section:
        """Compare with the peer."""
        registered = sign_on.register(folder / self.name)
        codes = registered.codes(SEVERAL)
        application = registered.application
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(registered.installation.serving())
            tokens = sign_on.access_tokens(server, application, codes)
            # Whoever introspects is the API that a token is made out to; the peer knows applications alone.
            targets = [self._target(folder, server, tokens, registered.resource.header, WARM_UP)]
            for peer in _peer(stack, registered, folder):
                theirs = peer_server.prepared(peer, "access_tokens", SEVERAL)
                targets.append(self._target(folder, peer, theirs, application.header, PEER_WARM_UP))
            results = interleaved(targets, options)
        return _section(self.name, self.title, results, 2.0)

    def _target(self, folder: Path, server: Server, tokens: list[str], header: str, warm_up: float) -> Target:
        file = folder / f"{server.name}.txt"
        form = "token={}" if self.name == "introspection" else "{}"
        file.write_text("".join(form.format(token) + "\n" for token in tokens))
        return Target(
            self.name, server.name, lambda seconds: self.ask(server, file, header, seconds), warm_up
        )


def _peer(stack: contextlib.ExitStack, registered: Registered, folder: Path) -> Iterator[Server]:
    missing = machine.missing_node()
    if missing:
        tell(missing)
        return
    peer_server.install()
    variables = sign_on.peer_variables(registered.application)
    yield stack.enter_context(peer_server.serving_people(folder, variables))


def _section(name: str, title: str, results: Results, at_least: float) -> Section:
    section = Section(name, title)
    found: list[Document] = [{"what": t.what, "who": t.who} | summary(loads) for t, loads in results.items()]
    section.document = {"results": found}
    section.lines = [*token_table(rows(section.document)), "", *disturbed(found)]
    by_name = {target.who: loads for target, loads in results.items()}
    if peer_server.NAME not in by_name:
        return section
    mine, theirs = by_name[ours.NAME], by_name[peer_server.NAME]
    figures = {"per_second": rate, "per_cpu_second": per_cpu, "p99": p99}
    ratios = {figure: ratio(mine, theirs, of) for figure, of in figures.items()}
    section.document["ratios"] = ratios
    section.lines += [
        f"ratio to the peer, {figure}: {value:.2f}" for figure, value in ratios.items() if value
    ]
    wanted = "level with the peer" if at_least == 1 else f"{at_least:.0f} times the peer"
    section.expect(
        f"{section.name}: {wanted}",
        ratios["per_second"],
        lambda value: value >= at_least,
        "{:.2f}",
        disturbed=any(map(is_disturbed, found)),
    )
    return section


def _userinfo(server: Server, tokens: Path, _authorization: str, seconds: float) -> Load:
    return load.get_in_turn(server, USERINFO, tokens, seconds)


def _introspection(server: Server, tokens: Path, authorization: str, seconds: float) -> Load:
    return load.post_in_turn(server, INTROSPECTION, tokens, authorization, seconds)


CODE = Exchange("code", "Codes exchanged for tokens, each once", "codes", sign_on.code_body)
REFRESH = Exchange("refresh", "Refresh tokens used, each once", "refresh_tokens", sign_on.refresh_body)
LOOKUPS = (
    Lookup("userinfo", f"Userinfo with {SEVERAL} access tokens in turn", _userinfo),
    Lookup("introspection", f"Introspection of {SEVERAL} access tokens in turn", _introspection),
)
