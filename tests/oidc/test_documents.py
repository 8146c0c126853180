"""Discovery and the key set: the same bytes until something changes, and nothing that does not work."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from authserver.clients.resource import Resource
from authserver.oidc.endpoints.discovery import Discovery
from authserver.oidc.endpoints.document import Document
from authserver.oidc.errors import OAuthError
from authserver.oidc.messages.machine import Answer, MachineRequest
from authserver.oidc.settings import ProtocolSettings
from tests.oidc.world import ISSUER, WEBAPI, World, request

GET = request(method="GET")


@dataclass
class Shelf:
    """A document whose content can be changed."""

    content: bytes = b'{"keys":[]}'
    rendered: list[bytes] = field(default_factory=list)

    def __call__(self) -> bytes:
        self.rendered.append(self.content)
        return self.content


def header(answer: Answer, name: str) -> str | None:
    return dict(answer.headers).get(name)


def ask(document: Document, **changes: Any) -> Answer:
    return document(GET._replace(**changes))


def test_a_document_has_an_etag_and_a_lifetime_and_is_open_to_any_origin() -> None:
    answer = Document(Shelf(), 300)(GET)
    assert answer.status == 200
    assert header(answer, "Cache-Control") == "public, max-age=300"
    assert header(answer, "Access-Control-Allow-Origin") == "*"
    assert header(answer, "Access-Control-Allow-Credentials") is None


@pytest.mark.parametrize("form_of", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_the_document_already_gets_304(form_of: str) -> None:
    document = Document(Shelf(), 300)
    etag = header(document(GET), "ETag") or ""
    again = ask(document, if_none_match=form_of.format(etag))
    assert (again.status, again.body) == (304, b"")
    assert header(again, "ETag") == etag


def test_who_has_an_older_document_gets_the_new_one() -> None:
    shelf = Shelf()
    document = Document(shelf, 300)
    old = header(document(GET), "ETag") or ""
    shelf.content = b'{"keys":[1]}'
    answer = ask(document, if_none_match=old)
    assert (answer.status, answer.body) == (200, shelf.content)
    assert header(answer, "ETag") != old


def test_headers_are_made_once_per_change() -> None:
    document = Document(Shelf(), 300)
    assert document(GET).headers is document(GET).headers


def test_head_is_answered_like_get_and_the_door_leaves_the_content_out() -> None:
    document = Document(Shelf(), 300)
    assert ask(document, method="HEAD") == document(GET)


def test_a_preflight_is_answered_for_any_origin() -> None:
    answer = ask(Document(Shelf(), 300), method="OPTIONS")
    assert answer.status == 204
    assert header(answer, "Access-Control-Allow-Origin") == "*"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE"])
def test_other_methods_are_refused(method: str) -> None:
    with pytest.raises(OAuthError) as refused:
        ask(Document(Shelf(), 300), method=method)
    assert refused.value.wire.status == 405
    assert refused.value.wire.headers == (("Allow", "GET, HEAD, OPTIONS"),)


def discovery(world: World) -> Discovery:
    return Discovery(ProtocolSettings(ISSUER, 300), world)


def test_discovery_says_what_works_and_nothing_else() -> None:
    said = json.loads(discovery(World())())
    assert {
        name: value for name, value in said.items() if name.endswith(("_endpoint", "_uri", "issuer"))
    } == {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/connect/authorize",
        "token_endpoint": f"{ISSUER}/connect/token",
        "userinfo_endpoint": f"{ISSUER}/connect/userinfo",
        "revocation_endpoint": f"{ISSUER}/connect/revocation",
        "introspection_endpoint": f"{ISSUER}/connect/introspect",
        "end_session_endpoint": f"{ISSUER}/connect/endsession",
        "security_events_endpoint": f"{ISSUER}/connect/security-events",
        "jwks_uri": f"{ISSUER}/.well-known/openid-configuration/jwks",
    }
    assert said["response_types_supported"] == ["code"]
    assert said["response_modes_supported"] == ["query", "form_post"]
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    assert "none" not in said["id_token_signing_alg_values_supported"]
    assert "none" not in said["introspection_endpoint_auth_methods_supported"]


def test_discovery_holds_no_null_and_nothing_empty() -> None:
    assert all(value or value is False for value in json.loads(discovery(World())()).values())


def test_discovery_names_the_scopes_of_people_and_those_of_the_resources() -> None:
    scopes = json.loads(discovery(World())())["scopes_supported"]
    assert scopes == [
        "openid", "profile", "email", "address", "phone", "offline_access", "organization", "webapi",
        "webapi.read",
    ]  # fmt: skip


class Catalogue:
    """A catalogue that is read anew only when told."""

    def __init__(self) -> None:
        self.scopes: dict[str, Resource] = {"webapi": WEBAPI}

    def by_scope(self) -> dict[str, Resource]:
        return self.scopes


def test_discovery_is_rendered_once_per_change_of_the_catalogue() -> None:
    catalogue = Catalogue()
    rendered = Discovery(ProtocolSettings(ISSUER, 300), catalogue)
    first = rendered()
    assert rendered() is first
    catalogue.scopes = {"webapi": WEBAPI}
    assert rendered() is first
    catalogue.scopes = {"billing": WEBAPI}
    assert json.loads(rendered())["scopes_supported"][-1] == "billing"


def test_nothing_of_the_request_reaches_discovery() -> None:
    poisoned = MachineRequest("GET", "iss=https://evil.test", "", b"", False, "", "", "192.0.2.66", "r")
    assert b"evil" not in Document(discovery(World()), 300)(poisoned).body
