"""Every module of the plans has its test, and every test its module."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLANS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "modules.toml").read_text())


@pytest.fixture(scope="module")
def collected() -> list[str]:
    """The tests that pytest finds here, as `file::test[parameters]`."""
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", str(HERE)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = re.findall(r"^tests/conformance/(\S+::test_oidcc_.*)$", listed, re.MULTILINE)
    assert found, listed
    return found


def of_plan(collected: list[str], plan: str) -> dict[str, set[str]]:
    """Return the parameters with which each test of a plan runs, by its name."""
    tests: dict[str, set[str]] = {}
    for node in collected:
        file, _, name = node.partition("::")
        if file.startswith(PLANS[plan]["tests"]):
            test, _, parameters = name.rstrip("]").partition("[")
            tests.setdefault(test, set()).update(parameters.split("-"))
    return tests


@pytest.mark.parametrize("plan", PLANS)
def test_every_module_of_a_plan_has_a_test_of_its_name_and_the_reverse(
    collected: list[str], plan: str
) -> None:
    wanted = {f"test_{module.replace('-', '_')}" for module in PLANS[plan]["modules"]}
    assert set(of_plan(collected, plan)) == wanted


@pytest.mark.parametrize("plan", PLANS)
def test_every_module_of_a_plan_runs_in_every_response_mode(collected: list[str], plan: str) -> None:
    modes = set(PLANS[plan].get("response_modes", []))
    assert not {name for name, parameters in of_plan(collected, plan).items() if not modes <= parameters}


def test_no_test_stands_outside_the_plans(collected: list[str]) -> None:
    places = tuple(plan["tests"] for plan in PLANS.values())
    assert not [node for node in collected if not node.startswith(places)]


def test_the_plans_have_as_many_modules_as_the_suite_counts() -> None:
    assert [len(set(plan["modules"])) for plan in PLANS.values()] == [1, 38, 11, 2]
