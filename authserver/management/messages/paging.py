"""Lists in pages: how many, and from where on."""

from pydantic import Field

from authserver.management.messages.base import Answered, Searched

MOST = 100


class PageQuery(Searched):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=MOST, description="Items at most")
    cursor: str | None = Field(
        None, max_length=1000, description="The `next` of the page before; good for this list alone"
    )


class Page(Answered):
    """A part of a list."""

    next: str | None = Field(description="The cursor of the next page; null at the end of the list")
