import json
import re
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.patience import attempts
from tests.support.server import COMMAND, MASTER_KEY, ROOT, Server, free_port

TOKEN = "metrics-token"
PRODUCTION = {
    "AUTHSERVER_MODE": "production",
    "AUTHSERVER_ISSUER": "https://id.example.com",
    "AUTHSERVER_MASTER_KEY": MASTER_KEY,
}


def get(server: Server, path: str) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with closing(urllib.request.urlopen(request, timeout=10)) as answer:
        return str(answer.read().decode())


def test_development_listens_on_loopback_only(bare: Cli) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::", "example.com"):  # noqa: S104 - refused
        assert bare.refused("serve", "--host", host).startswith("--host: development mode")


def test_a_wrong_master_key_shows_at_the_start_not_at_the_first_token(cli: Cli) -> None:
    cli.variables["AUTHSERVER_MASTER_KEY"] = MASTER_KEY[::-1]
    assert "AUTHSERVER_MASTER_KEY is not the one that sealed it" in cli.refused("serve")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_production_serves_no_outdated_schema_and_no_demonstration(
    bare: Cli, database: str, request: pytest.FixtureRequest
) -> None:
    bare.variables |= PRODUCTION
    if database == "postgresql":
        bare.variables["AUTHSERVER_DATABASE_URL"] = request.getfixturevalue("postgresql").new_database()
    assert "run `authserver migrate`" in bare.refused("serve")
    assert bare.refused("serve", "--demonstration") == "--demonstration: not in production"


def test_a_certificate_and_its_key_go_together_and_must_be_readable(bare: Cli, tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("no certificate")
    broken = str(tmp_path / "broken.pem")
    assert "go together" in bare.refused("serve", "--tls-certificate", broken)
    assert "go together" in bare.refused("serve", "--tls-key", broken)
    assert "PEM" in bare.refused("serve", "--tls-certificate", broken, "--tls-key", broken)


def test_an_address_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    server = Server(tmp_path, free_port())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = server.run("serve", "--port", str(taken.getsockname()[1]), "--json", check=False)
    assert done.returncode == 1
    assert "in use" in json.loads(done.stderr.splitlines()[-1])["error"]
    assert "Traceback" not in done.stderr


def test_one_server_on_one_sqlite_file_shows_its_demonstration_and_ends_cleanly(tmp_path: Path) -> None:
    server = Server(tmp_path, free_port())
    with server.serving("--demonstration") as process:
        refused = server.run("serve", "--port", str(free_port()), check=False)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("Error: ")
        assert "is served by another server" in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert len(server.json("clients", "list")) == 1
        shown = re.search(r"curl -u (\S+):(\S+) -d grant_type=client_credentials (\S+)", server.log())
        assert shown is not None
        client_id, secret, address = shown.groups()
        body = f"grant_type=client_credentials&client_id={client_id}&client_secret={secret}".encode()
        with urllib.request.urlopen(address, data=body, timeout=10) as answer:
            assert json.load(answer)["token_type"] == "Bearer"
    assert process.returncode == 0
    assert "Traceback" not in server.log()
    assert server.json("clients", "secrets", "list", client_id)[0]["last_used_at"] is not None


def test_several_workers_count_into_one_set_of_metrics_and_end_cleanly(tmp_path: Path) -> None:
    server = Server(tmp_path, free_port(), variables={"AUTHSERVER_METRICS_TOKEN": TOKEN})
    live = r'authserver_request_seconds_count\{endpoint="health._live",status="200"\} ([0-9.]+)'
    with server.serving("--workers", "2") as process:
        asking = [threading.Thread(target=get, args=(server, "/live")) for _ in range(40)]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
        before = re.search(live, get(server, "/metrics"))
        after = re.search(live, get(server, "/metrics"))
        assert before is not None
        assert after is not None
        assert float(before[1]) == float(after[1]) >= 40
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(server, "/metrics/")
    assert process.returncode == 0


def test_a_server_that_is_told_to_end_while_it_starts_ends(tmp_path: Path) -> None:
    server = Server(tmp_path, free_port())
    server.run("migrate")
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(server.port), "--workers", "2"],
            env=server.environment, cwd=ROOT, stdout=out, stderr=out,
        )  # fmt: skip
        for _ in attempts():
            if "Spawning worker-2" in log.read_text():
                break
        process.send_signal(signal.SIGTERM)
        # Half the time after which workers would be killed. (The web server may say that it kills one which
        # ended a moment ago: it looks once more before its own watcher has noticed.)
        assert process.wait(15) == 0
