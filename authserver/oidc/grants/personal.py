"""What the two grants that act for a person share: whether it still may, and what it gives."""

from dataclasses import dataclass

from authserver.base.clock import Clock
from authserver.clients.application import Application
from authserver.clients.resource import Resource
from authserver.oidc.errors import OAuthError, invalid_grant
from authserver.oidc.messages.grant import Grant
from authserver.oidc.messages.organization import Place
from authserver.oidc.messages.token import TokenRequest
from authserver.oidc.ports import Client, Grants, Organizations, People, Trail
from authserver.oidc.settings import ProtocolSettings
from authserver.oidc.tokens.access_token import AccessToken
from authserver.oidc.tokens.id_token import IdToken
from authserver.oidc.tokens.issuer import Issue
from authserver.oidc.tokens.organization_claims import about
from authserver.oidc.tokens.person_claims import chosen, of_person, within
from authserver.oidc.tokens.scopes import TokenForm, audiences, narrowed
from authserver.oidc.vocabulary import OFFLINE_ACCESS, OPENID, ORGANIZATION


@dataclass(frozen=True, slots=True)
class Personal:
    """The ports and settings of both grants."""

    settings: ProtocolSettings
    grants: Grants
    people: People
    organizations: Organizations
    trail: Trail
    clock: Clock

    def application(self, client: Client) -> Application:
        """Return who asks. Raises OAuthError when it is none that people sign in to."""
        # RFC 6749 section 5.2: the client is not authorized to use this grant type.
        if not isinstance(client, Application):
            raise OAuthError("unauthorized_client", "API clients act for themselves only.")
        return client

    def require_holder(self, grant: Grant, application: Application, *, first: bool) -> None:
        """Check that the person may still be acted for. Raises OAuthError and revokes the grant otherwise.

        `first` is for codes: what outlives a session begins in it.
        """
        # Offline access is the application's for as long as it may ask for it.
        alone = grant.offline and not first and OFFLINE_ACCESS in application.scopes
        # A disabled account, a closed one, a session that ended: seen at once, on every instance.
        if not self.people.may_be_acted_for(grant.account_id, None if alone else grant.session_id):
            self.grants.revoke(grant.id, self.clock())
            raise invalid_grant("the person or the session is gone", grant.client_id)

    def issue(
        self,
        request: TokenRequest,
        application: Application,
        grant: Grant,
        by_scope: dict[str, Resource],
        *,
        refresh_token: str,
        first: bool,
    ) -> Issue:
        """Return what the tokens will say. Raises OAuthError: invalid_scope, invalid_target."""
        scopes = self.scopes(request, application, grant, by_scope)
        place = self.place(request, grant)
        seen = place if ORGANIZATION in scopes else None
        access = AccessToken(
            subject=grant.account_id,
            client_id=grant.client_id,
            organization_id=seen.id if seen else "",
            scopes=scopes,
            form=self.form(scopes, application, by_scope),
            grant=grant,
            permissions=seen.permissions if seen else None,
        )
        identity = None
        if OPENID in scopes:
            identity = self._id_token(application, grant, scopes, place, first=first)
        return Issue(access, identity, refresh_token)

    def place(self, request: TokenRequest, grant: Grant) -> Place | None:
        """Return for which organization the person acts now, None for none. Raises OAuthError.

        One that the request names counts for this answer alone: each tab of a browser may have its own.
        """
        asked = ORGANIZATION in grant.scopes and request.organization
        wanted = asked or grant.organization_id
        # As it is now: whoever was removed acts for it no more, and for no other one unasked.
        found = self.organizations.active(grant.account_id, wanted) if wanted else None
        if asked and found is None:
            refusal = "The person does not belong to this organization."
            raise OAuthError("invalid_target", refusal, client_id=grant.client_id)
        return found

    def scopes(
        self,
        request: TokenRequest,
        application: Application,
        grant: Grant,
        by_scope: dict[str, Resource],
    ) -> tuple[str, ...]:
        """Return the scopes of the next access token. Raises OAuthError: invalid_scope, invalid_target."""
        # RFC 6749 section 6: no scope that was not granted; a narrower one narrows this access token only.
        if request.scopes is not None and not set(request.scopes) <= set(grant.scopes):
            raise OAuthError("invalid_scope", "A requested scope was not granted.", client_id=grant.client_id)
        wanted = grant.scopes if request.scopes is None else request.scopes
        # What was withdrawn from the application meanwhile, or exists no more, disappears.
        kept = tuple(scope for scope in wanted if scope in application.scopes)
        kept = narrowed(kept, request.resources, by_scope)
        if not kept:
            raise OAuthError(
                "invalid_scope", "All that was granted was withdrawn.", client_id=grant.client_id
            )
        return kept

    def form(
        self, scopes: tuple[str, ...], application: Application, by_scope: dict[str, Resource]
    ) -> TokenForm:
        """Return the form of an access token. Raises OAuthError (invalid_scope) when no single one fits."""
        of_resources = tuple(scope for scope in scopes if scope in by_scope)
        if of_resources:
            form = audiences(of_resources, by_scope)
        else:
            # Nobody but this server is asked: the token opens userinfo.
            audience = (self.settings.issuer,)
            form = TokenForm(audience, "ES256", "rfc9068", self.settings.access_token_lifetime)
        most = application.access_token_lifetime
        return form._replace(lifetime=min(form.lifetime, most)) if most else form

    def _id_token(
        self,
        application: Application,
        grant: Grant,
        scopes: tuple[str, ...],
        place: Place | None,
        *,
        first: bool,
    ) -> IdToken:
        requested = within(grant.claims.get("id_token", {}), application.scopes)
        more = {}
        # OpenID Connect Core section 5.4: with an access token, claims are asked for at userinfo.
        if requested or application.claims_in_id_token:
            account = self.people.account(grant.account_id)
            if account is not None:
                everything = of_person(account, self.people.profile(grant.account_id)) | about(place)
                more = chosen(everything, scopes if application.claims_in_id_token else (), requested)
        return IdToken(grant, application.id_token_algorithm, with_nonce=first, more=more)
