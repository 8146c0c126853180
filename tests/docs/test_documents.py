"""The documents beside the code: nothing left out, no dead link, no sample that can't run."""

import ast
import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from authserver.clients.secrets import is_well_formed, new_secret
from authserver.config import Settings
from authserver.config.server import PREFIX

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
OPERATING = ROOT / "docs" / "operating.md"
MACHINE_TOKENS = ROOT / "docs" / "machine-tokens.md"
DOCKERFILE = ROOT / "Dockerfile"

FENCE = re.compile(r"^ *```(?P<language>\w*)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
LONGEST_LINE = 110


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """Return a document without its samples."""
    return FENCE.sub("", path.read_text())


def samples(path: Path, language: str) -> list[str]:
    return [fence["text"] for fence in FENCE.finditer(path.read_text()) if fence["language"] == language]


def anchors(path: Path) -> set[str]:
    """Return the names under which the headings of a document can be linked."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def shown(default: object) -> str:
    """Return a default as the table of settings shows it."""
    plain = default.get_secret_value() if isinstance(default, SecretStr) else default
    if plain in (None, ""):
        return "unset"
    return {True: "on", False: "off"}[plain] if isinstance(plain, bool) else f"`{plain}`"


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_is_explained_with_its_default(setting: str) -> None:
    row = f"| `{PREFIX}{setting.upper()}` | {shown(Settings.model_fields[setting].default)} | "
    assert row in OPERATING.read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_no_document_names_a_variable_that_is_no_setting(document: Path) -> None:
    known = {PREFIX + setting.upper() for setting in Settings.model_fields} | {f"{PREFIX}CONFIG"}
    assert set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]", document.read_text())) <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    for link in LINK.finditer(prose(document)):
        target, _, anchor = link["target"].partition("#")
        if "://" in target:
            continue
        file = (document.parent / target).resolve() if target else document
        assert file.exists(), link["target"]
        assert file.is_relative_to(ROOT), link["target"]
        assert not anchor or anchor in anchors(file), link["target"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_source_file_that_a_document_names_exists(document: Path) -> None:
    named = set(re.findall(r"`((?:authserver|benchmarks|tests|migrations)/[\w./-]+)`", prose(document)))
    assert {path for path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_lines_are_short_enough_to_read_beside_code(document: Path) -> None:
    # Tables have no other way, and what is meant to be pasted stays on one line.
    lines = [line for line in prose(document).split("\n") if not line.startswith("|")]
    assert [line for line in lines if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_samples_compile(document: Path) -> None:
    for sample in samples(document, "python"):
        ast.parse(sample)
    for sample in samples(document, "json"):
        json.loads(sample)


def test_the_readme_shows_how_to_verify_in_two_languages() -> None:
    readme = ROOT / "README.md"
    assert any("PyJWKClient" in sample for sample in samples(readme, "python"))
    assert any("createRemoteJWKSet" in sample for sample in samples(readme, "js"))


def test_every_decision_is_numbered_once_and_says_context_decision_and_consequences() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text()
        assert text.startswith(f"# {int(page.name[:4])}. "), name(page)
        assert {"context", "decision", "consequences"} <= anchors(page), name(page)


def test_the_documented_checksum_is_that_of_the_server() -> None:
    (sample,) = samples(MACHINE_TOKENS, "python")
    namespace: dict[str, object] = {}
    exec(compile(sample, "machine-tokens.md", "exec"), namespace)  # noqa: S102 - our own document
    documented = namespace["is_secret"]
    assert callable(documented)
    (pattern,) = re.findall(r"^asec_\[.*$", MACHINE_TOKENS.read_text(), re.MULTILINE)
    for secret in [new_secret() for _ in range(50)]:
        altered = secret[:20] + ("x" if secret[20] != "x" else "y") + secret[21:]
        assert re.fullmatch(pattern, secret)
        assert documented(secret) is is_well_formed(secret) is True
        assert documented(altered) is is_well_formed(altered) is False


def instructions() -> list[str]:
    """Return the instructions of the Dockerfile, each on one line."""
    lines = [line for line in DOCKERFILE.read_text().split("\n") if not line.startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", "").split("\n") if line.strip()]


def test_the_image_runs_as_a_user_without_rights() -> None:
    users = [line.split()[1] for line in instructions() if line.startswith("USER ")]
    assert users
    assert all(int(part) >= 1000 for part in users[-1].split(":"))


def test_the_image_can_tell_whether_it_is_well() -> None:
    (check,) = [line for line in instructions() if line.startswith("HEALTHCHECK ")]
    assert "http://127.0.0.1:8000/ready" in check
    (command,) = re.findall(r"CMD (\[.*\])$", check)
    ast.parse(json.loads(command)[2])


def test_the_image_takes_only_pinned_packages_and_nothing_from_an_address() -> None:
    text = "\n".join(instructions())
    installs = re.findall(r"\binstall (?!-d )[^&]*", text)
    assert installs
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    assert not re.search(r"^ADD ", text, re.MULTILINE)
    assert not re.search(r"\b(curl|wget|apt-get)\b", text)


def test_the_image_is_built_from_named_parts_only() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split("\n")
    assert next(line for line in ignored if line and not line.startswith("#")) == "*"
    admitted = {line.strip("!/") for line in ignored if line.startswith("!")}
    copied = {
        part.rstrip("/").split("/")[0]
        for line in instructions()
        if line.startswith("COPY ") and "--from" not in line
        for part in line.split()[1:-1]
    }
    assert copied <= admitted
