"""Pages of the kit: the command that registers, and the files that a reader saves."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.interop.applications import ApplicationCredentials
from tests.support.server import ROOT, Server

KIT = ROOT / "docs" / "relying-parties"
# What the pages say, and tests replace by a port that is free.
DOCUMENTED = "http://127.0.0.1:9000"
_FILE = re.compile(r"^`(?P<name>[\w./-]+)`[^\n]*:\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELL = re.compile(r"^```sh\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class KitPage:
    """One page of the kit."""

    path: Path

    @property
    def text(self) -> str:
        """The document."""
        return self.path.read_text()

    @property
    def files(self) -> dict[str, str]:
        """The files that the page shows, by name: a line with the name in backticks stands above each."""
        return {found["name"]: found["text"] for found in _FILE.finditer(self.text)}

    def save(self, folder: Path) -> None:
        """Save them all."""
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)

    def commands(self, program: str, port: int) -> list[list[str]]:
        """Return the commands that begin so, for another port than the page names."""
        lines = [line for shell in _SHELL.finditer(self.text) for line in shell["text"].splitlines()]
        return [
            [re.sub(r"\b900[01]$", str(port), part) for part in shlex.split(line)]
            for line in lines
            if line.startswith(program)
        ]

    def register(self, server: Server, origin: str, *more: str) -> ApplicationCredentials:
        """Register the sample as the page says, at another origin than the page names."""
        commands = [shell["text"].replace("\\\n", "") for shell in _SHELL.finditer(self.text)]
        (command,) = [text for text in commands if text.startswith("authserver applications create")]
        arguments = [part.replace(DOCUMENTED, origin) for part in shlex.split(command)[1:]]
        return ApplicationCredentials(**server.json(*arguments, *more))


def page(name: str) -> KitPage:
    """Return a page by the name of its file, without the ending."""
    return KitPage(KIT / f"{name}.md")
