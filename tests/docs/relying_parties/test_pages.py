"""The pages of the kit: alike, so that who knows one finds their way in all."""

import re

import pytest

from tests.docs.relying_parties.pages import KIT, page

HEADINGS = ["Register", "The application", "Signing out", "An API", "What goes wrong most often"]
# Pages about tokens alone.
OF_APIS = {"python", "go-api"}
PAGES = sorted({path.stem for path in KIT.glob("*.md")} - {"README"})


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_the_same_headings(name: str) -> None:
    found = re.findall(r"^## (.*)$", page(name).text, re.MULTILINE)
    assert found == (HEADINGS[-2:] if name in OF_APIS else HEADINGS)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_what_an_api_checks(name: str) -> None:
    _, _, text = page(name).text.partition("## An API\n")
    said = " ".join(text.split())
    for word in ("`typ`", "`iss`", "`aud`", "scope", "permissions", "(../security-events.md)"):
        assert word in said, word


@pytest.mark.parametrize("name", sorted(set(PAGES) - OF_APIS))
def test_every_page_says_where_signing_out_leads(name: str) -> None:
    _, _, rest = page(name).text.partition("## Signing out\n")
    text, _, _ = rest.partition("\n## ")
    assert "/connect/endsession" in text
    assert "elsewhere" in text


def test_the_index_names_every_page() -> None:
    index = (KIT / "README.md").read_text()
    assert [name for name in PAGES if f"({name}.md)" not in index] == []
