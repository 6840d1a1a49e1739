"""The set of W for a form: the kernel's procedure in every case, joined to a formula and put into words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import sympy as sp

from tightcheck.density.answer import Divergence, JointDensity, What
from tightcheck.density.cases import necessary_trees_of, refutations, tree_of
from tightcheck.density.formula import as_sympy
from tightcheck.density.generic import density_without_zeros
from tightcheck.density.one_weight import exact_test
from tightcheck.density.problem import Problem, name_of, problem_of, spoken
from tightcheck.density.products import Found, product_of
from tightcheck.density.sample import density_with
from tightcheck.density.words import cost_of, sentences_of, tested_sentences, written
from tightcheck.design import Block
from tightcheck.family import Family
from tightcheck.joint.form import Form, assemble
from tightcheck.joint.parts import Part, reduce
from tightcheck.kernel.joint_cases import forced_zero, signs_left
from tightcheck.kernel.joint_explore import Leaf, TooMany, Tree, leaves
from tightcheck.kernel.joint_formula import All, joined
from tightcheck.kernel.joint_numbers import TooLong


def joint_density(x: Family, z: Family, copies_x: int = 1, copies_z: int = 1) -> JointDensity:
    """The set of W for `copies_x` draws x of one family and `copies_z` draws z of another, all parameters free."""
    return form_density(assemble((_part("x", x, copies_x),), (_part("z", z, copies_z),)))


def form_density(form: Form) -> JointDensity:
    """The set of W for any form: several named blocks on either side."""
    problem = problem_of(form)
    is_product = max(len(problem.xs), len(problem.zs)) > 1
    if is_product and (found := product_of(problem, _names(problem))) is not None:
        return _from_rule(problem, found)
    tree = tree_of(problem)
    if is_product and (tree is None or any(leaf.answer is None for _, leaf in leaves(tree))):
        return _from_pairs(problem)
    if tree is not None:
        found_cases = _from_cases(problem, tree)
        if found_cases.what is not What.UNDECIDED:
            return found_cases
        tested = _tested(problem)
        return found_cases if tested.what is What.UNDECIDED else tested
    found = product_of(problem, _names(problem))
    return _tested(problem) if found is None else _from_rule(problem, found)


def _from_rule(problem: Problem, found: Found) -> JointDensity:
    """The answer of a rule for products."""
    what = What.EVERYTHING if found.constraints == sp.true else _what(problem, found.zero)
    return JointDensity(
        problem.form,
        problem.entries,
        what,
        found.constraints,
        found.sentences,
        found.divergences,
        found.cost,
        zero=_symbols(problem, found.zero),
        test=exact_test(problem),
    )


def _from_cases(problem: Problem, tree: Tree) -> JointDensity:
    """The answer where every case could be listed."""
    undecided = [(path, leaf) for path, leaf in leaves(tree) if leaf.answer is None]
    if undecided:
        return _undecided(problem, undecided[0][1].why)
    formula = joined(tree)
    names = _names(problem)
    constraints = as_sympy(formula, names)
    zero = forced_zero(tree, *problem.shape)
    what = _what(problem, zero)
    if constraints == sp.true:
        what = What.EVERYTHING
    return JointDensity(
        problem.form,
        problem.entries,
        what,
        constraints,
        sentences_of(formula, names),
        _divergences(problem, tree, zero),
        cost_of(constraints),
        zero=_symbols(problem, zero),
        test=exact_test(problem),
    )


def _tested(problem: Problem) -> JointDensity:
    """The answer where there are too many cases to list: the conditions in words, each W tested exactly."""
    try:
        trees = necessary_trees_of(problem)
    except (TooMany, TooLong):
        return _undecided(problem, "there are too many cases")
    left = signs_left(trees, *problem.shape)
    zero = frozenset(place for place in problem.interactions() if left[place] <= {0})
    test = exact_test(problem)
    if not density_without_zeros(problem, test) and not density_with(problem, left, test):
        return _undecided(problem, "there are too many cases, and no W with everything else not 0 was found")
    names = _names(problem)
    tested, cost = tested_sentences(problem)
    formulas = tuple(dict.fromkeys(joined(tree) for tree in trees))
    formula = All(tuple(f for f in formulas if f is not None and not isinstance(f, bool)))
    return JointDensity(
        problem.form,
        problem.entries,
        _what(problem, zero),
        sp.And(as_sympy(formula, names), *(sp.Symbol(sentence) for sentence in tested), evaluate=False),
        (*sentences_of(formula, names), *tested),
        (),
        cost,
        zero=_symbols(problem, zero),
        test=test,
    )


def _from_pairs(problem: Problem) -> JointDensity:
    """The answer for a product without a formula: an entry is 0 in every density iff it is so in its pair."""
    blocks = list(pair_blocks(problem))
    for block in blocks:
        if block.density.what is What.UNDECIDED:
            return _undecided(problem, f"{block.x} and {block.z}, one of each: {block.density.undecided_because}")
    zero = frozenset(place for block in blocks for place in block.zero)
    tested, cost = tested_sentences(problem)
    trees = necessary_trees_of(problem) if min(len(problem.xs), len(problem.zs)) == 1 else ()
    names = _names(problem)
    formulas = tuple(dict.fromkeys(joined(tree) for tree in trees))
    formula = All(tuple(f for f in formulas if f is not None and not isinstance(f, bool)))
    zeros = tuple(sp.Eq(names[name_of(*place)], 0) for place in sorted(zero))
    parts = (as_sympy(formula, names), *zeros, *(sp.Symbol(sentence) for sentence in tested))
    return JointDensity(
        problem.form,
        problem.entries,
        _what(problem, zero),
        sp.And(*parts, evaluate=False),
        (*sentences_of(formula, names), *map(written, zeros), *tested),
        tuple(divergence for block in blocks for divergence in block.divergences),
        cost,
        zero=_symbols(problem, zero),
        test=exact_test(problem),
    )


def _undecided(problem: Problem, why: str) -> JointDensity:
    return JointDensity(problem.form, problem.entries, What.UNDECIDED, undecided_because=why, test=exact_test(problem))


def _what(problem: Problem, zero: frozenset[tuple[int, int]]) -> What:
    if zero >= set(problem.interactions()):
        return What.ONLY_ZERO
    return What.ZEROS if zero else What.INEQUALITIES


def _symbols(problem: Problem, zero: frozenset[tuple[int, int]]) -> frozenset[sp.Symbol]:
    """The entries at these places."""
    return frozenset(e.symbol for e, place in zip(problem.entries, problem.places, strict=True) if place in zero)


@dataclass(frozen=True)
class PairBlock:
    """One x and one z of a product, by the names of their blocks: what is said of the pair, and where it stands in W."""

    x: str
    z: str
    density: JointDensity
    places: Mapping[sp.Symbol, tuple[int, int]]
    symbols: Mapping[sp.Symbol, sp.Symbol]

    @property
    def zero(self) -> Iterator[tuple[int, int]]:
        """The places in W of the entries that are 0 in every density of the pair."""
        return (self.places[symbol] for symbol in self.density.zero)

    @property
    def divergences(self) -> Iterator[Divergence]:
        """The pair's own, with the entries of W."""
        for each in self.density.witness:
            yield Divergence(tuple(self.symbols[s] for s in each.entries), each.direction, each.rate)


def pair_blocks(problem: Problem) -> Iterator[PairBlock]:
    """Every draw of x with every draw of z."""
    symbols = dict(zip(problem.places, (entry.symbol for entry in problem.entries), strict=True))
    row = 0
    for left in (part for part in problem.form.observed for _ in range(part.block.copies)):
        column = 0
        for right in (part for part in problem.form.latent for _ in range(part.block.copies)):
            pair = _pair_of(left.name, left.family, right.name, right.family)
            places = {
                entry.symbol: (i and row + i, k and column + k)
                for entry, (i, k) in zip(pair.entries, problem_of(pair.form).places, strict=True)
            }
            yield PairBlock(left.name, right.name, pair, places, {s: symbols[place] for s, place in places.items()})
            column += len(right.family.statistics)
        row += len(left.family.statistics)


@cache
def _pair_of(left: str, x: Family, right: str, z: Family) -> JointDensity:
    return form_density(assemble((_part(left, x, 1),), (_part(right, z, 1),)))


def _names(problem: Problem) -> dict[str, sp.Expr]:
    entries = {name_of(*place): entry.symbol for entry, place in zip(problem.entries, problem.places, strict=True)}
    return entries | {old: sp.Symbol(new) for old, new in spoken(problem).items()}


def _divergences(problem: Problem, tree: Tree, zero: frozenset[tuple[int, int]]) -> tuple[Divergence, ...]:
    """For each entry that is zero in every density, where the joint diverges when it is not: the simplest case."""
    found: dict[str, list[sp.Symbol]] = {}
    symbols = dict(zip(problem.places, (entry.symbol for entry in problem.entries), strict=True))
    for place, _, leaf in refutations(tree, zero):
        found.setdefault(leaf.why, []).append(symbols[place])
    return tuple(Divergence(tuple(entries), *_in_words(problem, why)) for why, entries in found.items())


def _in_words(problem: Problem, why: str) -> tuple[str, str]:
    for old, new in spoken(problem).items():
        why = re.sub(rf"\b{old}\b", new, why)
    direction, rate = why.split("; ", 1)
    return direction, rate


@cache
def _part(name: str, family: Family, copies: int) -> Part:
    return reduce(Block(name, family.name, copies, family.dimension), family, family.natural_parameters, set())


__all__ = ["Leaf", "form_density", "joint_density"]
