"""Applications over both databases, with letters in a list and relying parties before them."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.accounts.conftest import (
    app,
    migrated,
    post,
    quick_keys,
    schema_url,
    shared_database,
    some_rsa_keys,
    twins,
)
from tests.front_channel.party import Party, new_party
from tests.front_channel.visit import Visitor, visitor
from tests.support.people import Post, member

__all__ = [
    "app",
    "migrated",
    "post",
    "quick_keys",
    "schema_url",
    "shared_database",
    "some_rsa_keys",
    "twins",
]

NewParty = Callable[..., Party]


@pytest.fixture
def party(app: Flask) -> Party:
    """An application of the house, which asks for no consent."""
    return new_party(app)


@pytest.fixture
def stranger_party(app: Flask) -> Party:
    """An application of another house, which needs consent."""
    return new_party(app, "Analytics", first_party=False)


@pytest.fixture
def anna(app: Flask, post: Post) -> Visitor:
    """Somebody who is signed in."""
    return visitor(member(app, post))


@pytest.fixture
def both(twins: tuple[Flask, Flask]) -> tuple[Party, Visitor]:
    """An application and somebody who is signed in, where there are two instances."""
    one, _other = twins
    return new_party(one), visitor(member(one, Post(one)))


@pytest.fixture
def hint(party: Party, anna: Visitor) -> str:
    """The ID token of a person whose session is here."""
    return anna.tokens(party).identity


@pytest.fixture
def old_hint(party: Party, anna: Visitor) -> str:
    """The ID token of a session that is over, while its person has signed in anew."""
    token = anna.tokens(party).identity
    anna.browser.submit("/logout")
    anna.sign_in(anna.open("/login"))
    assert anna.signed_in
    return token
