"""Reports: nothing an analysis says is lost, formulas are found and set, nothing written by a user becomes markup."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tightcheck import registry
from tightcheck.design import Place
from tightcheck.read_yaml import read_design
from tightcheck.report import file, html, latex, notation, outline, text
from tightcheck.report import json as data
from tightcheck.report.mathml import mathml
from tightcheck.report.notebook import Report
from tightcheck.verdict import Analysis, Answer, Condition, Suggestion, Verdict

HOSTILE = "<script>alert(1)</script> & \"quoted\" 'x' \\input{/etc/passwd} %comment $x$ #1 ~ ^"
VOID = {"meta", "circle", "ellipse", "mspace", "br"}


class Page(HTMLParser):
    """The open elements, tags and visible text of a page; raises where an element is closed that is not open."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(source)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def formulas(sentence: str) -> list[str]:
    return [piece.text for piece in notation.split(sentence) if piece.kind == "formula"]


def set_as(sentence: str) -> str:
    """The LaTeX of a sentence that is one formula, without spaces."""
    return "".join(piece.latex for piece in notation.split(sentence) if piece.kind == "formula").replace(" ", "")


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("V = 0 and Lambda + sigma^2 W'W diagonal", ["V = 0", "Lambda + sigma^2 W'W"]),
        ("C2 asks that log sum_k exp(a_k) is affine on {0,1}^m", ["log sum_k exp(a_k)", "{0,1}^m"]),
        ("a model with a z_3 that collapses", ["z_3"]),
        ("A diagonal-covariance encoder of dimension 64", []),
        ("the encoder's features x/l, i.e. frequencies", ["x/l"]),
        ("in encoder.yaml:3 the key `x: z`", []),
        ("mean = -(W' x + b)/(2 c), coordinate by coordinate", ["mean = -(W' x + b)/(2 c)"]),
        ("p(genes, z | library) ∝ h(genes)", ["p(genes, z | library) ∝ h(genes)"]),
        ("g = W' x  (natural parameter of z)", ["g = W' x", "z"]),
        ("(x < 3) and W' is diagonal", ["(x < 3)", "W'"]),
        ("C2 makes A(f(z)) a combination of z", ["A(f(z))", "z"]),
        ("the log-normal is quadratic", []),
        ("p(count) ∝ exp(a_6' flag) (1/count!)", ["p(count) ∝ exp(a_6' flag) (1/count!)"]),
    ],
)
def test_formulas_are_found_among_words(sentence: str, found: list[str]) -> None:
    assert formulas(sentence) == found


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("W'W = 0", r"W^{\top}W=0"),
        ("h'(z) = 1", r"h^{\prime}(z)=1"),
        ("<nu(x), z> + 1", r"\langle\nu(x),z\rangle+1"),
        ("x < y", "x<y"),
        ("2^m - 1 - m", "2^{m}-1-m"),
        ("P^-1 + z^(1/2)", r"P^{-1}+z^{1/2}"),
        ("sqrt(x_12)", r"\sqrt{x_{12}}"),
        ("(W z + a)_j^2", "(Wz+a)_{j}^{2}"),
        ("log_variance = 0", r"\mathrm{log-variance}=0"),
        ("gamma(r) != gamma", r"\Gamma(r)\ne\gamma"),
        ("W, 784 x 20", r"W784\times20"),
        ("W_1,2 = 0", r"W_{1,2}=0"),
        ("W_1,1' x + a_1", r"W_{1,1}^{\top}x+a_{1}"),
        ("b' |z| + 2 I_0(x)", r"b^{\top}|z|+2I_{0}(x)"),
    ],
)
def test_formulas_are_written_as_latex(plain: str, expected: str) -> None:
    assert set_as(plain) == expected


@given(st.text(max_size=80) | st.text("xzWf()[]{}<>|'_^=+-*/, .;0123aA`\\&$", max_size=60))
def test_no_sentence_is_lost_or_refused(sentence: str) -> None:
    pieces = notation.split(sentence)
    assert "".join(piece.text for piece in pieces).replace("`", "") == sentence.replace("`", "")
    for piece in pieces:
        if piece.kind == "formula":
            ET.fromstring(mathml(piece.latex, "formula"))


COMMANDS = [r"\frac", r"\left(", r"\right)", r"\sum", r"\sqrt", r"\begin{cases}", r"\end{cases}", *"{}_^x&", r"\\"]


@given(st.text(r"\{}_^&'abfxz12 ()[]|<>=-+", max_size=40) | st.lists(st.sampled_from(COMMANDS)).map("".join))
def test_no_latex_is_refused(formula: str) -> None:
    ET.fromstring(mathml(formula, "formula", "block"))


def shape(formula: str) -> str:
    """The formula's MathML as nested tags and texts."""

    def write(element: ET.Element) -> str:
        return element.text or f"{element.tag}({' '.join(map(write, element))})"

    return write(ET.fromstring(mathml(formula, "")))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"\frac{x_1^2}{2}", "math(mfrac(msubsup(x 1 2) 2))"),
        (r"\sum_{k=1}^K a_k", "math(mrow(munderover(∑ mrow(k = 1) K) msub(a k)))"),
        (r"\sqrt{\sigma}", "math(msqrt(σ))"),
        (r"x^12", "math(mrow(msup(x 1) 2))"),
        (r"\left(a\right)", "math(mrow(( a )))"),
        (r"W^\top W", "math(mrow(msup(W ⊤) W))"),
        (
            r"\begin{pmatrix} a & b \\ c & 0\end{pmatrix}",
            "math(mrow(( mtable(mtr(mtd(a) mtd(b)) mtr(mtd(c) mtd(0))) )))",
        ),
        (r"\mathbb{R}^m", "math(msup(ℝ m))"),
        (r"\{0, 1\}^m", "math(mrow({ 0 , 1 msup(} m)))"),
        (r"l \log z", "math(mrow(l mspace() log mspace() z))"),
        (r"\text{if } x", "math(mrow(if\N{NO-BREAK SPACE} x))"),
    ],
)
def test_latex_becomes_mathml(formula: str, expected: str) -> None:
    assert shape(formula) == expected


def test_text_says_everything_in_order(analysis: Analysis) -> None:
    report = text.render(analysis)
    expected = [
        "verdict        collapse",
        "implied prior  restricted",
        "lossless       no: two word distributions mixed are not one",
        "no function of x/l equals it",
        "C3: x/l: Frequencies lose l",
        "at encoder.yaml:3 (features: frequencies)",
        "f(z) = a",
        "9999 logits",
        "g*(x) = W'x + b",
        "z collapses: no model in S depends on it",
        "1. Show the encoder the counts: `features: counts` -> restricted, at encoder.yaml:3",
        "C4  holds",
        "replicated softmax",
        "invertible diagonal map",
        "tightcheck check",
    ]
    places = [report.index(words) for words in expected]
    assert places == sorted(places)
    assert max(map(len, report.splitlines())) <= text.WIDTH


def test_text_is_styled_only_on_request(analysis: Analysis) -> None:
    assert "\033" not in text.render(analysis)
    assert re.sub(r"\033\[\d*m", "", text.render(analysis, is_styled=True)) == text.render(analysis)


def test_json_has_its_documented_keys(analysis: Analysis) -> None:
    report = json.loads(data.render(analysis))
    assert report.keys() == data.AnalysisReport.__annotations__.keys()
    assert report["declared"].keys() == data.AnswerReport.__annotations__.keys()
    assert report["joint"].keys() == data.JointReport.__annotations__.keys()
    assert report["conditions"][2]["place"] == {"file": "encoder.yaml", "line": 3, "text": "features: frequencies"}
    assert (report["verdict"], report["verdict_implied_prior"], report["lossless"]) == ("collapse", "restricted", "no")
    assert report["certificate"] == analysis.declared.certificate


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_every_report(verdict: Verdict) -> None:
    """An answer that holds nothing but its verdict, as for a design outside the theorem."""
    bare = Analysis(Answer(verdict, ""), Answer(verdict, ""), None, "", "")
    assert verdict.word in text.render(bare)
    assert verdict.value in Page(html.render(bare)).text
    assert verdict.word in latex.render(bare)
    assert json.loads(data.render(bare))["verdict"] == verdict.word


def test_blame_falls_on_the_worst_condition(analysis: Analysis) -> None:
    condition = outline.guilty(analysis.declared)
    assert condition is not None
    assert condition.name == "C3"
    milder = replace(analysis.declared, conditions=analysis.declared.conditions[:2])
    assert outline.guilty(milder) == analysis.declared.conditions[0]
    assert outline.guilty(replace(analysis.declared, conditions=())) is None


def test_page_is_whole_and_alone(analysis: Analysis) -> None:
    source = html.render(analysis, "encoder.yaml decoder.yaml")
    page = Page(source)
    for words in ("9999 logits", "replicated softmax", "invertible diagonal map", "features: counts", "encoder.yaml:3"):
        assert words in page.text
    assert page.tags.count("main") == page.tags.count("h1") == 1
    assert "script" not in page.tags
    assert not {"src", "href", "onclick", "onload"} & {name for name, _ in page.attributes}
    assert not re.search(r"https?:|url\(|@import", source)
    assert ("alttext", None) not in page.attributes
    assert page.tags.count("math") > 15


def test_every_status_has_a_shape_besides_its_colour(analysis: Analysis) -> None:
    source = html.render(analysis)
    for word, symbol in html.SYMBOLS.items():
        if f'class="verdict {word}"' in source:
            assert f'<span aria-hidden="true">{symbol}</span> {word}' in source


def hostile() -> Analysis:
    place = Place(HOSTILE, 1, HOSTILE)
    answer = Answer(
        Verdict.RESTRICTED,
        HOSTILE,
        (Condition("C1", "fails", HOSTILE, (HOSTILE,), HOSTILE, place),),
        (HOSTILE,),
        HOSTILE,
        {HOSTILE: HOSTILE},
        certificate={HOSTILE: HOSTILE},
        trace=((HOSTILE, HOSTILE),),
    )
    return Analysis(answer, answer, None, HOSTILE, HOSTILE, (Suggestion(HOSTILE, HOSTILE, HOSTILE, place),), (HOSTILE,))


def test_no_words_become_html() -> None:
    page = Page(html.render(hostile(), HOSTILE))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.text


def test_no_words_become_latex() -> None:
    report = latex.render(hostile())
    assert r"\input" not in report
    assert not re.search(r"(?<!\\)[%#]", report)
    assert report.count("{") == report.count("}")


def test_a_notebook_shows_page_and_latex(analysis: Analysis) -> None:
    report = Report.of(analysis)
    assert report.declared.certificate is analysis.declared.certificate
    assert Page(report._repr_html_()).tags[0] == "main"
    assert r"p(x, z) \propto" in report._repr_latex_()
    assert str(report) == text.render(analysis)


def test_a_notebook_shows_the_parts_of_an_analysis(analysis: Analysis) -> None:
    report = Report.of(analysis)
    condition = report.declared.conditions[2]
    for shown, words, formula in (
        (report.declared, "The only consistent models", "$W = 0$"),
        (report.implied, "Some models", "$V = 0$"),
        (condition, "Frequencies lose", r"$W ^{\top}x"),
        (report.suggestions[0], "Show the encoder the counts", r"$\to$ restricted"),
    ):
        assert words in Page(shown._repr_html_()).text
        assert words in shown._repr_latex_()
        assert formula in shown._repr_latex_()


def test_a_notebook_shows_families_and_designs(tmp_path: Path) -> None:
    assert registry.load("gamma")._repr_latex_() == (
        r"$\displaystyle p(x; \eta_{1}, \eta_{2}) = \exp\left(\eta_{1} \log{\left(x \right)} + \eta_{2} x"
        r" + \left(\eta_{1} + 1\right) \log{\left(- \eta_{2} \right)} - "
        r"\operatorname{loggamma}{\left(\eta_{1} + 1 \right)}\right)$"
    )
    for family in map(registry.load, registry.names()):
        assert family._repr_latex_().startswith(r"$\displaystyle p(")
    (tmp_path / "design.yaml").write_text(
        "encoder: {latent: [{name: y, family: bernoulli}, {name: z, family: gaussian, dim: 8}], map: affine}\n"
        "decoder: {observed: {family: multinomial, dim: 50, length: 9}, map: affine, prior: implied}\n"
    )
    assert read_design(tmp_path / "design.yaml")._repr_latex_() == (
        r"$\displaystyle \begin{aligned} y \mid x &\sim \text{bernoulli} \\ z \mid x &\sim \text{gaussian}^{8} \\ "
        r"x \mid y, z &\sim \text{multinomial}_{50} \\ y, z &\sim \text{the implied prior} \end{aligned}$"
    )


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex")
def test_latex_is_compiled_and_stays_on_the_page(analysis: Analysis, tmp_path: Path) -> None:
    report = Report.of(analysis)
    shown = (report, report.declared, report.implied, *report.declared.conditions, *report.suggestions)
    body = "\n\n".join(part._repr_latex_() for part in (*shown, registry.load("gamma")))
    source = (
        f"\\documentclass{{article}}\\usepackage{{amsmath,amssymb}}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    )
    (tmp_path / "report.tex").write_text(source)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-2000:]
    sticking_out = map(float, re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", ended.stdout))
    assert max(sticking_out, default=0) < 72  # less than an inch, with margins of one and a half


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("before")
    file.write(target, "after")
    assert target.read_text() == "after"
    with pytest.raises(UnicodeEncodeError):
        file.write(target, "\ud800")
    assert target.read_text() == "after"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_links_and_devices_stay_what_they_are(tmp_path: Path) -> None:
    target, link = tmp_path / "report.html", tmp_path / "latest.html"
    target.write_text("before")
    link.symlink_to(target)
    file.write(link, "after")
    assert link.is_symlink()
    assert target.read_text() == "after"
    file.write(os.devnull, "nothing")
    assert not Path(os.devnull).is_file()
