"""Making a person over HTTP: register, read the letter, choose a password, fill the profile in."""

import re

from tests.conformance.person import Person
from tests.support.browser import Browser, OverHttp
from tests.support.patience import attempts
from tests.support.people import PASSWORD, password_in
from tests.support.server import Server

ADDRESS = {
    "street_address": "9 Quiet Harbour",
    "locality": "Rostock",
    "region": "Mecklenburg-Vorpommern",
    "postal_code": "18055",
    "country": "Germany",
}
PROFILE = {
    "name": "Anna Maria Bergström",
    "given_name": "Anna",
    "middle_name": "Maria",
    "family_name": "Bergström",
    "nickname": "Annie",
    "preferred_username": "anna",
    "profile": "https://people.test/anna",
    "picture": "https://people.test/anna.png",
    "website": "https://anna.test/",
    "gender": "female",
    "birthdate": "1990-12-31",
    "zoneinfo": "Europe/Berlin",
    "locale": "de-DE",
    "phone_number": "+49301234567",
}


def new_person(server: Server, email: str) -> Person:
    """Return somebody with an account whose profile is full."""
    browser = Browser(OverHttp(server.issuer))
    browser.register(email)
    browser.sign_in(email, _mailed_password(browser, email))
    browser.choose(PASSWORD)
    assert browser.submit("/account/profile", **PROFILE, **ADDRESS).location == "/account/profile?saved=1"
    proven = {"email": email, "email_verified": True, "phone_number_verified": False}
    return Person(email, PASSWORD, PROFILE | proven | {"address": ADDRESS})


def _mailed_password(browser: Browser, email: str) -> str:
    for _ in attempts():
        letters = browser.open("/dev/mailbox").text
        if found := re.search(rf'href="(/dev/mailbox/[^"]+)".*{re.escape(email)}', letters):
            return password_in(browser.open(found[1]).text)
    raise AssertionError("no letter came")
