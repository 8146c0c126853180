"""Pages of lists: one item more is read than shown, so that the last page says that it is the last."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from authserver.management.call import Call
from authserver.management.messages.paging import PageQuery

T = TypeVar("T")


def page(
    call: Call, read: Callable[[str, int], Sequence[T]], key: Callable[[T], str]
) -> tuple[Sequence[T], str | None]:
    """Return the items of the page that is asked for, and the cursor of the next, None at the end.

    `read` takes behind which key to begin and how many items to return. Raises Problem for a cursor that is
    not of this list.
    """
    asked = call.search(PageQuery)
    found = read(call.cursors.open(call.path, asked.cursor), asked.limit + 1)
    shown = found[: asked.limit]
    more = len(found) > len(shown)
    return shown, call.cursors.seal(call.path, key(shown[-1])) if more else None
