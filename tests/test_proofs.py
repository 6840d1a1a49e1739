"""The proofs: Coq accepts them, they assume nothing of their own, and the tables say what they are."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import sympy as sp

from tightcheck import registry
from tightcheck.coq.theorems import THEOREMS
from tightcheck.kernel import LEMMAS, Rejected
from tightcheck.kernel.check import run
from tightcheck.kernel.slices import Curve, curves
from tightcheck.read_yaml import read_design
from tightcheck.span import combination, separating_points

PROOFS = Path(__file__).parent.parent / "proofs"
RULES = Path(__file__).parent.parent / "tightcheck" / "rules"
FILES = sorted(path.stem for path in PROOFS.glob("*.v") if path.stem != "audit")
OVER_ANY_FIELD = {"finite_sums", "theorem_1", "minimal_statistics", "criterion", "frequencies", "finite_latents"}
UNFINISHED = re.compile(r"\b(Admitted|admit|give_up|Axioms?|Parameters?|Conjectures?|Abort)\b")
needs_coq = pytest.mark.skipif(
    not all(map(shutil.which, ("coqc", "coqdep", "make"))), reason="Coq is not installed (apt-get install coq)"
)


def without_comments(text: str) -> str:
    while (stripped := re.sub(r"\(\*(?:(?!\(\*|\*\)).)*\*\)", "", text, flags=re.DOTALL)) != text:
        text = stripped
    return text


def declared(file: str) -> set[str]:
    text = without_comments((PROOFS / f"{file}.v").read_text())
    return {f"{file}.{name}" for name in re.findall(r"^(?:Theorem|Lemma) ([\w']+)", text, flags=re.MULTILINE)}


def copy_of_proofs(folder: Path) -> Path:
    for path in [*PROOFS.glob("*.v"), PROOFS / "Makefile"]:
        if path.stem != "audit":
            shutil.copy(path, folder)
    return folder


def assumptions(folder: Path) -> dict[str, set[str]]:
    """The axioms behind the theorems of each file, as Coq reports them after checking every file of the folder."""
    done = subprocess.run(["make", "axioms"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    answers = re.split(r"^file (\S+)$", done.stdout, flags=re.MULTILINE)[1:]
    return {
        name: set()
        if "Closed under the global context" in answer
        else set(re.findall(r"^([\w.']+)(?=\s+:)", answer, re.M))
        for name, answer in zip(answers[::2], answers[1::2], strict=True)
    }


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_proofs(tmp_path_factory.mktemp("proofs"))


@pytest.fixture(scope="module")
def accepted(library: Path) -> dict[str, set[str]]:
    return assumptions(library)


@needs_coq
def test_every_theorem_is_accepted_and_assumes_no_more_than_the_standard_logarithm(
    library: Path, accepted: dict[str, set[str]]
) -> None:
    standard = accepted["Rpower.ln"]
    assert standard
    asked = set(re.findall(r"@([\w.']+)", (library / "audit.v").read_text()))
    assert asked == set().union(*map(declared, FILES))
    assert {name: axioms - standard for name, axioms in accepted.items() if axioms - standard} == {}


@needs_coq
def test_what_is_over_any_field_assumes_nothing(accepted: dict[str, set[str]]) -> None:
    assert accepted.keys() >= OVER_ANY_FIELD
    assert {file for file in OVER_ANY_FIELD if accepted[file]} == set()


@needs_coq
@pytest.mark.parametrize(
    "unsound", ["Theorem wrong : False. Admitted.", "Axiom no : False.\nTheorem wrong : False. exact no. Qed."]
)
def test_a_gap_is_reported(tmp_path: Path, unsound: str) -> None:
    shutil.copy(PROOFS / "Makefile", tmp_path)
    (tmp_path / "gap.v").write_text(unsound + "\n")
    assert assumptions(tmp_path)["gap"] & {"gap.no", "gap.wrong"}
    done = subprocess.run(["make", "check"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "gap." in done.stdout


@needs_coq
def test_a_false_step_is_refused(tmp_path: Path) -> None:
    folder = copy_of_proofs(tmp_path)
    text = (folder / "frequencies.v").read_text()
    assert text.count("l1 <> l2 /\\") == 1
    (folder / "frequencies.v").write_text(text.replace("l1 <> l2 /\\", "l1 = l2 /\\"))
    done = subprocess.run(["make", "frequencies.vo"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "frequencies.v" in done.stderr


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_left_open(file: str) -> None:
    text = (PROOFS / f"{file}.v").read_text()
    assert text.startswith("(** "), "a file opens with its statement in words"
    assert UNFINISHED.findall(without_comments(text)) == []


def table(heading: str) -> list[list[str]]:
    section = (PROOFS / "README.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1:]]


def test_the_table_lists_the_lemmas_of_the_kernel() -> None:
    assert sorted(row[0] for row in table("The lemmas of the kernel")) == sorted(LEMMAS)


def test_every_lemma_has_its_proof_written_out() -> None:
    sections = re.findall(r"^## (\w+)\n(.*?)(?=^#)", (PROOFS / "lemmas.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    written = {name for name, text in sections if "*Proof.*" in text and "QED" in text}
    assert written == set(LEMMAS)


def test_the_table_names_theorems_that_exist_and_a_status_that_fits() -> None:
    theorems = set().union(*map(declared, FILES))
    for name, status, coq, paper in table("The lemmas of the kernel"):
        named = set(re.findall(r"`([\w.']+)`", coq))
        assert named <= theorems, name
        assert {"Coq": named and not paper, "Coq and paper": named and paper, "Paper": bool(paper)}[status], name


def test_the_paper_s_table_names_every_file_and_only_theorems_that_exist() -> None:
    rows = table("The theorems of the paper")
    assert {row[1].strip("`").removesuffix(".v") for row in rows} == set(FILES) - {"finite_sums", "real_field"}
    for _, file, theorems in rows:
        stem = file.strip("`").removesuffix(".v")
        assert {f"{stem}.{name}" for name in re.findall(r"`([\w']+)`", theorems)} <= declared(stem)


def proposed(rule: str) -> set[str]:
    """The lemmas that a rule's module names."""
    tree = ast.parse((RULES / f"{rule}.py").read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in LEMMAS}


def test_every_rule_is_listed_with_the_lemmas_that_it_proposes() -> None:
    rows = {row[0].strip("`"): set(row[2].split(", ")) for row in table("The rules")}
    assert sorted(rows) == sorted(path.stem for path in RULES.glob("*.py") if path.stem != "__init__")
    rows["counterexample"].remove("single")  # made of a counterexample when the design is one model
    assert {rule: proposed(rule) for rule in rows} == rows
    assert set().union(*rows.values()) == set(LEMMAS) - {"single"}


def test_every_rule_is_listed_with_its_condition() -> None:
    for row in table("The rules"):
        assert f'CONDITION = "{row[1]}"' in (RULES / f"{row[0].strip('`')}.py").read_text(), row[0]


def test_every_rule_is_listed_with_what_its_lemmas_rest_on() -> None:
    lemmas = {name: (status, paper) for name, status, _, paper in table("The lemmas of the kernel")}
    for rule, _, names, in_coq, on_paper, numerically, assumed in table("The rules"):
        used = names.split(", ")
        marks = {name + "*" * (lemmas[name][0] == "Coq and paper") for name in used if lemmas[name][0] != "Paper"}
        assert marks == set(in_coq.split(", ")) - {"-"}, rule
        assert {name for name in used if lemmas[name][0] == "Paper"} == set(on_paper.split(", ")) - {"-"}, rule
        cited = {author for author in ("Borel", "Picard") for name in used if author in lemmas[name][1]}
        assert cited == set(assumed.split(", ")) - {"-"}, rule
        assert numerically, rule


def test_the_theorems_on_designs_are_those_that_are_written() -> None:
    rows = table("The theorems on designs")
    written = {(t.__name__, verdict.word) for verdict, theorems in THEOREMS.items() for t in theorems}
    assert {(name.strip("`"), verdict) for name, verdict, _, _ in rows} == written
    assert {theorem.strip("`") for _, _, theorem, _ in rows} <= set().union(*map(declared, FILES))


def test_references_in_the_written_proofs_exist() -> None:
    theorems = set().union(*map(declared, FILES))
    named = re.findall(rf"`((?:{'|'.join(FILES)})\.(?!v`)[\w']+)`", (PROOFS / "lemmas.md").read_text())
    assert named
    assert set(named) <= theorems


# The examples that mark the limits of the lemmas, in exact arithmetic.


def test_corollary_1_fails_without_the_conjugation_equation() -> None:
    p = {(a, b): 1 / (1 + sp.Rational(3) ** -(a + b)) for a in (-1, 1) for b in (-1, 1)}
    odds = p[-1, -1] * p[1, 1] / (p[-1, 1] * p[1, -1])
    assert odds == sp.Rational(9, 25)  # 1 for a factorised posterior, whatever the independent prior


def test_convexity_needs_more_than_any_prior() -> None:
    z, s, t, v = sp.symbols("z s t v", positive=True)
    W = sp.sqrt(v * (1 / s**2 - 1 / t**2))
    P = -(z**2) / (2 * t**2) + z**2 / (2 * s**2)
    assert sp.expand(P - (W * z) ** 2 / (2 * v)) == 0


def test_four_points_do_not_exclude_a_quadratic_term() -> None:
    f = {u: u**2 - 3 * u for u in range(5)}
    assert all(f[u] ** 2 == -2 * f[u] for u in range(4))
    assert f[4] ** 2 != -2 * f[4]


def test_a_block_of_restricted_domain_can_cancel_one_with_zeros() -> None:
    u = sp.Symbol("u", real=True)
    bernoulli, exponential = sp.log(1 + sp.exp(u)), -sp.log(1 + sp.exp(u))  # f = u and f = -(1 + e^u)
    assert bernoulli + exponential == 0


def test_growth_is_false_for_gaussians_of_full_covariance() -> None:
    u = sp.Symbol("u", real=True)
    assert sp.Matrix([[1, u], [u, 1 + u**2]]).det().expand() == 1


@pytest.mark.parametrize(
    ("difference", "slope"),
    [
        (lambda t: sp.Max(0, t) - sp.Max(0, -t), 1),
        (lambda t: sp.Max(t / 100, t) - sp.Max(-t / 100, -t), sp.Rational(101, 100)),
        (lambda t: t / (1 + sp.exp(-t)) + t / (1 + sp.exp(t)), 1),
        (lambda t: t * (1 + sp.erf(t)) / 2 + t * (1 + sp.erf(-t)) / 2, 1),
        (lambda t: sp.log((1 + sp.exp(t)) / (1 + sp.exp(-t))), 1),
    ],
    ids=["relu", "leaky_relu", "silu", "gelu", "softplus"],
)
def test_pairs_of_units_carry_a_linear_form(difference, slope) -> None:  # type: ignore[no-untyped-def]
    for t in (sp.Rational(-7, 3), sp.Integer(-1), sp.Rational(1, 5), sp.Integer(4)):
        assert sp.simplify(difference(t) - slope * t) == 0


# The facts about slices that growth, line, lipschitz_encoder and convex_link use.


UNBOUNDED = {
    name: pieces
    for name in registry.names()
    if (pieces := curves(registry.load(name)))
    and all(p.is_polynomial and p.reaches_infinity and sp.oo in (p.upper, -p.lower) for p in pieces)
}


def is_of_a_known_shape(point: sp.Expr, piece: Curve) -> bool:
    """Bounded at an unbounded end, or up to an affine function u, u^p or e^u."""
    u = piece.parameter
    if not sp.diff(point, u).has(u):
        return True
    shape = (point - point.as_independent(u, as_Add=True)[0]).as_independent(u, as_Add=False)[1]
    base, exponent = shape.as_base_exp()
    is_power = base == u and bool(exponent.is_positive) and not exponent.has(u)
    return is_power or shape == sp.exp(u) or any(sp.limit(point, u, end).is_finite for end in ends(piece))


def ends(piece: Curve) -> list[sp.Expr]:
    return [end for end in (piece.lower, piece.upper) if end.is_infinite]


@pytest.mark.parametrize("name", UNBOUNDED)
def test_on_a_polynomial_slice_one_statistic_at_most_has_degree_two(name: str) -> None:
    for piece in UNBOUNDED[name]:
        degrees = [sp.degree(s, piece.parameter) for s in piece.statistics if s.has(piece.parameter)]
        assert set(degrees) <= {1, 2}
        assert degrees.count(2) <= 1


@pytest.mark.parametrize("name", UNBOUNDED)
def test_along_a_polynomial_slice_x_is_of_a_known_shape(name: str) -> None:
    for piece in UNBOUNDED[name]:
        moving = [point for point in piece.point if point.has(piece.parameter)]
        assert len(moving) == 1
        assert is_of_a_known_shape(moving[0], piece)
        if any(sp.degree(s, piece.parameter) == 2 for s in piece.statistics if s.has(piece.parameter)):
            assert any(sp.limit(moving[0] / piece.parameter**2, piece.parameter, end) == 0 for end in ends(piece))


# More limits: where a condition of a lemma fails, its conclusion does.


def test_a_prior_with_a_kink_needs_an_open_domain() -> None:
    z = sp.Symbol("z", real=True)
    family = registry.load("inverse_gaussian")
    eta_1, eta_2 = family.natural_parameters
    A = family.log_partition.subs({eta_1: -(z**2) / 2, eta_2: -sp.Rational(1, 2)})
    assert combination(-sp.Abs(z) - sp.simplify(A), [], [z]) is not None  # P = -z^2 / 2 - |z| is consistent
    assert not all(isinstance(part, sp.StrictLessThan) for part in family.natural_domain)


def test_a_polynomial_prior_leaves_quadratic_blocks_alone() -> None:
    z = sp.Symbol("z", real=True)
    f, P = z**2, z**4 / 2
    assert combination(P - f**2 / 2, [z, z**2], [z]) is not None


def test_a_poisson_rate_is_a_multiple_of_a_gamma_latent_but_not_of_its_square() -> None:
    u = sp.Symbol("u", real=True)
    assert combination(3 * sp.exp(u), [u, sp.exp(u)], [u]) is not None
    assert combination(3 * sp.exp(-u), [u, sp.exp(u)], [u]) is None
    for other in (sp.exp(2 * u), sp.exp(-u), sp.exp(sp.exp(u)), u**2):
        assert separating_points(other, [u, sp.exp(u)], [{u: sp.Integer(k)} for k in range(4)]) is not None


def test_softplus_of_a_relu_network_is_affine_on_three_points_but_not_on_a_fourth() -> None:
    values = [sp.log(sp.exp(u + 1) - 1) for u in range(3)]

    def network(u: int) -> sp.Expr:
        return values[0] + (values[1] - values[0]) * u + (values[2] - 2 * values[1] + values[0]) * max(0, u - 1)

    gaps = [(1 + sp.exp(network(u)) - sp.exp(u + 1)).evalf(30) for u in range(4)]
    assert all(abs(gap) < 1e-25 for gap in gaps[:3])
    assert abs(gaps[3]) > sp.Rational(1, 10)


def test_one_variance_for_all_coordinates_needs_alike_priors_and_fewer_pixels() -> None:
    square = sp.eye(2) * sp.eye(2)
    assert sp.eye(2) + square == 2 * sp.eye(2)  # as many pixels as latents: W = I
    W = sp.Matrix([[1, 0]])
    assert sp.diag(1, 2) + W.T * W == 2 * sp.eye(2)  # prior precisions 1 and 2
    assert sp.eye(2) + W.T * W == sp.diag(2, 1)  # encoder precisions 2 and 1


ONE_PIXEL = """
encoder:
  latent: {{family: gaussian, dim: 2{isotropic}}}
  map: {{kind: affine}}
  output:
    - mean
    - variance: {variance}
decoder:
  observed: {{family: gaussian_fixed_variance, dim: 1, variance: 1}}
  map: {{kind: affine}}
  output: mean
  prior: {prior}
"""
SIGN = """
encoder: {latent: {family: rademacher, dim: 1}, map: {kind: affine}, output: logits}
decoder:
  observed: {family: poisson, dim: 3}
  map: {kind: affine}
  output: {mean: EXPONENTIAL * softmax}
  prior: {family: rademacher, logits: 0}
"""


def removed(tmp_path: Path, text: str, *lemmas: str) -> int:
    """How many entries of F these lemmas remove."""
    (tmp_path / "design.yaml").write_text(text)
    design = read_design(tmp_path / "design.yaml")
    zero: frozenset[tuple[str, int, str, int]] = frozenset()
    for lemma in lemmas:
        zero = run(design, "declared", {"lemma": lemma, "latent": "z", "statistic": 1}, zero)
    return len(zero)


def test_shared_precision_refuses_what_may_be_unequal(tmp_path: Path) -> None:
    alike = {"isotropic": "", "variance": "{learned: shared}", "prior": "{family: gaussian, mean: 0, variance: 1}"}
    assert removed(tmp_path, ONE_PIXEL.format(**alike), "growth", "shared_precision") > 0
    for change in (
        {"variance": "{fixed: [0.5, 1]}"},
        {"variance": "{learned: per_coordinate}"},
        {"isotropic": ", covariance: isotropic", "prior": '{log_density: "-z[0]^2 / 2 - z[1]^2"}'},
        {"prior": "{family: gaussian, mean: 0, variance: {learned: per_coordinate}}"},
    ):
        with pytest.raises(Rejected, match=r"alike|of their own|one variance"):
            removed(tmp_path, ONE_PIXEL.format(**{**alike, **change}), "growth", "shared_precision")


def test_never_constant_refuses_a_function_that_is_constant_on_the_support(tmp_path: Path) -> None:
    assert removed(tmp_path, SIGN.replace("EXPONENTIAL", "exp(z)"), "never_constant") == 0
    with pytest.raises(Rejected, match="may be constant"):
        removed(tmp_path, SIGN.replace("EXPONENTIAL", "exp(z^2)"), "never_constant")


RATIO = """
encoder: {latent: {family: continuous_bernoulli, dim: 1}, map: {kind: affine}, output: logits}
decoder:
  observed: {family: bernoulli, dim: 1}
  map: {kind: affine}
  output: {OUTPUT}
  prior: implied
"""


def test_a_refuted_model_must_exist_under_the_implied_prior(tmp_path: Path) -> None:
    z = sp.Symbol("z", positive=True)
    A = registry.load("bernoulli").log_partition.subs(
        registry.load("bernoulli").natural_parameters[0], sp.log(z / (1 - z))
    )
    assert sp.simplify(sp.exp(A) * (1 - z)) == 1  # e^(c z) / (1 - z) has infinite mass on (0, 1), for every c
    (tmp_path / "design.yaml").write_text(RATIO.replace("OUTPUT", "probs: output"))
    points = [{"z0": "1/4"}, {"z0": "1/2"}, {"z0": "7/8"}]
    step = {"lemma": "nonmember", "condition": "C1", "latents": [["z", 0]], "observed": "x", "outputs": {"probs": "z0"}}
    with pytest.raises(Rejected, match="not shown to integrate"):
        run(read_design(tmp_path / "design.yaml"), "implied", {**step, "component": 0, "points": points}, frozenset())
