"""The document: OpenAPI 3.1, of the same models, open to everybody; and its page."""

import json

from authserver.management.views.site import ROUTES
from tests.management.world import World
from tests.support.people import stranger


def test_the_document_tells_of_every_route_and_of_nothing_else(world: World) -> None:
    answer = world.nobody().get("/openapi.json")
    said = answer.body
    assert said["openapi"] == "3.1.0"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    told = {
        (operation["operationId"], method.upper(), path, operation["x-needs"])
        for path, methods in said["paths"].items()
        for method, operation in methods.items()
    }
    assert {(name, method) for name, method, _path, _needs in told} == {
        (route.name, route.method) for route in ROUTES
    }
    by_name = {name: (path, needs) for name, _method, path, needs in told}
    assert by_name["change_member"] == (
        "/api/v1/organizations/{organization_id}/members/{account_id}", "members:manage",
    )  # fmt: skip


def test_requests_refuse_what_they_do_not_know_and_refusals_are_problems(world: World) -> None:
    said = world.nobody().get("/openapi.json").body
    models = said["components"]["schemas"]
    for path in said["paths"].values():
        for operation in path.values():
            assert operation["security"] == [{"bearer": []}]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                assert models[content["schema"]["$ref"].rpartition("/")[2]]["additionalProperties"] is False
            for status, answer in operation["responses"].items():
                if status >= "4":
                    assert set(answer["content"]) == {"application/problem+json"}
    references = set(json.dumps(said).split('"#/components/schemas/')[1:])
    assert {each.partition('"')[0] for each in references} <= set(models)


def test_no_model_of_an_answer_but_the_two_of_creation_holds_a_secret(world: World) -> None:
    models = world.nobody().get("/openapi.json").body["components"]["schemas"]
    assert {name for name, model in models.items() if "secret" in model.get("properties", {})} == {
        "CreatedApiClient", "AddedSecret",
    }  # fmt: skip
    assert "digest" not in json.dumps(models)


def test_people_read_the_same_on_a_page_of_ours(world: World) -> None:
    page = stranger(world.app).open("/api/v1/")
    assert page.status == 200
    assert page.shows("management-api-page")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for route in ROUTES:
        assert page.shows(route.name)
