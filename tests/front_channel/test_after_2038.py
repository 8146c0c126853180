"""Times that need more than 31 bits: everything goes on, on each kind of database."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from authserver.accounts import directory as accounts
from authserver.audit.log import SYSTEM
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.endings import signs_out
from tests.front_channel.feed import api
from tests.front_channel.visit import visitor
from tests.support.people import Post, member

LATE = 2**31 + 365 * 86_400


@pytest.fixture(autouse=True)
def in_2039() -> Iterator[None]:
    """Let it be 2039 already."""
    with time_machine.travel(LATE, tick=True):
        yield


def test_people_sign_in_and_out_of_products_and_apis_hear_of_it(app: Flask, post: Post) -> None:
    printing = api(app, "printing")
    party, anna = printing.party(), visitor(member(app, post))
    tokens = anna.tokens(party, scope=f"openid offline_access {printing.scope}")
    assert tokens.claims["auth_time"] >= LATE
    assert party.active(tokens.access)
    again = party.refresh(tokens.refresh)
    assert again.status == 200
    bound = anna.tokens(party, scope=f"openid {printing.scope}")
    signs_out(anna)
    assert printing.refuses(bound.access)
    assert printing.told()[-1].published_at >= LATE


def test_operators_read_what_happened_and_which_letters_went_out(app: Flask, post: Post) -> None:
    bob = member(app, post)
    bob.browser.sign_in("nobody@example.com", "a wrong password, counted")
    with UnitOfWork(app):
        accounts.set_operator(accounts.get(bob.email), SYSTEM, operator=True)
    assert not bob.signed_in
    bob.sign_in()
    pages = ("/admin", f"/admin/audit?after={LATE + 60}.9999", f"/admin/mail?after={LATE + 60}.z")
    for path in (*pages, "/admin/keys", "/admin/accounts", "/account/sessions", "/organizations"):
        assert bob.browser.open(path).status == 200, path
    assert bob.email in bob.browser.open(pages[2]).text
    assert "sign_in.ok" in bob.browser.open(pages[1]).text
