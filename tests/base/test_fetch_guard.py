"""Whom this server never calls, however an address is spelt, and how it knows whom it talks to (F1)."""

import ssl
from ipaddress import ip_network
from pathlib import Path

import pytest

from authserver.base import resolving
from authserver.base.fetch import Fetcher, FetchPolicy, Unreachable
from tests.base.conftest import Names
from tests.support.certificates import certificate, server_tls
from tests.support.stranger import stranger

HOME = (ip_network("127.0.0.0/8"),)


def unreachable(policy: FetchPolicy, url: str) -> str:
    with pytest.raises(Unreachable) as failed:
        Fetcher(policy).get(url)
    return failed.value.reason


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "HTTP://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "data:text/plain,hello",
        "//example.com/",
        "example.com",
        "",
        "https://",
        "https:///path",
        "https:example.com",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://example.com\\@127.0.0.1/",
        "https://exam\tple.com/",
        "https://example.com/\r\nHost: evil",
        "https://example.com/ x",
        " https://example.com/",
        "https://exämple.com/",
        "https://[::1/",
        "https://a..b/",
        f"https://{'a' * 70}.test/",
    ],
)
def test_an_address_that_is_not_plainly_https_is_not_called(url: str, names: Names) -> None:
    names("example.com", "8.8.8.8")
    assert unreachable(FetchPolicy(connect_seconds=0.1), url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0.0.0.0",  # noqa: S104 - never called
        "0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "2852039166",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:a00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fd00::1]",
        "[fe80::1]",
        "[ff02::1]",
        "localhost",
        "localhost.",
    ],
)
def test_no_private_address_is_called_in_whatever_spelling(host: str) -> None:
    reason = unreachable(FetchPolicy(), f"https://{host}:1/")
    assert "is not a public address" in reason or "gaierror" in reason


@pytest.mark.parametrize(
    "found",
    [
        ("127.0.0.1",),
        ("10.0.0.1",),
        ("::1",),
        ("::ffff:192.168.0.1",),
        ("8.8.8.8", "127.0.0.1"),
        ("127.0.0.1", "8.8.8.8"),
        ("2606:4700::1111", "169.254.169.254"),
        ("8.8.8.8", "9.9.9.9", "1.1.1.1", "8.8.4.4", "8.8.8.9", "10.0.0.1"),
    ],
)
def test_a_name_with_one_private_address_is_not_called_at_all(found: tuple[str, ...], names: Names) -> None:
    names("inside.test", *found)
    assert "is not a public address" in unreachable(FetchPolicy(), "https://inside.test/")


def test_the_reason_holds_nothing_of_an_answer() -> None:
    with stranger(b"SSH-2.0-OpenSSH_9.6 canary\r\n\r\n") as inside:
        reason = unreachable(FetchPolicy(private_addresses=True), f"http://{inside.authority}/")
    assert reason == "BadStatusLine"


def test_a_network_of_the_operator_is_called_by_https_alone(tmp_path: Path, names: Names) -> None:
    file = certificate(tmp_path, "rp.test")
    names("rp.test", "127.0.0.1")
    policy = FetchPolicy(ca_bundle=file, own_networks=HOME)
    with stranger(tls=server_tls(file)) as server:
        assert Fetcher(policy).get(f"https://rp.test:{server.port}/").body == b"hello"
        assert Fetcher(policy).post_form(f"https://rp.test:{server.port}/", {"a": "b"}) == 200
        assert "not https" in unreachable(policy, f"http://rp.test:{server.port}/")
    assert server.server_names == ["rp.test", "rp.test"]
    names("rp.test", "127.0.0.1", "10.0.0.1")
    assert "10.0.0.1 is not" in unreachable(policy, f"https://rp.test:{server.port}/")


def test_the_name_is_resolved_once_and_the_connection_goes_to_the_checked_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: Names
) -> None:
    file = certificate(tmp_path, "rp.test")
    names("rp.test", "127.0.0.1")
    with stranger(tls=server_tls(file)) as server, stranger(host="127.0.0.2") as other:
        checked = resolving._addresses
        looked_up: list[str] = []

        def rebinding(host: str, port: int) -> resolving.Answer:
            # The second answer would be another one.
            looked_up.append(host)
            found = checked(host, port)
            names("rp.test", "127.0.0.2")
            return found

        monkeypatch.setattr(resolving, "_addresses", rebinding)
        policy = FetchPolicy(ca_bundle=file, own_networks=(ip_network("127.0.0.1/32"),))
        assert Fetcher(policy).get(f"https://rp.test:{server.port}/").status == 200
        assert looked_up == ["rp.test"]
        assert other.requests == []


def test_the_certificate_must_be_trusted_and_that_of_the_host(tmp_path: Path, names: Names) -> None:
    file = certificate(tmp_path, "rp.test")
    names("rp.test", "127.0.0.1")
    names("other.test", "127.0.0.1")
    with stranger(tls=server_tls(file)) as server:
        url = f"https://rp.test:{server.port}/"
        assert "CERTIFICATE_VERIFY_FAILED" in unreachable(FetchPolicy(own_networks=HOME), url)
        trusting = FetchPolicy(ca_bundle=file, own_networks=HOME)
        assert "CERTIFICATE_VERIFY_FAILED" in unreachable(trusting, f"https://other.test:{server.port}/")
        assert "CERTIFICATE_VERIFY_FAILED" in unreachable(trusting, f"https://{server.authority}/")
        assert server.requests == []
        unverified = FetchPolicy(own_networks=HOME, verify_tls=False)
        assert Fetcher(unverified).get(url).status == 200


def test_a_certificate_of_an_address_serves_that_address(tmp_path: Path) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    with stranger(tls=server_tls(file)) as server:
        policy = FetchPolicy(ca_bundle=file, own_networks=HOME)
        assert Fetcher(policy).get(f"https://{server.authority}/").status == 200


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_versions_of_tls_are_not_spoken(tmp_path: Path) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    tls = server_tls(file)
    tls.minimum_version = ssl.TLSVersion.TLSv1
    tls.maximum_version = ssl.TLSVersion.TLSv1_1
    with stranger(tls=tls) as server:
        policy = FetchPolicy(ca_bundle=file, own_networks=HOME)
        assert "SSLError" in unreachable(policy, f"https://{server.authority}/")
        assert server.requests == []
