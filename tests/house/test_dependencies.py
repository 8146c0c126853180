"""What the lock files promise: hashes, agreement, and versions above known weaknesses (S1)."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = ("runtime", "dev", "build", "examples", "ci")
FLOORS = {
    "authlib": "1.9.0",
    "joserfc": "1.7.6",
    "flask": "3.1.3",
    "werkzeug": "3.1.4",
    "cryptography": "46.0.5",
    "jinja2": "3.1.6",
}


def pinned(lock: str) -> dict[str, str]:
    """Return the version of each package of a lock file."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_has_hashes_and_names_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    entries = re.split(
        r"^(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE
    )
    assert all("--hash=sha256:" in entry for entry in entries if entry.strip())
    assert "://" not in text
    assert "--index" not in text


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    assert pinned("dev").items() >= pinned("runtime").items()
    assert pinned("dev").items() >= pinned("examples").items()


def test_every_declared_dependency_is_pinned_in_its_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for lock, declared in (
        ("runtime", project["project"]["dependencies"]),
        ("dev", project["dependency-groups"]["dev"]),
        ("examples", project["dependency-groups"]["examples"]),
        ("ci", project["dependency-groups"]["ci"]),
    ):
        versions = {name.lower().replace("_", "-"): value for name, value in pinned(lock).items()}
        # A group may include another one, which stands here by itself.
        for requirement in map(Requirement, filter(lambda each: isinstance(each, str), declared)):
            assert requirement.specifier.contains(versions[requirement.name.lower()]), requirement.name


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_what_is_installed_is_above_known_weaknesses(package: str, floor: str) -> None:
    assert Version(version(package)) >= Version(floor)
