"""The declarative base of all tables, and the column types they share. Knows no Flask."""

from typing import Annotated, cast

from sqlalchemy import BigInteger, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[str, mapped_column(String(36))]
"""A UUID in canonical text form."""

Seconds = Annotated[int, mapped_column(BigInteger)]
"""A Unix time in seconds; the same comparison on every database."""

Name = Annotated[str, mapped_column(String(200))]
"""A name that people gave."""


class Base(DeclarativeBase):
    """Base of every table, with constraint names that migrations can rely on."""

    metadata = MetaData(naming_convention=NAMING)


def table_of(rows: type[Base]) -> Table:
    """Return the table of a model: for statements that are made once and know columns, not objects."""
    return cast("Table", rows.__table__)
