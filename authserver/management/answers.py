"""Answers as they are sent: what an act gave, or why the request was refused."""

from collections.abc import Iterator
from typing import NamedTuple

from flask import Response, g

from authserver.management.conditions import tag_of
from authserver.management.messages.problem import ProblemDetails
from authserver.management.problems import Problem
from authserver.management.route import JSON, Route

PROBLEM = "application/problem+json"


class Sent(NamedTuple):
    """What is sent, now or once more."""

    body: bytes
    location: str = ""
    replayed: bool = False
    stream: Iterator[bytes] | None = None
    media: str = JSON


def answered(route: Route, sent: Sent) -> Response:
    """Return the answer of a route."""
    body = sent.body if sent.stream is None else sent.stream
    answer = Response(body, route.status, content_type=sent.media)
    if route.status == 204:  # noqa: PLR2004 - no content
        del answer.headers["Content-Type"]
    if sent.location:
        answer.headers["Location"] = sent.location
    if route.tagged:
        answer.headers["ETag"] = tag_of(sent.body)
    if sent.replayed:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


def refused(problem: Problem) -> Response:
    """Return problem details (RFC 9457 section 3)."""
    said = ProblemDetails(
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        request_id=g.get("request_id", ""),
        errors=list(problem.faults),
    )
    answer = Response(said.model_dump_json(), problem.status, content_type=PROBLEM)
    for name, value in problem.headers:
        answer.headers[name] = value
    return answer
