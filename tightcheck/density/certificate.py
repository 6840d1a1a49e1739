"""The certificate of a pair's set of W: what the kernel re-checks without search (`kernel.joint_set` says what it holds)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import sympy as sp

from tightcheck.density.answer import JointDensity, What
from tightcheck.density.cases import necessary_trees_of, refutations, tree_of
from tightcheck.density.decide import pair_blocks
from tightcheck.density.generic import density_without_zeros
from tightcheck.density.problem import Problem, name_of, problem_of
from tightcheck.density.sample import density_with
from tightcheck.kernel.joint_cases import forced_zero, signs_left
from tightcheck.kernel.joint_explore import Tree, leaves
from tightcheck.kernel.joint_formula import All, Condition, Formula, joined
from tightcheck.kernel.joint_numbers import Unreached
from tightcheck.kernel.joint_pairs import are_separated, distinct, separated
from tightcheck.kernel.joint_set import FORMAT, SET_LEMMAS, side_of, text_of
from tightcheck.kernel.joint_sides import with_defaults
from tightcheck.kernel.joint_support import inside
from tightcheck.kernel.joint_weights import Side
from tightcheck.kernel.rejected import Rejected

Place = tuple[int, int]
Weights = Mapping[str, Fraction]
Written: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""A side, or its blocks in a list, as `kernel.joint_set` writes them."""

TRIED = tuple(Fraction(*ratio) for ratio in ((1, 1), (-1, 1), (1, 2), (-1, 2), (1, 4), (-1, 4), (1, 32), (-1, 32)))
"""Values of one entry of a W that is a density, in this order."""


def certificate_of(found: JointDensity, x: Written, z: Written, known: Sequence[Weights] = ()) -> dict[str, Any] | None:
    """The certificate for sides x and z as `kernel.joint_set` writes them; None where no lemma or no density is known.

    `known`: densities that were found already.
    """
    if found.what is What.UNDECIDED:
        return None
    problem = problem_of(found.form)
    stated = _by_lemma(problem, side_of(x, "x"), side_of(z, "z"))
    if stated is None:
        return None
    lemma, formula, zero, witness = stated
    shown = _densities(problem, found, zero, known) if found.what is not What.EVERYTHING else []
    no_density = _no_density(problem, found) if found.what is What.INEQUALITIES else None
    if shown is None or (found.what is What.INEQUALITIES and no_density is None):
        return None
    return {
        "format": FORMAT,
        "kind": "joint",
        "x": x,
        "z": z,
        "what": found.what.word,
        "lemma": lemma,
        "formula": formula,
        "zero": [list(place) for place in sorted(zero)],
        "witness": witness,
        "densities": [_written(problem, weights) for weights in shown],
        "no_density": None if no_density is None else _written(problem, no_density),
    }


Stated = tuple[str, Any, frozenset[Place], list[dict[str, Any]]]


def _by_lemma(problem: Problem, xs: Side, zs: Side) -> Stated | None:
    """The first lemma that states the set: its name, formula, zeros and witnesses."""
    is_single = len(problem.xs) == len(problem.zs) == 1
    stated = _by_rule(xs, zs) if not is_single else None
    if stated is not None:
        return stated
    tree = tree_of(problem)
    if tree is not None and all(leaf.answer is not None for _, leaf in leaves(tree)):
        zero = forced_zero(tree, *problem.shape)
        return "cases", _data(joined(tree)), zero, list(_witnesses(tree, zero))
    if not is_single:
        return _by_pairs(problem, xs, zs)
    stated = _by_rule(xs, zs)
    if stated is not None:
        return stated
    trees = necessary_trees_of(problem)
    left = signs_left(trees, *problem.shape)
    zero = frozenset(place for place in problem.interactions() if left[place] <= {0})
    return "each", [_data(joined(tree)) for tree in trees], zero, []


def _by_rule(xs: Side, zs: Side) -> Stated | None:
    """The rules that need no formula, or one for each pair."""
    for lemma, formula in _tried(xs, zs):
        try:
            zero, _ = SET_LEMMAS[lemma](xs, zs, formula)
        except Rejected:
            continue
        return lemma, formula, zero, []
    return None


def _tried(xs: Side, zs: Side) -> Iterator[tuple[str, Any]]:
    """The rules with their formulas, in order; a pair's own cases are no rule."""
    yield from (("finite", True), ("finite", False), ("quadratic", None))
    if len(xs) + len(zs) == 2:
        return
    yield "powers", None
    if are_separated(xs, zs):
        known = (separated(x, z, len(xs) > 1, len(zs) > 1) for x, z in distinct(xs, zs))
        yield "pairs", [{"lemma": "cases", "formula": _data(formula)} for formula in known]


def _by_pairs(problem: Problem, xs: Side, zs: Side) -> Stated | None:
    """Every pair by its own lemma."""
    pairs = [(x, z) for x in xs for z in zs]
    known = dict(zip(pairs, (block.density.form for block in pair_blocks(problem)), strict=True))
    formulas = []
    for x, z in distinct(xs, zs):
        stated = _by_lemma(problem_of(known[x, z]), (x,), (z,))
        if stated is None:
            return None
        formulas.append({"lemma": stated[0], "formula": stated[1]})
    return "products", formulas, SET_LEMMAS["products"](xs, zs, formulas)[0], []


def _data(formula: Formula) -> Any:
    """The formula as JSON data."""
    if formula is None or isinstance(formula, bool):
        return bool(formula)
    if isinstance(formula, Condition):
        return {"number": text_of(formula.number), "signs": sorted(formula.signs)}
    return {"all" if isinstance(formula, All) else "any": [_data(part) for part in formula.parts]}


def _witnesses(tree: Tree, zero: frozenset[Place]) -> Iterator[dict[str, Any]]:
    """Where the joint diverges in the simplest case of each entry that is zero in every density."""
    for place, path, leaf in refutations(tree, zero):
        direction, rate = leaf.why.split("; ")
        case = {text_of(number): sign for number, sign in path.items()}
        yield {"entries": [list(place)], "case": case, "direction": direction, "rate": rate}


def _densities(
    problem: Problem, found: JointDensity, zero: frozenset[Place], known: Sequence[Weights]
) -> list[Weights] | None:
    """Densities in which every entry that is not forced to zero is not 0 in one; None where they were not found."""
    assert found.test is not None
    missing = {e.symbol.name for e, p in zip(problem.entries, problem.places, strict=True) if all(p) and p not in zero}
    shown: list[Weights] = []
    first: Weights | None = None
    for weights in _candidates(problem, found, zero, known):
        first = first or weights
        reached = {name for name in missing if weights.get(name)}
        shown += [weights] if reached else []
        missing -= reached
        if not missing:
            return shown or [first]
    for name in sorted(missing):
        moved = next(
            filter(None, (_with_room(found, weights, name) for weights in (*shown, *filter(None, [first])))), None
        )
        if moved is None:
            return None
        shown.append(moved)
    return shown or None


def _candidates(
    problem: Problem, found: JointDensity, zero: frozenset[Place], known: Sequence[Weights]
) -> Iterator[Weights]:
    """Densities: those known, one without zeros, margins alone, one that a walk finds."""
    yield from known
    assert found.test is not None
    if len(problem.xs) + len(problem.zs) > 2:
        yield from _of_pairs(problem, found)
        return
    if not zero and (weights := density_without_zeros(problem, found.test)):
        yield weights
    if margins := _margins(problem, found):
        yield margins
    signs = {place: frozenset({0} if place in zero else {-1, 0, 1}) for place in problem.places}
    if walked := density_with(problem, signs, found.test):
        yield walked


def _of_pairs(problem: Problem, found: JointDensity) -> Iterator[Weights]:
    """Densities in which one pair depends on each other and the rest is independent."""
    margins = _margins(problem, found)
    if margins is None:
        return
    yield margins
    shown: dict[int, list[Weights] | None] = {}
    for block in pair_blocks(problem):
        pair = problem_of(block.density.form)
        if id(block.density) not in shown:
            zero = frozenset(
                p for e, p in zip(pair.entries, pair.places, strict=True) if e.symbol in block.density.zero
            )
            shown[id(block.density)] = _densities(pair, block.density, zero, ())
        names = {own.name: symbol.name for own, symbol in block.symbols.items()}
        for weights in shown[id(block.density)] or ():
            yield {**margins, **dict.fromkeys(names.values(), Fraction(0)), **{names[n]: v for n, v in weights.items()}}


def _margins(problem: Problem, found: JointDensity) -> Weights | None:
    """Independent x and z, with natural parameters inside their domains."""
    try:
        rows, columns = (
            [value for family in side for value in inside(with_defaults(family))] for side in (problem.xs, problem.zs)
        )
    except Unreached:
        return None
    weights = {
        entry.symbol.name: rows[i - 1] if i else columns[k - 1]
        for entry, (i, k) in zip(problem.entries, problem.places, strict=True)
        if not (i and k)
    }
    return weights if found.holds(weights) else None


def _with_room(found: JointDensity, weights: Weights, name: str) -> Weights | None:
    """The W with another value of the entry with which it is still a density, others of the interaction at 0 if need be."""
    margins = {e.symbol.name: weights.get(e.symbol.name, Fraction(0)) for e in found.entries if not e.is_interaction}
    for start in (weights, margins):
        for value in TRIED:
            if found.holds({**start, name: value}):
                return {**start, name: value}
    return None


def _no_density(problem: Problem, found: JointDensity) -> Weights | None:
    """A W that gives no density: all entries alike, or margins alone."""
    names = [entry.symbol.name for entry in problem.entries]
    for value in (Fraction(0), Fraction(1), Fraction(-1), Fraction(7)):
        weights = dict.fromkeys(names, value)
        if found.holds(weights) is False:
            return weights
    for entry in found.entries:
        for value in (Fraction(9), Fraction(-9)):
            if found.holds({entry.symbol.name: value}) is False:
                return {entry.symbol.name: value}
    return None


def _written(problem: Problem, weights: Weights) -> dict[str, str]:
    """A W by the kernel's letters, without zeros."""
    places = {e.symbol.name: place for e, place in zip(problem.entries, problem.places, strict=True)}
    return {name_of(*places[name]): str(sp.Rational(value)) for name, value in weights.items() if value}
