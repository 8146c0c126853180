"""Windows of one browser sign in beside each other, and each goes on to its own page."""

from tests.examples.toolbox.answers import REFUSED, SIGNED_IN, SignIn, begin, signed_in
from tests.examples.toolbox.products import Product
from tests.examples.toolbox.standin import Standin
from tests.interop.people import query

FIRST, SECOND = "/members/?cursor=first", "/api-clients/?cursor=second"


def test_two_sign_ins_at_once_each_lead_to_the_page_of_their_window(
    toolbox: Product, standin: Standin
) -> None:
    visitor = toolbox.visitor()
    begun = [begin(toolbox, standin.issuer, visitor, page) for page in (FIRST, SECOND)]
    assert [each.answered().location for each in begun] == [FIRST, SECOND]
    assert visitor.signed_in


def test_a_window_that_moves_is_none_of_the_others_business(toolbox: Product, standin: Standin) -> None:
    visitor = toolbox.visitor()
    first = begin(toolbox, standin.issuer, visitor, FIRST)
    assert begin(toolbox, standin.issuer, visitor).answered().status == SIGNED_IN
    asked = query(visitor.send("/trade-platforms/", "/switch", organization="another").location)
    moving = SignIn(visitor, asked | {"issuer": standin.issuer})
    assert first.answered().location == FIRST
    # It needs a page after all; the sign-in of the other window did not forget where this one moves to.
    answer = moving.answered(code=None, error="login_required")
    assert query(answer.location)["organization"] == "another"


def test_a_late_answer_that_the_cookie_does_not_know_leads_on_whoever_is_signed_in(
    toolbox: Product, standin: Standin
) -> None:
    visitor = toolbox.visitor()
    before = visitor.browser.line.cookie("toolbox") if visitor.open("/").status == 200 else ""
    late = begin(toolbox, standin.issuer, visitor, FIRST)
    # The two answers crossed: the cookie is that of the other window.
    visitor.browser.line.set_cookie("toolbox", before)
    assert late.answered().status == REFUSED
    assert begin(toolbox, standin.issuer, visitor, SECOND).answered().location == SECOND
    key = visitor.browser.line.cookie("toolbox")
    assert late.answered().location == FIRST
    # It signed nobody in: its code was never redeemed.
    assert len(standin.forms("/token")) == 1
    assert visitor.browser.line.cookie("toolbox") == key


def test_a_stray_answer_of_another_issuer_leads_nowhere(toolbox: Product, standin: Standin) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    begun = begin(toolbox, standin.issuer, visitor)
    assert begun.answered(iss="http://127.0.0.1:1").status == REFUSED


def test_what_other_windows_began_is_all_that_outlives_a_sign_in(toolbox: Product, standin: Standin) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    token = visitor.open("/trade-platforms/").hidden["csrf_token"]
    begun = [begin(toolbox, standin.issuer, visitor) for _ in range(20)]
    assert begun[-1].answered().status == SIGNED_IN
    assert len(visitor.browser.line.cookie("toolbox")) < 2000
    assert visitor.open("/trade-platforms/").hidden["csrf_token"] != token
    assert begun[-2].answered().status == SIGNED_IN
    assert begun[0].answered(by=toolbox.visitor()).status == REFUSED
