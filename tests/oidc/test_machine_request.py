"""Reading a WSGI environment: a bounded body, and a caller's address that can't be forged (W5, L9)."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.base.source import source_of
from authserver.oidc.messages.machine import MAX_BODY, MachineRequest, read_request


class Dribble(io.BytesIO):
    """A stream that gives a few bytes at a time, as a network does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(7, size) if size and size > 0 else 7)


def environ(body: bytes = b"", stream: type[io.BytesIO] = io.BytesIO, **values: Any) -> dict[str, Any]:
    usual = {
        "REQUEST_METHOD": "POST",
        "wsgi.input": stream(body),
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "192.0.2.1",
    }
    return usual | values


def read(**values: Any) -> MachineRequest:
    return read_request(environ(**values), "request-1", 0)


def test_the_body_is_read_to_its_length() -> None:
    assert read(body=b"a=1&b=2").body == b"a=1&b=2"


def test_a_body_that_comes_in_pieces_is_read_whole() -> None:
    assert read(body=b"a" * 1000, stream=Dribble).body == b"a" * 1000


def test_no_more_than_the_limit_is_read_and_kept() -> None:
    body = b"a" * (1024 * 1024)
    stream = io.BytesIO(body)
    request = read_request(environ() | {"wsgi.input": stream, "CONTENT_LENGTH": str(len(body))}, "r", 0)
    assert request.oversized
    assert len(request.body) == MAX_BODY
    assert stream.tell() == MAX_BODY + 1


def test_a_body_of_exactly_the_limit_is_not_oversized() -> None:
    assert not read(body=b"a" * MAX_BODY).oversized


@pytest.mark.parametrize("length", ["", "-1", "1e3", "0x10", "٣", "9" * 5000])
def test_a_length_that_is_no_number_or_absurd_never_breaks_reading(length: str) -> None:
    assert len(read(body=b"a=1", CONTENT_LENGTH=length).body) <= 3


def test_a_chunked_body_is_read_by_its_chunks_whatever_length_is_claimed() -> None:
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "CONTENT_LENGTH": "1"}
    assert read(body=b"a=123", **chunked).body == b"a=123"


def test_a_body_that_ends_before_its_length_is_known_to_be_incomplete() -> None:
    assert not read(body=b"a=1", CONTENT_LENGTH="50").complete
    assert read(body=b"a=1").complete
    assert read(body=b"a" * (MAX_BODY + 9)).complete


def test_a_body_without_length_or_chunks_is_empty() -> None:
    assert read(body=b"a=1", CONTENT_LENGTH=None).body == b""


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_body_of_a_get_is_not_read(method: str) -> None:
    assert read(body=b"a=1", REQUEST_METHOD=method).body == b""


def test_a_forwarding_header_is_not_believed_without_trusted_proxies() -> None:
    assert source_of(environ(HTTP_X_FORWARDED_FOR="203.0.113.9"), 0) == "192.0.2.1"


@pytest.mark.parametrize(
    ("hops", "header", "source"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (1, "2001:DB8:0::1", "2001:db8::1"),
    ],
)
def test_the_address_that_the_outermost_trusted_proxy_saw_counts(hops: int, header: str, source: str) -> None:
    assert source_of(environ(HTTP_X_FORWARDED_FOR=header), hops) == source


@pytest.mark.parametrize(
    "header", ["", " ", "evil\r\nx", "a b", "x" * 65, "unknown", "1.2.3.4:80", "localhost"]
)
def test_a_forwarding_header_that_can_not_be_read_leaves_the_peer_as_the_source(header: str) -> None:
    assert source_of(environ(HTTP_X_FORWARDED_FOR=header), 1) == "192.0.2.1"


def test_a_forwarding_header_with_too_few_hops_is_not_believed() -> None:
    assert source_of(environ(HTTP_X_FORWARDED_FOR="203.0.113.9"), 2) == "192.0.2.1"


@given(header=st.text(max_size=200), hops=st.integers(0, 5))
def test_whatever_is_forwarded_the_source_is_short_and_harmless(header: str, hops: int) -> None:
    source = source_of(environ(HTTP_X_FORWARDED_FOR=header), hops)
    assert len(source) <= 64
    assert source.isascii()
    assert source.isprintable()
