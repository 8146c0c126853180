"""What all messages share: strict and frozen, no member that means nothing, times as RFC 3339 texts."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic import WithJsonSchema as Schema

from authserver.base.clock import LATEST, iso

MOST_NAMES = 200
"""Permissions or scopes in one list."""

UUID = Annotated[str, Schema({"type": "string", "format": "uuid"})]
_TIME: dict[str, object] = {"type": "string", "format": "date-time"}

Time = Annotated[int, PlainSerializer(iso, return_type=str), Schema(_TIME, mode="serialization")]
"""A moment in an answer: Unix seconds inside, RFC 3339 in UTC outside."""


def _moment(text: object) -> object:
    if not isinstance(text, str):
        raise ValueError("a time is a text as RFC 3339 has it, such as 2027-01-31T12:00:00Z")  # noqa: TRY004 - pydantic wants it
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("a time is a text as RFC 3339 has it, such as 2027-01-31T12:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("a time names its zone, such as Z")
    at = int(moment.timestamp())
    # A zone west of Greenwich leads from the last year that has a text into one that has none.
    if not 0 <= at <= LATEST:
        raise ValueError("this time is out of reach")
    return at


WantedTime = Annotated[int, BeforeValidator(_moment), Schema(_TIME)]
"""A moment in a request."""


def _each_once(names: list[str]) -> list[str]:
    if len(set(names)) != len(names):
        raise ValueError("a name stands here twice")
    return names


Names = Annotated[
    list[Annotated[str, Field(max_length=200)]], Field(max_length=MOST_NAMES), AfterValidator(_each_once)
]
"""Permissions or scopes in a request."""

Text = Annotated[str, Field(min_length=1, max_length=300)]
"""A text of a request; what else it must be, the room that keeps it knows."""


class Asked(BaseModel):
    """A body: JSON types are taken as they are, and unknown members are refused (checklist M2)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Searched(BaseModel):
    """A query: texts that are read as what they shall be; unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answered(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)
