"""The token endpoint on the wire: framing, limits, odd methods (W4, W5)."""

import contextlib
import json
import socket

import pytest
import requests

from tests.http.raw import post, send, status
from tests.support.server import ApiClientCredentials, Server


@pytest.fixture(scope="module")
def client(live_server: Server) -> ApiClientCredentials:
    return live_server.new_client()


def body_of(client: ApiClientCredentials) -> bytes:
    credentials = f"client_id={client.client_id}&client_secret={client.client_secret}"
    return f"grant_type=client_credentials&{credentials}".encode()


def chunked(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


def test_a_token_comes_over_http_with_a_request_id(live_server: Server, client: ApiClientCredentials) -> None:
    answer = requests.post(
        f"{live_server.issuer}/connect/token",
        data={"grant_type": "client_credentials"},
        auth=(client.client_id, client.client_secret),
        timeout=10,
    )
    assert answer.status_code == 200
    assert len(answer.headers["X-Request-Id"]) == 32
    assert answer.json()["scope"] == "webapi"


def test_a_chunked_body_is_read(live_server: Server, client: ApiClientCredentials) -> None:
    answer = send(live_server.port, post(chunked(body_of(client)), "Transfer-Encoding: chunked"))
    assert status(answer) == 200


def test_a_body_with_both_lengths_is_read_by_its_chunks_or_refused(
    live_server: Server, client: ApiClientCredentials
) -> None:
    smuggled = post(chunked(body_of(client)), "Content-Length: 3", "Transfer-Encoding: chunked")
    assert status(send(live_server.port, smuggled)) in (200, 400)


def test_two_different_lengths_are_refused(live_server: Server) -> None:
    assert status(send(live_server.port, post(b"a=1", "Content-Length: 3", "Content-Length: 5"))) == 400


def test_silent_connections_lock_nobody_out(live_server: Server, client: ApiClientCredentials) -> None:
    body = body_of(client)
    with contextlib.ExitStack() as silent:
        for _ in range(1100):
            silent.enter_context(socket.create_connection(("127.0.0.1", live_server.port), timeout=5))
        assert status(send(live_server.port, post(body, f"Content-Length: {len(body)}"))) == 200


def test_a_body_shorter_than_its_length_yields_no_token(
    live_server: Server, client: ApiClientCredentials
) -> None:
    answer = send(live_server.port, post(body_of(client), "Content-Length: 60000"))
    assert b"access_token" not in answer


def test_a_megabyte_is_refused_and_the_server_goes_on(
    live_server: Server, client: ApiClientCredentials
) -> None:
    huge = b"x" * 1_000_000
    answer = send(live_server.port, post(huge, f"Content-Length: {len(huge)}"))
    assert status(answer) == 413
    assert status(send(live_server.port, post(chunked(huge), "Transfer-Encoding: chunked"))) == 413
    assert status(send(live_server.port, post(b"", f"Authorization: Basic {'x' * 1_000_000}"))) in (400, 431)
    assert status(send(live_server.port, post(b"", path="/" + "x" * 1_000_000))) in (400, 404, 414, 431)
    good = post(body_of(client), f"Content-Length: {len(body_of(client))}")
    assert status(send(live_server.port, good)) == 200


@pytest.mark.parametrize("method", ["TRACE", "BREW", "CONNECT", "PROPFIND"])
def test_odd_methods_are_refused(live_server: Server, method: str) -> None:
    assert status(send(live_server.port, post(b"", "Content-Length: 0", method=method))) in (400, 405)


def test_what_is_no_http_is_refused(live_server: Server) -> None:
    assert send(live_server.port, b"\x16\x03\x01\x00garbage\r\n\r\n")[:12] in (b"", b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "path", ["/connect/token%00", "/connect%2ftoken", "//connect/token", "/connect/../connect/token"]
)
def test_a_path_that_is_nearly_the_endpoint_is_never_redirected_to_it(
    live_server: Server, client: ApiClientCredentials, path: str
) -> None:
    body = body_of(client)
    answer = send(live_server.port, post(body, f"Content-Length: {len(body)}", path=path))
    assert status(answer) in (200, 400, 404)


def test_errors_outside_the_protocol_show_no_trace_and_no_version(live_server: Server) -> None:
    answer = requests.get(f"{live_server.issuer}/nowhere", timeout=10)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content).keys() == {"title", "status", "request_id"}


def test_head_names_the_length_of_the_document_it_leaves_out(live_server: Server) -> None:
    address = f"{live_server.issuer}/.well-known/openid-configuration/jwks"
    head, get = requests.head(address, timeout=10), requests.get(address, timeout=10)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(get.content)


def test_health_is_public_and_metrics_are_not(live_server: Server) -> None:
    assert requests.get(f"{live_server.issuer}/live", timeout=10).status_code == 200
    assert requests.get(f"{live_server.issuer}/ready", timeout=10).status_code == 200
    assert requests.get(f"{live_server.issuer}/metrics", timeout=10).status_code == 404
