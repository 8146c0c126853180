"""Sizes, places and habits of the source code."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "authserver"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "_migrations" not in path.parts)
EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))
"""People take these over as they are: they hold to what the package holds to."""

READ = [*SOURCES, *EXAMPLES]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split("\n")

LONGEST_FILE = 250
LONGEST_TEST_FILE = 400
LONGEST_FUNCTION = 50
LONGEST_LINE = 110
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[Function]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def length(function: Function) -> int:
    """Return the lines of a function without its docstring."""
    documentation = function.body[0] if ast.get_docstring(function) else None
    described = documentation.end_lineno - documentation.lineno + 1 if documentation else 0  # type: ignore[operator]
    return (function.end_lineno or 0) - function.lineno + 1 - described


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {name(path) for path in READ if len(path.read_text().splitlines()) > LONGEST_FILE}
    long |= {name(path) for path in TESTS if len(path.read_text().splitlines()) > LONGEST_TEST_FILE}
    assert not long


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{name(path)}: {function.name}"
        for path in READ
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION
    }
    assert not long


def test_no_line_is_longer_than_a_window_beside_another() -> None:
    # A rule that is switched off says so behind the line that it is about, as the linter has it.
    lines = {
        f"{name(path)}:{number}": re.sub(r"  # (noqa|type: ignore|nosec).*", "", line)
        for path in READ
        for number, line in enumerate(path.read_text().splitlines(), 1)
    }
    assert not [place for place, line in lines.items() if len(line) > LONGEST_LINE]


def test_every_room_says_in_a_sentence_what_it_is_for() -> None:
    silent = {name(path) for path in READ if not ast.get_docstring(ast.parse(path.read_text()))}
    assert not silent


def test_no_import_hides_inside_a_function() -> None:
    hidden = {
        f"{name(path)}: {function.name}"
        for path in READ
        for function in functions(path)
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    }
    assert not hidden


def test_the_database_session_appears_in_stores_and_the_unit_of_work_only() -> None:
    allowed = {"web/unit_of_work.py", "extensions.py"}
    strangers = {
        name(path)
        for path in SOURCES
        if "db.session" in re.sub(r'""".*?"""|#.*', "", path.read_text(), flags=re.DOTALL)
        and "store" not in path.relative_to(PACKAGE).with_suffix("").parts
        and str(path.relative_to(PACKAGE)) not in allowed
    }
    assert not strangers


def test_tables_are_imported_by_stores_and_the_schema_only() -> None:
    strangers = set()
    for path in SOURCES:
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if "store" in parts or parts[-1] in ("schema", "models"):
            continue
        if re.search(
            r"^from authserver\.\S*models import|^from authserver\.\w+ import models",
            path.read_text(),
            re.MULTILINE,
        ):
            strangers.add(name(path))
    assert not strangers


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"\brandom\.", "randomness comes from the system's generator"),
        (r"(secret|digest|token)\w* == |== \w*(secret|digest)\b", "secrets are compared in constant time"),
        (r"render_template_string|Template\(", "templates are files"),
        (r"\brequests\.(get|post)|urlopen\(|httpx\.", "outgoing requests go through one guarded client"),
        (r"\btext\(f[\"']|execute\(f[\"']", "SQL is never put together from strings"),
        (r"\bjwt\.decode\(|\bverify=False", "tokens are verified with explicit algorithms"),
    ],
)
def test_dangerous_habits_stay_out(pattern: str, why: str) -> None:
    # In SQL a digest is looked up by its index: the time tells nothing that helps to find a preimage.
    code = {path: re.sub(r"\b(\w*Row|kind|rows|c)\.\w*digest == ", "", path.read_text()) for path in SOURCES}
    found = {name(path) for path, text in code.items() if re.search(pattern, text)}
    assert not found, why


def test_every_rule_that_is_switched_off_says_why() -> None:
    silent = set()
    for path in SOURCES:
        lines = ["", *path.read_text().splitlines()]
        for number, line in enumerate(lines):
            off = re.search(r"# (?:noqa: [A-Z0-9, ]+|type: ignore\[[\w-]+\]|nosec \w+)(?P<why>.*)", line)
            # The reason stands behind it, or in a comment right above.
            if off and not off["why"].strip(" -#") and not lines[number - 1].strip().startswith("#"):
                silent.add(f"{name(path)}:{number}")
            assert not re.search(r"# (noqa|type: ignore|nosec)\s*$", line), f"{name(path)}:{number}"
    assert not silent


def test_code_and_documents_hold_no_emoji_and_no_tabs_for_indentation() -> None:
    pictures = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
    found = set()
    for file in TRACKED:
        path = ROOT / file
        if (
            path.suffix in (".py", ".md", ".toml", ".html", ".css")
            and path.exists()
            and path != Path(__file__)
        ):
            text = path.read_text()
            if pictures.search(text) or (path.suffix == ".py" and re.search(r"^\t", text, re.MULTILINE)):
                found.add(file)
    assert not found
