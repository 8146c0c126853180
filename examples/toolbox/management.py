"""The management API of the provider, with the person's own access token: it decides who may do what."""

from dataclasses import dataclass
from typing import Any

import requests

from examples.toolbox import visit
from examples.toolbox.platforms import MANAGE, READ
from examples.toolbox.visit import SignedOutError, acting_in, person, services

MEMBERS = "members:manage"
API_CLIENTS = "api_clients:manage"


class RefusedError(Exception):
    """The API said No; holds its status and what it tells people (RFC 9457: detail)."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class ChangedError(Exception):
    """Somebody changed meanwhile what a form was about, so the API changed nothing."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be granted, in words."""

    name: str
    description: str


def catalogue() -> tuple[list[Permission], list[str]]:
    """Return the permissions that this person can grant, because they hold them, and the scopes to give.

    This product's own come first.
    """
    said = call("GET", "/permissions")
    offered = [Permission(each["name"], each["description"]) for each in said["permissions"]]
    held = [each for each in offered if person().may(each.name)]
    return sorted(held, key=lambda each: each.name not in (READ, MANAGE)), said["scopes"]


def page(path: str, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of a list of the active organization, and the cursor of the next."""
    said = in_organization("GET", path, params={"cursor": cursor} if cursor else None)
    return said["items"], said["next"]


def in_organization(method: str, path: str, **more: Any) -> Any:
    """Call what is about the active organization.

    Raises RefusedError, ChangedError, SignedOutError, MovedError.
    """
    return call(method, _of_organization(path), **more)


def tagged(path: str) -> tuple[Any, str]:
    """Return what the active organization has at an address, and what `If-Match` says to change just this."""
    answer = _answer("GET", _of_organization(path))
    return answer.json(), answer.headers["ETag"]


def _of_organization(path: str) -> str:
    active = acting_in()
    if active is None:
        raise RefusedError(requests.codes.forbidden, "You belong to no organization.")
    return f"/organizations/{active.id}{path}"


def call(method: str, path: str, **more: Any) -> Any:
    """Call one address and return what it says. Raises RefusedError, ChangedError, SignedOutError."""
    answer = _answer(method, path, **more)
    return answer.json() if answer.content else None


def _answer(method: str, path: str, **more: Any) -> requests.Response:
    provider = services().provider
    answer = provider.request(method, f"{provider.issuer}/api/v1{path}", person().tokens, **more)
    if answer.status_code == requests.codes.unauthorized:
        visit.leave()
        raise SignedOutError
    # RFC 9110 section 15.5.13: what was read is not what is there.
    if answer.status_code == requests.codes.precondition_failed:
        raise ChangedError
    if not answer.ok:
        raise RefusedError(answer.status_code, _detail(answer))
    return answer


def _detail(answer: requests.Response) -> str:
    try:
        said = answer.json()
    except requests.JSONDecodeError:
        return f"The identity server answered {answer.status_code}."
    faults = " ".join(fault["detail"] for fault in said.get("errors", ()))
    return faults or str(said.get("detail", ""))
