"""What an instance is told, and what it makes itself."""

from pathlib import Path

from examples.toolbox.settings import own_key
from tests.examples.toolbox.answers import signed_in
from tests.examples.toolbox.products import Product, Visitor, product
from tests.examples.toolbox.standin import Standin
from tests.support.server import free_port


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "toolbox.key"
    key = own_key(file)
    assert len(key) >= 43
    assert own_key(file) == key
    assert own_key(file.with_name("analytics.key")) != key
    assert file.stat().st_mode & 0o077 == 0
    assert sorted(each.name for each in file.parent.iterdir()) == ["analytics.key", "toolbox.key"]


def test_who_is_signed_in_still_is_after_a_restart(standin: Standin, tmp_path: Path) -> None:
    port = free_port()
    with product(tmp_path, standin.issuer, port, "a secret") as before:
        visitor = signed_in(before, standin.issuer)
    with product(tmp_path, standin.issuer, port, "a secret") as after:
        assert Visitor(after, visitor.browser).signed_in


def test_a_cookie_of_one_product_is_none_at_another(
    toolbox: Product, standin: Standin, tmp_path: Path
) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    with product(tmp_path, standin.issuer, free_port(), "a secret", "Analytics", "teal") as other:
        thief = other.visitor()
        thief.browser.line.set_cookie("analytics", visitor.browser.line.cookie("toolbox"))
        token = visitor.open("/trade-platforms/").hidden["csrf_token"]
        assert thief.browser.post(f"{other.origin}/sign-out", csrf_token=token).status == 400
