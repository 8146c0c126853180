"""The authorization endpoint (OpenID Connect Core section 3.1.2): the steps of a request, and what follows.

Pages and cookies are next door, in `views/authorize.py`; here a request is checked, judged and granted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from authserver.base.clock import Clock
from authserver.base.handles import digest, new_handle, new_id
from authserver.clients import redirect_uris
from authserver.clients.application import Application
from authserver.oidc.authorization import client, organization, pkce, prompt, response_type, scope
from authserver.oidc.authorization.draft import Draft
from authserver.oidc.authorization.visit import Visit
from authserver.oidc.errors import OAuthError, Redirected
from authserver.oidc.messages.authorization import AuthorizationRequest, AuthorizationResponse, Pairs
from authserver.oidc.messages.grant import CODE_LIFETIME, Grant
from authserver.oidc.ports import Applications, Catalogue, Consents, Grants, Organizations
from authserver.oidc.tokens.reader import TokenReader
from authserver.oidc.vocabulary import OFFLINE_ACCESS, ORGANIZATION

Step = Callable[[Draft], Draft]


class SignInNeeded(NamedTuple):
    """The person has to sign in, or to sign in once more."""


class ConsentNeeded(NamedTuple):
    """The person has to agree to what is asked for."""


class RefusedRequest(NamedTuple):
    """A request that is answered at the client with an error."""

    error: OAuthError
    response: AuthorizationResponse


class Checked(NamedTuple):
    """A request that may be granted, and whose it is."""

    request: AuthorizationRequest
    application: Application


@dataclass(frozen=True, slots=True)
class AuthorizationEndpoint:
    """One for all requests; knows no browser."""

    issuer: str
    applications: Applications
    catalogue: Catalogue
    reader: TokenReader
    consents: Consents
    grants: Grants
    organizations: Organizations
    clock: Clock

    @property
    def steps(self) -> tuple[Step, ...]:
        """The order in which a request is checked; nothing is redirected before the first two passed."""
        return (
            lambda draft: client.client(draft, self.applications),
            client.redirect_uri,
            client.state,
            client.response_mode,
            client.state_length,
            client.single_parameters,
            response_type.request_object,
            response_type.response_type,
            scope.scope,
            client.nonce,
            pkce.pkce,
            scope.claims,
            organization.organization,
            prompt.prompt,
            prompt.max_age,
            lambda draft: prompt.hints(draft, self.reader),
        )

    def check(self, parameters: Pairs) -> Checked | RefusedRequest:
        """Return a checked request, or how it is refused at the client. Raises Displayed."""
        draft = Draft(parameters, self.catalogue.by_scope())
        for step in self.steps:
            try:
                draft = step(draft)
            except Redirected as error:
                return RefusedRequest(error, self.refusal(draft.request, error))
        return Checked(draft.request, draft.client)

    def judge(self, checked: Checked, visit: Visit | None) -> SignInNeeded | ConsentNeeded | None:
        """Return what is still needed of the person, None when the request may be granted.

        Raises Redirected where the request allows no page, or nothing that the person can do would help.
        """
        request, application = checked
        silent = "none" in request.prompt
        # OpenID Connect Core section 5.5.1.1.
        if request.acr_required:
            raise Redirected("unmet_authentication_requirements", "The requested acr can not be reached.")
        if visit is None or self._too_old(request, visit) or self._somebody_else(request, visit):
            if silent:
                # OpenID Connect Core section 3.1.2.6: prompt=none shows no page.
                raise Redirected("login_required", "The person has to sign in.")
            if visit is not None and visit.signed_in_for_this and self._somebody_else(request, visit):
                raise Redirected("login_required", "Somebody else signed in.")
            return SignInNeeded()
        if request.organization and not self.organizations.active(visit.account_id, request.organization):
            raise Redirected("access_denied", "The person does not belong to this organization.")
        missing = self._unconsented(request, application, visit)
        if missing and silent:
            raise Redirected("consent_required", "The person has to agree first.")
        return ConsentNeeded() if missing else None

    def grant(self, checked: Checked, visit: Visit) -> AuthorizationResponse:
        """Write the grant and return the response with its code.

        Raises Displayed when the application was disabled meanwhile; nothing is written then.
        """
        request, application = checked
        now = self.clock()
        offline = OFFLINE_ACCESS in request.scopes
        code = new_handle()
        grant = Grant(
            id=new_id(),
            client_id=request.client_id,
            account_id=visit.account_id,
            session_id=visit.session_id,
            redirect_uri=request.redirect_uri,
            scopes=request.scopes,
            nonce=request.nonce,
            code_challenge=request.code_challenge,
            authenticated_at=visit.authenticated_at,
            created_at=now,
            # OpenID Connect Core section 11; public ones renew as well, as long as the session lives.
            renewable=offline or application.public,
            offline=offline,
            claims=request.claims,
            organization_id=self._organization(request, visit),
        )
        # It may have been disabled since it was checked.
        if not self.grants.add(grant, digest(code), now + CODE_LIFETIME):
            raise client.unknown(request.client_id)
        return self._response(request, (("code", code),))

    def refusal(self, request: AuthorizationRequest, error: OAuthError) -> AuthorizationResponse:
        """Return the error response (OpenID Connect Core section 3.1.2.6)."""
        said = (("error", str(error.code)), ("error_description", error.description))
        return self._response(request, said)

    def denied(self, request: AuthorizationRequest) -> AuthorizationResponse:
        """Return the response to a person's No (RFC 6749 section 4.1.2.1)."""
        return self.refusal(request, Redirected("access_denied", "The person refused."))

    def _response(
        self, request: AuthorizationRequest, said: tuple[tuple[str, str], ...]
    ) -> AuthorizationResponse:
        # RFC 6749 section 4.1.2: state if it was present in the request, exactly; RFC 9207 section 2: iss.
        state = (("state", request.state),) if request.state else ()
        return AuthorizationResponse(
            request.redirect_uri, request.response_mode, (*said, *state, ("iss", self.issuer))
        )

    def _organization(self, request: AuthorizationRequest, visit: Visit) -> str:
        if ORGANIZATION not in request.agreed:
            return ""
        place = self.organizations.active(visit.account_id, request.organization)
        if place and request.organization:
            self.organizations.chosen(visit.account_id, place.id)
        return place.id if place else ""

    def _too_old(self, request: AuthorizationRequest, visit: Visit) -> bool:
        # OpenID Connect Core section 3.1.2.1: prompt=login, and max_age, ask for a new authentication.
        if request.prompt & {"login", "select_account"} or request.max_age == 0:
            return not visit.signed_in_for_this
        if request.max_age is None:
            return False
        # Also of a sign-in for this very request: its person may have waited at the next page.
        return self.clock() - visit.authenticated_at > request.max_age

    def _somebody_else(self, request: AuthorizationRequest, visit: Visit) -> bool:
        # OpenID Connect Core section 3.1.2.2: a positive response must be about the person that was named.
        return request.hinted_subject not in ("", visit.account_id)

    def _unconsented(self, request: AuthorizationRequest, application: Application, visit: Visit) -> bool:
        if visit.consented_to_this:
            return False
        if "consent" in request.prompt:
            return True
        # RFC 8252 section 8.6: any program of a device can take a port or a scheme, so that nobody can tell
        # which one asks: no answer without a page that somebody saw.
        if redirect_uris.is_of_device(request.redirect_uri, application.redirect_uris) and not (
            visit.signed_in_for_this
        ):
            return True
        if application.first_party:
            return False
        return not self.consents.scopes(visit.account_id, request.client_id) >= set(request.agreed)
