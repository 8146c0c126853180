"""The system's Chromium, driven as a person would: looks (light, dark, phone), screenshots, accessibility."""

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support import required
from tests.support.node import package_file
from tests.support.server import ROOT

SCREENSHOTS = ROOT / "build" / "screenshots"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {
        "color_scheme": "light",
        "viewport": {"width": 360, "height": 740},
        "is_mobile": True,
        "has_touch": True,
        "device_scale_factor": 2,
    },
}
# What WCAG 2 asks for at levels A and AA.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def program() -> str:
    """Return the path of Chromium, or leave the test out and say so."""
    for name in PROGRAMS:
        if path := shutil.which(name):
            return path
    return required.program(PROGRAMS[0], "pages in a real browser")


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser without a window, and stop it at the end."""
    path = program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Walk:
    """One look at the pages: a window that takes a picture of each page and judges it."""

    origin: str
    look: str
    page: Page
    problems: list[str] = field(default_factory=list)
    friends: tuple[str, ...] = ()
    """Origins of applications that pages may lead to."""

    def open(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(self.origin + path)

    def fill(self, **fields: str) -> None:
        """Type into fields, by their ids (with `_` for `-`)."""
        for name, value in fields.items():
            self.page.fill(f"#{name.replace('_', '-')}", value)

    def click(self, identity: str) -> None:
        """Press the button with an id, and wait for the page that answers."""
        self.page.click(f"#{identity}")
        self.page.wait_for_load_state()

    def sees(self, identity: str) -> None:
        """Fail unless an element with an id is there to be seen."""
        assert self.page.locator(f"#{identity}").is_visible(), self.page.content()

    def picture(self, name: str) -> None:
        """Take a picture, and note what keeps people from using the page."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{self.look}.png", full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            self.problems.append(f"{name} ({self.look}): {wide} pixels wider than the window")
        # Through the debugger, which the policy of the page does not bind.
        self.page.evaluate(package_file("axe-core/axe.min.js").read_text())
        found = self.page.evaluate(f"axe.run({{runOnly: {RULES}}})")["violations"]
        self.problems += [
            f"{name} ({self.look}): {violation['impact']} {violation['id']}: "
            + "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            for violation in found
            if violation["impact"] in ("serious", "critical", "moderate")
        ]


@contextlib.contextmanager
def walking(
    browser: Browser, origin: str, look: str, *, friends: tuple[str, ...] = (), **options: Any
) -> Iterator[Walk]:
    """Walk through pages in a fresh profile; fail at the end on what the pages said or did wrong."""
    context: BrowserContext = browser.new_context(**LOOKS[look], **options)
    page = context.new_page()
    walk = Walk(origin, look, page, friends=friends)
    page.on("console", lambda message: _note(walk, message.type, message.text))
    page.on("pageerror", lambda error: walk.problems.append(f"{page.url}: {error}"))
    page.on("request", lambda request: _strangers(walk, request.url))
    try:
        yield walk
    finally:
        context.close()
    assert not walk.problems, "\n".join(walk.problems)


def _note(walk: Walk, kind: str, text: str) -> None:
    # A refused form is a 4xx by intention.
    if kind == "error" and not re.search(r"status of 4\d\d", text):
        walk.problems.append(f"{walk.page.url}: {text}")


def _strangers(walk: Walk, url: str) -> None:
    if not url.startswith((walk.origin, *walk.friends, "data:", "about:")):
        walk.problems.append(f"{walk.page.url} asks a third party: {url}")
