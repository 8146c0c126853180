"""The OpenAPI 3.1 document, made of the routes and of the models that validate them."""

from typing import Any

import orjson
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from authserver.management.answers import PROBLEM
from authserver.management.door import Reading
from authserver.management.messages.problem import ProblemDetails
from authserver.management.route import JSON, Route, Routes

VERSION = "1"
OPENAPI = "3.1.0"

DESCRIPTION = (
    "Organizations, their people, their API clients and secrets. A call carries an access token with the "
    "scope `management`, made out to this API: of a person, by an application, or of an API client. Each "
    "operation says in `x-needs` which permission it needs in the organization of its path."
)

WORDS = {
    "signed in": "a token for this API",
    "person": "a token of a person",
    "belongs": "to belong to the organization",
}
"""What `x-needs` says where no permission is needed."""

_HEADERS = {
    "Location": "Where the new thing is found",
    "ETag": "What to send in If-Match when changing it",
    "Idempotency-Replayed": "Whether this answer was given before",
    "WWW-Authenticate": "Which token is needed (RFC 6750)",
    "Retry-After": "Seconds after which to try again",
}


def new_document() -> SpecTree:
    """Return a document without operations."""
    bearer = SecuritySchemeData(
        type=SecureType.HTTP, scheme="bearer", bearer_format="JWT", description="An access token (RFC 6750)"
    )
    return SpecTree(
        backend=Reading,
        mode="strict",
        annotations=False,
        validation_error_status=400,
        validation_error_model=ProblemDetails,
        page_templates={},
        title="Management API",
        description=DESCRIPTION,
        version=VERSION,
        openapi_version=OPENAPI,
        security_schemes=[SecurityScheme(name="bearer", data=bearer)],
        naming_strategy=_name,
        nested_naming_strategy=_nested_name,
    )


def document_of(documented: SpecTree, routes: Routes, issuer: str) -> bytes:
    """Return the document as it is served."""
    made: dict[str, Any] = orjson.loads(orjson.dumps(documented.spec))
    made["servers"] = [{"url": issuer}]
    operations = {
        operation["operationId"]: operation for path in made["paths"].values() for operation in path.values()
    }
    for route in routes:
        _complete(operations[route.name], route)
    return orjson.dumps(made)


def _complete(operation: dict[str, Any], route: Route) -> None:
    """Add what the library does not know: who may call, the media type of problems, headers of answers."""
    operation["x-needs"] = WORDS.get(route.needs, route.needs)
    operation["parameters"] = [_tidy(parameter) for parameter in operation["parameters"]]
    for status, answer in operation["responses"].items():
        names = _headers_of(route, int(status))
        if int(status) >= 400 and "content" in answer:  # noqa: PLR2004 - refusals
            answer["content"] = {PROBLEM: answer["content"][JSON]}
        if int(status) == route.status and route.media:
            answer["content"] = {media: {"schema": {"type": "string"}} for media in route.media}
        if names:
            answer["headers"] = {
                name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in names
            }


def _tidy(parameter: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter without what is said twice, and without null: it is there, or it is left out."""
    schema = parameter["schema"]
    schema |= next((each for each in schema.pop("anyOf", []) if each["type"] != "null"), {})
    kept = {name: value for name, value in schema.items() if name not in ("title", "description")}
    return parameter | {"schema": {name: value for name, value in kept.items() if value is not None}}


def _headers_of(route: Route, status: int) -> tuple[str, ...]:
    if status == 401:  # noqa: PLR2004 - as RFC 6750 has it
        return ("WWW-Authenticate",)
    if status == 429:  # noqa: PLR2004 - too many requests
        return ("Retry-After",)
    if status != route.status:
        return ()
    created = ("Location", "Idempotency-Replayed") if route.creates else ()
    return (*created, "ETag") if route.tagged else created


def _name(model: Any) -> str:
    return str(model.__name__)


def _nested_name(_parent: str, child: str) -> str:
    return child
