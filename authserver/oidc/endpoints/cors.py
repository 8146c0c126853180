"""Cross-origin requests (Fetch standard, CORS): browsers of registered origins may read the answers."""

from dataclasses import dataclass

from authserver.oidc.errors import OAuthError
from authserver.oidc.messages.machine import Answer, Endpoint, MachineRequest
from authserver.oidc.ports import Origins

PREFLIGHT_KEPT = 600
"""Seconds that a browser may remember what it may send."""


@dataclass(frozen=True, slots=True)
class CrossOrigin:
    """Puts an endpoint within reach of pages of registered origins; without credentials, never of any."""

    endpoint: Endpoint
    origins: Origins
    methods: str
    headers: str = "Authorization, Content-Type"

    def __call__(self, request: MachineRequest) -> Answer:
        """Return the endpoint's answer, or that to a preflight. Raises OAuthError."""
        if not request.origin:
            return self.endpoint(request)
        allowed = self._allowed(request.origin)
        if request.method == "OPTIONS" and allowed:
            return Answer(204, (*allowed, *self._preflight()))
        try:
            answer = self.endpoint(request)
        except OAuthError as refusal:
            refusal.wire = refusal.wire._replace(headers=(*refusal.wire.headers, *allowed))
            raise
        return answer._replace(headers=(*answer.headers, *allowed))

    def _allowed(self, origin: str) -> tuple[tuple[str, str], ...]:
        if origin not in self.origins.registered():
            return ()
        return (
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After, X-Request-Id"),
            ("Vary", "Origin"),
        )

    def _preflight(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Access-Control-Allow-Methods", self.methods),
            ("Access-Control-Allow-Headers", self.headers),
            ("Access-Control-Max-Age", str(PREFLIGHT_KEPT)),
        )
