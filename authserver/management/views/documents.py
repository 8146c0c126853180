"""What the API is: a document for programs, and a page of it for people; open to everybody."""

from functools import cache
from typing import Any, NamedTuple

import orjson
from flask import Blueprint, Response, current_app
from spectree import SpecTree

from authserver.management.document import document_of
from authserver.management.route import PREFIX, Routes
from authserver.web.pages import page

KEPT = 300
"""Seconds for which anybody may keep the document."""


class Operation(NamedTuple):
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    needs: str
    parameters: tuple[str, ...]
    body: str
    answer: str


class Field(NamedTuple):
    """One member of a model as the page shows it."""

    name: str
    kind: str
    required: bool
    description: str


def add_documents(views: Blueprint, documented: SpecTree, routes: Routes) -> None:
    """Serve the document and the page of it."""

    @cache
    def made(issuer: str) -> bytes:
        return document_of(documented, routes, issuer)

    def document() -> Response:
        answer = Response(made(_issuer()), content_type="application/json")
        answer.headers["Cache-Control"] = f"public, max-age={KEPT}"
        # Any page may read it.
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    def readable() -> Response:
        said = orjson.loads(made(_issuer()))
        return page(
            "management/document.html",
            info=said["info"],
            sections=_sections(said),
            models={name: _fields(model) for name, model in said["components"]["schemas"].items()},
            document=f"{PREFIX}/openapi.json",
        )

    for path, name, view in (("/openapi.json", "document", document), ("/", "page", readable)):
        views.add_url_rule(PREFIX + path, name, view, methods=["GET"], provide_automatic_options=False)


def _issuer() -> str:
    return str(current_app.config["ISSUER"])


def _sections(said: dict[str, Any]) -> dict[str, list[Operation]]:
    sections: dict[str, list[Operation]] = {}
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            shown = _operation(method.upper(), path, operation)
            sections.setdefault(operation["tags"][0], []).append(shown)
    return sections


def _operation(method: str, path: str, operation: dict[str, Any]) -> Operation:
    good = next(answer for status, answer in sorted(operation["responses"].items()) if status < "3")
    return Operation(
        operation["operationId"],
        method,
        path,
        operation["summary"],
        operation["x-needs"],
        tuple(each["name"] for each in operation["parameters"] if each["in"] != "path"),
        _model(operation.get("requestBody", {})),
        _model(good),
    )


def _model(part: dict[str, Any]) -> str:
    content = part.get("content", {}).values()
    return next((str(each["schema"].get("$ref", "")).rpartition("/")[2] for each in content), "")


def _fields(model: dict[str, Any]) -> list[Field]:
    required = model.get("required", ())
    return [
        Field(name, _kind(member), name in required, member.get("description", ""))
        for name, member in model.get("properties", {}).items()
    ]


def _kind(member: dict[str, Any]) -> str:
    """Return what a member holds, in words such as `array of string or null`."""
    if "anyOf" in member:
        return " or ".join(_kind(each) for each in member["anyOf"])
    if "enum" in member:
        return " or ".join(f'"{each}"' for each in member["enum"])
    if "$ref" in member:
        return str(member["$ref"]).rpartition("/")[2]
    if member.get("type") == "array":
        return f"array of {_kind(member['items'])}"
    return str(member.get("format") or member.get("type", ""))
