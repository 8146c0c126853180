"""A sweep for canaries: no secret of a request stands in a log, an answer, or the database (G1)."""

import base64
from pathlib import Path

import requests

from tests.support.server import MASTER_KEY, new_server


def test_no_secret_reaches_log_answer_metric_or_database(tmp_path: Path) -> None:
    server = new_server(
        tmp_path / "server",
        AUTHSERVER_LOG_LEVEL="debug",
        AUTHSERVER_METRICS_TOKEN="canary-metrics-token-0123456789",
    )
    client = server.new_client()
    token = f"{server.issuer}/connect/token"
    grant = {"grant_type": "client_credentials"}
    wrong = "canary-wrong-secret"
    answers: list[requests.Response] = []
    with server.serving():
        good = requests.post(token, data=grant, auth=(client.client_id, client.client_secret), timeout=10)
        answers.append(requests.post(token, data=grant, auth=(client.client_id, wrong), timeout=10))
        in_body = {"client_id": client.client_id, "client_secret": wrong}
        answers.append(requests.post(token, data=grant | in_body, timeout=10))
        answers.append(requests.post(token, params=in_body, timeout=10))
        answers.append(requests.post(token, headers={"Authorization": f"Bearer {wrong}"}, timeout=10))
        answers.append(requests.get(f"{server.issuer}/{wrong}", params=in_body, timeout=10))
        metrics = requests.get(
            f"{server.issuer}/metrics",
            headers={"Authorization": "Bearer canary-metrics-token-0123456789"},
            timeout=10,
        )
    assert metrics.status_code == 200
    canaries = [
        wrong,
        client.client_secret,
        good.json()["access_token"],
        MASTER_KEY,
        "canary-metrics-token",
        base64.b64encode(f"{client.client_id}:{wrong}".encode()).decode(),
    ]
    said = [server.log(), metrics.text, *(answer.text for answer in answers)]
    said += [path.read_bytes().decode("latin-1") for path in (tmp_path / "server").glob("authserver.db*")]
    for canary in canaries:
        assert not any(canary in text for text in said)
