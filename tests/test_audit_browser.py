"""The page of `ptmscope audit` in a browser: keys label rows, labels outlive a reload, and a download is a sheet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import studies
from browser import launched, watched

from ptmscope.audit import page, sheet
from ptmscope.audit.sheet import COLUMNS, Row
from ptmscope.destination import writing

ROWS = tuple(
    Row(str(n), "all", 3, "yes", t, "", f"{t}.py", "", n, "javascript:alert(1)", t, t, "resolved", t, t, t, t)
    for n, t in enumerate(studies.HOSTILE[:4], 1)
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "sheet.html"
    with writing(str(found), is_binary=False) as output:
        page.write(ROWS, output)
    return found


def labels(opened: Any, folder: Path, ending: str = "json") -> list[str]:
    """Those of the sheet that is downloaded, as it is read again."""
    with opened.expect_download() as download:
        opened.locator(f"#do-{ending}").click()
    saved = folder / f"labelled.{ending}"
    download.value.save_as(saved)
    return [row.label for row in sheet.read(str(saved))]


def test_keys_label_rows(browser: Any, file: Path) -> None:
    seen = watched(browser)
    opened = seen.open(file, ready="#progress:not(:empty)")
    for key in "rwu":
        opened.keyboard.press(key)
    assert opened.locator("#progress").inner_text() == "3 of 4 labelled, this is 4"
    assert labels(opened, file.parent) == ["right", "wrong", "unsure", ""]
    opened.keyboard.press("z")
    assert opened.locator("#label").inner_text() == "not labelled"
    assert opened.locator("#progress").inner_text() == "2 of 4 labelled, this is 3"
    opened.keyboard.press("k")
    opened.keyboard.press("r")
    assert labels(opened, file.parent, "csv") == ["right", "right", "", ""]
    assert seen.is_clean(file.parent)


def test_a_missing_site_and_a_note_outlive_a_reload(browser: Any, file: Path) -> None:
    seen = watched(browser)
    opened = seen.open(file, ready="#progress:not(:empty)")
    opened.locator("#line").fill("12")
    opened.locator("#do-missing").click()
    opened.locator("#note").fill("r w u")  # no keys while one writes
    opened.locator("#note").press("Tab")
    opened.reload()
    assert labels(opened, file.parent) == ["", "missing", "", "", ""]
    saved = json.loads((file.parent / "labelled.json").read_text(encoding="utf-8"))
    assert saved[0]["note"] == "r w u"
    assert saved[1]["line"] == 12
    assert list(saved[0]) == list(COLUMNS)
    assert seen.is_clean(file.parent)


def test_hostile_text_does_nothing(browser: Any, file: Path) -> None:
    seen = watched(browser)
    opened = seen.open(file, ready="#progress:not(:empty)")
    for row in ROWS:
        assert opened.locator("#code").text_content() == row.code
        assert opened.locator("#link").get_attribute("href") is None
        assert opened.locator("img, b").count() == 0
        opened.keyboard.press("j")
    assert seen.asked == [file.as_uri()]
    assert seen.is_clean(file.parent)
