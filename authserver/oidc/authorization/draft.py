"""An authorization request on its way to being a checked one."""

from dataclasses import dataclass, replace

from authserver.clients.application import Application
from authserver.clients.resource import Resource
from authserver.oidc.messages.authorization import AuthorizationRequest, Pairs

UNSET = AuthorizationRequest(client_id="", redirect_uri="", response_mode="query")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known so far: the parameters as they came, the client, and what was checked of the request."""

    parameters: Pairs
    by_scope: dict[str, Resource]
    application: Application | None = None
    request: AuthorizationRequest = UNSET

    def values(self, name: str) -> list[str]:
        """Return all values of a parameter; an empty one counts as absent (RFC 6749 section 3.1)."""
        return [value for key, value in self.parameters if key == name and value]

    def __getitem__(self, name: str) -> str:
        """Return the value of a parameter, an empty text when it is absent or repeated."""
        values = self.values(name)
        return values[0] if len(values) == 1 else ""

    @property
    def client(self) -> Application:
        """The client, once it is known."""
        if self.application is None:
            raise LookupError("the client is looked up first")
        return self.application

    def having(self, **checked: object) -> "Draft":
        """Return the draft with more of the request checked."""
        return replace(self, request=replace(self.request, **checked))  # type: ignore[arg-type] # names of its fields
