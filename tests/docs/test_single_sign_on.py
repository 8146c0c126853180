"""docs/single-sign-on.md against a real server: its walk runs as it stands, and so does its application."""

import json
import re
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest

from authserver.mail.mailbox import Mailbox
from tests.docs.test_documents import ROOT, samples
from tests.support.browser import Browser, OverHttp
from tests.support.patience import attempts
from tests.support.people import PASSWORD, password_in
from tests.support.server import Server

DOCUMENT = ROOT / "docs" / "single-sign-on.md"
ANNA = "anna.walks@example.com"
PAGE = "http://127.0.0.1:9000"


@pytest.fixture(scope="module")
def anna(live_server: Server) -> Browser:
    """Somebody with an account, signed in."""
    browser = Browser(OverHttp(live_server.issuer))
    live_server.run("accounts", "create", ANNA)
    browser.sign_in(ANNA, password_in(letter(live_server)))
    browser.choose(PASSWORD)
    assert ANNA in browser.open("/account").text
    return browser


def letter(server: Server) -> str:
    """Return the text of the letter to Anna, once it is there."""
    for _ in attempts():
        found = [each.text for each in Mailbox(server.data_dir / "mailbox").letters() if each.to == ANNA]
        if found:
            return found[0]
    raise AssertionError("no letter came")


def walk(server: Server) -> list[str]:
    """Run the shell samples of the walk, one after the other, and return the lines they print."""
    text = DOCUMENT.read_text()
    steps = re.findall(r"```sh\n(.*?)```", text[text.index("## A walk") :], re.DOTALL)
    script = "\n".join(steps)
    for said, meant in {
        "http://localhost:8000": server.issuer,
        "you@example.com": ANNA,
        "your password": PASSWORD,
        ".venv/bin/authserver": f"{sys.executable} -m authserver",
    }.items():
        assert said in script, said
        script = script.replace(said, meant)
    done = subprocess.run(
        ["bash", "-eu"],
        env=server.environment,
        cwd=ROOT,
        input=script,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.usefixtures("anna")
def test_the_walk_leads_where_the_document_says(live_server: Server) -> None:
    said = walk(live_server)
    answer, identity, person, good, same, replayed, dead, refused, silent, bye, stranger = said
    assert answer.startswith(f"{PAGE}/callback?code=")
    assert json.loads(identity)["nonce"] == "xyz"
    assert json.loads(person)["email"] == ANNA
    assert json.loads(good)["active"] is True
    assert same == "the same successor"
    assert json.loads(replayed)["error"] == json.loads(dead)["error"] == "invalid_grant"
    assert json.loads(refused)["error"] == "invalid_token"
    assert silent.startswith(f"{PAGE}/callback?code=")
    assert bye == f"{PAGE}/?state=bye"
    assert "error=login_required" in stranger


def test_the_application_signs_its_person_in(
    live_server: Server, anna: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = live_server.json(
        "applications", "create", "--name", "Sample", "--first-party", "--redirect-uri", f"{PAGE}/callback"
    )
    monkeypatch.setenv("CLIENT_ID", made["client_id"])
    monkeypatch.setenv("CLIENT_SECRET", made["client_secret"])
    monkeypatch.setenv("SECRET_KEY", "of this test")
    (sample,) = samples(DOCUMENT, "python")
    namespace: dict[str, Any] = {"__name__": "app"}
    code = sample.replace("http://localhost:8000", live_server.issuer)
    exec(compile(code, DOCUMENT.name, "exec"), namespace)  # noqa: S102 - our own document
    application = namespace["app"].test_client()
    sent = urlsplit(application.get("/").location)
    back = anna.open(f"{sent.path}?{sent.query}")
    assert back.location.startswith(f"{PAGE}/callback?")
    assert application.get(back.location.removeprefix(PAGE)).location == "/"
    assert application.get("/").text == f"You are {ANNA}."
