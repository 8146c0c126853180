"""The way of every request: who calls, may they, what do they ask for, do it, answer.

Refusals are answers and commit; what a refused act had written is undone by the act itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Response, current_app, g, request
from spectree import Response as Documented
from spectree import SpecTree
from spectree.plugins.flask_plugin import FlaskPlugin
from werkzeug.routing import Rule

from authserver.accounts.services import services as accounts
from authserver.audit.event import Origin
from authserver.base.errors import Forbidden, Refused
from authserver.base.source import source_of
from authserver.management import creating, cross_origin
from authserver.management.answers import Sent, answered, refused
from authserver.management.call import Call
from authserver.management.messages.headers import ConditionHeaders, CreationHeaders
from authserver.management.messages.problem import ProblemDetails
from authserver.management.problems import Problem, problem_of
from authserver.management.reading import read_body, read_headers, read_query
from authserver.management.route import Route
from authserver.management.services import services
from authserver.organizations import refusals
from authserver.organizations.authority import look, visit
from authserver.web.requests import from_anywhere

ALWAYS = (400, 401, 403)
"""Refusals that every route may answer with."""

ENDPOINTS = "management."
"""How the endpoints of routes begin."""

View = Callable[..., Response]


class Reading(FlaskPlugin):
    """How `spectree` reads a request: strictly, by the models that it makes the document of."""

    def find_routes(self) -> Iterator[Rule]:
        """Return the rules of routes: those of other rooms are no part of the document."""
        rules = current_app.url_map.iter_rules()
        return (rule for rule in rules if rule.methods and rule.endpoint.startswith(ENDPOINTS))

    def validate(self, func: Any, query: Any, json: Any, _form: Any, headers: Any, *others: Any) -> Any:
        """Call a function with what was read. Raises Problem."""
        # What it hands over last is what the view handed over.
        call: Call = others[-1]
        read_headers(headers)
        return func(replace(call, query=read_query(query), body=read_body(json)))


def view_of(route: Route, documented: SpecTree) -> View:
    """Return the Flask view of a route."""

    def act(call: Call) -> Sent:
        return creating.create_once(call, route.act) if route.creates else creating.sent(route.act(call))

    act.__doc__ = route.act.__doc__
    validated = documented.validate(
        query=route.query,
        json=route.body,
        headers=_headers(route),
        resp=_answers(route),
        tags=(route.tag,),
        operation_id=route.name,
        security=[{"bearer": []}],
    )(act)

    def answer(**ids: UUID) -> Response:
        call = arrived({name: str(each) for name, each in ids.items()}, route.needs)
        try:
            require(call)
            return answered(route, validated(call))
        except Forbidden:
            if "organization_id" in call.ids:
                refusals.note(accounts().refusals, call.by, call.organization_id, route.name, call.origin)
            raise

    return wraps(validated)(guarded(answer))


def guarded(view: View) -> View:
    """Return a view whose refusals are problem details, and whose answers registered origins may read."""

    @from_anywhere
    def wrapped(**ids: Any) -> Response:
        try:
            answer = view(**ids)
        except Problem as problem:
            answer = refused(problem)
        except Refused as refusal:
            answer = refused(problem_of(refusal))
        return cross_origin.share(answer)

    return wrapped


def admit(needs: str) -> None:
    """Let those pass who may call outside of any organization. Raises Problem, Forbidden."""
    require(arrived({}, needs))


def arrived(ids: dict[str, str], needs: str) -> Call:
    """Return the call of whoever has a token. Raises Problem."""
    caller = services().authenticate(request.headers.get("Authorization", ""))
    source = source_of(request.environ, accounts().settings.trusted_proxy_hops)
    return Call(
        caller,
        Origin(caller.actor, source, g.request_id, caller.application),
        request.path,
        needs,
        services().cursors,
        ids,
        if_match=request.headers.get("If-Match"),
    )


def require(call: Call) -> None:
    """Let those pass who may make a call: by default nobody. Raises NotFound, Forbidden."""
    if call.needs == "person":
        if not call.caller.is_person:
            raise Forbidden("This is for people, and no API client.")
    elif call.needs == "belongs":
        visit(call.by, call.organization_id)
    elif call.needs != "signed in":
        look(call.by, call.organization_id, call.needs)


def _headers(route: Route) -> type[CreationHeaders] | type[ConditionHeaders] | None:
    if route.creates:
        return CreationHeaders
    return ConditionHeaders if route.conditional else None


def _answers(route: Route) -> Documented:
    statuses = {*ALWAYS, *route.refusals}
    statuses |= {404} if "<" in route.path else set()
    statuses |= {412} if route.conditional else set()
    statuses |= {413, 415, 422} if route.body else set()
    statuses |= {409, 422} if route.creates else set()
    models: dict[str, Any] = {f"HTTP_{status}": ProblemDetails for status in sorted(statuses)}
    return Documented(**{f"HTTP_{route.status}": route.answer} | models)
