"""docs/management-api.md against a real server: its walk runs as it stands."""

import re
import subprocess
import sys

from tests.docs.test_documents import ROOT
from tests.support.server import Server

DOCUMENT = ROOT / "docs" / "management-api.md"


def test_the_walk_leads_where_the_document_says(live_server: Server) -> None:
    text = DOCUMENT.read_text()
    script = "\n".join(re.findall(r"```sh\n(.*?)```", text[text.index("## A walk") :], re.DOTALL))
    for said, meant in {
        "http://localhost:8000": live_server.issuer,
        ".venv/bin/authserver": f"{sys.executable} -m authserver",
    }.items():
        assert said in script, said
        script = script.replace(said, meant)
    done = subprocess.run(
        ["bash", "-eu"],
        env=live_server.environment,
        cwd=ROOT,
        input=script,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        "['api_clients:manage', 'members:manage']", "waiting", "asec_", "None", "Monthly", "412", "204",
        "Unauthorized",
    ]  # fmt: skip
