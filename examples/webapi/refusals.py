"""Refusals of tokens as RFC 6750 tells them, to programs and hubs alike."""

from dataclasses import dataclass

from starlette.responses import JSONResponse, Response


# Not frozen: whatever raises or catches an exception notes its traceback in it.
@dataclass(eq=False)
class RefusedError(Exception):
    """A request whose token is missing or not good enough; its text is constant and holds no quotes."""

    status: int
    error: str = ""
    """A code of RFC 6750 section 3.1; none where no token came."""
    description: str = ""
    scope: str = ""
    """What would be needed."""

    def answer(self) -> Response:
        """Return the answer, with its challenge in `WWW-Authenticate`."""
        parts = {"realm": "webapi", "error": self.error, "error_description": self.description}
        parts["scope"] = self.scope
        challenge = ", ".join(f'{name}="{value}"' for name, value in parts.items() if value)
        return JSONResponse(
            {"error": self.error or "unauthorized", "error_description": self.description},
            self.status,
            {"WWW-Authenticate": f"Bearer {challenge}", "Cache-Control": "no-store"},
        )


def missing() -> RefusedError:
    """Return the refusal of a request without a token."""
    # RFC 6750 section 3.1: who sends no token SHOULD NOT be told an error code.
    return RefusedError(401)


def malformed(description: str) -> RefusedError:
    """Return the refusal of a request that can't be read."""
    return RefusedError(400, "invalid_request", description)


def invalid(description: str) -> RefusedError:
    """Return the refusal of a token that is false, over, or meant for others."""
    return RefusedError(401, "invalid_token", description)


def insufficient(description: str, scope: str) -> RefusedError:
    """Return the refusal of a good token that doesn't allow this."""
    return RefusedError(403, "insufficient_scope", description, scope)
