"""A request to end a session (RP-Initiated Logout section 2): whose it is, and where it may lead."""

from dataclasses import dataclass
from urllib.parse import urlencode

from authserver.clients import redirect_uris
from authserver.clients.application import Application
from authserver.oidc.authorization.draft import Draft
from authserver.oidc.errors import Displayed
from authserver.oidc.messages.authorization import LONGEST_STATE, Pairs
from authserver.oidc.ports import Applications
from authserver.oidc.tokens.reader import TokenReader, UnreadableToken
from authserver.oidc.vocabulary import ID_TOKEN_TYPE


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """What is known of it. Without a valid hint nothing of it is believed."""

    application: Application | None = None
    session_id: str = ""
    """The `sid` of the hint."""
    target: str = ""
    """Where to go afterwards, state included; an empty text: to our own page."""


@dataclass(frozen=True, slots=True)
class LogoutRequests:
    """Reads such requests."""

    reader: TokenReader
    applications: Applications

    def read(self, parameters: Pairs) -> LogoutRequest:
        """Return what a request may do. Raises Displayed when a valid hint comes with a strange address."""
        draft = Draft(parameters, {})
        claims = self._hint(draft["id_token_hint"])
        client_id = str(claims.get("aud", ""))
        # RP-Initiated Logout section 2: the client_id must be the one that the hint was issued to.
        if not claims or draft["client_id"] not in ("", client_id):
            return LogoutRequest()
        application = self.applications.find(client_id)
        if application is None or not application.active:
            return LogoutRequest()
        wanted, state = draft["post_logout_redirect_uri"], draft["state"]
        if not wanted:
            return LogoutRequest(application, str(claims.get("sid", "")))
        # RP-Initiated Logout section 3: the value MUST have been registered; byte for byte.
        if not redirect_uris.matches(wanted, application.post_logout_redirect_uris):
            raise Displayed(
                "invalid_request",
                "The post_logout_redirect_uri is not registered for this client.",
                client_id=client_id,
            )
        if len(state.encode()) > LONGEST_STATE:
            raise Displayed("invalid_request", f"The state has more than {LONGEST_STATE} bytes.")
        if state:
            wanted += ("&" if "?" in wanted else "?") + urlencode({"state": state})
        return LogoutRequest(application, str(claims.get("sid", "")), wanted)

    def _hint(self, token: str) -> dict[str, object]:
        try:
            # RP-Initiated Logout section 2: accepted when it is expired.
            return self.reader.read(token, ID_TOKEN_TYPE, expired=True) if token else {}
        except UnreadableToken:
            return {}
