"""What the pages share on which a person chooses a password: judging it, and telling how strong it is."""

from flask import Blueprint, Response, jsonify

from authserver.accounts import password_policy
from authserver.accounts.account import Account
from authserver.accounts.forms import NewPasswordForm, typed
from authserver.accounts.services import services
from authserver.accounts.store import profiles
from authserver.accounts.views import visitor
from authserver.web.pages import no_store


def add_to(views: Blueprint) -> None:
    """Route the answer to the strength meter."""
    views.add_url_rule(
        "/password/strength", view_func=strength, methods=["POST"], endpoint="new_password_strength"
    )


def check(password: str, account: Account) -> None:
    """Judge a password that somebody chose for an account. Raises Refused with what to do."""
    password_policy.check(password, own_words(account), services().settings.password_minimum)


def own_words(account: Account) -> list[str]:
    """Return words that others may know of a person: a password must not consist of them."""
    told = profiles.find(account.id)
    names = (told.name, told.given_name, told.family_name, told.nickname, told.preferred_username)
    organizations = services().organization_names(account.id)
    return [
        account.email,
        services().settings.product_name,
        *organizations,
        *(name for name in names if name),
    ]


def strength() -> Response:
    """Tell how strong a password is that is being typed; it is judged and forgotten."""
    form = NewPasswordForm()
    present = visitor.visitor()
    words = own_words(present.account) if present else [services().settings.product_name]
    # Judging takes milliseconds of the interpreter: few may do it at once.
    with services().passwords.place():
        judged = password_policy.judge(typed(form.new_password), words)
    return no_store(jsonify(score=judged.score, label=judged.label, warning=judged.warning))
