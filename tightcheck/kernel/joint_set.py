"""A pair's set of W as a certificate: `check_set` re-checks one, without search, and returns the word that it proves.

{"format": 1, "kind": "joint", "x": SIDE, "z": SIDE, "what": word, "lemma": LEMMA, "formula": FORMULA or a list of them,
 "zero": [[i, k], ...], "witness": [{"entries": [[i, k], ...], "case": {NUMBER: sign}, "direction": ..., "rate": ...}],
 "densities": [W, ...], "no_density": W or None}

SIDE      {"family": name, "copies": n, "dimension": n or None, "fixed": {name: "3"}, "rows": {"edges": [["0", "1"]]}}
          or a list of these, blocks that are independent of each other given the other side
W         {"w1_2": "-1/2"}: its row of nu_e(x) and column of psi_e(z), 0 for the constant; 0 where nothing is said
FORMULA   true, false, {"all": [...]}, {"any": [...]} or {"number": NUMBER, "signs": [-1, 0]}: the signs it may have
LEMMA     cases      the formula is density or no density in every case of the signs that the procedure asks for
          each       the formulas are necessary, one for each condition at the ends (and one for all); one W is tested
          finite     a side is finite: W gives a density iff every conditional of the other side is proper
          quadratic  Gaussians: the zeros, and a positive definite precision matrix
          powers     positive numbers with powers as base measures: sums of shapes
          pairs      pairs that scale: W gives a density iff it does for every pair; a {"lemma", "formula"} for each
          products   the zeros are those of the pairs, a {"lemma", "formula"} for each; one W is tested
Every entry that is not zero in all densities is not zero in one of `densities`, which the procedure confirms exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import sympy as sp

from tightcheck import registry
from tightcheck.family import Family
from tightcheck.kernel.joint_cases import TREE_SIZE, cases, forced_zero, necessary, necessary_together, signs_left
from tightcheck.kernel.joint_explore import CONTRADICTION, Leaf, TooMany, Tree, leaves
from tightcheck.kernel.joint_gaussian import quadratic_of
from tightcheck.kernel.joint_numbers import ZERO, Contradiction, Number, TooLong, Unreached, rational
from tightcheck.kernel.joint_pairs import are_separated, distinct
from tightcheck.kernel.joint_products import is_product_density, power_of
from tightcheck.kernel.joint_sides import owned, with_defaults
from tightcheck.kernel.joint_weights import Side
from tightcheck.kernel.rejected import Rejected, malformed_is_rejected, require

FORMAT = 1
KEYS = {"format", "kind", "x", "z", "what", "lemma", "formula", "zero", "witness", "densities", "no_density"}
SIDE_KEYS = {"family", "copies", "dimension", "fixed", "rows"}
LARGEST_SIDE = 12

Places: TypeAlias = frozenset[tuple[int, int]]
Case: TypeAlias = tuple[Mapping[str, int], Leaf]


def text_of(number: Number) -> str:
    """A number in one way only."""
    terms = (("*".join(f"{name}^{power}" if power != 1 else name for name, power in m), q) for m, q in number.key)
    return " + ".join(f"{q}*{m}" if m else str(q) for m, q in terms) or "0"


def check_set(certificate: Mapping[str, Any]) -> str:
    """What the certificate proves that W may be: everything, inequalities, zeros or only_zero. Raises Rejected."""
    with malformed_is_rejected():
        try:
            return _check(certificate)
        except (Unreached, Contradiction, TooLong, TooMany) as reason:
            raise Rejected(f"the procedure does not decide this pair: {reason}") from None


def _check(data: Mapping[str, Any]) -> str:
    require(set(data) == KEYS, "the certificate has other keys than it should")
    require(data["format"] == FORMAT and data["kind"] == "joint", "this is no certificate of a pair")
    xs, zs = side_of(data["x"], "x"), side_of(data["z"], "z")
    lemma: Callable[[Side, Side, Any], tuple[Places, tuple[Case, ...]]] = SET_LEMMAS[data["lemma"]]
    zero, found = lemma(xs, zs, data["formula"])
    require([list(place) for place in sorted(zero)] == data["zero"], "other entries are zero in every density")
    for witness in data["witness"]:
        _diverges(witness, zero, found)
    _require_word(data, xs, zs, zero)
    word: str = data["what"]
    return word


def side_of(data: Mapping[str, Any] | Sequence[Mapping[str, Any]], name: str) -> Side:
    """The independent draws of one side, with names of their own; several blocks are called x1, x2 and so on."""
    if not isinstance(data, Sequence):
        return _block(data, name)
    require(2 <= len(data) <= LARGEST_SIDE, f"{name} has no number of blocks")
    return tuple(family for k, each in enumerate(data, start=1) for family in _block(each, f"{name}{k}"))


def _block(data: Mapping[str, Any], name: str) -> Side:
    """The draws of one block."""
    require(set(data) == SIDE_KEYS, f"{name} has other keys than it should")
    copies = data["copies"]
    require(type(copies) is int and 1 <= copies <= LARGEST_SIDE, f"{name} has no number of copies")
    size = data["dimension"]
    require(size is None or (type(size) is int and 1 <= size <= LARGEST_SIDE), f"{name} has no dimension")
    fixed = {key: sp.Rational(Fraction(value)) for key, value in data["fixed"].items()}
    exact = {key: int if key == "edges" else lambda entry: sp.Rational(Fraction(entry)) for key in data["rows"]}
    rows = {key: tuple(tuple(map(exact[key], row)) for row in value) for key, value in data["rows"].items()}
    family = owned(registry.load(data["family"], data["dimension"], fixed, **rows), name)
    return tuple(family for _ in range(copies))


def _cases(xs: Side, zs: Side, formula: Any) -> tuple[Places, tuple[Case, ...]]:
    """The formula says density where the procedure does, in every case."""
    tree = cases(xs, zs, TREE_SIZE)
    _agrees(tree, formula)
    return forced_zero(tree, *_shape(xs, zs)), tuple(_cases_of(tree))


def _each(xs: Side, zs: Side, formulas: Any) -> tuple[Places, tuple[Case, ...]]:
    """Each formula is one condition that is necessary, one more that all of them hold; a tree for each."""
    trees = necessary(xs, zs, TREE_SIZE)
    if len(formulas) > len(trees):
        trees = (*trees, necessary_together(xs, zs, TREE_SIZE))
    require(len(formulas) == len(trees), "there are other conditions at the ends")
    for tree, formula in zip(trees, formulas, strict=True):
        _agrees(tree, formula)
    left = signs_left(trees, *_shape(xs, zs))
    return frozenset(place for place, signs in left.items() if all(place) and signs <= {0}), ()


def _finite(xs: Side, zs: Side, formula: Any) -> tuple[Places, tuple[Case, ...]]:
    """A finite side forces no zero: all of its conditionals are proper where the interaction is small."""
    sides = [(summed, others) for summed, others in ((xs, zs), (zs, xs)) if all(f.support.is_finite for f in summed)]
    require(bool(sides), "no side is finite")
    is_free = any(all(family.has_full_domain for family in others) for _, others in sides)
    require(formula is is_free, "the conditionals of the other side have conditions, or have none")
    return frozenset(), ()


def _quadratic(xs: Side, zs: Side, formula: Any) -> tuple[Places, tuple[Case, ...]]:
    """Squares of one side are tied to nothing of the other, which has known covariances."""
    require(formula is None, "no formula belongs to this lemma")
    for linear, others, is_turned in ((xs, zs, False), (zs, xs, True)):
        parts, right = [quadratic_of(family) for family in linear], [quadratic_of(family) for family in others]
        if any(p is None or any(p.square) for p in parts) or any(p is None for p in right):
            continue
        squares = [k for k, square in enumerate((s for p in right if p for s in p.square), start=1) if square]
        rows = range(1, sum(len(family.statistics) for family in linear) + 1)
        return frozenset((k, i) if is_turned else (i, k) for i in rows for k in squares), ()
    raise Rejected("neither side is Gaussian with known covariances beside a Gaussian")


def _powers(xs: Side, zs: Side, formula: Any) -> tuple[Places, tuple[Case, ...]]:
    """No entry is 0 in every density: all may be negative."""
    require(formula is None, "no formula belongs to this lemma")
    require(all(power_of(family) is not None for family in (*xs, *zs)), "a base measure is no power")
    return frozenset(), ()


def _pairs(xs: Side, zs: Side, formulas: Any) -> tuple[Places, tuple[Case, ...]]:
    """Every pair has a formula, which is one condition on W, which scales, and one on each margin."""
    require(are_separated(xs, zs), "a pair has conditions that do not scale, or that tie W to a margin")
    require(all(part["lemma"] == "cases" for part in formulas), "the formula of a pair is checked case by case")
    return _products(xs, zs, formulas)


def _products(xs: Side, zs: Side, formulas: Any) -> tuple[Places, tuple[Case, ...]]:
    """What is 0 in every density of a pair is so in the product, and nothing else: the others may be independent."""
    different = list(distinct(xs, zs))
    require(len(formulas) == len(different), "there is not one formula for each pair")
    zero: dict[tuple[Family, Family], Places] = {}
    for (x, z), part in zip(different, formulas, strict=True):
        require(set(part) == {"lemma", "formula"}, "a pair has other keys than it should")
        require(part["lemma"] in PAIR_LEMMAS, "no lemma for a pair has this name")
        zero[x, z], _ = PAIR_LEMMAS[part["lemma"]]((x,), (z,), part["formula"])
    return frozenset(
        (row + i, column + k) for x, row in _first(xs) for z, column in _first(zs) for i, k in zero[x, z]
    ), ()


def _first(side: Side) -> Iterator[tuple[Family, int]]:
    """Each factor with how many rows of W come before its own."""
    before = 0
    for family in side:
        yield family, before
        before += len(family.statistics)


PAIR_LEMMAS = {"cases": _cases, "each": _each, "finite": _finite, "quadratic": _quadratic}
SET_LEMMAS = {**PAIR_LEMMAS, "powers": _powers, "pairs": _pairs, "products": _products}


def _shape(xs: Side, zs: Side) -> tuple[int, int]:
    """Rows and columns of W, with those of the constant."""
    rows, columns = (sum(len(family.statistics) for family in side) + 1 for side in (xs, zs))
    return rows, columns


def _cases_of(tree: Tree) -> Iterator[Case]:
    for path, leaf in leaves(tree):
        signs = {text_of(number): sign for number, sign in path}
        require(len(signs) == len(dict(path)), "two numbers are written alike")
        yield signs, leaf


def _agrees(tree: Tree, formula: Any) -> None:
    for signs, leaf in _cases_of(tree):
        if leaf.why == CONTRADICTION:
            continue
        require(leaf.answer is not None, f"the procedure stops: {leaf.why}")
        said = _value(formula, signs)
        require(said is not None, lambda signs=signs: f"the formula is not decided in the case {signs}")  # type: ignore[misc]
        require(said is leaf.answer, lambda signs=signs: f"the formula is wrong in the case {signs}")  # type: ignore[misc]


def _value(formula: Any, signs: Mapping[str, int]) -> bool | None:
    """Whether the formula holds in a case; None where the case does not say."""
    if isinstance(formula, bool):
        return formula
    if "number" in formula:
        require(set(formula) == {"number", "signs"}, "a condition has other keys than it should")
        require(set(formula["signs"]) <= {-1, 0, 1}, "a condition has other signs than -1, 0 and 1")
        sign = signs.get(formula["number"])
        return None if sign is None else sign in formula["signs"]
    ((kind, parts),) = formula.items()
    require(kind in ("all", "any"), f"{kind!r} is no part of a formula")
    values = [_value(part, signs) for part in parts]
    decisive = kind == "any"
    return decisive if decisive in values else None if None in values else not decisive


def _diverges(witness: Mapping[str, Any], zero: Places, found: Sequence[Case]) -> None:
    """In the witness's case, in which its entries are not zero, the procedure notes this direction and rate."""
    require(set(witness) == {"entries", "case", "direction", "rate"}, "a witness has other keys than it should")
    entries = [tuple(place) for place in witness["entries"]]
    require(bool(entries) and set(entries) <= zero, "a witness is about entries that need not be zero")
    case = witness["case"]
    require(all(case.get(f"1*w{i}_{k}") for i, k in entries), "in the case of a witness its entries are zero")
    why = f"{witness['direction']}; {witness['rate']}"
    is_noted = any(signs == case and leaf.answer is False and leaf.why == why for signs, leaf in found)
    require(is_noted, "the joint does not diverge like this in the case of a witness")


def _require_word(data: Mapping[str, Any], xs: Side, zs: Side, zero: Places) -> None:
    """The word follows from the zeros, and from densities in which everything else is not zero."""
    rows, columns = _shape(xs, zs)
    interactions = {(i, k) for i in range(1, rows) for k in range(1, columns)}
    reached: set[tuple[int, int]] = set()
    for weights in data["densities"]:
        require(_is_density(xs, zs, weights), "a W that is named gives no density")
        reached |= {place for place in interactions if Fraction(weights.get(f"w{place[0]}_{place[1]}", 0))}
    none = data["no_density"]
    require(none is None or not _is_density(xs, zs, none), "the W without a density has one")
    if data["what"] == "everything":
        by_pairs = data["lemma"] == "pairs" and all(part["formula"] is True for part in data["formula"])
        require((data["formula"] is True or by_pairs) and not zero, "not every W gives a density")
        return
    require(bool(data["densities"]), "no W that gives a density is named")
    require(reached == interactions - zero, "an entry is neither zero in every density nor different from 0 in one")
    if data["what"] == "inequalities":
        require(not zero, "some entries are zero in every density")
        require(none is not None, "no W without a density is named")
    elif data["what"] == "zeros":
        require(bool(zero) and zero < interactions, "not some of the entries but all or none are zero")
    else:
        require(data["what"] == "only_zero" and zero == interactions, "the word is another one")


def _is_density(xs: Side, zs: Side, weights: Mapping[str, str]) -> bool:
    """The procedure's answer for one W, exactly; fixed parameters that are left open have their defaults."""
    rows, columns = _shape(xs, zs)
    matrix = [[ZERO] * columns for _ in range(rows)]
    for name, value in weights.items():
        i, k = map(int, name.removeprefix("w").split("_"))
        require(name == f"w{i}_{k}" and 0 <= i < rows and 0 <= k < columns and bool(i or k), f"W has no entry {name}")
        matrix[i][k] = rational(Fraction(value))
    known = [tuple(map(with_defaults, side)) for side in (xs, zs)]
    return is_product_density(known[0], known[1], matrix)


__all__ = ["SET_LEMMAS", "check_set", "side_of", "text_of"]
