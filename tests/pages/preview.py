"""Every page with made-up contents, to look at: `python -m tests.pages.preview FOLDER` takes the pictures.

Pages that a person can walk to are tested in test_walk.py; here are the others too, such as the sign-in page
of an application, and every message that a page may show.
"""

import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response, g
from werkzeug.serving import make_server

from authserver.accounts.account import Account, Session
from authserver.accounts.forms import (
    AddressForm,
    CloseForm,
    EmailChangeForm,
    NewPasswordForm,
    PasswordChangeForm,
    PlainForm,
    SignInForm,
)
from authserver.accounts.password_policy import Strength
from authserver.accounts.profile_form import ProfileForm
from authserver.accounts.views.visitor import Visitor
from authserver.app.factory import create_app
from authserver.base.clock import now
from authserver.config import Settings
from authserver.console.views.sessions import Shown
from authserver.mail.mailbox import ReceivedLetter
from authserver.organizations.member import Membership
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import Role
from authserver.web.continuation import Continuation
from authserver.web.pages import page
from tests.support.chromium import LOOKS, chromium
from tests.support.server import MASTER_KEY

PERSON = Account("a", "anna.bergmann@example.com", 1_789_000_000, 1, last_sign_in_at=1_795_000_000)
SESSION = Session("s", "a", "full", 0, 0, 0, 3600, 2**40, "192.0.2.7", "")
WAITING = Continuation(
    "/connect/authorize",
    label="Toolbox Reports",
    logo_url="/assets/mark.svg",
    policy_url="https://reports.example/privacy",
    tos_url="https://reports.example/terms",
    cancel_url="/connect/cancel",
)
LETTER = ReceivedLetter(
    "1",
    "anna@example.com",
    "Your first password",
    1_795_000_000,
    "Hello,\n\nkwl-mfr\nhttp://localhost/login\n",
    "",
)
ORGANIZATIONS: list[tuple[Organization, Role]] = [
    (Organization("o1", "Bergmann & Söhne", "bergmann", 1_789_000_000), "administrator"),
    (Organization("o2", "Volunteers", "volunteers", 1_789_000_000), "member"),
]
INVITATION: dict[str, Any] = {
    "organization": "Bergmann & Söhne",
    "role": "member",
    "email": "bert@example.com",
    "inviter": "Anna Bergmann (anna@example.com)",
    "path": "/invitations/abc",
}
COMMON: dict[str, Any] = {"next": "", "problem": None, "continuation": None, "strength": None, "minimum": 15}


def _wrong(form: Any, name: str, fault: str) -> Any:
    form[name].errors = [fault]
    return form


def _plain(form: type[Any], **data: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"form": form(formdata=None, data=data)}


def _faulty(form: type[Any], name: str, fault: str, **data: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"form": _wrong(form(formdata=None, data=data), name, fault)}


def _sessions() -> dict[str, Any]:
    at = now()
    mine = Shown("1", "Firefox on Linux", "192.0.2.7", at - 4000, at, current=True)
    return {
        "sessions": [
            mine,
            Shown("2", "Safari on iPhone", "2001:db8::1", at - 90_000, at - 7300, current=False),
        ]
    }


STRANGERS: dict[str, tuple[str, Callable[[], dict[str, Any]], dict[str, Any]]] = {
    "login": ("login.html", _plain(SignInForm), {"offer_keep": True}),
    "login-application": (
        "login.html",
        _plain(SignInForm),
        {"continuation": WAITING, "next": "/connect/authorize"},
    ),
    "login-wrong": (
        "login.html",
        _plain(SignInForm, username="anna@example.com"),
        {"problem": "The email address or the password is wrong."},
    ),
    "register": ("register.html", _plain(AddressForm), {}),
    "register-wrong": ("register.html", _faulty(AddressForm, "email", "Enter an email address."), {}),
    "register-sent": ("register_sent.html", dict, {"hours": 72}),
    "choose": ("password_choose.html", _plain(NewPasswordForm), {"email": PERSON.email}),
    "choose-weak": (
        "password_choose.html",
        _faulty(NewPasswordForm, "new_password", "Use at least 15 characters."),
        {"email": PERSON.email, "problem": "Choose another password.", "strength": Strength(2, "Fair")},
    ),
    "reset": ("password_reset.html", _plain(NewPasswordForm), {"email": PERSON.email}),
    "changed": ("password_changed.html", dict, {}),
    "forgot": ("password_forgot.html", _plain(AddressForm), {}),
    "forgot-sent": ("password_forgot_sent.html", dict, {"minutes": 60}),
    "gone": ("password_link_gone.html", dict, {}),
    "logged-out": ("logged_out.html", dict, {"continue_url": "https://reports.example/"}),
    "home-stranger": ("home.html", dict, {}),
    "error": (
        "error.html",
        dict,
        {
            "title": "Authorization error",
            "text": "invalid_request: no such client.",
            "request_id": "5f3a" * 8,
        },
    ),
    "busy": ("busy.html", dict, {"retry_after": 3, "back": "/login"}),
    "invitation-newcomer": (
        "organizations/invitation.html",
        _plain(NewPasswordForm),
        INVITATION | {"step": "choose_password", "role": "administrator", "inviter": ""},
    ),
    "invitation-weak": (
        "organizations/invitation.html",
        _faulty(NewPasswordForm, "new_password", "Use at least 15 characters."),
        INVITATION | {"step": "choose_password"},
    ),
    "invitation-gone": ("organizations/invitation_gone.html", dict, {}),
    "email-changed": ("account/email_changed.html", dict, {"new_email": "anna@example.net"}),
    "closed": ("account/closed.html", dict, {}),
    "mailbox": ("dev/mailbox.html", dict, {"letters": [LETTER, LETTER]}),
    "mailbox-empty": ("dev/mailbox.html", dict, {"letters": []}),
    "letter": ("dev/letter.html", dict, {"letter": LETTER}),
}
MEMBERS: dict[str, tuple[str, Callable[[], dict[str, Any]], dict[str, Any]]] = {
    "home": ("home.html", dict, {"organizations": ORGANIZATIONS}),
    "logout": ("logout.html", _plain(PlainForm), {}),
    "account": ("account/overview.html", dict, {"organizations": ORGANIZATIONS}),
    "profile": ("account/profile.html", _plain(ProfileForm, name="Anna Bergmann"), {"saved": True}),
    "profile-wrong": (
        "account/profile.html",
        _faulty(ProfileForm, "birthdate", "Write it as 1990-12-31."),
        {},
    ),
    "password": ("account/password.html", _plain(PasswordChangeForm), {"saved": True}),
    "password-wrong": (
        "account/password.html",
        _faulty(PasswordChangeForm, "password", "This is not your current password."),
        {},
    ),
    "email": ("account/email.html", _plain(EmailChangeForm), {}),
    "email-pending": (
        "account/email.html",
        _plain(EmailChangeForm),
        {"pending": "anna@example.net", "sent": True},
    ),
    "email-confirm": (
        "account/email_confirm.html",
        _plain(PlainForm),
        {"new_email": "anna@example.net", "old_email": "anna@example.com"},
    ),
    "invitation": ("organizations/invitation.html", _plain(PlainForm), INVITATION | {"step": "accept"}),
    "invitation-switch": (
        "organizations/invitation.html",
        _plain(PlainForm),
        INVITATION | {"step": "switch"},
    ),
    "sessions": ("account/sessions.html", _sessions, {}),
    "confirm": ("account/confirm.html", dict, {"action": "/account/confirm", "held": [("next", "/")]}),
    "confirm-wrong": (
        "account/confirm.html",
        dict,
        {"action": "/account/confirm", "held": [], "problem": "This is not your current password."},
    ),
    "close": ("account/close.html", _plain(CloseForm), {"organizations": ["Bergmann & Söhne"]}),
}
PAGES = STRANGERS | MEMBERS


def preview(folder: Path, **settings: Any) -> Flask:
    """Return an application that shows each page at `/preview/<name>`; its database stays empty."""
    url = f"sqlite:///{folder / 'preview.db'}"
    app = create_app(Settings(database_url=url, data_dir=folder, master_key=MASTER_KEY, **settings))

    def show(name: str) -> Response:
        template, make, facts = PAGES[name]
        g.visitor = Visitor(SESSION, PERSON) if name in MEMBERS else None
        g.memberships = [Membership(each, PERSON.id, role, 0) for each, role in ORGANIZATIONS]
        return page(template, **(COMMON | {"account": PERSON} | make() | facts))

    app.add_url_rule("/preview/<name>", "preview", show)
    return app


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on a free port of the loopback address; gives its origin."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main(pictures: Path, names: list[str], language: str = "en") -> None:
    """Take a picture of pages in each look."""
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        app = preview(Path(folder), support_email="help@example.com")
        with serving(app) as origin:
            for look, options in LOOKS.items():
                with browser.new_context(**options, locale=language) as context:
                    window = context.new_page()
                    for name in names or PAGES:
                        window.goto(f"{origin}/preview/{name}")
                        window.screenshot(path=pictures / f"{name}-{look}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
