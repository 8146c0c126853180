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


@pytest.mark.parametrize(
    ("name", "asks", "compares"),
    [
        ("flask", "identity.userinfo(", 'person["sub"] != tokens()["userinfo"]["sub"]'),
        ("fastapi", "identity.userinfo(", 'person["sub"] != token["userinfo"]["sub"]'),
        ("nginx", "identity.userinfo(", 'claims["sub"] != kept["userinfo"]["sub"]'),
        ("go", "provider.UserInfo(", "person.Subject != found.(session).subject"),
        ("node", "oidc.fetchUserInfo(", "access_token, session.claims.sub)"),
    ],
)
def test_what_userinfo_says_counts_for_the_subject_of_the_id_token_alone(
    name: str, asks: str, compares: str
) -> None:
    # OpenID Connect Core section 5.3.2: if they differ, what userinfo says must not be used.
    before, _, after = page(name).text.partition(asks)
    assert after
    assert asks not in before + after
    assert compares in after[:300]


def test_the_index_names_every_page() -> None:
    index = (KIT / "README.md").read_text()
    assert [name for name in PAGES if f"({name}.md)" not in index] == []
