"""Products of families and the outside judge: each rule on both sides of a boundary, and random W over the whole registry."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import pytest
import sympy as sp
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from tests.oracle.joint_judge import Side
from tests.oracle.product_judge import is_flat, judge_product
from tests.test_joint_judged import density, weights
from tests.test_joint_judged import family as with_defaults
from tests.test_joint_vectors import DERIVED
from tightcheck import registry
from tightcheck.atlas.example import inner_point
from tightcheck.family import Family
from tightcheck.kernel.joint_numbers import Contradiction, TooLong, Unreached, rational
from tightcheck.kernel.joint_products import is_product_density
from tightcheck.kernel.joint_sides import owned

Matrix = list[list[Fraction]]
Names = Sequence[str]

WORDS = {True: "finite", False: "infinite"}
ENTRIES = tuple(Fraction(n, 4) for n in (-8, -4, -2, -1, 1, 2, 4, 8))
HALVINGS = 5
SHAPES = ((1, 2), (2, 1), (2, 2), (2, 2), (3, 2), (2, 3))


@cache
def family(name: str) -> Family:
    """The family, its fixed parameter at the value after its name or at its default."""
    stated, _, value = name.partition(" ")
    if not value:
        return with_defaults(stated)
    (parameter,) = registry.load(stated).fixed
    return registry.load(stated, fixed={parameter.symbol.name: sp.Rational(value)})


def matrix(rows: Sequence[Sequence[int | str]]) -> Matrix:
    return [[Fraction(entry) for entry in row] for row in rows]


def says(xs: Names, zs: Names, w: Matrix) -> bool | None:
    """What the kernel says of this W; None where it does not decide."""
    left, right = (tuple(owned(family(n), side) for n in names) for names, side in ((xs, "x"), (zs, "z")))
    try:
        return is_product_density(left, right, [[rational(entry) for entry in row] for row in w])
    except (Contradiction, TooLong, Unreached):
        return None


def told(xs: Names, zs: Names, w: Matrix, is_far: bool = False) -> tuple[str, str]:
    """What the judge says, and why."""
    found = judge_product([family(n) for n in xs], [family(n) for n in zs], w, is_far)
    return found.word, found.reason


E, P, G, B = "exponential", "poisson", "gamma", "beta"
T, C, N = "truncated_gaussian", "conway_maxwell_poisson", "gaussian_fixed_variance"
Z = "zero_truncated_poisson"
EIGHTHS = [0, "1/8", 0, "1/8", 0]
MIXED = [0, "1/64", 0, 0, "-1/64"]
HALVES = [0, "1/2", 0, "1/2", 0]
QUARTERS = ["-1/4"] * 4
FAST = [-9, 0, "-1/8", 0, "-1/8"]
RULES: tuple[tuple[str, Names, Names, list[list[int | str]], bool], ...] = (
    # (k): s_1 > r_1 for the x_1 that depends on z_1 alone, with no margin
    ("powers near 0", (E, E), ("gamma_known_shape", E), [[0, -1, -1], [0, -1, 0], [-1, -1, -1]], True),
    ("powers near 0", (E, E), (E, E), [[0, -1, -1], [0, -1, 0], [-1, -1, -1]], False),
    # (k): s_1 + s_2 < r_1 + r_2 where no margin of z makes it fall
    ("powers far out", (E, E), (E, E), [[0, 0, -1], [-1, -1, -1], [0, -1, -1]], True),
    ("powers far out", (E, E), (E, E), [[0, 0, 0], [-1, -1, -1], [0, -1, -1]], False),
    # (l): every interaction is at most 0
    ("pairs", (P, P), (P, P), [[0, 2, 1], [1, -1, 0], [0, 0, "-1/64"]], True),
    ("pairs", (P, P), (P, P), [[0, 2, 1], [1, -1, 0], [0, "1/64", "-1/64"]], False),
    # Gaussians do not scale: the largest singular value of W, 2 w, must be below 1
    ("pairs that do not scale", (N, N), (N, N), [[0, 0, 0], [0, "63/128", "63/128"], [0, "63/128", "63/128"]], True),
    ("pairs that do not scale", (N, N), (N, N), [[0, 0, 0], [0, "1/2", "1/2"], [0, "1/2", "1/2"]], False),
    # (v), (w): exp(a) (z_1 z_2)^(1/2) against z_1 + z_2: a < log 2 = 0.693...
    ("shares", (P, P), (G, G), [[0, 0, -1, 0, -1], ["11/16", *HALVES[1:]], FAST], True),
    ("shares", (P, P), (G, G), [[0, 0, -1, 0, -1], ["45/64", *HALVES[1:]], FAST], False),
    # (v): z_1^(5/8) z_2^w against z_1 + z_2: the shares are not equal
    ("unequal powers", (P, P), (G, G), [[0, 0, -1, 0, -1], [0, "5/8", 0, "5/16", 0], EIGHTHS], True),
    ("unequal powers", (P, P), (G, G), [[0, 0, -1, 0, -1], [0, "5/8", 0, "7/16", 0], EIGHTHS], False),
    # (w): -1 + w (z_1 + z_2) is above 0 only if both are large, on (0, 1)
    ("together", (E, P), (T, T), [[0] * 5, [-1, "15/32", 0, "15/32", 0], EIGHTHS], True),
    ("together", (E, P), (T, T), [[0] * 5, [-1, "3/4", 0, "3/4", 0], EIGHTHS], False),
    # (w): |z - 1/2|^(-2 shape), with a pole at a point where z is held
    ("a box", ("gamma_known_shape 1/4", P), (T, C), [[0, 0, 0, 0, -1], ["-1/4", 1, -1, 0, 0], MIXED], True),
    ("a box", ("gamma_known_shape 1/2", P), (T, C), [[0, 0, 0, 0, -1], ["-1/4", 1, -1, 0, 0], MIXED], False),
    # (y): -1 + slope n at n = 3
    ("last value", (E, P), ("binomial", C), [[0, 0, 0, -1], [-1, "21/64", 0, 0], [0, "1/64", 0, "-1/64"]], True),
    ("last value", (E, P), ("binomial", C), [[0, 0, 0, -1], [-1, "22/64", 0, 0], [0, "1/64", 0, "-1/64"]], False),
    # (t): a + (1/4) sum log 1/z_j + log 1/(1 - z_j) is least at z = 1/2, a + log 2, and must be above -1
    ("strict", (B, B), (B, B), [[0] * 5, ["-27/16", *QUARTERS], [0] * 5, [0, *QUARTERS], [0] * 5], True),
    ("strict", (B, B), (B, B), [[0] * 5, ["-109/64", *QUARTERS], [0] * 5, [0, *QUARTERS], [0] * 5], False),
    # (u): x_i z_j takes away
    ("takes away", (P, P), (G, G), [[0, 2, -1, 2, -1], [3, 0, -1, 0, -1], [1, 0, -1, 0, 0]], True),
    ("takes away", (P, P), (G, G), [[0, 2, -1, 2, -1], [3, 0, -1, 0, -1], [1, 0, -1, 0, "1/64"]], False),
    # (u): a - n, n >= 1, is below 0
    ("ends", ("geometric", P), (Z, G), [[0, 0, 0, -1], ["63/64", -1, 0, 0], [0, "-1/64", 0, "-1/64"]], True),
    ("ends", ("geometric", P), (Z, G), [[0, 0, 0, -1], [1, -1, 0, 0], [0, "-1/64", 0, "-1/64"]], False),
    # (x): two groups, of which one is a Gaussian precision matrix with a 2 x 2 block
    ("groups", (E, N), ("gaussian", E), [[0, 0, "-1/2", -1], [-1, 0, 0, -1], [0, "63/64", 0, 0]], True),
    ("groups", (E, N), ("gaussian", E), [[0, 0, "-1/2", -1], [-1, 0, 0, -1], [0, 1, 0, 0]], False),
    # (x): x_2 is tied to nothing
    ("alone", (P, E), (P, P), [[0, 0, 0], [0, -1, -1], ["-1/64", 0, 0]], True),
    ("alone", (P, E), (P, P), [[0, 0, 0], [0, -1, -1], [0, 0, 0]], False),
)


@pytest.mark.parametrize(
    ("xs", "zs", "rows", "truth"), [case[1:] for case in RULES], ids=[f"{case[0]} {case[4]}" for case in RULES]
)
def test_each_rule_on_both_sides_of_its_boundary(
    xs: Names, zs: Names, rows: list[list[int | str]], truth: bool
) -> None:
    w = matrix(rows)
    across = [list(row) for row in zip(*w, strict=True)]
    assert says(xs, zs, w) is truth
    assert says(zs, xs, across) is truth
    assert told(xs, zs, w)[0] == WORDS[truth]


def test_what_grows_together_is_not_accepted() -> None:
    """2 exp(a) (z_1 z_2)^(1/2) against z_1 + z_2: a < 0. With one x held it is a < log 2, and no rule sees more."""
    xs, zs = (P, P), (G, G)
    at = {a: matrix([[0, 0, -1, 0, -1], *[[a, *HALVES[1:]]] * 2]) for a in ("-1/64", "1/2")}
    assert says(xs, zs, at["-1/64"]) is True
    assert says(xs, zs, at["1/2"]) is None
    assert told(xs, zs, at["1/2"])[0] == "infinite"


def start(xs: Names, zs: Names) -> Matrix:
    """Independent, with natural margins."""
    left, right = ([v for n in names for v in _inner(n)] for names in (xs, zs))
    return [[Fraction(0), *right], *([v, *(Fraction(0) for _ in right)] for v in left)]


def _inner(name: str) -> Sequence[Fraction]:
    return inner_point(family(name)) or [Fraction(0)] * len(family(name).statistics)


@st.composite
def drawn(draw: st.DrawFn, xs: Names, zs: Names) -> Matrix:
    """Margins about the natural ones or 0, and some interactions, most of them negative."""
    w = start(xs, zs)
    few, signed = draw(st.booleans()), draw(st.sampled_from((ENTRIES, ENTRIES[:4])))
    for i, row in enumerate(w):
        for k in range(len(row)):
            if i and k:
                row[k] = draw(st.sampled_from((*(Fraction(0) for _ in range(8 if few else 2)), *signed)))
            elif i or k:
                row[k] = draw(st.sampled_from((row[k], row[k], Fraction(0), row[k] + draw(st.sampled_from(ENTRIES)))))
    return w


def compare(xs: Names, zs: Names, w: Matrix) -> None:
    said = says(xs, zs, w)
    if said is None:
        event("not decided")
        return
    word, reason = told(xs, zs, w)
    if word not in ("cannot tell", WORDS[said]):
        word, reason = told(xs, zs, w, is_far=True)
    event(f"{said}: {word}")
    assert word in ("cannot tell", WORDS[said]), (
        f"{xs} x {zs} at {[list(map(str, row)) for row in w]}: {word}, {reason}"
    )


def check(xs: Names, zs: Names, w: Matrix) -> None:
    """The drawn W, and the two next to the boundary between it and independence."""
    compare(xs, zs, w)
    first = start(xs, zs)
    if says(xs, zs, first) is not True or says(xs, zs, w) is not False:
        return
    low, high = Fraction(0), Fraction(1)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if says(xs, zs, between(first, w, middle)) else (low, middle)
    for share in (low, high):
        note(f"{share} of the way")
        compare(xs, zs, between(first, w, share))


def between(first: Matrix, second: Matrix, share: Fraction) -> Matrix:
    return [
        [(1 - share) * a + share * b for a, b in zip(p, q, strict=True)] for p, q in zip(first, second, strict=True)
    ]


def is_plain(name: str) -> bool:
    """Whether the judge takes the family: few values, or one number."""
    return family(name).support.is_finite or Side(family(name)).is_scalar


NUMBERS = tuple(name for name in registry.names() if is_plain(name))


@st.composite
def problems(draw: st.DrawFn, shape: tuple[int, int]) -> tuple[Names, Names, Matrix]:
    """Families for every factor, alike or not, and a W."""
    n, m = shape
    are_alike = draw(st.booleans())
    xs, zs = (
        [draw(st.sampled_from(NUMBERS))] * size
        if are_alike
        else draw(st.lists(st.sampled_from(NUMBERS), min_size=size, max_size=size))
        for size in (n, m)
    )
    return xs, zs, draw(drawn(xs, zs))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_products_agree_with_the_judge(data: st.DataObject) -> None:
    compare(*data.draw(problems(data.draw(st.sampled_from(SHAPES)))))


@pytest.mark.long
@pytest.mark.parametrize("shape", dict.fromkeys(SHAPES), ids=str)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_products_of_all_families_agree_with_the_judge(shape: tuple[int, int], data: st.DataObject) -> None:
    check(*data.draw(problems(shape)))


VECTORS = tuple(
    name for name in registry.names() if len(family(name).variables) > 1 and not family(name).support.is_finite
)
FLAT = tuple(name for name in VECTORS if is_flat(family(name)))
"""Vectors of two free coordinates, over which the judge integrates with any vector in closed form."""


@st.composite
def vectors(draw: st.DrawFn) -> tuple[Names, Names, Matrix]:
    """A vector of two free coordinates beside any vector, in either order, and a W."""
    pair = [draw(st.sampled_from(VECTORS))], [draw(st.sampled_from(FLAT))]
    xs, zs = pair if draw(st.booleans()) else pair[::-1]
    return xs, zs, draw(drawn(xs, zs))


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=vectors())
def test_vectors_agree_with_the_judge(problem: tuple[Names, Names, Matrix]) -> None:
    compare(*problem)


@pytest.mark.long
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=vectors())
def test_vectors_agree_with_the_judge_next_to_the_boundary(problem: tuple[Names, Names, Matrix]) -> None:
    check(*problem)


BY_HAND = [
    pytest.param(x, z, {**common, **own}, word, id=f"{k} {word}", marks=() if k == 9 else pytest.mark.long)
    for k, (x, z, common, holds, fails) in enumerate(DERIVED)
    for own, word in ((holds, "finite"), (fails, "infinite"))
]


@pytest.mark.parametrize(("x", "z", "values", "word"), BY_HAND)
def test_the_judge_knows_the_boundaries_derived_by_hand(
    x: str, z: str, values: dict[str, Fraction | int], word: str
) -> None:
    w = weights(density(x, z), {name: Fraction(value) for name, value in values.items()})
    found = told([x], [z], [[Fraction(0), *w.of_z], *([a, *row] for a, row in zip(w.of_x, w.between, strict=True))])
    assert found[0] in ("cannot tell", word), found
