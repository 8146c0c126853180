"""openid-client on Node as a relying party: each of its steps is a process of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, Key, RSAKey

from tests.interop.applications import PERSONAL, ApplicationCredentials, new_application
from tests.interop.people import Person
from tests.support.node import Node
from tests.support.server import Server

# Nobody listens here: whoever plays the person reads the address and opens nothing.
HOME = "http://127.0.0.1:1/callback"
GOODBYE = "http://127.0.0.1:1/goodbye"
SCOPES = (*PERSONAL, "offline_access", "webapi")

_KEYS: dict[str, Callable[[], Key]] = {
    "ES256": lambda: ECKey.generate_key("P-256", auto_kid=True),
    "PS256": lambda: RSAKey.generate_key(2048, auto_kid=True),
    "RS256": lambda: RSAKey.generate_key(2048, auto_kid=True),
}


@dataclass(frozen=True)
class RelyingParty:
    """openid-client, configured for one application."""

    node: Node
    server: Server
    application: ApplicationCredentials
    scopes: tuple[str, ...]
    key: dict[str, str]

    def asks(self, **parameters: str) -> tuple[str, str]:
        """Return the authorization URL, and what the relying party keeps until the answer."""
        begun = self._run(STEP="begin", PARAMETERS=json.dumps(parameters))
        return begun["url"], json.dumps(begun["kept"])

    def visited_by(
        self,
        person: Person,
        step: str = "finish",
        *,
        decision: str = "allow",
        api: str = "",
        **parameters: str,
    ) -> Any:
        """Let a person sign in, take the answer, and return what the relying party made of it."""
        url, kept = self.asks(**parameters)
        return self.takes(person.goes(url, HOME, decision=decision), kept, step, api=api)

    def takes(self, callback: str, kept: str, step: str = "finish", *, api: str = "") -> Any:
        """Take an answer, and return what the relying party made of it."""
        return self._run(STEP=step, KEPT=kept, CALLBACK=callback, API=api)

    def _run(self, **variables: str) -> Any:
        return self.node.run(
            "code-flow.mjs",
            ISSUER=self.server.issuer,
            CLIENT_ID=self.application.client_id,
            CLIENT_SECRET=self.application.client_secret or "",
            METHOD=self.application.auth_method,
            REDIRECT_URI=HOME,
            LOGOUT_URI=GOODBYE,
            SCOPE=" ".join(self.scopes),
            **(self.key | variables),
        )


@dataclass
class RelyingParties:
    """Makes relying parties, or returns those it made before: a command takes a second."""

    node: Node
    server: Server
    folder: Path
    _made: dict[tuple[object, ...], RelyingParty] = field(default_factory=dict)

    def using(self, method: str, *, algorithm: str = "", scopes: tuple[str, ...] = SCOPES) -> RelyingParty:
        """Return one that authenticates so (`none`: a public one), to which people may have agreed before."""
        made = self._made.get((method, algorithm, scopes)) or self.new(
            method, algorithm=algorithm, scopes=scopes
        )
        self._made[method, algorithm, scopes] = made
        return made

    def new(
        self, method: str, *more: str, algorithm: str = "", scopes: tuple[str, ...] = SCOPES
    ) -> RelyingParty:
        """Return one that nobody has agreed to."""
        options = ["--public"] if method == "none" else ["--auth-method", method]
        key = {}
        if algorithm:
            made = _KEYS[algorithm]()
            key = {"PRIVATE_KEY": json.dumps(made.as_dict(private=True)), "ALGORITHM": algorithm}
            options += ["--jwks-file", str(key_set(self.folder, made))]
        options += ["--post-logout-redirect-uri", GOODBYE, *more]
        application = new_application(self.server, *options, redirect_uri=HOME, scopes=scopes)
        return RelyingParty(self.node, self.server, application, scopes, key)


def key_set(folder: Path, key: Key) -> Path:
    """Write the public half of a key into a file, as an operator gets it."""
    file = folder / f"{key.kid}.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    return file
