"""HTTP written by hand, for requests that no client library would send."""

import socket


def send(port: int, request: bytes) -> bytes:
    """Send bytes to a server on loopback and return all that comes back until it closes or falls silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request)
        connection.settimeout(2)
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
                if complete(answer):
                    break
        except TimeoutError:
            pass
        return answer


def complete(answer: bytes) -> bool:
    """Tell whether an answer with a Content-Length has arrived whole."""
    head, separator, body = answer.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return bool(separator) and len(body) >= int(line.split(b":")[1])
    return False


def status(answer: bytes) -> int:
    """Return the status code of an answer."""
    return int(answer.split(b" ", 2)[1])


def post(body: bytes, *headers: str, path: str = "/connect/token", method: str = "POST") -> bytes:
    """Return a request with headers exactly as given."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/x-www-form-urlencoded",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
