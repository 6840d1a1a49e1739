"""The atlas: every pair on a page, made again only where something changed, and used by keyboard and on a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.browser import Page, browser
from tightcheck import registry
from tightcheck.atlas import build as building
from tightcheck.atlas import page as pages
from tightcheck.atlas.build import build
from tightcheck.atlas.choices import Asked, asked
from tightcheck.atlas.example import example, inner_point
from tightcheck.atlas.facts import pair
from tightcheck.atlas.page import SYMBOLS, condition, file_of
from tightcheck.atlas.picture import _coarse, _energy, _normalised, picture
from tightcheck.cli import main
from tightcheck.density import What, joint_density
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_margins import is_natural
from tightcheck.kernel.joint_numbers import rational
from tightcheck.kernel.joint_set import check_set
from tightcheck.kernel.joint_sides import with_defaults

FEW = ("bernoulli", "gaussian", "poisson")


def make(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["atlas", "--html", str(folder), *options], prog_name="tightcheck")


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The atlas of three families."""
    folder = tmp_path_factory.mktemp("atlas")
    result = make(folder, "--families", ",".join(FEW), "--workers", "1")
    assert result.exit_code == 0, result.output
    assert "9 pairs, 9 of them made now" in result.output
    return folder


def test_every_pair_has_its_page_and_its_cell(atlas: Path) -> None:
    table = (atlas / "index.html").read_text(encoding="utf-8")
    for x in FEW:
        for z in FEW:
            assert (atlas / file_of(x, z)).is_file()
            assert f'href="{file_of(x, z)}"' in table
            text = (atlas / file_of(x, z)).read_text(encoding="utf-8")
            certificate = f"{min(x, z)}--{max(x, z)}.json"
            assert f'href="{certificate}"' in text
            assert check_set(json.loads((atlas / certificate).read_text(encoding="utf-8")))
    assert set(SYMBOLS) == {what.word for what in What}
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)


def test_pages_are_well_formed_and_load_nothing(atlas: Path) -> None:
    for page in atlas.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        for fragment in re.findall(r"<(?:math|svg)\b.*?</(?:math|svg)>", text, re.DOTALL):
            ElementTree.fromstring(fragment)
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', text)


def test_conditions_are_formulas_wherever_their_brackets_stand() -> None:
    written = "(V < 0 and (c < 0 or (b = 0 and c = 0))) or (W != 0 and (V*a - W**2/4 > 0 or c + exp(a) < 0))"
    shown = condition(written)
    assert shown.count("<math") == 7
    words = re.sub(r"<math.*?</math>", "#", shown)
    assert words == "(# and (# or (# and #))) or (# and (# or #))"


def test_a_second_run_makes_nothing(atlas: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in atlas.rglob("*") if file.is_file()}
    assert "0 of them made now" in make(atlas, "--families", ",".join(FEW)).output
    assert {file: file.stat().st_mtime_ns for file in atlas.rglob("*") if file.is_file()} == before


def run(folder: Path, names: tuple[str, ...] = FEW) -> int:
    return build(folder, names, 1, lambda total: None, lambda done: None)


def test_a_changed_family_makes_its_row_and_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    families = tmp_path / "families"
    families.mkdir()
    for name in FEW:
        (families / f"{name}.py").write_bytes((registry.FOLDER / f"{name}.py").read_bytes())
    monkeypatch.setattr(building.registry, "FOLDER", families)
    folder = tmp_path / "atlas"
    assert run(folder) == 9
    kept = (folder / file_of("bernoulli", "poisson")).stat().st_mtime_ns
    with (families / "gaussian.py").open("a") as file:
        file.write("# changed\n")
    assert run(folder) == 5
    assert (folder / file_of("bernoulli", "poisson")).stat().st_mtime_ns == kept
    assert run(folder) == 0


def test_a_stop_costs_a_row_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = building.make

    def stopped(folder: Path, row: building.Row) -> int:
        if row.first == "poisson":
            raise KeyboardInterrupt
        return made(folder, row)

    monkeypatch.setattr(building, "make", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    assert not (tmp_path / "index.html").exists()
    monkeypatch.setattr(building, "make", made)
    assert run(tmp_path) == 1
    (tmp_path / file_of("poisson", "poisson")).unlink()
    (tmp_path / "rows" / "gaussian.json").write_text('{"gaussian": ')  # half a file of another program
    (tmp_path / file_of("poisson", "bernoulli")).write_text("")  # a page that a loss of power left empty
    assert run(tmp_path) == 1 + 3 + 2
    assert (tmp_path / "index.html").is_file()


def test_bad_families_are_told_in_a_sentence(tmp_path: Path) -> None:
    result = make(tmp_path, "--families", "poisson,gausian")
    assert result.exit_code == 2
    assert "gaussian" in result.output
    assert make(tmp_path, "--families", ",").exit_code == 2


@pytest.mark.parametrize("name", registry.names())
def test_inner_points_are_natural(name: str) -> None:
    family = with_defaults(registry.load(name))
    point = inner_point(family)
    assert point is not None
    assert is_natural(family, [rational(value) for value in point], Exact())


def test_the_picture_is_of_the_joint() -> None:
    """Exponential x exponential with a = b = W = -1: p(x) is proportional to exp(-x) / (1 + x)."""
    found = pair(*asked(("exponential", "exponential"), None, ()))
    weights = {"W": Fraction(-1), "a": Fraction(-1), "b": Fraction(-1)}
    energy = _energy(found.density.form, found, weights)
    x, log_length = _coarse(found.x.family)
    mass = _normalised(energy(x[:, None], x[None, :]) + log_length[:, None] + log_length[None, :])
    assert mass is not None
    exact = np.exp(-x + log_length) / (1 + x)
    assert np.abs(mass.sum(axis=1) - exact / exact.sum()).max() < 1e-3
    drawing = picture(found, weights)
    assert drawing is not None
    assert drawing.count("<path") == 6  # the axes and five contours


@pytest.mark.parametrize("pair_", [("poisson", "gamma"), ("bernoulli", "gaussian"), ("gaussian", "gaussian")])
def test_an_example_is_in_the_set_and_depends(pair_: tuple[str, str]) -> None:
    found = pair(*(Asked(registry.load(name), 1) for name in pair_))
    weights = example(found)
    if found.density.what is What.UNDECIDED:
        assert weights is None
        return
    assert weights is not None
    assert found.density.holds(weights) is True
    assert any(weights.get(entry.symbol.name) for entry in found.density.entries if entry.is_interaction)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        yield opened


def test_the_browser_asks_for_files_alone_and_complains_of_nothing(atlas: Path, page: Page) -> None:
    for file in ("index.html", file_of("poisson", "gaussian")):
        page.open(atlas / file)
        assert page.complaints() == []
        assert page.addresses()
        assert all(address.startswith(("file:", "data:")) for address in page.addresses())


def test_search_lists_pairs(atlas: Path, page: Page) -> None:
    page.open(atlas / "index.html")
    page.press("/", "/")
    page.type("poisson gaussian")
    shown = page.ask("[...document.querySelectorAll('.found a')].map(a => a.getAttribute('href') || a.href)")
    assert {address.rpartition("/")[2] for address in shown} == {
        file_of("poisson", "gaussian"),
        file_of("gaussian", "poisson"),
    }
    assert page.ask("document.querySelector('[role=status]').textContent") == "2 pairs"
    page.ask("document.querySelector('.search input').select()")
    page.type("mixture")
    assert page.ask("document.querySelectorAll('.found a').length") > 0


def test_arrow_keys_move_in_the_table(atlas: Path, page: Page) -> None:
    page.open(atlas / "index.html")
    assert page.ask("document.querySelectorAll('.grid td a[tabindex=\"0\"]').length") == 1
    page.ask("document.querySelector('.grid td a').focus()")
    page.press("ArrowRight")
    page.press("ArrowDown")
    assert page.ask("document.activeElement.getAttribute('href')") == file_of("gaussian", "gaussian")
    page.press("ArrowUp")
    assert page.ask("document.activeElement.getAttribute('href')") == file_of("bernoulli", "gaussian")
    outline = page.ask("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


@pytest.mark.parametrize("width", [390, 1200])
def test_no_page_is_wider_than_the_window(atlas: Path, page: Page, width: int) -> None:
    for file in ("index.html", *(file_of(x, z) for x in FEW for z in FEW)):
        page.open(atlas / file, width=width, height=844)
        assert page.ask("document.documentElement.scrollWidth") <= width, file


def test_colours_stand_out_from_the_ground(atlas: Path, page: Page) -> None:
    """WCAG: a contrast of at least 4.5 for every answer's colour."""
    page.open(atlas / "index.html")
    grounds = page.ask("getComputedStyle(document.querySelector('.atlas')).backgroundColor")
    for word in SYMBOLS:
        colour = page.ask(f"getComputedStyle(document.querySelector('.legend .{word}')).color")
        light, dark = sorted((_luminance(grounds), _luminance(colour)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, word


def _luminance(colour: str) -> float:
    channels = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("x", "z"),
    [("poisson", "gamma"), ("weibull", "pareto"), ("pareto", "gaussian"), ("truncated_gaussian", "gaussian")],
)
def test_a_pair_and_its_exchange_are_the_same_set(x: str, z: str) -> None:
    """Decided in one order and said in the other, against a decision in the other order."""
    found = pair(Asked(registry.load(x), 1), Asked(registry.load(z), 1)).density
    other = joint_density(registry.load(x), registry.load(z))
    assert found.what is other.what
    assert found.entries == other.entries
    random = np.random.default_rng(0)
    answers = set()
    for _ in range(40):
        weights = {e.symbol.name: Fraction(int(random.integers(-4, 3)), 2) for e in found.entries}
        answers.add(found.holds(weights))
        assert found.holds(weights) is other.holds(weights), weights
    assert len(answers) > 1


@pytest.mark.long
def test_the_whole_atlas(tmp_path: Path) -> None:
    result = make(tmp_path)
    size = len(registry.names())
    assert f"{size**2} pairs, {size**2} of them made now" in result.output
    rows = [json.loads(file.read_text()) for file in (tmp_path / "rows").glob("*.json")]
    assert sum(len(row) for row in rows) == size * (size + 1) // 2, "each pair once for both orders"


def test_what_is_printed_is_one_line(tmp_path: Path) -> None:
    """Where the output goes to a file the progress bar leaves nothing there."""
    result = make(tmp_path, "--families", "bernoulli", "--workers", "1")
    assert re.fullmatch(r".*index\.html: 1 pairs, 1 of them made now\.\n", result.output)


def test_every_weight_is_set_as_a_formula() -> None:
    """The margin a is a letter of the alphabet and a word of English."""
    source = pages.pair(pair(*asked(("poisson", "gaussian"), None, ())), None, None)
    assert not re.search(r"<td>[a-zA-Z]", source)
