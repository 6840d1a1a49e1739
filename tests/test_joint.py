"""Theorem 1's joint: its pieces are checked against exact enumeration, quadrature and the families' own densities."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.special import factorial

from tightcheck import registry
from tightcheck.design import Block, Conditional, Constant, Design, Head, Inputs, Map, Prior
from tightcheck.family import Family
from tightcheck.joint import describe, form, joint, pair, pair_form, show
from tightcheck.joint.domain import signs
from tightcheck.joint.form import Form, assemble
from tightcheck.joint.marginals import log_factor
from tightcheck.joint.parts import Group, Part, reduce
from tightcheck.read_yaml import read_design

NETWORK = Map("mlp", hidden=(8,))


def weights(joint_form: Form, seed: int) -> dict[str, np.ndarray]:
    """Random small W, rational so that everything below is exact."""
    generator = np.random.default_rng(seed)
    drawn = {i.weight.name: generator.integers(-6, 7, i.weight.shape) for i in joint_form.interactions}
    return {name: np.array([[sp.Rational(int(n), 7) for n in row] for row in rows]) for name, rows in drawn.items()}


def at(joint_form: Form, w: dict[str, np.ndarray]) -> sp.Expr:
    """log p(x, z) up to a constant with W written in."""
    entries = {
        i.weight[r, c]: w[i.weight.name][r, c]
        for i in joint_form.interactions
        for r in range(i.weight.rows)
        for c in range(i.weight.cols)
    }
    return joint_form.log_density().subs(entries)


def values(part: Part) -> list[dict[sp.Symbol, sp.Expr]]:
    """Every value of a block made of the listed points of its copies."""
    return [
        {v: x for copy, point in zip(part.variables, points, strict=True) for v, x in zip(copy, point, strict=True)}
        for points in product(part.family.support.points, repeat=part.block.copies)
    ]


def natural(joint_form: Form, group: Group, w: dict[str, np.ndarray], other: dict[sp.Symbol, sp.Expr]) -> np.ndarray:
    """f = W psi(z) + a for an observed group, g = W' nu(x) + b for a latent one, from the named blocks."""
    total = np.zeros(group.size, dtype=object)
    for i in joint_form.weights_of(group):
        matrix = w[i.weight.name] if i.row == group else w[i.weight.name].T
        seen = joint_form.entries(i.column if i.row == group else i.row)
        total = total + matrix @ np.array([entry.subs(other) for entry in seen])
    return total


def log_conditional(joint_form: Form, part: Part, w: dict[str, np.ndarray], other: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """The family's own log-density of a block at the natural parameters that the joint implies."""
    copies = part.block.copies
    total = sp.Integer(0)
    columns = [natural(joint_form, group, w, other).reshape(copies, -1) for group in part.groups]
    for k, variables in enumerate(part.variables):
        eta = dict(zip(part.natural, (e for column in columns for e in column[k]), strict=True))
        density = part.log_base_measure - part.log_partition
        for group in part.groups:
            density += sum(e * t for e, t in zip(group.natural, group.statistics, strict=True))
        total += density.subs(eta).subs(dict(zip(part.family.variables, variables, strict=True)))
    return total


def number(expression: sp.Expr) -> float:
    return float(sp.N(expression, 30))


PAIRS = [
    ("bernoulli", 3, "bernoulli", 2),
    ("rademacher", 2, "rademacher", 2),
    ("categorical", 2, "bernoulli", 2),
    ("binomial", 2, "categorical", 1),
    ("multinomial", 1, "rademacher", 2),
    ("markov_random_field", 1, "bernoulli", 2),
]


@pytest.mark.parametrize(("x", "n", "z", "m"), PAIRS)
def test_both_conditionals_are_in_the_families_with_the_stated_maps(x: str, n: int, z: str, m: int) -> None:
    joint_form = pair_form(registry.load(x), registry.load(z), n, m)
    w = weights(joint_form, seed=n + m)
    log_density = at(joint_form, w)
    for part, other in ((joint_form.observed[0], joint_form.latent[0]), (joint_form.latent[0], joint_form.observed[0])):
        all_values = full_support(part)
        for given in values(other)[:4]:
            joint_values = np.array([number(log_density.subs(given).subs(v)) for v in all_values])
            conditional = joint_values - np.log(np.exp(joint_values).sum())
            family = log_conditional(joint_form, part, w, given).doit()
            np.testing.assert_allclose(conditional, [number(family.subs(v)) for v in all_values], atol=1e-10)


def full_support(part: Part) -> list[dict[sp.Symbol, sp.Expr]]:
    """Every value of a finite block, from the bounds of the support (one-hot vectors are their own list)."""
    if part.family.support.bounds is None or part.family.name == "categorical":
        return values(part)
    points: list[tuple[int, ...]] = [()]
    for lower, upper in part.family.support.bounds:
        earlier = [dict(zip(part.family.variables, p, strict=False)) for p in points]
        points = [(*p, x) for p, known in zip(points, earlier, strict=True) for x in between(lower, upper, known)]
    points = [p for p in points if part.family.name != "rademacher" or p[0] != 0]
    return [
        {v: sp.Integer(x) for copy, p in zip(part.variables, choice, strict=True) for v, x in zip(copy, p, strict=True)}
        for choice in product(points, repeat=part.block.copies)
    ]


def between(lower: sp.Expr, upper: sp.Expr, earlier: dict[sp.Symbol, int]) -> range:
    return range(int(lower.subs(earlier)), int(upper.subs(earlier)) + 1)


def scalar_families() -> list[str]:
    return [name for name in registry.names() if len(registry.load(name).variables) == 1]


@pytest.mark.parametrize("name", registry.names())
def test_log_joint_minus_family_density_does_not_depend_on_x(name: str) -> None:
    """p(x, z) = p(x | z) times a function of z, for every family against two bits, at the listed points."""
    joint_form = pair_form(registry.load(name), registry.load("bernoulli"), 1, 2)
    w = weights(joint_form, seed=1)
    (x,), (z,) = joint_form.observed, joint_form.latent
    log_density = at(joint_form, w)
    for bits in values(z):
        unnormalised = log_density.subs(bits)
        energy = x.log_base_measure
        for group in x.groups:
            energy += sum(e * t for e, t in zip(natural(joint_form, group, w, bits), group.statistics, strict=True))
        energy = energy.subs(dict(zip(x.family.variables, x.variables[0], strict=True)))
        free = {s: sp.Rational(1, 3) for s in (unnormalised - energy).free_symbols - set(x.variables[0])}
        left = [(unnormalised - energy).subs(free).subs(point) for point in values(x)]
        assert len({round(number(value), 9) for value in left}) == 1


def test_paper_equation_20_the_marginal_of_the_spin_rbm_is_a_product_of_hyperbolic_cosines() -> None:
    rademacher = registry.load("rademacher")
    joint_form = pair_form(rademacher, rademacher, 3, 2)
    w = weights(joint_form, seed=5)
    log_density = at(joint_form, w)
    (x,), (z,) = joint_form.observed, joint_form.latent
    assert describe(joint_form).marginal_x == "p(x) ∝ exp(a' x) prod_j (2 cosh((W' x + b)_j))"
    W, a, b = (w[name].astype(float) for name in "Wab")
    for spins in values(x):
        summed = sum(np.exp(number(log_density.subs(spins).subs(v))) for v in values(z))
        vector = np.array([float(spins[copy[0]]) for copy in x.variables])
        closed = np.exp(vector @ a[:, 0]) * np.prod(2 * np.cosh(W.T @ vector + b[0]))
        assert summed == pytest.approx(closed, rel=1e-12)


def test_bits_give_factors_one_plus_exp_on_both_sides() -> None:
    answer = pair(registry.load("bernoulli"), registry.load("bernoulli"), 784, 64)
    assert answer.marginal_x == "p(x) ∝ exp(a' x) prod_j (1 + exp((W' x + b)_j))"
    assert answer.marginal_z == "p(z) ∝ exp(b' z) prod_i (1 + exp((W z + a)_i))"
    assert answer.formula == "p(x, z) ∝ exp(x' W z + a' x + b' z)"
    assert answer.latex == r"p(x, z) \propto \exp\bigl(x^\top W\, z + a^\top x + b^\top z\bigr)"
    assert answer.integrates == "always"


@pytest.mark.parametrize("name", [n for n in registry.names() if registry.load(n).support.is_finite])
def test_summing_out_a_finite_family_gives_the_printed_factor(name: str) -> None:
    """sum over x of h exp<T, eta> is proportional to exp of `log_factor`."""
    (x,) = pair_form(registry.load(name), registry.load("bernoulli")).observed
    support = full_support(x)
    ratios = []
    for seed in range(3):
        drawn = np.random.default_rng(seed).integers(-3, 4, len(x.natural))
        eta = dict(zip(x.natural, map(sp.Integer, drawn), strict=True))
        exponent = x.log_base_measure + sum(
            e * t for group in x.groups for e, t in zip(group.natural, group.statistics, strict=True)
        )
        exponent = exponent.subs(eta).subs(dict(zip(x.family.variables, x.variables[0], strict=True)))
        total = sum(np.exp(number(exponent.subs(v))) for v in support)
        ratios.append(np.log(total) - number(log_factor(x, x.natural).subs(eta).doit()))
    np.testing.assert_allclose(ratios, ratios[0], atol=1e-10)


def test_poisson_gaussian_marginal_agrees_with_quadrature() -> None:
    joint_form = pair_form(registry.load("poisson"), registry.load("gaussian"), 2, 1)
    w = {"W": [[0.3], [-0.2]], "V": [[-0.1], [-0.4]], "a": [[0.1], [0.2]], "b": [[0.5]], "c": [[-0.7]]}
    log_density = at(joint_form, {name: np.array(matrix) for name, matrix in w.items()})
    (x,), (z,) = joint_form.observed, joint_form.latent
    log_p = sp.lambdify((x.variables[0][0], x.variables[1][0], z.variables[0][0]), log_density, "scipy")
    expected, found = [], []
    for counts in product(range(4), repeat=2):
        found.append(quad(lambda u, k=counts: np.exp(log_p(*k, u)), -np.inf, np.inf, epsabs=1e-13)[0])
        g_1, g_2 = np.dot(counts, w["W"])[0] + 0.5, np.dot(counts, w["V"])[0] - 0.7
        factor = np.exp(-(g_1**2) / (4 * g_2)) / np.sqrt(-g_2)
        expected.append(np.exp(np.dot(counts, w["a"])[0]) / factorial(counts).prod() * factor)
    np.testing.assert_allclose(np.array(found) / found[0], np.array(expected) / expected[0], rtol=1e-8)
    shown = describe(joint_form).marginal_x
    assert shown is not None
    assert "exp(-(W' x + b)^2/(4 (V' x + c)))/sqrt(-(V' x + c))" in shown


def test_example_1_precisions_of_both_marginals() -> None:
    """The printed P of p(x) and p(z) against the inverse of the joint Gaussian's precision matrix."""
    joint_form = pair_form(registry.load("gaussian_fixed_variance"), registry.load("gaussian"), 3, 2)
    w = weights(joint_form, seed=2)
    w["V"] = w["V"] * 0
    w["c"] = np.array([[sp.Integer(-4), sp.Integer(-5)]])
    variance = sp.Rational(1, 2)
    symbols = [v[0] for part in joint_form.parts for v in part.variables]
    log_density = at(joint_form, w).subs(sp.Symbol("variance_x", positive=True), variance)
    precision = -sp.hessian(log_density, symbols)
    assert precision.is_positive_definite
    covariance = precision.inv()
    mean = covariance * sp.Matrix([sp.diff(log_density, s) for s in symbols]).subs(dict.fromkeys(symbols, 0))
    W, a, b = sp.Matrix(w["W"]), sp.Matrix(w["a"]), sp.Matrix(w["b"]).T
    Q = -2 * sp.diag(*w["c"][0])
    P_x, P_z = sp.eye(3) / variance - W * Q.inv() * W.T, Q - variance * W.T * W
    assert covariance[:3, :3] == P_x.inv()
    assert covariance[3:, 3:] == P_z.inv()
    assert mean[:3, :] == P_x.inv() * (a + W * Q.inv() * b)
    assert mean[3:, :] == P_z.inv() * (b + variance * W.T * a)
    answer = describe(joint_form)
    assert answer.name == "probabilistic PCA (a linear Gaussian model)"
    assert answer.marginal_x == (
        "p(x) = N(m, P^-1) with P = 1/variance_x I - W Q^-1 W', Q = -2 diag(c) and m = P^-1 (a + W Q^-1 b)"
    )
    assert (
        answer.marginal_z
        == "p(z) = N(m, P^-1) with P = -2 diag(c) - variance_x W' W and m = P^-1 (b + variance_x W' a)"
    )
    assert answer.integrates == "iff V = 0 and -2 diag(c) - variance_x W' W is positive definite"


def test_example_1_maps_in_mean_and_variance() -> None:
    answer = pair(registry.load("gaussian_fixed_variance"), registry.load("gaussian"), 12288, 100)
    assert answer.formula.startswith("p(x, z) ∝ h(x) exp(x' W z + x' V z^2 + a' x + b' z + c' z^2)")
    assert ("x", "z^2", "V, 12288 x 100, must be 0") in answer.blocks
    assert "mean = -(W' x + b)/(2 c), variance = -1/(2 c)" in answer.encoder
    assert "mean = (W z + a) variance_x" in answer.decoder


@pytest.mark.parametrize(
    ("x", "z", "expected"),
    [
        ("gaussian_fixed_variance", "gaussian", {"V": "= 0"}),
        ("gaussian_fixed_variance", "full_gaussian", {"V": "= 0"}),
        ("poisson", "gaussian", {"V": "<= 0"}),
        ("exponential", "exponential", {"W": "<= 0"}),
        ("bernoulli", "gaussian", {}),
        ("poisson", "bernoulli", {}),
        ("poisson", "gamma", {"W": ">= 0", "V": "<= 0"}),
        ("gaussian", "poisson", {"V": "<= 0"}),
        ("beta", "gaussian", {"W_12": ">= 0", "W_22": ">= 0"}),
    ],
)
def test_signs_that_the_domains_force(x: str, z: str, expected: dict[str, str]) -> None:
    assert signs(pair_form(registry.load(x), registry.load(z))) == expected


def test_a_forbidden_sign_leaves_the_domain_at_some_point() -> None:
    """Against a Gaussian, for every family: entries of the wrong sign push g_2 = V' nu(x) + c above 0."""
    checked = 0
    for name in scalar_families():
        joint_form = pair_form(registry.load(name), registry.load("gaussian"))
        forced = signs(joint_form)
        (x,) = joint_form.observed
        for i in joint_form.interactions:
            if i.row is None or i.column is None or i.column.text != "z^2" or i.weight.name not in forced:
                continue
            (statistic,) = i.row.statistics
            free = dict.fromkeys(statistic.free_symbols - set(x.family.variables), sp.Rational(1, 3))
            reach = [number(statistic.subs(free).subs(x.family.variables[0], point)) for point in far_points(x.family)]
            for wrong in {"= 0": (1, -1), "<= 0": (1,), ">= 0": (-1,)}[forced[i.weight.name]]:
                assert max(wrong * value for value in reach) > 5
                checked += 1
    assert checked > 10


def far_points(family: Family) -> list[float]:
    """Points close to, or far along, the ends of the support."""
    assert family.support.bounds is not None
    lower, upper = (float(end.subs(dict.fromkeys(end.free_symbols, 1))) for end in family.support.bounds[0])
    near_lower = -1e6 if lower == -np.inf else lower + (0 if family.support.is_discrete else 1e-6)
    near_upper = 1e6 if upper == np.inf else upper - (0 if family.support.is_discrete else 1e-6)
    return [near_lower, near_upper]


@pytest.mark.parametrize("name", [n for n in registry.names() if registry.load(n).dimension and n != "matrix_normal"])
def test_sizes_of_vector_families_are_counted_from_a_small_dimension(name: str) -> None:
    small, large = registry.load(name, 3), registry.load(name, 5)
    default = name == "markov_random_field"  # its default graph has two edges at every dimension
    block = Block("x", name, 2, 5, edges=((0, 1), (1, 2)) if default else None)
    part = reduce(block, small, small.natural_parameters, set())
    assert sum(group.size for group in part.groups) == 2 * len(large.statistics)
    assert all(len(group.text) < 25 for group in part.groups)


def block_of(name: str, family: Family, copies: int = 1, **constants: sp.Expr | None) -> Conditional:
    """A conditional whose first parametrisation is a network's output but for the constants."""
    parametrisation = next(p for p in family.parametrisations if set(constants) <= set(p.parameters))
    heads = tuple(
        Head(symbol, Constant(constants[symbol.name], "shared") if symbol.name in constants else NETWORK)
        for symbol in parametrisation.symbols
    )
    block = Block(name, family.name, copies, family.dimension)
    return Conditional(block, Inputs("identity"), heads, parametrisation.natural)


def test_a_constant_variance_moves_its_statistic_into_the_base_measure() -> None:
    gaussian = registry.load("gaussian")
    fixed = block_of("x", gaussian, 3, variance=sp.Rational(1, 4))
    learned = block_of("x", gaussian, 3, variance=None)
    encoder = block_of("z", gaussian, 2)
    for decoder, entry in ((fixed, "-2 x_i^2"), (learned, "variance_x")):
        answer = joint(Design((decoder,), (encoder,), Prior("free")))
        assert answer is not None
        assert answer.name == "probabilistic PCA (a linear Gaussian model)"
        assert [block[:2] for block in answer.blocks] == [
            ("x", "z"),
            ("x", "z^2"),
            ("x", "1"),
            ("1", "z"),
            ("1", "z^2"),
        ]
        assert entry in answer.formula
    joint_form = form(Design((fixed,), (encoder,), Prior("free")))
    (x,) = joint_form.observed
    assert sp.simplify(x.log_base_measure + 2 * x.family.variables[0] ** 2) == 0


def test_a_constant_mean_makes_one_statistic_of_two() -> None:
    gaussian = registry.load("gaussian")
    conditional = block_of("x", gaussian, 1, mean=sp.Integer(3))
    (x,) = form(Design((conditional,), (block_of("z", gaussian),), Prior("free"))).observed
    (group,) = x.groups
    (variable,) = x.family.variables
    assert sp.expand(group.statistics[0] - (variable - variable**2 / 6)) == 0


def test_a_block_given_a_class_has_its_statistics_once_per_class() -> None:
    """p(z, y | x) with z given y: W against 1[y] and 1[y] z, and the conditional of z given y and x is the Gaussian."""
    gaussian, categorical, bernoulli = (registry.load(n) for n in ("gaussian", "categorical", "bernoulli"))
    y = block_of("y", categorical)
    z = block_of("z", gaussian, 2)
    z = Conditional(Block("z", "gaussian", 2, given=("y",)), z.inputs, z.heads, z.natural)
    joint_form = form(Design((block_of("x", bernoulli, 3),), (y, z), Prior("free")))
    sizes = {(i.row.text, i.column.text): i.weight.shape for i in joint_form.interactions if i.row and i.column}
    assert sizes == {("x", "y"): (3, 2), ("x", "1[y] z"): (3, 6), ("x", "1[y] z^2"): (3, 6)}
    w = weights(joint_form, seed=3)
    log_density = at(joint_form, w)
    (x,), (_, z_part) = joint_form.observed, joint_form.latent
    z_1 = z_part.variables[0][0]
    for k, one_hot in enumerate(categorical.support.points):
        chosen = dict(zip(joint_form.latent[0].variables[0], one_hot, strict=True)) | values(x)[5]
        for power, group in zip((1, 2), z_part.groups, strict=True):
            natural_parameters = natural(joint_form, group, w, chosen).reshape(3, 2)
            in_z = sp.Poly(sp.expand(log_density.subs(chosen).doit()), z_1)
            assert sp.expand(in_z.coeff_monomial(z_1**power)) == natural_parameters[k, 0]


def test_the_sum_over_a_class_and_over_what_is_given_it() -> None:
    """p(x) ∝ exp(a'x) sum_y exp(<g_y, y>) prod_j (1 + exp(g_z for y)_j), by enumeration."""
    categorical, bernoulli = registry.load("categorical"), registry.load("bernoulli")
    z = block_of("z", bernoulli, 2)
    z = Conditional(Block("z", "bernoulli", 2, given=("y",)), z.inputs, z.heads, z.natural)
    joint_form = form(Design((block_of("x", bernoulli, 3),), (block_of("y", categorical), z), Prior("free")))
    assert describe(joint_form).marginal_x == (
        "p(x) ∝ exp(a' x) sum_{y} exp((W' x + b)' y) prod_j (1 + exp((V' x + c)_y,j))"
    )
    w = weights(joint_form, seed=8)
    log_density = at(joint_form, w)
    (x,), (y, z_part) = joint_form.observed, joint_form.latent
    for bits in values(x):
        latent = [v | u for v in values(y) for u in values(z_part)]
        summed = sum(np.exp(number(log_density.subs(bits).subs(v).doit())) for v in latent)
        (g_y,), (g_z,) = ([natural(joint_form, g, w, bits).astype(float) for g in part.groups] for part in (y, z_part))
        inner = np.exp([g_y[0], g_y[1], 0.0]) * np.prod(1 + np.exp(g_z.reshape(3, 2)), axis=1)
        margin = sum(float(e * bits[copy[0]]) for e, copy in zip(w["a"][:, 0], x.variables, strict=True))
        assert summed == pytest.approx(np.exp(margin) * inner.sum(), rel=1e-12)


def test_bits_that_others_are_given_have_the_indicators_of_all_their_values() -> None:
    """q(y, z | x) = prod_k q(y_k | x) prod_j q(z_j | x, y) lies in the family with these statistics, for any maps."""
    bernoulli = registry.load("bernoulli")
    y, z = block_of("y", bernoulli, 2), block_of("z", bernoulli, 1)
    z = Conditional(Block("z", "bernoulli", 1, given=("y",)), z.inputs, z.heads, z.natural)
    joint_form = form(Design((block_of("x", bernoulli, 1),), (y, z), Prior("free")))
    assert [(g.text, g.size) for part in joint_form.latent for g in part.groups] == [("1[y]", 3), ("1[y] z", 4)]
    basis = [entry for part in joint_form.latent for group in part.groups for entry in joint_form.entries(group)]
    points = [v | u for v in values(joint_form.latent[0]) for u in values(joint_form.latent[1])]
    matrix = sp.Matrix([[1, *(entry.subs(point) for entry in basis)] for point in points])
    assert matrix.rank() == len(points) == 8  # every function of (y, z)


def test_blocks_given_together_are_saturated_together() -> None:
    bernoulli = registry.load("bernoulli")
    u, v, z = (block_of(name, bernoulli) for name in "uvz")
    z = Conditional(Block("z", "bernoulli", 1, given=("u", "v")), z.inputs, z.heads, z.natural)
    joint_form = form(Design((block_of("x", bernoulli),), (u, v, z), Prior("free")))
    assert [g.text for part in joint_form.latent for g in part.groups] == ["u", "1[u] v", "1[u, v] z"]
    basis = [entry for part in joint_form.latent for group in part.groups for entry in joint_form.entries(group)]
    points = [
        a | b | c
        for a in values(joint_form.latent[0])
        for b in values(joint_form.latent[1])
        for c in values(joint_form.latent[2])
    ]
    matrix = sp.Matrix([[1, *(entry.subs(point) for entry in basis)] for point in points])
    assert matrix.rank() == len(points) == 8
    assert joint(Design((block_of("x", bernoulli),), (u, v, z), Prior("free"))) is not None


def counts_design(length: str) -> Design:
    """The text VAE: counts of three words, two bits."""
    logits = sp.symbols("logits_1:4", real=True)
    words = Block("x", "multinomial", 1, 3, length=length)  # type: ignore[arg-type]
    decoder = Conditional(words, Inputs("identity"), tuple(Head(s, NETWORK) for s in logits), logits)
    return Design((decoder,), (block_of("z", registry.load("bernoulli"), 2),), Prior("free"))


def test_paper_equation_23_and_its_restriction_when_the_length_does_not_depend_on_z() -> None:
    """Summing (23) over texts of length l gives p(l) exp(b'z) (sum_k exp f_k(z))^l: independent iff that is 1."""
    joint_form = form(counts_design("random"))
    w = weights(joint_form, seed=4)
    log_density = at(joint_form, w)
    (x,), (z,) = joint_form.observed, joint_form.latent
    p = sp.Function("p", positive=True)
    for bits in values(z):
        mass = sum(sp.exp(f) for f in natural(joint_form, x.groups[0], w, bits))
        margin = sum(e * b for e, b in zip(w["b"][0], (bits[c[0]] for c in z.variables), strict=True))
        for length in (1, 2, 3):
            texts = [t for t in product(range(length + 1), repeat=3) if sum(t) == length]
            total = sum(
                np.exp(
                    number(log_density.subs(bits).subs(dict(zip(x.variables[0], t, strict=True))).subs(p(length), 1))
                )
                for t in texts
            )
            assert total == pytest.approx(number(sp.exp(margin) * mass**length), rel=1e-10)
    answer, free = joint(counts_design("random")), joint(counts_design("depends_on_z"))
    assert answer is not None
    assert free is not None
    assert answer.integrates == "iff sum_k exp(f_k(z)) = 1 for every z"
    assert answer.marginal_z == "p(z) ∝ exp(b' z)"
    assert free.marginal_z == "p(z) ∝ exp(b' z) sum_l w(l) (sum_k exp((W z + a)_k))^l"
    assert "replicated softmax" in str(answer.name)


NAMES = [
    ("bernoulli", "bernoulli", 5, 3, "restricted Boltzmann machine"),
    ("rademacher", "bernoulli", 5, 3, "restricted Boltzmann machine"),
    ("gaussian_fixed_variance", "bernoulli", 5, 3, "Gaussian-Bernoulli RBM"),
    ("gaussian_fixed_variance", "full_gaussian", 5, 1, "probabilistic PCA"),
    ("bernoulli", "categorical", 5, 1, "latent class model"),
    ("poisson", "bernoulli", 5, 1, "mixture of products of poisson"),
    ("gaussian_fixed_variance", "categorical", 5, 1, "mixture of Gaussians with one common covariance"),
    ("multinomial", "bernoulli", 1, 3, "replicated softmax"),
    ("poisson", "gamma", 5, 1, "Poisson-gamma"),
    ("markov_random_field", "bernoulli", 1, 3, "Boltzmann machine"),
    ("poisson", "gaussian", 5, 2, "exponential-family harmonium"),
]


@pytest.mark.parametrize(("x", "z", "n", "m", "name"), NAMES)
def test_names_from_the_literature(x: str, z: str, n: int, m: int, name: str) -> None:
    assert str(pair(registry.load(x), registry.load(z), n, m).name).startswith(name)


@pytest.mark.parametrize("name", registry.names())
def test_every_pair_with_every_family_prints_without_internal_symbols(name: str) -> None:
    """Every block of W appears in the formula, and no natural parameter of a family is left in any text."""
    for other in ("bernoulli", "gaussian", "gamma", "poisson", "dirichlet"):
        answer = pair(registry.load(name), registry.load(other), 2, 2)
        texts = [answer.formula, answer.decoder, answer.encoder, str(answer.marginal_x), str(answer.marginal_z)]
        assert not any(re.search(word, text) for text in texts for word in (r"\beta(_\d+)*\b", "PAIR", "Piecewise"))
        for row, column, shown in answer.blocks:
            assert shown.split(",")[0] in answer.formula
            assert (row == "1") + (column == "1") < 2


def test_covariates_and_infinite_parents_are_conditioned_on() -> None:
    gaussian = registry.load("gaussian")
    z, u = block_of("z", gaussian), block_of("u", gaussian)
    z = Conditional(Block("z", "gaussian", 1, given=("u",)), z.inputs, z.heads, z.natural)
    joint_form = form(Design((block_of("x", gaussian),), (u, z), Prior("free"), covariates=("s",)))
    assert joint_form.covariates == ("s", "u")
    assert [part.name for part in joint_form.latent] == ["z"]


def test_the_order_of_the_copies_is_that_of_the_pieces() -> None:
    """W[i, j] couples coordinate i of x with coordinate j of z and nothing else."""
    joint_form = pair_form(registry.load("bernoulli"), registry.load("gaussian"), 2, 2)
    log_density = joint_form.log_density()
    W = next(i.weight for i in joint_form.interactions if i.weight.name == "W")
    assert (
        sp.diff(log_density, W[1, 0]) == joint_form.observed[0].variables[1][0] * joint_form.latent[0].variables[0][0]
    )


def test_several_observed_blocks_share_the_latent_margin() -> None:
    x = reduce(
        Block("x", "bernoulli", 2), registry.load("bernoulli"), registry.load("bernoulli").natural_parameters, set()
    )
    y = reduce(Block("y", "poisson", 1), registry.load("poisson"), registry.load("poisson").natural_parameters, set())
    z = reduce(
        Block("z", "bernoulli", 3), registry.load("bernoulli"), registry.load("bernoulli").natural_parameters, set()
    )
    joint_form = assemble((x, y), (z,))
    assert describe(joint_form).encoder.startswith("g = W' x + V' y + b  (natural parameter of z)")
    w = weights(joint_form, seed=6)
    point = {**values(x)[1], **values(y)[2]}
    slope = natural(joint_form, z.groups[0], w, point)
    log_density = at(joint_form, w).subs(point)
    assert [sp.expand(sp.diff(log_density, copy[0])) for copy in z.variables] == list(slope)


@pytest.mark.parametrize(
    ("name", "worst", "printed"),
    [
        ("bernoulli", lambda v: max(v, 0), "c_j + sum_i max(V_ij, 0) < 0 for every j"),
        ("rademacher", abs, "c_j + sum_i |V_ij| < 0 for every j"),
    ],
)
def test_the_worst_corner_decides_bits_against_a_gaussian(name: str, worst: Callable[..., int], printed: str) -> None:
    joint_form = pair_form(registry.load(name), registry.load("gaussian"), 3, 1)
    (x,), (z,) = joint_form.observed, joint_form.latent
    assert describe(joint_form).integrates == f"iff g(x) is in the natural domain for every x: {printed}"
    outcomes = set()
    for seed in range(20):
        w = weights(joint_form, seed)
        w["c"] = np.array([[sp.Rational(-6, 7)]])
        proper = all(natural(joint_form, z.groups[1], w, bits)[0] < 0 for bits in values(x))
        assert proper == (w["c"][0, 0] + sum(worst(v) for v in w["V"][:, 0]) < 0)
        outcomes.add(proper)
    assert outcomes == {True, False}


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        (sp.Abs(sp.Symbol("z", real=True)), "|z|"),
        (sp.besseli(0, sp.Symbol("x")) * 2, "2 I_0(x)"),
        (sp.Symbol("x") ** 2 / (2 * sp.Symbol("s")), "x^2/(2 s)"),
        (sp.gamma(sp.Symbol("k") / 3), "Gamma(k/3)"),
        (sp.Sum(sp.Symbol("n"), (sp.Symbol("n"), 0, 3)), "sum_n n"),
        (-sp.oo, "-∞"),
    ],
)
def test_expressions_are_written_as_mathematics(expression: sp.Expr, shown: str) -> None:
    assert show.text(expression) == shown


@pytest.mark.parametrize(("name", "text"), [("z", "zz'"), ("taste", "taste taste'")])
def test_names_of_several_letters_stand_apart_in_their_products(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "design.yaml").write_text(
        f"encoder: {{latent: {{name: {name}, family: gaussian, dim: 2, covariance: full}}, map: affine}}\n"
        "decoder: {observed: {family: poisson, dim: 3}, map: affine}\n"
    )
    found = describe(form(read_design(tmp_path / "design.yaml")))
    assert text in {column for _, column, _ in found.blocks}
