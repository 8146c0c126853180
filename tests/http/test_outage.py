"""The database goes away and comes back.

The protocol's own answer meanwhile, and no restart afterwards (N5).
"""

import signal
import time
from pathlib import Path

import requests

from tests.support.patience import attempts
from tests.support.postgresql import cluster
from tests.support.server import ApiClientCredentials, Server, new_server


def ask(server: Server, client: ApiClientCredentials) -> requests.Response:
    return requests.post(
        f"{server.issuer}/connect/token",
        data={"grant_type": "client_credentials"},
        auth=(client.client_id, client.client_secret),
        timeout=20,
    )


def test_while_the_database_is_away_tokens_are_refused_with_503_and_documents_are_served_on(
    tmp_path: Path,
) -> None:
    with cluster() as own:
        server = new_server(tmp_path / "server", own.new_database())
        client = server.new_client()
        with server.serving():
            assert ask(server, client).status_code == 200
            documents = [f"{server.issuer}/.well-known/openid-configuration{path}" for path in ("", "/jwks")]
            for document in documents:
                assert requests.get(document, timeout=10).status_code == 200
            own.stop()
            time.sleep(1.1)
            refused = ask(server, client)
            assert refused.status_code == 503
            assert refused.json()["error"] == "temporarily_unavailable"
            assert int(refused.headers["Retry-After"]) >= 1
            assert requests.get(f"{server.issuer}/live", timeout=10).status_code == 200
            assert requests.get(f"{server.issuer}/ready", timeout=10).status_code == 503
            for document in documents:
                assert requests.get(document, timeout=10).status_code == 200
            own.start()
            assert ask(server, client).status_code == 200
            assert requests.get(f"{server.issuer}/ready", timeout=10).status_code == 200
        assert "Traceback" not in server.log()


def test_a_killed_server_lost_nothing_and_starts_again(tmp_path: Path) -> None:
    server = new_server(tmp_path / "server")
    client = server.new_client()
    with server.serving("--workers", "2") as process:
        assert ask(server, client).status_code == 200
        process.send_signal(signal.SIGKILL)
        process.wait()
        _kill_orphans(server)
    with server.serving():
        assert ask(server, client).status_code == 200


def _kill_orphans(server: Server) -> None:
    """Let the workers of a killed server go before the next one takes their port."""
    for _ in attempts():
        try:
            requests.get(f"{server.issuer}/live", timeout=1)
        except requests.ConnectionError:
            return
    raise AssertionError("workers outlive their server")
