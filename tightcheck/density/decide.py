"""The set of W for a form: the kernel's procedure in every case, joined to a formula and put into words."""

from __future__ import annotations

import re
from functools import cache

import sympy as sp

from tightcheck.density.answer import Divergence, JointDensity, What
from tightcheck.density.cases import necessary_trees_of, refutations, tree_of
from tightcheck.density.formula import All, as_sympy, joined
from tightcheck.density.generic import density_without_zeros
from tightcheck.density.one_weight import exact_test
from tightcheck.density.problem import Problem, name_of, problem_of, spoken
from tightcheck.density.products import Found, product_of
from tightcheck.density.sample import density_with
from tightcheck.density.words import cost_of, sentences_of, tested_sentences
from tightcheck.design import Block
from tightcheck.family import Family
from tightcheck.joint.form import Form, assemble
from tightcheck.joint.parts import Part, reduce
from tightcheck.kernel.joint_cases import forced_zero, signs_left
from tightcheck.kernel.joint_numbers import TooLong
from tightcheck.kernel.joint_signs import Leaf, TooMany, Tree, leaves


def joint_density(x: Family, z: Family, copies_x: int = 1, copies_z: int = 1) -> JointDensity:
    """The set of W for `copies_x` draws x of one family and `copies_z` draws z of another, all parameters free."""
    return form_density(assemble((_part("x", x, copies_x),), (_part("z", z, copies_z),)))


def form_density(form: Form) -> JointDensity:
    """The set of W for any form: several named blocks on either side."""
    problem = problem_of(form)
    if max(len(problem.xs), len(problem.zs)) > 1 and (found := product_of(problem, _names(problem))) is not None:
        return _from_rule(problem, found)
    tree = tree_of(problem)
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
        test=exact_test(problem, found.test),
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
    if not density_without_zeros(problem, test):
        if min(len(problem.xs), len(problem.zs)) > 1:
            return _undecided(problem, "no rule reaches several x and several z of these families")
        if not density_with(problem, left, test):
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
        test=test,
    )


def _undecided(problem: Problem, why: str) -> JointDensity:
    return JointDensity(problem.form, problem.entries, What.UNDECIDED, undecided_because=why, test=exact_test(problem))


def _what(problem: Problem, zero: frozenset[tuple[int, int]]) -> What:
    if zero >= set(problem.interactions()):
        return What.ONLY_ZERO
    return What.ZEROS if zero else What.INEQUALITIES


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
