"""A small and a big installation on each kind of database, filled once for all tests that read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.growth.filling import BIG, SMALL
from tests.growth.installation import Installation, Template, copied, new_template, opened
from tests.support.application import Clock
from tests.support.postgresql import Cluster


@dataclass(frozen=True, eq=False)
class Pair:
    """The same pages and people, among few others and among many."""

    small: Installation
    big: Installation


@pytest.fixture(scope="session")
def clock() -> Clock:
    """The clock of short caches while something is counted: all that they hold is too old then."""
    return Clock()


@pytest.fixture(scope="session", params=DATABASES)
def templates(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Template, Template]:
    """A small and a big database, filled."""
    folder = tmp_path_factory.mktemp("growth")
    if request.param == "sqlite":
        small, big = (f"sqlite:///{folder / name}.db" for name in ("small", "big"))
    else:
        running: Cluster = request.getfixturevalue("postgresql")
        small, big = running.new_database(), running.new_database()
    return new_template(small, folder, SMALL), new_template(big, folder, BIG)


@pytest.fixture(scope="session")
def cluster(templates: tuple[Template, Template], request: pytest.FixtureRequest) -> Cluster | None:
    """The cluster of the databases; None on SQLite."""
    on_sqlite = templates[0].url.startswith("sqlite")
    return None if on_sqlite else request.getfixturevalue("postgresql")


@pytest.fixture(scope="session")
def pair(
    templates: tuple[Template, Template],
    cluster: Cluster | None,
    tmp_path_factory: pytest.TempPathFactory,
    clock: Clock,
) -> Iterator[Pair]:
    """Both, for tests that read."""
    yield from _pair(templates, cluster, tmp_path_factory.mktemp("read"), clock)


@pytest.fixture(scope="session")
def spare(
    templates: tuple[Template, Template],
    cluster: Cluster | None,
    tmp_path_factory: pytest.TempPathFactory,
    clock: Clock,
) -> Iterator[Pair]:
    """Both once more, for tests that write."""
    yield from _pair(templates, cluster, tmp_path_factory.mktemp("written"), clock)


def _pair(
    templates: tuple[Template, Template], cluster: Cluster | None, folder: Path, clock: Clock
) -> Iterator[Pair]:
    one, other = folder / "small", folder / "big"
    one.mkdir()
    other.mkdir()
    small, big = copied(templates[0], cluster, one), copied(templates[1], cluster, other)
    with opened(small, one, clock) as few, opened(big, other, clock) as many:
        yield Pair(few, many)
