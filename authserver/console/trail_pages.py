"""What every page of the audit trail can do: what the address asks for, the query of the same, and files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, abort, request

from authserver.audit import exporting, reading
from authserver.audit.event import Entry
from authserver.audit.filter import Filter
from authserver.audit.reading import Page
from authserver.base.errors import Refused
from authserver.console import paging
from authserver.console.trail import actor_of
from authserver.web.unit_of_work import further_units


@dataclass(frozen=True, slots=True)
class Question:
    """What part of a trail is asked for."""

    asked: paging.Asked
    kind: str
    """How the names of the actions begin; empty: all."""
    wanted: Filter

    def query(self, after: str = "") -> str:
        """Return the query that asks for the same, from behind a place; empty when that is everything."""
        facts = {"search": self.asked.search, "kind": self.kind, "after": after}
        query = urlencode({name: text for name, text in facts.items() if text})
        return f"?{query}" if query else ""


def asked(kinds: Mapping[str, str], organization_id: str | None = None) -> Question:
    """Return what the address asks for, of an organization or of the whole server; else it is 400."""
    part, kind = paging.asked(), request.args.get("kind", "")
    if kind and kind not in kinds:
        abort(400)
    return Question(part, kind, Filter(organization_id, actor_of(part.search, organization_id), action=kind))


def read(question: Question) -> Page:
    """Return the page that is asked for; a place that none is names is 400."""
    try:
        return reading.page(question.wanted, after=question.asked.after, limit=paging.SIZE)
    except Refused:
        abort(400)


def file(
    question: Question,
    form: exporting.Format,
    name: str,
    view: Callable[[Sequence[Entry]], Sequence[Entry]] = tuple,
) -> Response:
    """Return all that the pages would show, as a file of one format, page by page as it is read.

    `view` is how whoever asks may see events.
    """
    entries = reading.everything(question.wanted, further_units(), view)
    answer = Response(exporting.export(entries, form), content_type=exporting.MEDIA_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
