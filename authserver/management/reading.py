"""Reading a request: exactly one query, one JSON object, nothing that is read in two ways."""

from typing import Any, TypeVar
from urllib.parse import parse_qsl

import orjson
from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from authserver.management.messages.base import Asked, Searched
from authserver.management.problems import Problem, invalid
from authserver.management.route import JSON

MOST_PARAMETERS = 20

M = TypeVar("M", bound=BaseModel)


def read_query(kind: type[Searched]) -> Searched:
    """Return the query of the request. Raises Problem."""
    try:
        pairs = parse_qsl(
            request.query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        raise Problem(400, "The query is not well-formed UTF-8.") from None
    named = dict(pairs)
    if len(named) != len(pairs):
        raise Problem(400, "A parameter is repeated.")
    return _validated(kind, named, 400, "query")


def read_body(kind: type[Asked] | None) -> Asked | None:
    """Return the body of the request; None where the route takes none. Raises Problem."""
    try:
        content = request.get_data()
    except RequestEntityTooLarge:
        raise Problem(413, "The body is too large.") from None
    if kind is None:
        if content:
            raise Problem(400, "This takes no body.")
        return None
    if request.mimetype != JSON:
        raise Problem(415, f"The body must be {JSON}.")
    try:
        said: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Problem(400, "The body is not well-formed JSON.") from None
    return _validated(kind, said, 422, "body")


def read_headers(kind: type[BaseModel] | None) -> None:
    """Check the headers that a route takes. Raises Problem."""
    if kind:
        _validated(kind, dict(request.headers), 400, "header")


def _validated(kind: type[M], said: object, status: int, place: str) -> M:
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        raise invalid(error, status, place) from None
