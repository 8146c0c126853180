"""Instances of the example: one that trusts the live server, one that trusts an issuer of the tests."""

from collections.abc import Iterator

import pytest

from tests.examples.webapi.issuer import ORGANIZATION, Issuer, issuing
from tests.examples.webapi.process import REVOCABLE, WebApi, new_client, serving, write_platforms
from tests.support.node import Node, installed
from tests.support.server import ApiClientCredentials, Server, free_port

MT4 = "3029d415-d0a6-4710-a9c1-8cb063ef872f"
MT5 = "5b1f2c0e-9a44-4a53-8f5d-6a3f0c7f1e02"
FOREIGN = "77777777-9a44-4a53-8f5d-6a3f0c7f1e02"


@pytest.fixture(scope="session")
def api_client(live_server: Server) -> ApiClientCredentials:
    """An API client of an organization with two trade platforms."""
    return new_client(live_server)


@pytest.fixture(scope="session")
def webapi(
    live_server: Server, api_client: ApiClientCredentials, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebApi]:
    """An instance that trusts the live server; who stands in `revoked` beside its log is revoked."""
    folder = tmp_path_factory.mktemp("webapi")
    variables = platforms_of(api_client.organization_id, folder)
    variables["REVOKED_CLIENTS"] = str(folder / "revoked")
    with serving(folder, live_server.issuer, target=REVOCABLE, **variables) as running:
        yield running


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """An issuer that signs what tests want."""
    with issuing() as running:
        yield running


@pytest.fixture(scope="session")
def page_port() -> int:
    """A port for applications in browsers; those of the host `app.localhost` may call."""
    return free_port()


@pytest.fixture(scope="session")
def strict(issuer: Issuer, page_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApi]:
    """An instance, as its README starts it, that trusts that issuer."""
    folder = tmp_path_factory.mktemp("strict")
    variables = platforms_of(ORGANIZATION, folder)
    variables["WEBAPI_ORIGINS"] = f"https://app.example http://app.localhost:{page_port}"
    with serving(folder, issuer.url, **variables) as running:
        yield running


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """Node with the pinned packages; tests are left out where it is not installed."""
    return installed(tmp_path_factory.mktemp("node"))


def platforms_of(organization: str, folder: object) -> dict[str, str]:
    """Write trade platforms of an organization, and one of another; return where they are."""
    file = f"{folder}/trade-platforms.db"
    write_platforms(
        file,
        (MT4, organization, "Demo MT4", "MT4"),
        (MT5, organization, "Demo MT5", "MT5"),
        (FOREIGN, "somebody-else", "Theirs", "MT4"),
    )
    return {"TRADE_PLATFORMS_DB": file}
