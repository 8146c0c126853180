"""Requests made of the document, well-formed and not: nothing breaks, each answer is documented (W4).

`MANAGEMENT_EXAMPLES=10000` sends more of them.
"""

import os
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from authserver.management.route import PREFIX
from tests.management.matrix import ROUTES, things
from tests.management.world import Hand, World
from tests.organizations.workspace import workspace

EXAMPLES = int(os.environ.get("MANAGEMENT_EXAMPLES", "500"))
CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)
EACH = settings(
    max_examples=max(EXAMPLES // len(ROUTES) // 2, 1),
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def document(app: Flask) -> Any:
    """The document as it is served, with the application behind it."""
    return schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", app)


def try_out(operation: Any, mode: GenerationMode, hand: Hand, ids: dict[str, str]) -> set[int]:
    """Send many requests of one operation; return the statuses of the answers."""
    seen = set()

    @EACH
    @given(st.data())
    def send(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        # An id that is made up leads nowhere: most requests are about what is there.
        if data.draw(st.integers(0, 4)):
            case.path_parameters = {name: ids[name] for name in case.path_parameters or ()}
        sent = {"Authorization": f"Bearer {hand.token}"}
        seen.add(case.call_and_validate(headers=sent, checks=CHECKS).status_code)

    send()
    return seen


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_breaks_anything_and_every_answer_is_documented(
    world: World, document: Any, mode: GenerationMode
) -> None:
    seen = set()
    for route in ROUTES:
        # Each begins with everything in place: some delete it.
        world.acme = workspace(world.app, f"acme-{route.name.replace('_', '-')}")
        operation = document.find_operation_by_id(route.name)
        seen |= try_out(operation, mode, world.administrator(), things(world).ids)
    wanted = {200, 201, 204, 404, 422} if mode == GenerationMode.POSITIVE else {400, 404, 422}
    assert wanted <= seen
