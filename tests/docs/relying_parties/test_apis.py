"""APIs of the kit: each takes tokens that are made out to it, and no others."""

from collections.abc import Iterator

import pytest

from tests.docs.relying_parties.kinds import KINDS, Kind, prepared
from tests.docs.relying_parties.orders import READ, WRITE, asks
from tests.docs.relying_parties.running import Sample, running
from tests.interop.apis import token
from tests.support.server import ApiClientCredentials, Server


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def api(
    request: pytest.FixtureRequest,
    kit_server: Server,
    reader: ApiClientCredentials,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sample]:
    """A sample that runs."""
    kind: Kind = request.param
    ready, command = prepared(kind, kind.api, tmp_path_factory.mktemp(kind.name), request)
    expected = {"ISSUER": kit_server.issuer, "AUDIENCE": "kit", "SCOPE": READ}
    with running(ready, command, **expected):
        yield ready


def test_a_token_made_out_to_the_api_opens_it_for_its_organization(
    api: Sample, kit_server: Server, reader: ApiClientCredentials
) -> None:
    answer = asks(api, token(kit_server.issuer, reader))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"organization": reader.organization_id, "permissions": []}


def test_a_token_with_another_scope_of_the_api_is_not_enough(api: Sample, kit_server: Server) -> None:
    answer = asks(api, token(kit_server.issuer, kit_server.new_client(WRITE)))
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


def test_a_token_made_out_to_another_api_opens_nothing(api: Sample, kit_server: Server) -> None:
    answer = asks(api, token(kit_server.issuer, kit_server.new_client("webapi")))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_an_id_token_opens_nothing(api: Sample, id_token: str) -> None:
    assert asks(api, id_token).status_code == 401


def test_what_was_altered_or_is_no_token_opens_nothing(
    api: Sample, kit_server: Server, reader: ApiClientCredentials
) -> None:
    head, claims, signature = token(kit_server.issuer, reader).split(".")
    other = "A" if signature[9] != "A" else "B"
    forged = f"{signature[:9]}{other}{signature[10:]}"
    for text in (f"{head}.{claims}.{forged}", f"{head}.{claims}.", f"{head}.{claims}", "a.b.c", ""):
        assert asks(api, text).status_code == 401, text
