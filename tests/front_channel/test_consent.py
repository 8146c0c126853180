"""The person's Yes or No: asked for exactly what is granted, once, and bound to who was asked (A12, A14)."""

import re

from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.clients import application_registration, resource_registration
from authserver.clients.resource import Resource
from authserver.oidc.store import consents
from authserver.oidc.store.interactions import PRESSED_TWICE
from authserver.web.unit_of_work import UnitOfWork
from tests.conformance.person import form_action_of, forms_in
from tests.front_channel.party import Party, Tokens, new_party
from tests.front_channel.visit import CROSS_SITE, Visitor, answer, tabs_of, visitor, went_to
from tests.support.application import race, trail
from tests.support.browser import Page
from tests.support.people import Post, later, member, stranger

FULL = "openid profile email offline_access"


def rows(page: Page) -> list[str]:
    """Return what the page lists."""
    return re.findall(r'<p class="row-name">([^<]+)</p>', page.text)


def fields(page: Page) -> dict[str, str]:
    """Return the hidden fields of the form with the two buttons."""
    (form,) = [each for each in forms_in(page) if each.action == "/consent"]
    return dict(form.hidden)


def agreed(app: Flask, anna: Visitor, party: Party) -> set[str]:
    """Return what somebody let an application have."""
    subject = anna.tokens(new_party(app)).claims["sub"]
    with UnitOfWork(app):
        return set(consents.scopes(subject, party.client_id))


def test_the_page_lists_exactly_what_the_application_gets(app: Flask, anna: Visitor) -> None:
    with UnitOfWork(app):
        api = Resource("printing", "https://print.test", ("print.all",), "ES256", "rfc9068", 600)
        resource_registration.register(api, SYSTEM)
    party = new_party(app, "Analytics", first_party=False, scopes=("openid", "email", "print.all"))
    stand = anna.send(party, scope="openid email print.all")
    assert rows(stand.page) == ["Who you are", "Your email address", "print.all"]
    assert '<strong id="client-name">Analytics</strong>' in stand.page.text
    assert anna.email in stand.page.text
    reply = party.redeem(answer(stand.press("consent-allow"))["code"])
    assert reply.body["scope"] == "openid email print.all"
    assert rows(anna.send(party, prompt="consent").page) == ["Who you are"]


def test_yes_is_remembered_and_written_down(app: Flask, stranger_party: Party, anna: Visitor) -> None:
    stand = anna.send(stranger_party, scope="openid email").press("consent-allow")
    assert went_to(stand) == stranger_party.callback
    assert answer(stand).keys() == {"code", "state", "iss"}
    assert [event.action for event in trail(app)].count("consent.given") == 1
    for scope in ("openid", "openid email"):
        assert answer(anna.send(stranger_party, scope=scope, prompt="none"))["code"]
    assert anna.send(stranger_party, scope="openid profile").shows("consent-page")


def test_no_is_told_to_the_application_and_nothing_is_remembered(
    app: Flask, stranger_party: Party, anna: Visitor
) -> None:
    for mode in ("query", "form_post"):
        stand = anna.send(stranger_party, response_mode=mode).press("consent-deny")
        said = answer(stand)
        assert said.keys() == {"error", "error_description", "state", "iss"}
        assert (said["error"], said["state"]) == ("access_denied", "state-of-the-party")
    assert anna.send(stranger_party).shows("consent-page")
    assert agreed(app, anna, stranger_party) == set()
    assert anna.signed_in


def test_anything_but_yes_is_no(stranger_party: Party, anna: Visitor) -> None:
    for decision in ("", "deny", "ALLOW", "allow ", "yes", "1"):
        page = anna.send(stranger_party).page
        said = answer(anna.at(anna.browser.post("/consent", None, **fields(page), decision=decision)))
        assert said["error"] == "access_denied", decision
    page = anna.send(stranger_party).page
    assert answer(anna.at(anna.browser.post("/consent", None, **fields(page))))["error"] == "access_denied"


def test_without_a_page_there_is_no_consent(stranger_party: Party, anna: Visitor) -> None:
    said = answer(anna.send(stranger_party, prompt="none"))
    assert said["error"] == "consent_required"


def test_an_application_of_the_house_asks_only_where_it_wants_to(party: Party, anna: Visitor) -> None:
    assert answer(anna.send(party, scope=FULL))["code"]
    stand = anna.send(party, scope=FULL, prompt="consent")
    assert stand.shows("consent-page")
    assert answer(stand.press("consent-allow"))["code"]


def test_asking_again_each_time_is_the_applications_choice(stranger_party: Party, anna: Visitor) -> None:
    for _ in range(2):
        stand = anna.send(stranger_party, prompt="consent")
        assert stand.shows("consent-page")
        assert answer(stand.press("consent-allow"))["code"]


def test_what_is_granted_stands_on_the_server_and_not_in_the_form(
    stranger_party: Party, party: Party, anna: Visitor
) -> None:
    page = anna.send(stranger_party, scope="openid").page
    assert fields(page).keys() == {"csrf_token", "interaction"}
    forged = {
        "scope": FULL,
        "client_id": party.client_id,
        "redirect_uri": party.callback,
        "state": "forged",
        "response_mode": "form_post",
    }
    stand = anna.at(anna.browser.post("/consent", None, **fields(page), decision="allow", **forged))
    assert went_to(stand) == stranger_party.callback
    assert answer(stand)["state"] == "state-of-the-party"
    assert stranger_party.redeem(answer(stand)["code"]).body["scope"] == "openid"
    page = anna.browser.open(f"/consent?interaction={fields(page)['interaction']}&scope={FULL}")
    assert rows(page) == ["Who you are"]


def test_a_yes_that_the_persons_browser_did_not_send_is_none(stranger_party: Party, anna: Visitor) -> None:
    page = anna.send(stranger_party).page
    shown = fields(page)
    attempts = [
        anna.browser.post("/consent", None, interaction=shown["interaction"], decision="allow"),
        anna.browser.post("/consent", None, **(shown | {"csrf_token": "made up"}), decision="allow"),
        anna.browser.post("/consent", CROSS_SITE, **shown, decision="allow"),
        anna.browser.post("/consent", {"Sec-Fetch-Site": "same-site"}, **shown, decision="allow"),
    ]
    assert [each.status for each in attempts] == [403] * 4
    assert anna.send(stranger_party).shows("consent-page")


def test_a_token_of_another_browsers_form_is_no_yes_either(
    app: Flask, post: Post, stranger_party: Party, anna: Visitor
) -> None:
    bob = visitor(member(app, post))
    theirs = fields(bob.send(stranger_party).page)
    mine = fields(anna.send(stranger_party).page)
    mixed = mine | {"csrf_token": theirs["csrf_token"]}
    assert anna.browser.post("/consent", None, **mixed, decision="allow").status == 403


def test_opening_the_page_agrees_to_nothing(stranger_party: Party, anna: Visitor) -> None:
    shown = fields(anna.send(stranger_party).page)
    page = anna.browser.open(f"/consent?interaction={shown['interaction']}&decision=allow")
    assert page.shows("consent-page")
    assert answer(anna.send(stranger_party, prompt="none"))["error"] == "consent_required"


def test_a_form_of_before_somebody_else_signed_in_is_void(
    app: Flask, post: Post, stranger_party: Party, anna: Visitor
) -> None:
    bob = member(app, post)
    shown = fields(anna.send(stranger_party).page)
    # In another tab of the same browser; the page with Anna's name is still there.
    anna.browser.go("/login?next=" + stranger_party.request(prompt="login"))
    other = Visitor(app, anna.browser, bob.email)
    other.sign_in(other.send(stranger_party, prompt="login"))
    assert anna.browser.post("/consent", None, **shown, decision="allow").status == 403
    assert other.send(stranger_party).shows("consent-page")


def test_a_stranger_is_asked_to_sign_in_before_anything(app: Flask, stranger_party: Party) -> None:
    bob = Visitor(app, stranger(app), "nobody@example.com")
    stand = bob.send(stranger_party)
    handle = re.findall(r"/connect/authorize/([\w-]{43})", stand.page.text)[0]
    assert bob.open(f"/consent?interaction={handle}").shows("login-page")
    assert bob.open("/consent").page.status == 400
    assert bob.open(f"/consent?interaction={'x' * 43}").page.status == 400


def test_the_form_ends_here_and_another_page_leads_on(stranger_party: Party, anna: Visitor) -> None:
    stand = anna.send(stranger_party)
    assert form_action_of(stand.page) == ["'self'"]
    for button in ("consent-allow", "consent-deny"):
        page = anna.send(stranger_party, prompt="consent").press(button).page
        assert page.shows("on-the-way-page")
        assert "no-store" in page.headers["Cache-Control"]
        assert page.headers["Referrer-Policy"] == "no-referrer"


def test_after_a_no_there_is_no_yes(stranger_party: Party, anna: Visitor) -> None:
    stand = anna.send(stranger_party)
    assert answer(stand.press("consent-deny"))["error"] == "access_denied"
    again = stand.press("consent-allow")
    assert again.page.status == 400
    assert not again.left_to


def test_agreeing_and_withdrawing_at_once_holds_up_nobody(
    twins: tuple[Flask, Flask], both: tuple[Party, Visitor]
) -> None:
    _party, anna = both
    party = new_party(twins[0], "Analytics", first_party=False)
    anna.tokens(party)
    tabs = tabs_of(anna, twins, 24)
    asked = [tab.send(party, prompt="consent") for tab in tabs]

    def act(number: int) -> int:
        if number % 3:
            return asked[number].press("consent-allow").page.status
        path = "/account/applications"
        return tabs[number].browser.submit(path, f"{path}/{party.client_id}/withdraw").status

    assert set(race(24, act)) <= {200, 302, 303}


def test_who_presses_twice_gets_in_and_who_comes_back_later_does_not(
    stranger_party: Party, anna: Visitor
) -> None:
    stand = anna.send(stranger_party)
    first, second = (answer(stand.press("consent-allow"))["code"] for _ in range(2))
    assert first != second
    assert stranger_party.redeem(second).status == 200
    with later(PRESSED_TWICE):
        assert stand.press("consent-allow").page.status == 400


def test_what_an_application_may_ask_for_no_more_is_not_granted(
    app: Flask, stranger_party: Party, anna: Visitor
) -> None:
    stand = anna.send(stranger_party, scope="openid email")
    with UnitOfWork(app):
        application_registration.update(stranger_party.client_id, SYSTEM, scopes=("openid",))
    assert answer(stand.press("consent-allow"))["error"] == "invalid_scope"
    assert agreed(app, anna, stranger_party) == set()


def test_consent_is_that_of_one_person(app: Flask, post: Post, stranger_party: Party, anna: Visitor) -> None:
    anna.tokens(stranger_party)
    bob = visitor(member(app, post))
    assert answer(bob.send(stranger_party, prompt="none"))["error"] == "consent_required"


def test_withdrawn_consent_ends_what_it_gave_and_is_asked_for_again(
    stranger_party: Party, anna: Visitor
) -> None:
    tokens = anna.tokens(stranger_party, scope="openid offline_access")
    path = f"/account/applications/{stranger_party.client_id}/withdraw"
    assert anna.browser.submit("/account/applications", path).status == 303
    assert stranger_party.dead(tokens)
    assert answer(anna.send(stranger_party, prompt="none"))["error"] == "consent_required"
    assert anna.send(stranger_party).shows("consent-page")
    assert Tokens.of(stranger_party.redeem(anna.code(stranger_party))).access
