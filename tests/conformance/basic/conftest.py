"""Form Post is Basic with response_mode=form_post, so every module here runs in both modes."""

import pytest


@pytest.fixture(params=["query", "form_post"], autouse=True)
def response_mode(request: pytest.FixtureRequest) -> str:
    """How the relying party wants its answers."""
    return str(request.param)
