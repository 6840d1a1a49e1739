"""Conditions in words, with the names of W's entries."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from tightcheck.density.formula import as_sympy
from tightcheck.density.problem import Problem
from tightcheck.kernel.joint_compound import compound_of
from tightcheck.kernel.joint_curves import curve_of
from tightcheck.kernel.joint_formula import All, Formula
from tightcheck.kernel.joint_sides import with_defaults
from tightcheck.kernel.joint_sphere import is_sphere
from tightcheck.kernel.joint_weights import Side


def sentences_of(formula: Formula, names: Mapping[str, sp.Expr]) -> tuple[str, ...]:
    """One sentence for each condition that must hold."""
    parts = formula.parts if isinstance(formula, All) else (formula,)
    conditions = (as_sympy(part, names) for part in parts)
    return tuple(written(condition) for condition in conditions if condition != sp.true)


def written(condition: sp.Basic) -> str:
    """A condition as a line of text: alternatives with `or`, in brackets where they must be."""
    if isinstance(condition, sp.And):
        return " and ".join(_bracketed(part) for part in condition.args)
    if isinstance(condition, sp.Or):
        return " or ".join(_bracketed(part) for part in condition.args)
    if isinstance(condition, sp.Eq):
        return f"{sp.sstr(condition.lhs)} = {sp.sstr(condition.rhs)}"
    if isinstance(condition, sp.Ne):
        return f"{sp.sstr(condition.lhs)} != {sp.sstr(condition.rhs)}"
    return str(sp.sstr(condition))


def _bracketed(part: sp.Basic) -> str:
    return f"({written(part)})" if isinstance(part, (sp.And, sp.Or)) else written(part)


def cost_of(constraints: sp.Basic) -> str:
    """What a test of one W takes where a maximum is among the conditions."""
    hidden = {symbol.name for symbol in constraints.free_symbols if symbol.name.startswith(("max", "at its"))}
    if not hidden:
        return ""
    over = "all counts: a search up to where it turns" if any(n.startswith("max of") for n in hidden) else ""
    inside = "one stationary point, a root of degree at most 2" if any(n.startswith("max in") for n in hidden) else ""
    ways = " or ".join(filter(None, (inside, over)))
    return f"{len(hidden)} maxima: each is {ways}" if len(hidden) > 1 else f"one maximum: {ways}"


ENDS = "one test looks at each end of the support and at one maximum per condition of the natural domain"
ARCS = "one test bounds convex functions of an angle on arcs, those of the interaction on pairs of arcs"
GROUPS = (
    "one test takes each group of factors that W ties together: by support functions, by each z alone with its share of "
    "every x, or by one z with the others held near a point"
)
MIXTURES = (
    "one test bounds a maximum over proportions on simplices, and looks at one point of the domain for each count"
)


def tested_sentences(problem: Problem) -> tuple[tuple[str, ...], str]:
    """The conditions of the lemma for pairs with too many cases, and what testing one W costs."""
    x, z = (
        ", ".join(dict.fromkeys(part.name for part in side)) for side in (problem.form.observed, problem.form.latent)
    )
    inside = f"f({z}) is in the natural domain of {x} for almost every {z}"
    integrable = f"h'({z}) exp(<c, psi({z})> + A(f({z}))) is integrable"
    if _is_number(problem.xs) or _is_number(problem.zs):
        return (inside, f"{integrable} at each end of the range and where f meets the boundary"), ENDS
    if not len(problem.xs) == len(problem.zs) == 1:
        return (inside, f"g({x}) is in the natural domain of {z} for almost every {x}", integrable), GROUPS
    if any(compound_of(with_defaults(family)) is not None for family in (*problem.xs, *problem.zs)):
        counts, others = (x, z) if compound_of(with_defaults(problem.xs[0])) is not None else (z, x)
        parameter, margin = ("f", "c") if counts == x else ("g", "a")
        return (
            f"s({parameter}({others})) <= d - epsilon for almost every {others}, where exp A = s (d - s)^-r for {counts}",
            f"{margin} + W_k is in the natural domain of {others} for the interaction W_k of every count {counts}_k",
            f"or s reaches d and {integrable}",
        ), MIXTURES
    return (
        inside,
        f"g({x}) is in the natural domain of {z} for almost every {x}",
        f"both stay so when W moves a little, or W is on the boundary of this set and {integrable}",
    ), ARCS


def _is_number(side: Side) -> bool:
    """Whether a side is one number or one point of a sphere, over which the margin is integrated."""
    return len(side) == 1 and (curve_of(side[0]) is not None or is_sphere(side[0]))
