from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest

from authserver.base.fetch import FetchPolicy
from authserver.config import load
from tests.config.conftest import Set
from tests.config.test_refusals import PRODUCTION
from tests.support.certificates import certificate

Refusal = Callable[[], str]


def test_without_settings_only_public_addresses_are_called_and_everything_is_counted() -> None:
    settings = load()
    assert settings.fetch_policy == FetchPolicy()
    assert settings.limits
    assert settings.session_same_site == "lax"


def test_authorities_and_networks_of_the_operator_are_for_production_too(
    variables: Set, tmp_path: Path
) -> None:
    bundle = certificate(tmp_path, "rp.test")
    networks = "10.1.0.0/16, fd00:1::/32,192.0.2.7"
    variables(**PRODUCTION | {"outgoing_ca_bundle": str(bundle), "outgoing_networks": networks})
    assert load().fetch_policy == FetchPolicy(
        ca_bundle=bundle,
        own_networks=(ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"), ip_network("192.0.2.7/32")),
    )


def test_a_test_configuration_lets_everything_through(variables: Set) -> None:
    variables(
        issuer="https://localhost:8443",
        outgoing_tls_verify="false",
        outgoing_private_addresses="true",
        limits="false",
        session_same_site="none",
        password_memory="8",
        password_passes="1",
    )
    settings = load()
    assert settings.fetch_policy == FetchPolicy(verify_tls=False, private_addresses=True)
    assert not settings.limits
    assert settings.session_same_site == "none"


@pytest.mark.parametrize(
    ("name", "value"),
    [("OUTGOING_TLS_VERIFY", "false"), ("OUTGOING_PRIVATE_ADDRESSES", "true"), ("LIMITS", "false")],
)
def test_production_refuses_what_is_for_tests(
    variables: Set, refusal: Refusal, name: str, value: str
) -> None:
    variables(**PRODUCTION | {name.lower(): value})
    assert refusal().startswith(f"AUTHSERVER_{name}: must be o")


def test_production_may_let_frames_see_the_session(variables: Set) -> None:
    variables(**PRODUCTION | {"session_same_site": "none"})
    assert load().session_same_site == "none"


def test_over_http_no_browser_would_keep_a_cookie_for_frames(variables: Set, refusal: Refusal) -> None:
    variables(session_same_site="none")
    assert refusal().startswith("AUTHSERVER_SESSION_SAME_SITE: can be none with an https issuer only")


@pytest.mark.parametrize("networks", ["10.0.0.1/8", "10.0.0.0/33", "office", "10.0.0.0/8;10.1.0.0/16"])
def test_what_is_no_network_is_refused(variables: Set, refusal: Refusal, networks: str) -> None:
    variables(outgoing_networks=networks)
    assert refusal().startswith("AUTHSERVER_OUTGOING_NETWORKS: must be networks such as")
    assert networks not in refusal()


@pytest.mark.parametrize("networks", ["0.0.0.0/0", "::/0", "10.0.0.0/8,2000::/3"])
def test_the_internet_is_nobodys_own_network(variables: Set, refusal: Refusal, networks: str) -> None:
    variables(outgoing_networks=networks)
    assert refusal().startswith("AUTHSERVER_OUTGOING_NETWORKS: must be networks of yours")


def test_a_bundle_must_be_there_and_hold_certificates(
    variables: Set, refusal: Refusal, tmp_path: Path
) -> None:
    variables(outgoing_ca_bundle=str(tmp_path / "nothing.pem"))
    assert refusal() == "AUTHSERVER_OUTGOING_CA_BUNDLE: there is no such file"
    (tmp_path / "wrong.pem").write_text("hunter2")
    for path in (tmp_path / "wrong.pem", tmp_path):
        variables(outgoing_ca_bundle=str(path))
        assert refusal() == "AUTHSERVER_OUTGOING_CA_BUNDLE: must be a readable file of certificates in PEM"
