"""What the README says to type works as it stands there."""

import json
import re
import subprocess
import sys

from tests.examples.webapi.conftest import MT4, MT5
from tests.examples.webapi.process import WebApi
from tests.support import required
from tests.support.server import ROOT, Server

README = (ROOT / "examples" / "webapi" / "README.md").read_text()
SERVER, API, CALL = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)[:3]


def test_what_the_api_needs_is_installed_before_it_is_started() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(r"^run:", makefile, re.MULTILINE)
    assert SERVER == "make run\n"
    assert re.search(r"^\.venv/examples:", makefile, re.MULTILINE)
    assert re.fullmatch(r"make \.venv/examples\n.* \.venv/bin/python -m examples\.webapi\n", API)


def test_the_call_that_it_shows_is_answered(live_server: Server, webapi: WebApi) -> None:
    here = {
        "export AUTHSERVER_DATA_DIR=var\n": "",
        ".venv/bin/authserver": f"{sys.executable} -m authserver",
        ".venv/bin/python": sys.executable,
        "--organization demonstration": "--organization acme",
        "http://localhost:8000": live_server.issuer,
        "http://127.0.0.1:8002": webapi.url,
    }
    assert [written for written in here if written not in CALL] == []
    # In one go: what stands there now may hold what stood there elsewhere.
    script = re.sub("|".join(map(re.escape, here)), lambda found: here[found[0]], CALL)
    required.program("curl", "commands of documents")
    shell = required.program("sh", "commands of documents")
    done = subprocess.run(
        [shell, "-e"], input=script, env=live_server.environment, cwd=ROOT,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [each["id"] for each in json.loads(done.stdout.splitlines()[-1])] == [MT4, MT5]
