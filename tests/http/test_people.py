"""People over real HTTP with a real SMTP server, on both databases; crashes, and secrets that stay secret."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser import Browser, OverHttp
from tests.support.patience import attempts
from tests.support.people import OTHER_PASSWORD, PASSWORD, link_in, password_in
from tests.support.postgresql import Cluster, binaries
from tests.support.server import COMMAND, ROOT, Server, new_server
from tests.support.smtp import Received, SmtpServer, smtp_server

ANNA = "anna@example.com"


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server."""
    with smtp_server() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, database_url: str, smtp: SmtpServer) -> Server:
    """A configuration that sends its letters there."""
    url = database_url if database_url.startswith("postgresql") else ""
    return new_server(tmp_path / "site", url, AUTHSERVER_MAIL_URL=smtp.url, AUTHSERVER_LOG_LEVEL="debug")


def letters(smtp: SmtpServer, count: int, recipient: str = ANNA) -> list[Received]:
    """Return the letters to an address once there are so many."""
    for _ in attempts():
        if len(smtp.to(recipient)) >= count:
            return smtp.to(recipient)
    raise AssertionError(f"{len(smtp.to(recipient))} letters of {count}")


def test_a_person_registers_signs_in_forgets_and_signs_out(site: Server, smtp: SmtpServer) -> None:
    with site.serving():
        browser = Browser(OverHttp(site.issuer))
        assert browser.register(ANNA).shows("register-sent")
        (welcome,) = letters(smtp, 1)
        assert smtp.rcpts == [ANNA]
        password = password_in(welcome.text)
        assert password in welcome.html
        assert browser.sign_in(ANNA, password).shows("password-page")
        browser.choose(PASSWORD)
        assert ANNA in browser.open("/account").text
        browser.go("/logout")
        assert browser.open("/account").status == 303
        browser.go("/password/forgot", email=ANNA)
        link = link_in(letters(smtp, 2)[1].text, site.issuer)
        assert browser.submit(link, new_password=OTHER_PASSWORD).status == 200
        browser.sign_in(ANNA, OTHER_PASSWORD)
        assert browser.open("/account").status == 200
        assert "changed" in str(letters(smtp, 3)[2].message["Subject"])


def test_a_mail_server_that_is_away_for_now_loses_no_letter(site: Server, smtp: SmtpServer) -> None:
    smtp.behaviour = "busy"
    with site.serving():
        Browser(OverHttp(site.issuer)).register(ANNA)
        _until(lambda: smtp.rcpts)
    (waiting,) = site.json("mail", "list")
    assert (waiting["state"], waiting["attempts"]) == ("waiting", 1)
    assert "421" in waiting["error"]
    smtp.behaviour = "ok"
    site.json("mail", "retry", waiting["id"])
    with site.serving():
        (letter,) = letters(smtp, 1)
        assert Browser(OverHttp(site.issuer)).sign_in(ANNA, password_in(letter.text)).shows("password-page")


def test_a_recipient_that_is_refused_fails_and_the_operator_sees_it(site: Server, smtp: SmtpServer) -> None:
    smtp.behaviour = "refuse"
    with site.serving():
        Browser(OverHttp(site.issuer)).register(ANNA)
        _until(lambda: site.json("mail", "list", "--state", "failed"))
    (failed,) = site.json("mail", "list", "--state", "failed")
    assert "550" in failed["error"]
    assert len(smtp.rcpts) == 1


def test_a_server_killed_while_it_sends_loses_no_letter_and_the_newest_password_works(
    site: Server, smtp: SmtpServer
) -> None:
    smtp.behaviour = "hang"
    with site.serving() as process:
        Browser(OverHttp(site.issuer)).register(ANNA)
        letters(smtp, 1)
        _kill(process)
    smtp.behaviour = "ok"
    (claimed,) = site.json("mail", "list", "--state", "sending")
    # The claim of the killed server would be over after some minutes.
    assert claimed["due_at"] > time.time()
    with site.serving():
        _expire_claims(site)
        found = letters(smtp, 2)
        browser = Browser(OverHttp(site.issuer))
        assert browser.sign_in(ANNA, password_in(found[0].text)).status == 401
        assert browser.sign_in(ANNA, password_in(found[-1].text)).shows("password-page")
    assert len(site.json("accounts", "list")) == 1


@pytest.mark.parametrize("moment", [0.0, 0.02, 0.1])
def test_a_server_killed_right_after_a_registration_still_writes_the_letter(
    site: Server, smtp: SmtpServer, moment: float
) -> None:
    with site.serving() as process:
        answer = Browser(OverHttp(site.issuer)).submit("/register", email=ANNA)
        assert answer.status == 303
        time.sleep(moment)
        _kill(process)
    with site.serving():
        _expire_claims(site)
        found = letters(smtp, 1)
        time.sleep(1)
        assert 1 <= len(smtp.to(ANNA)) <= 3
        newest = password_in(smtp.to(ANNA)[-1].text)
        assert Browser(OverHttp(site.issuer)).sign_in(ANNA, newest).shows("password-page"), found
    assert len(site.json("accounts", "list")) == 1


def test_no_secret_of_a_person_stands_in_log_or_database(
    site: Server, smtp: SmtpServer, postgresql: Cluster
) -> None:
    canary = "canary kept in a coal mine far away"
    with site.serving():
        browser = Browser(OverHttp(site.issuer))
        browser.register(ANNA)
        mailed = password_in(letters(smtp, 1)[0].text)
        browser.sign_in(ANNA, "canary-wrong-password")
        browser.sign_in(ANNA, mailed)
        handle = browser.line.cookie("session")
        browser.choose(canary)
        browser.go("/password/forgot", email=ANNA)
        link = link_in(letters(smtp, 2)[1].text, site.issuer)
        browser.open(link)
        browser.submit(link, new_password="short")
        browser.post(link, new_password="canary without a token")
        handles = [handle, browser.line.cookie("session"), browser.line.cookie("device")]
    canaries = ["canary", mailed, link.rpartition("/")[2], *(each for each in handles if each)]
    assert len(canaries) == 6
    files = site.data_dir.glob("authserver.db*")
    kept = [site.log(), *(path.read_bytes().decode("latin-1") for path in files)]
    if site.database_url:
        kept.append(_dump(site.database_url, postgresql))
    for secret in canaries:
        assert not any(secret in text for text in kept), secret


def test_two_instances_serve_one_person(tmp_path: Path, postgresql: Cluster, smtp: SmtpServer) -> None:
    site = new_server(tmp_path / "site", postgresql.new_database(), AUTHSERVER_MAIL_URL=smtp.url)
    other_port = site.port + 1
    with site.serving(), site.serving(port=other_port):
        line = OverHttp(site.issuer)
        browser = Browser(line)
        origins = [site.issuer, f"http://localhost:{other_port}"]

        def switch() -> None:
            line.origin = origins[0] if line.origin == origins[1] else origins[1]

        browser.register(ANNA)
        form = browser.open("/login").hidden
        switch()
        page = browser.post("/login", **form, username=ANNA, password=password_in(letters(smtp, 1)[0].text))
        assert page.location.startswith("/password/choose")
        switch()
        form = browser.open("/password/choose").hidden
        switch()
        browser.post("/password/choose", **form, new_password=PASSWORD)
        switch()
        assert ANNA in browser.open("/account").text
        assert len(smtp.to(ANNA)) == 1


def _until(happens: object) -> None:
    for _ in attempts():
        if happens():  # type: ignore[operator]
            return
    raise AssertionError("it did not happen")


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill the server and its workers without a word."""
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
    for pid in (process.pid, *map(int, found.stdout.split())):
        subprocess.run(["kill", f"-{int(signal.SIGKILL)}", str(pid)], check=False, capture_output=True)
    process.wait(10)


def _expire_claims(site: Server) -> None:
    """Let what a killed process claimed be due, as it is some minutes later."""
    code = (
        "from authserver.cli.frame import application\n"
        "from authserver.mail.models import OutboxRow\n"
        "from authserver.extensions import db\n"
        "from sqlalchemy import update\n"
        "with application().app_context():\n"
        "    db.session.execute(update(OutboxRow).where(OutboxRow.state != 'sent').values(due_at=0))\n"
        "    db.session.commit()\n"
    )
    subprocess.run([COMMAND[0], "-c", code], env=site.environment, cwd=ROOT, check=True, timeout=60)


def _dump(url: str, cluster: Cluster) -> str:
    name = re.split(r"[/?]", url)[3]
    done = subprocess.run(
        [binaries() / "pg_dump", "-h", str(cluster.folder), "-U", "test", name],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
