"""A real browser for tests: Debian's chromium, driven by playwright. Without one, tests skip, unless it is required."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: What a page does against its policy.
_WATCH = """window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));"""


@dataclass
class Watched:
    """A page, with all that it says and asks for; both must stay what they are at `close`."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, file: Path, rest: str = "", ready: str = "body[data-ready]") -> Any:
        self.page.goto(f"{file.as_uri()}{rest}")
        self.page.wait_for_selector(ready)
        return self.page

    def is_clean(self, folder: Path) -> bool:
        """Nothing was said on the console, nothing was against the policy, and only files in the folder were read."""
        assert not self.said, self.said
        assert self.page.evaluate("violations") == []
        assert [url for url in self.asked if not url.startswith((folder.as_uri(), "data:", "blob:null/"))] == []
        return True


def require() -> str:
    """The browser's path."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        import playwright  # noqa: F401
    except ImportError:
        found = None
    if found is None:
        if os.environ.get("PTMSCOPE_BROWSER") == "required":
            pytest.fail("PTMSCOPE_BROWSER is required, and there is no chromium, or no playwright")
        pytest.skip("needs chromium (apt-get install chromium) and playwright")
    return found


@contextmanager
def launched() -> Iterator[Any]:
    path = require()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=path, args=sandbox)
        yield browser
        browser.close()


def watched(browser: Any, **options: Any) -> Watched:
    context = browser.new_context(**options)
    context.add_init_script(_WATCH)
    context.set_default_timeout(15_000)
    seen = Watched(context.new_page())
    seen.page.on("console", lambda message: seen.said.append(f"{message.type}: {message.text}"))
    seen.page.on("pageerror", lambda error: seen.said.append(f"error: {error}"))
    seen.page.on("dialog", lambda dialog: (seen.said.append("dialog"), dialog.dismiss()))
    seen.page.on("request", lambda request: seen.asked.append(request.url))
    return seen
