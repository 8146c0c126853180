"""`/admin/accounts`: the people, and what operators do to their accounts."""

from collections.abc import Mapping

from flask import Blueprint, Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from authserver.accounts import directory, sessions
from authserver.accounts.account import Account
from authserver.accounts.forms import AddressForm, typed
from authserver.accounts.services import services
from authserver.accounts.store import accounts as store
from authserver.accounts.store import sessions as sessions_store
from authserver.accounts.views import visitor
from authserver.base.errors import Conflict, Refused
from authserver.console import paging
from authserver.console.operator.acts import Act, Kind, add_acts, said
from authserver.console.operator.room import Row, list_page, operators, origin, shown, yes_or_no
from authserver.console.views.fresh import fresh
from authserver.organizations import membership
from authserver.organizations.store import memberships
from authserver.web.languages import ago, timestamp

PATH = "/admin/accounts"

_DISABLE: Act[Account] = Act(
    _("Disable"),
    _(
        "Every session ends at once, and nobody can sign in to this account until it is enabled again. The "
        "page says then which organizations have no Administrator left who can sign in."
    ),
    _("The account is disabled."),
    lambda account, by: directory.set_disabled(account, by, disabled=True),
)
_ENABLE: Act[Account] = Act(
    _("Enable"),
    _("The person can sign in again."),
    _("The account is enabled."),
    lambda account, by: directory.set_disabled(account, by, disabled=False),
)
_RESET: Act[Account] = Act(
    _("Send a letter to get in"),
    _("The person gets a letter with which they choose a new password. Nobody else sees what is in it."),
    _("The letter is on its way."),
    directory.send_reset,
)
_SIGN_OUT: Act[Account] = Act(
    _("Sign out everywhere"),
    _("All sessions end at once, and applications that listen are told."),
    _("All sessions are ended."),
    lambda account, by: sessions.end_all(account.id, by),
)
_GRANT: Act[Account] = Act(
    _("Make operator"),
    _("The person gets rights over the whole server, as you have them. Their sessions so far end."),
    _("The person is an operator."),
    lambda account, by: directory.set_operator(account, by, operator=True),
)
_REVOKE: Act[Account] = Act(
    _("Take operator's rights"),
    _("The person keeps the account and its organizations. Their sessions so far end."),
    _("The person is no operator any more."),
    lambda account, by: directory.set_operator(account, by, operator=False),
)
_DELETE: Act[Account] = Act(
    _("Delete"),
    _("The account is gone for ever, with organizations that nobody else belongs to."),
    _("The account is deleted."),
    directory.close,
    final=True,
)
_ALL = {
    "disable": _DISABLE,
    "enable": _ENABLE,
    "reset": _RESET,
    "sign-out": _SIGN_OUT,
    "grant-operator": _GRANT,
    "revoke-operator": _REVOKE,
    "delete": _DELETE,
}


def add_to(views: Blueprint) -> None:
    """Route the list, the form of a new account, the page of one, and its acts."""
    new = f"{PATH}/new"
    views.add_url_rule(PATH, view_func=operators(show), methods=["GET"], endpoint="admin_accounts")
    views.add_url_rule(new, view_func=operators(ask), methods=["GET"], endpoint="admin_accounts_new")
    views.add_url_rule(
        new, view_func=fresh(operators(create)), methods=["POST"], endpoint="admin_accounts_create"
    )
    views.add_url_rule(
        f"{PATH}/<account_id>", view_func=operators(look), methods=["GET"], endpoint="admin_account"
    )
    add_acts(views, Kind("admin_account", PATH, directory.get, lambda account: account.email, _acts))


def show() -> Response:
    """List accounts by address."""
    asked = paging.asked()
    found = store.page(search=asked.search.lower(), after=asked.after, limit=paging.SIZE + 1)
    listing = paging.listing(asked, found, lambda account: account.email)
    return list_page(
        gettext("Accounts"),
        paging.Listing([_row(account) for account in listing.entries], asked, listing.next),
        search=gettext("How the address begins"),
        empty=gettext("Nobody has an account yet."),
        said=said(_ALL),
        more=((f"{PATH}/new", gettext("New account")),),
    )


def look(account_id: str) -> Response:
    """Show one account."""
    account = directory.get(account_id)
    open_ = sessions_store.of(account.id, services().now())
    mine = memberships.of_account(account.id)
    return shown(
        "subject",
        title=account.email,
        back=(PATH, gettext("Accounts")),
        tags=_tags(account),
        facts=[
            (gettext("Id"), account.id),
            (gettext("Created"), timestamp(account.created_at)),
            (gettext("Address proven"), _moment(account.email_proven_at)),
            (gettext("Last sign-in"), _moment(account.last_sign_in_at)),
            (gettext("Sessions"), str(len(open_))),
            (gettext("Operator"), yes_or_no(account.operator)),
            *_warnings(account),
        ],
        links=[
            (each.organization.name, f"/admin/organizations/{each.organization.id}", each.role)
            for each in mine
        ],
        links_title=gettext("Organizations"),
        acts=_acts(account),
        path=f"{PATH}/{account.id}",
        said=said(_ALL),
    )


def ask() -> Response:
    """Show the form of a new account."""
    return shown("account_new", form=AddressForm(formdata=None))


def create() -> Response:
    """Make an account; its first password goes out by mail."""
    form = AddressForm()
    if not form.validate():
        return shown("account_new", 400, form=form)
    try:
        made = directory.create(typed(form.email), origin())
    except Refused as refusal:
        form.email.errors = [str(refusal)]
        return shown("account_new", 409 if isinstance(refusal, Conflict) else 400, form=form)
    return visitor.see_other(f"{PATH}/{made.id}?said=reset")


def _acts(account: Account) -> Mapping[str, Act[Account]]:
    """Return what may be done: to oneself nothing that another operator would have to undo."""
    if account.id == visitor.person().account.id:
        return {"sign-out": _SIGN_OUT}
    if account.disabled:
        return {"enable": _ENABLE, "delete": _DELETE}
    rights = {"revoke-operator": _REVOKE} if account.operator else {"grant-operator": _GRANT}
    return {"reset": _RESET, "sign-out": _SIGN_OUT, **rights, "disable": _DISABLE, "delete": _DELETE}


def _warnings(account: Account) -> list[tuple[str, str]]:
    """Return what the account's being disabled leaves behind, for who may have to name somebody else."""
    names = [each.name for each in membership.unattended(account.id)] if account.disabled else []
    return [(gettext("Without an Administrator who can sign in"), ", ".join(names))] if names else []


def _moment(seconds: int | None) -> str:
    return timestamp(seconds) if seconds else str(gettext("not yet"))


def _row(account: Account) -> Row:
    seen = account.last_sign_in_at
    return Row(
        account.email,
        f"{PATH}/{account.id}",
        (
            gettext("created") + " " + timestamp(account.created_at),
            gettext("last sign-in") + " " + ago(seen) if seen else gettext("never signed in"),
        ),
        _tags(account),
    )


def _tags(account: Account) -> tuple[tuple[str, str], ...]:
    tags = []
    if account.operator:
        tags.append((gettext("Operator"), "strong"))
    if account.disabled:
        tags.append((gettext("Disabled"), "bad"))
    elif not account.proven:
        tags.append((gettext("Address not proven"), "wait"))
    return tuple(tags)
