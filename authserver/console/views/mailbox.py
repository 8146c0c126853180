"""`/dev/mailbox`: the letters of a development server, which stand in for SMTP. Never in production."""

from flask import Blueprint, Response, abort

from authserver.config import Settings
from authserver.mail.mailbox import Mailbox
from authserver.web.pages import page


def mailbox_blueprint(settings: Settings) -> Blueprint:
    """Return the list of letters and the page of one."""
    views = Blueprint("mailbox", __name__)
    mailbox = Mailbox(settings.data_dir / "mailbox")

    def show() -> Response:
        return page("dev/mailbox.html", letters=mailbox.letters())

    def letter(letter_id: str) -> Response:
        found = mailbox.letter(letter_id)
        if found is None:
            abort(404)
        return page("dev/letter.html", letter=found)

    views.add_url_rule("/dev/mailbox", view_func=show, methods=["GET"])
    views.add_url_rule("/dev/mailbox/<letter_id>", view_func=letter, methods=["GET"])
    return views
