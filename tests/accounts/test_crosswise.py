"""Two people who reset their passwords in each other's browsers."""

import pytest
from flask import Flask

from tests.support.application import race
from tests.support.people import OTHER_PASSWORD, Post, member


@pytest.mark.parametrize("_again", range(5))
def test_resets_in_each_others_browsers_are_both_answered(app: Flask, post: Post, _again: int) -> None:
    anna, bert = member(app, post), member(app, post)
    links = []
    for person in (anna, bert):
        person.browser.go("/password/forgot", email=person.email)
        links.append(post.link(person.email))
    browsers = (bert.browser, anna.browser)
    forms = [browser.open(link).hidden for browser, link in zip(browsers, links, strict=True)]
    answers = race(2, lambda n: browsers[n].post(links[n], **forms[n], new_password=OTHER_PASSWORD).status)
    assert answers == [200, 200]
    assert not anna.signed_in
    assert not bert.signed_in
