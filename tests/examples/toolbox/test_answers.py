"""Answers of the provider that are mixed up, forged, late or of somebody else sign nobody in."""

import base64
import hashlib
from pathlib import Path

import pytest

from tests.examples.toolbox.answers import REFUSED, SIGNED_IN, begin, signed_in
from tests.examples.toolbox.products import Product, product
from tests.examples.toolbox.standin import SUBJECT, Standin
from tests.interop.people import query
from tests.support.server import free_port


def test_a_good_answer_signs_in_and_its_verifier_is_that_of_the_request(
    toolbox: Product, standin: Standin
) -> None:
    begun = begin(toolbox, standin.issuer)
    assert begun.answered().status == SIGNED_IN
    (form,) = standin.forms("/token")
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert begun.asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert begun.asked["code_challenge_method"] == "S256"
    assert form["redirect_uri"] == begun.asked["redirect_uri"] == f"{toolbox.origin}/callback"


@pytest.mark.parametrize(
    "changes",
    [
        {"state": None},
        {"state": ""},
        {"state": "made-up"},
        {"iss": None},
        {"iss": "http://127.0.0.1:1"},
        {"state": "made-up", "code": None, "error": "login_required"},
        {"iss": "http://127.0.0.1:1", "code": None, "error": "login_required"},
    ],
    ids=str,
)
def test_an_answer_with_another_state_or_issuer_never_reaches_the_token_endpoint(
    toolbox: Product, standin: Standin, changes: dict[str, str | None]
) -> None:
    begun = begin(toolbox, standin.issuer)
    assert begun.answered(**changes).status == REFUSED
    assert standin.forms("/token") == []
    assert not begun.visitor.signed_in


def test_a_made_up_no_does_not_send_anybody_on(toolbox: Product, standin: Standin) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    no = f"/callback?error=login_required&iss={standin.issuer}&state="
    for state, status in (("made-up", REFUSED), (None, SIGNED_IN)):
        moving = query(visitor.send("/trade-platforms/", "/switch", organization="another").location)
        assert (moving["organization"], moving["prompt"]) == ("another", "none")
        answer = visitor.open(no + (state or moving["state"]))
        assert answer.status == status
    # The true one goes on with a page, and for the same organization.
    asked = query(answer.location)
    assert (asked["organization"], "prompt" in asked) == ("another", False)


def test_an_answer_in_another_browser_signs_nobody_in(toolbox: Product, standin: Standin) -> None:
    begun, victim = begin(toolbox, standin.issuer), toolbox.visitor()
    assert begun.answered(by=victim).status == REFUSED
    assert not victim.signed_in
    # Also not in one that began a sign-in of its own.
    other = begin(toolbox, standin.issuer, victim)
    assert begun.answered(by=victim).status == REFUSED
    assert not victim.signed_in
    assert other.answered().status == SIGNED_IN


def test_a_state_is_good_once(toolbox: Product, standin: Standin) -> None:
    begun = begin(toolbox, standin.issuer)
    assert begun.answered().status == SIGNED_IN
    assert begun.answered().status == REFUSED
    assert len(standin.forms("/token")) == 1


def test_a_discovery_document_of_another_issuer_is_not_followed(standin: Standin, tmp_path: Path) -> None:
    standin.metadata = {"issuer": "https://id.example.com"}
    with product(tmp_path, standin.issuer, free_port(), "a secret") as trusting:
        page = trusting.visitor().open("/sign-in")
        assert (page.status, page.location) == (503, "")
        # Nobody has to start anything anew when the document is right again.
        standin.metadata = {}
        assert begin(trusting, standin.issuer).answered().status == SIGNED_IN


def test_userinfo_of_somebody_else_ends_the_sign_in(toolbox: Product, standin: Standin) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    standin.said_of_person = {"sub": SUBJECT[::-1]}
    assert not visitor.signed_in
    standin.said_of_person = {}
    assert not visitor.signed_in


def test_a_second_sign_in_ends_the_first_and_gives_its_tokens_back(
    toolbox: Product, standin: Standin
) -> None:
    visitor, thief = signed_in(toolbox, standin.issuer), toolbox.visitor()
    thief.browser.line.set_cookie("toolbox", visitor.browser.line.cookie("toolbox"))
    assert thief.signed_in
    assert begin(toolbox, standin.issuer, visitor).answered().status == SIGNED_IN
    assert len(standin.given_back(1)) == 1
    assert visitor.signed_in
    assert not thief.signed_in
