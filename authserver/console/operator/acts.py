"""What operators do to one thing: a page asks, with what it means, and a form with a fresh sign-in does it.

Which acts there are for a thing as it is now, one function per kind says; others are not found.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from authserver.accounts.forms import typed
from authserver.accounts.views import visitor
from authserver.audit.log import Origin
from authserver.base.errors import NotFound, Refused
from authserver.console.operator.room import operators, origin, shown
from authserver.console.organization.forms import TypedNameForm
from authserver.console.views.fresh import fresh
from authserver.organizations.organization import require_typed_name
from authserver.web.unit_of_work import all_or_nothing

T = TypeVar("T")

CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Act(Generic[T]):
    """One thing to do. Texts are lazy: they are shown in the reader's language."""

    button: str
    meaning: str
    """What follows, for who is about to do it."""
    done: str
    do: Callable[[T, Origin], object]
    final: bool = False
    """Whether it can't be undone: the name has to be typed, and the list is shown afterwards."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of thing: where its pages are, and what may be done to one of them now."""

    endpoint: str
    path: str
    """Of its list; each thing's page is below it, by its id."""
    find: Callable[[str], T]
    """Raises NotFound."""
    name: Callable[[T], str]
    acts: Callable[[T], Mapping[str, Act[T]]]
    has_page: bool = True
    """Whether each has a page of its own to come back to."""


def add_acts(views: Blueprint, kind: Kind[T]) -> None:
    """Route the pages that ask, and the acts."""

    def ask(its_id: str, act: str) -> Response:
        return _page(kind, its_id, *_found(kind, its_id, act), TypedNameForm(formdata=None))

    def carry_out(its_id: str, act: str) -> Response:
        thing, wanted = _found(kind, its_id, act)
        form = TypedNameForm()
        if wanted.final:
            try:
                require_typed_name(typed(form.confirm), kind.name(thing))
            except Refused:
                form.confirm.errors = [_("Type the name exactly as it stands above.")]
                return _page(kind, its_id, thing, wanted, form, 400)
        try:
            with all_or_nothing():
                wanted.do(thing, origin())
        except NotFound:
            raise
        except Refused as refusal:
            return _page(kind, its_id, thing, wanted, form, CONFLICT, problem=str(refusal))
        stays = kind.has_page and not wanted.final
        return visitor.see_other(f"{kind.path}/{its_id}?said={act}" if stays else f"{kind.path}?said={act}")

    rule = f"{kind.path}/<its_id>/<act>"
    asked, done = f"{kind.endpoint}_ask", f"{kind.endpoint}_act"
    views.add_url_rule(rule, view_func=operators(ask), methods=["GET"], endpoint=asked)
    views.add_url_rule(rule, view_func=fresh(operators(carry_out)), methods=["POST"], endpoint=done)


def said(acts: Mapping[str, Act[T]]) -> str | None:
    """Return what was done just now, by what the address says."""
    act = acts.get(request.args.get("said", ""))
    return str(act.done) if act else None


def _found(kind: Kind[T], its_id: str, act: str) -> tuple[T, Act[T]]:
    thing = kind.find(its_id)
    wanted = kind.acts(thing).get(act)
    if wanted is None:
        abort(404)
    return thing, wanted


def _page(
    kind: Kind[T],
    its_id: str,
    thing: T,
    act: Act[T],
    form: TypedNameForm,
    status: int = 200,
    *,
    problem: str | None = None,
) -> Response:
    back = f"{kind.path}/{its_id}" if kind.has_page else kind.path
    return shown("act", status, name=kind.name(thing), act=act, form=form, back=back, problem=problem)
