"""The samples with Spring, each built by Maven in a folder of its own, as their page says."""

import os
import subprocess
from pathlib import Path

from tests.docs.relying_parties.pages import page
from tests.docs.relying_parties.running import Sample
from tests.support import required
from tests.support.server import free_port

# What belongs to one of the two programs alone.
APPLICATION, API = ("Application.java", "application.yaml"), ("Api.java",)
# Quick to start instead of quick in the long run: a third of the time.
JAVA = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
# How Maven says that it got no answer, or not the file.
_OUT_OF_REACH = ("could not be resolved", "Non-resolvable parent POM", "Could not transfer")


def built(folder: Path, *, api: bool) -> Sample:
    """Save and build one of the two; without Java, Maven or what they fetch, see `required`."""
    for program in ("javac", "mvn"):
        required.program(program, "the samples with Spring")
    spring, foreign = page("spring"), APPLICATION if api else API
    spring.save(folder)
    for name in spring.files:
        if name.endswith(foreign):
            (folder / name).unlink()
    _build(folder, spring.commands("mvn", 0)[0])
    return Sample(spring, folder, free_port())


def command(sample: Sample) -> list[str]:
    """Return the command that starts it, at its port."""
    return sample.page.commands("env SERVER_ADDRESS", sample.port)[0]


def _build(folder: Path, maven: list[str]) -> None:
    done = subprocess.run(
        [*maven, "--batch-mode"],
        cwd=folder,
        env=os.environ | JAVA,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    if not done.returncode:
        return
    said = done.stdout + done.stderr
    for line in said.splitlines():
        if any(sign in line for sign in _OUT_OF_REACH):
            required.missing(f"the samples with Spring: Maven can't fetch what they need: {line}")
    raise AssertionError(said)
