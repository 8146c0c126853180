"""All pages of this room."""

from flask import Blueprint

from authserver.accounts.views import (
    login,
    logout,
    new_password,
    password_choose,
    password_forgot,
    password_reset,
    register,
)


def accounts_blueprint() -> Blueprint:
    """Return the pages on which people register, sign in and out, and set passwords."""
    views = Blueprint("accounts", __name__)
    for page in (register, login, logout, password_choose, password_forgot, password_reset, new_password):
        page.add_to(views)
    return views
