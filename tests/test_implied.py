"""The implied prior: which joints integrate, and which coefficients no joint that integrates can have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import mpmath as mp  # type: ignore[import-untyped]
import pytest
import sympy as sp

import tightcheck
from tightcheck import registry
from tightcheck.decide import decide
from tightcheck.family import Family
from tightcheck.kernel.asymptotics import bound, order
from tightcheck.kernel.integrability import integrates
from tightcheck.kernel.rays import _faces, _signs
from tightcheck.read_yaml import read_design
from tightcheck.verdict import Verdict

Numbers = Sequence[object]


def family(name: str) -> Family:
    found = registry.load(name)
    return found.with_fixed({p.symbol.name: p.default for p in found.fixed}) if found.fixed else found


def parts(
    fz: Family, fx: Family, F: Sequence[Numbers], f0: Numbers
) -> tuple[list[list[sp.Expr]], list[sp.Expr], sp.Expr]:
    slopes = [[sp.sympify(entry) for entry in row] for row in F]
    eta = [
        sum((w * s for w, s in zip(row, fz.statistics, strict=True)), sp.sympify(start))
        for row, start in zip(slopes, f0, strict=True)
    ]
    return slopes, eta, fx.log_partition.xreplace(dict(zip(fx.natural_parameters, eta, strict=True)))


def is_proper(latent: str, observed: str, F: Sequence[Numbers], f0: Numbers, c: Numbers, r: object = 1) -> bool:
    fz, fx = family(latent), family(observed)
    slopes, eta, energy = parts(fz, fx, F, f0)
    return integrates(fz, fx, energy, eta, slopes, [sp.sympify(entry) for entry in c], sp.sympify(r))


def mass(latent: str, observed: str, F: Sequence[Numbers], f0: Numbers, c: Numbers, window: float) -> float:
    """int h'(z) exp(<c, psi> + A(f)) over |z| <= window (sums for counts, from a distance 1/window of finite ends)."""
    fz, fx = family(latent), family(observed)
    _, _, energy = parts(fz, fx, F, f0)
    exponent = fz.log_base_measure + sum(sp.sympify(a) * s for a, s in zip(c, fz.statistics, strict=True)) + energy
    density = sp.lambdify(fz.variables[0], sp.exp(exponent), "mpmath")
    assert fz.support.bounds is not None
    low, high = fz.support.bounds[0]
    first = float(low) + 1 / window if low.is_finite else -window
    last = float(high) - 1 / window if high.is_finite else window
    if fz.support.is_discrete:
        return float(sum(density(k) for k in range(int(low), int(last) + 1)))
    pieces = sorted({first, last, *(x for x in (0.01, 0.1, 0.5, 0.9, 0.99, 1, 5, 0, -1, -5) if first < x < last)})
    return float(mp.quad(density, pieces))


PROPER = [
    ("gaussian", "gaussian_fixed_variance", [(1, 0)], (0,), (0, -1)),
    ("gaussian", "binomial", [(1, 0)], (0,), (0, -1)),
    ("gaussian", "continuous_bernoulli", [(1, 0)], (0,), (0, -1)),
    ("gaussian", "poisson", [(1, -1)], (0,), (0, -1)),
    ("poisson", "poisson", [(-1,)], (0,), (1,)),
    ("exponential", "exponential", [(-1,)], (-1,), (-1,)),
    ("gamma", "poisson", [(1, 0)], (0,), (1, -2)),
    ("beta", "bernoulli", [(1, -1)], (0,), (0, 2)),
    ("von_mises", "poisson", [(1, 1)], (0,), (1, 1)),
    ("truncated_gaussian", "exponential", [(-1, 0)], (-1,), (0, 3)),
]


@pytest.mark.parametrize("model", PROPER, ids=lambda m: f"{m[0]}-{m[1]}")
def test_a_proper_joint_is_recognised_and_has_a_finite_mass(
    model: tuple[str, str, list[Numbers], Numbers, Numbers],
) -> None:
    assert is_proper(*model)
    small, large = (mass(*model, window) for window in (40, 60))
    assert large == pytest.approx(small, rel=0.2)


IMPROPER = [
    ("gaussian", "gaussian_fixed_variance", [(2, 0)], (0,), (0, -1)),
    ("gaussian", "gaussian_fixed_variance", [(0, 1)], (0,), (0, -1)),
    ("gaussian", "binomial", [(0, 2)], (0,), (0, -1)),
    ("gaussian", "poisson", [(1, 0)], (0,), (0, -1)),
    ("poisson", "poisson", [(1,)], (0,), (-5,)),
    ("poisson", "gaussian_fixed_variance", [("1/2",)], (0,), (-5,)),
    ("exponential", "exponential", [(-1,)], (0,), (0,)),
    ("gamma", "poisson", [(1, 0)], (0,), (1, -1)),
]


@pytest.mark.parametrize("model", IMPROPER, ids=lambda m: f"{m[0]}-{m[1]}")
def test_an_improper_joint_is_refused(model: tuple[str, str, list[Numbers], Numbers, Numbers]) -> None:
    assert not is_proper(*model)


def test_copies_that_move_together_add_up() -> None:
    model = ("beta", "bernoulli", [(1, -1)], (0,))
    assert is_proper(*model, (0, "5/2"), 3)  # A(f) = -log(1 - z), three times: z^0 (1 - z)^(5/2 - 3)
    assert not is_proper(*model, (0, 2), 3)
    bit = ("gaussian", "bernoulli", [(0, 1)], (0,))
    assert is_proper(*bit, (0, "-7/2"), 3)
    assert not is_proper(*bit, (0, "-5/2"), 3)


def forced(latent: str, observed: str, live: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """The places (i, k) whose coefficient the decoder's side alone forces to zero."""
    fz, fx = family(latent), family(observed)
    signs = set()
    for i, eta in enumerate(fx.natural_parameters):
        row = {k: ("x", i, "z", k) for a, k in live if a == i}
        signs |= _signs(row, fz, _faces(fx, eta), fx.partition)
    return {(entry[1], entry[3]) for entry, sign in signs if (entry, -sign) in signs}


FORCED = [
    ("poisson", "gaussian_fixed_variance", [(0, 0)], {(0, 0)}),
    ("exponential", "gaussian_fixed_variance", [(0, 0)], {(0, 0)}),
    ("gamma", "gaussian_fixed_variance", [(0, 0), (0, 1)], {(0, 0), (0, 1)}),
    ("beta", "gaussian_fixed_variance", [(0, 0), (0, 1)], {(0, 0), (0, 1)}),
    ("gaussian", "gaussian_fixed_variance", [(0, 0), (0, 1)], {(0, 1)}),
    ("gaussian", "gaussian_fixed_variance", [(0, 0)], set()),
    ("gaussian", "poisson", [(0, 0)], {(0, 0)}),
    ("gaussian", "poisson", [(0, 0), (0, 1)], set()),
    ("gaussian", "negative_binomial", [(0, 0)], {(0, 0)}),
    ("gaussian", "exponential", [(0, 0)], {(0, 0)}),
    ("gamma", "poisson", [(0, 0), (0, 1)], set()),
    ("poisson", "poisson", [(0, 0)], set()),
    ("gaussian", "bernoulli", [(0, 0), (0, 1)], set()),
    ("gaussian_fixed_variance", "gaussian_fixed_variance", [(0, 0)], set()),
]


@pytest.mark.parametrize(("latent", "observed", "live", "zero"), FORCED)
def test_what_the_margin_and_the_domain_force(
    latent: str, observed: str, live: list[tuple[int, int]], zero: set[tuple[int, int]]
) -> None:
    assert forced(latent, observed, live) == zero


def test_the_margins_diverge_where_the_lemma_says_so() -> None:
    for w in (1, -1):
        thin, wide = (mass("poisson", "gaussian_fixed_variance", [(w,)], (0,), (-3,), n) for n in (30, 60))
        assert wide > 1e6 * thin
        thin, wide = (mass("gaussian", "poisson", [(w, 0)], (0,), (0, -3), n) for n in (4, 6))
        assert wide > 1e6 * thin


z = sp.Symbol("z", positive=True)


@pytest.mark.parametrize(
    ("expression", "end", "side", "key"),
    [
        (z**2 - 3 * z, sp.oo, -1, (2, 0)),
        (1 / z + z, sp.Integer(0), 1, (1, 0)),
        (sp.log(1 - z), sp.Integer(1), -1, (0, 1)),
        (sp.log(z), sp.Integer(1), -1, (0, 0)),
        (sp.loggamma(z + 1), sp.oo, -1, (1, 1)),
        (sp.log(z) ** 2, sp.Integer(0), 1, (0, 2)),
    ],
)
def test_orders_at_an_end(expression: sp.Expr, end: sp.Expr, side: int, key: tuple[int, int]) -> None:
    found = order(expression, z, end, side)
    assert found is not None
    assert max(found.key, (0, 0)) == key == bound(expression, z, end, side)


def test_what_may_cancel_has_no_order() -> None:
    a = sp.Symbol("a", real=True)
    assert order(sp.loggamma(z + 1) - sp.loggamma(z + 2), z, sp.oo, -1) is None
    assert order(a * z + z, z, sp.oo, -1) is None
    assert order(sp.exp(z), z, sp.oo, -1) is None


def test_each_component_of_a_draw_is_about_its_own_coordinate(tmp_path: Path) -> None:
    """x one-hot with logits 3 z and Dirichlet z: 3 (z_k - z_n) is not in the span of the logarithms."""
    example = Path(tightcheck.__file__).parent / "examples" / "dirichlet-categorical"
    decoder = (example / "decoder.yaml").read_text()
    linear = decoder.replace("expression: z}", "expression: 3 * z}").replace("output: probs", "output: logits")
    (tmp_path / "decoder.yaml").write_text(linear)
    assert linear != decoder
    for path, is_tight in ((example / "decoder.yaml", True), (tmp_path / "decoder.yaml", False)):
        design = read_design(str(example / "encoder.yaml"), str(path))
        assert (decide(design, "declared").verdict is Verdict.TIGHT) is is_tight
