"""The report's page in a real browser: at a phone's width, in the dark, by keyboard alone, printed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Page, browser
from tightcheck.analysis import analyze
from tightcheck.read_yaml import read_design
from tightcheck.report import html

EXAMPLES = Path(__file__).parent.parent / "tightcheck" / "examples"
NAMES = (
    *("scvi-observed-library", "scvi-latent-library", "mixed-table-vae", "text-vae-frequencies", "toy-mixture"),
    *("lda-dirichlet", "ppca-diagonal", "hyperspherical-vae", "iaf", "m2", "categorical-vae", "vampprior"),
)
PHONE = 360

OUTSIDE = """(() => {
  const width = document.documentElement.clientWidth, scrolls = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
      if (getComputedStyle(p).overflowX !== "visible") return true;
    return false;
  };
  return [...document.querySelectorAll("main *")].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width && (box.right > width + 1 || box.left < -1) && !scrolls(e);
  }).map((e) => e.tagName + ": " + e.textContent.slice(0, 60));
})()"""
"""Elements that stick out of the window and out of everything that scrolls."""

CONTRAST = """(() => {
  const numbers = (colour) => colour.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(colour) && colour !== "transparent") return numbers(colour);
    }
    return [255, 255, 255];
  };
  const words = [...document.querySelectorAll("main *")].filter((e) =>
    [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && !e.closest("style"));
  return Math.min(...words.map((e) => {
    const [a, b] = [light(numbers(getComputedStyle(e).color)), light(ground(e))].sort((a, b) => a - b);
    return (b + 0.05) / (a + 0.05);
  }));
})()"""
"""The least contrast of words and their ground, by WCAG 2.1."""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of the designs."""
    folder, found = tmp_path_factory.mktemp("pages"), {}
    for name in NAMES:
        files = (EXAMPLES / name / "encoder.yaml", EXAMPLES / name / "decoder.yaml")
        found[name] = folder / f"{name}.html"
        found[name].write_text(html.render(analyze(read_design(*files)), name), encoding="utf-8")
    return found


def emulated(page: Page, **features: str) -> None:
    listed: list[dict[str, Any]] = [
        {"name": name.replace("_", "-"), "value": value} for name, value in features.items()
    ]
    page.call("Emulation.setEmulatedMedia", features=listed)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [PHONE, 1200])
def test_nothing_sticks_out(page: Page, written: dict[str, Path], name: str, width: int) -> None:
    page.open(written[name], width=width)
    assert page.complaints() == []
    assert page.ask("document.documentElement.scrollWidth") <= width
    assert page.ask(OUTSIDE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_words_stand_out_from_their_ground(page: Page, written: dict[str, Path], name: str, scheme: str) -> None:
    emulated(page, prefers_color_scheme=scheme)
    page.open(written[name])
    assert page.ask(CONTRAST) >= 4.5


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_scrolls_or_opens_is_reached_by_keyboard(
    page: Page, written: dict[str, Path], name: str
) -> None:
    page.open(written[name], width=PHONE)
    wanted = page.ask(
        "[...document.querySelectorAll('main *')].filter((e) => e.tagName === 'SUMMARY' || (e.clientWidth && "
        "e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX === 'auto' && !e.closest('details'))).length"
    )
    reached = 0
    for _ in range(60):
        for kind in ("rawKeyDown", "keyUp"):
            page.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        if page.ask("document.activeElement === document.body"):
            break
        reached += page.ask(
            "+(document.activeElement.tagName === 'SUMMARY' || document.activeElement.scrollWidth > "
            "document.activeElement.clientWidth)"
        )
    assert reached >= wanted


@pytest.mark.parametrize("name", ["scvi-latent-library", "mixed-table-vae"])
def test_a_printed_report_is_a_few_pages(page: Page, written: dict[str, Path], name: str) -> None:
    page.open(written[name])
    printed = base64.b64decode(page.call("Page.printToPDF", printBackground=False)["data"])
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") <= 8
