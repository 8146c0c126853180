"""APIs registered at a live server, each with an API client of its own, made once for all tests."""

from dataclasses import dataclass, field

import requests

from tests.support.server import ApiClientCredentials, Server


@dataclass(frozen=True)
class Api:
    """An API resource; its name is its audience and its only scope."""

    name: str
    algorithm: str
    issuer: str
    client: ApiClientCredentials

    def token(self) -> str:
        """Return a new access token for it."""
        return token(self.issuer, self.client)


@dataclass
class Apis:
    """Makes APIs at a server, or returns those it made before: a command takes a second."""

    server: Server
    _made: dict[str, Api] = field(default_factory=dict)

    def webapi(self) -> Api:
        """Return the API that every test server has."""
        return self._made.get("webapi") or self._keep("webapi", "ES256")

    def new(self, name: str, *, algorithm: str = "ES256", claim_style: str = "rfc9068") -> Api:
        """Return an API whose tokens look as asked."""
        if name in self._made:
            return self._made[name]
        looks = ("--algorithm", algorithm, "--claim-style", claim_style)
        self.server.run("resources", "create", name, "--scope", name, *looks)
        return self._keep(name, algorithm)

    def signed_with(self, algorithm: str) -> Api:
        """Return an API whose tokens are signed so."""
        if algorithm == "ES256":
            return self.webapi()
        return self.new(f"interop-{algorithm.lower()}", algorithm=algorithm)

    def _keep(self, name: str, algorithm: str) -> Api:
        self._made[name] = Api(name, algorithm, self.server.issuer, self.server.new_client(name))
        return self._made[name]


def token(issuer: str, client: ApiClientCredentials) -> str:
    """Return an access token for everything that a client may have."""
    answer = requests.post(
        f"{issuer}/connect/token",
        data={"grant_type": "client_credentials"},
        auth=(client.client_id, client.client_secret),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
