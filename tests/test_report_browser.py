"""The pages of `ptmscope report` in a browser: drawn, sorted, searched, compared; quiet, and within their policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import studies
from browser import launched, watched
from click.testing import CliRunner

from patterns.transitions import divergence
from ptmscope.cli import cli
from ptmscope.report.material import key, material
from ptmscope.settings import Settings

pytest.importorskip("plotly")
pytest.importorskip("jinja2")

GPT2, MINILM = "openai-community/gpt2", "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Path:
    """The reports of a plain study and of a hostile one, as a page and as a site."""
    root = tmp_path_factory.mktemp("reports")
    for name, study in (("plain", studies.plain(root / "p")), ("hostile", studies.hostile(root / "h"))):
        for option in (("-o", f"{root / name}.html"), ("--site", str(root / name))):
            result = CliRunner().invoke(cli, ["report", str(study), *option, "-q"])
            assert result.exit_code == 0, result.output
    return root


def address(folder: Path, form: str, name: str, view: str, *keys: str) -> tuple[Path, str]:
    if form == "page":
        return folder / f"{name}.html", f"#/{'/'.join((view, *keys))}"
    if view == "model":
        return folder / name / "model" / f"{keys[0]}.html", ""
    file = "index" if view == "overview" else view
    return folder / name / f"{file}.html", f"#/{'/'.join(keys)}" if keys else ""


FORMS = pytest.mark.parametrize("form", ["page", "site"])


@FORMS
def test_a_model_is_drawn(browser: Any, folder: Path, form: str) -> None:
    seen = watched(browser)
    page = seen.open(*address(folder, form, "plain", "model", key(GPT2)))
    page.wait_for_selector("path.sankey-link")
    page.wait_for_selector(".scatterlayer .textpoint")
    assert page.locator("path.sankey-link").count() == 3
    assert page.locator("h1").inner_text() == GPT2
    assert "tokenizer.decode" in page.locator(".code pre").first.inner_text()
    assert page.locator(".code .t-k").count() > 0
    assert seen.is_clean(folder)
    if form == "page":
        assert seen.asked == [page.url.split("#")[0]]


@FORMS
def test_models_are_sorted_and_searched(browser: Any, folder: Path, form: str) -> None:
    seen = watched(browser)
    page = seen.open(*address(folder, form, "plain", "models"))
    names = lambda: page.locator("tbody tr td:first-child").all_inner_texts()  # noqa: E731
    assert sorted(names()) == sorted([GPT2, MINILM, "distilbert/distilbert-base-uncased", "FacebookAI/roberta-base"])
    repositories = [int(text) for text in page.locator("tbody tr td:nth-child(2)").all_inner_texts()]
    assert repositories == sorted(repositories, reverse=True)
    page.get_by_role("button", name="model").click()
    assert names() == sorted(names(), key=str.lower)
    page.get_by_role("button", name="model").click()
    assert names() == sorted(names(), key=str.lower, reverse=True)
    assert page.locator("th").first.get_attribute("aria-sort") == "descending"
    page.keyboard.press("/")
    page.keyboard.type("SENTENCE encode")
    assert names() == [MINILM]
    page.locator("#search").fill("")
    page.locator("#by-libraries").select_option("transformers")
    assert MINILM not in names()
    assert len(names()) == 3
    page.locator("#least").fill("5")
    assert names() == [GPT2]
    page.locator("#least").fill("6")
    assert names() == []
    assert page.get_by_role("status").inner_text() == "0 of 4 models"
    assert seen.is_clean(folder)


@FORMS
def test_the_keyboard_is_enough(browser: Any, folder: Path, form: str) -> None:
    seen = watched(browser)
    page = seen.open(*address(folder, form, "plain", "models"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.locator("tbody a").first.focus()
    page.keyboard.press("ArrowDown")
    wanted = page.locator("tbody tr").nth(1).locator("a").inner_text()
    assert page.evaluate("document.activeElement.textContent") == wanted
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-ready=model] h1")
    assert page.locator("h1").inner_text() == wanted
    assert seen.is_clean(folder)


@FORMS
def test_two_models_are_compared(browser: Any, folder: Path, form: str) -> None:
    seen = watched(browser)
    page = seen.open(*address(folder, form, "plain", "compare", key(GPT2)))
    page.locator("#side-1").fill(MINILM)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Divergence of their call transitions")
    page.wait_for_selector("path.sankey-link")
    models = {each.name: each.usages for each in material([str(folder / "p" / "study")], Settings()).models}
    found = divergence(models[GPT2], models[MINILM])
    assert found is not None
    assert page.locator("p.lead").inner_text().endswith(f"{found.value:.3f}")
    assert page.locator("section:has(h2:text('Stages')) tbody td").first.inner_text() == "load"
    assert seen.is_clean(folder)


@FORMS
@pytest.mark.parametrize("view", ["overview", "patterns", "diagnostics"])
def test_the_other_views(browser: Any, folder: Path, form: str, view: str) -> None:
    seen = watched(browser)
    page = seen.open(*address(folder, form, "plain", view))
    assert page.get_by_role("alert").all_inner_texts() == []
    assert page.locator("h2").count() > 0
    if view == "overview":
        page.wait_for_selector("path.sankey-link")
        assert page.locator(".funnel li").all_inner_texts()[0].split() == ["read", "20", "files"]
    assert seen.is_clean(folder)


@FORMS
def test_a_narrow_dark_page(browser: Any, folder: Path, form: str) -> None:
    seen = watched(browser, viewport={"width": 360, "height": 740}, color_scheme="dark")
    for view, *keys in (["overview"], ["models"], ["model", key(GPT2)], ["patterns"], ["diagnostics"]):
        page = seen.open(*address(folder, form, "plain", view, *keys))
        page.wait_for_function(f"() => document.body.dataset.ready === {view!r}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, view
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert sum(map(int, colour.strip("rgb()").split(","))) < 150
    assert seen.is_clean(folder)


@FORMS
def test_hostile_text_does_nothing(browser: Any, folder: Path, form: str) -> None:
    seen = watched(browser)
    for view in ("overview", "models", "patterns", "diagnostics"):
        page = seen.open(*address(folder, form, "hostile", view))
        page.wait_for_function(f"() => document.body.dataset.ready === {view!r}")
        assert page.locator("main img, main script, main b[onclick]").count() == 0
    for text in studies.HOSTILE if form == "page" else studies.HOSTILE[:4]:
        page = seen.open(*address(folder, form, "hostile", "model", key(text)))
        page.wait_for_function("() => document.querySelector('h1')")
        page.wait_for_selector("path.sankey-link")
        assert page.locator("main img, main script").count() == 0
        assert page.locator("a[href^='javascript' i]").count() == 0
        assert page.get_by_role("alert").count() == 0
        assert not page.evaluate(
            r"/[\u0000-\u0008\u200b\u202a-\u202e\u2066-\u2069]/.test(document.querySelector('main').textContent)"
        )
        assert not page.evaluate("Object.keys(Object.prototype).length")
    seen.open(*address(folder, form, "hostile", "compare", key(studies.HOSTILE[0]), key(studies.HOSTILE[1])))
    page.wait_for_selector("text=Divergence of their call transitions")
    assert seen.is_clean(folder)


def test_paper_is_white_and_has_the_pictures(browser: Any, folder: Path) -> None:
    seen = watched(browser, color_scheme="dark")
    page = seen.open(*address(folder, "page", "plain", "model", key(GPT2)))
    page.wait_for_selector("path.sankey-link")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.querySelector('.sankey text')).fill") == "rgb(0, 0, 0)"
    assert page.locator(".main-svg").first.get_attribute("width") == "680"
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("getComputedStyle(document.querySelector('.sankey text')).fill") != "rgb(0, 0, 0)"
    assert seen.is_clean(folder)


def test_an_address_that_is_none(browser: Any, folder: Path) -> None:
    seen = watched(browser)
    page = seen.open(folder / "plain.html", "#/model/__proto__")
    assert page.get_by_role("alert").inner_text().startswith("This cannot be shown")
    assert seen.open(folder / "plain.html", "#/constructor").title().startswith("Overview")
