"""Several x and several z: the rules of the kernel's products, tried in order, with their conditions in words."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from tightcheck.density.answer import Divergence
from tightcheck.density.formula import as_sympy, expression
from tightcheck.density.problem import Problem, name_of
from tightcheck.density.words import written
from tightcheck.kernel.joint_cases import forced_zero
from tightcheck.kernel.joint_faces import along_face, faces, has_faces
from tightcheck.kernel.joint_finite import extreme_points
from tightcheck.kernel.joint_gaussian import quadratic_of
from tightcheck.kernel.joint_numbers import Number
from tightcheck.kernel.joint_pairs import separated, tree_of_pair
from tightcheck.kernel.joint_products import power_of
from tightcheck.kernel.joint_weights import Side, rows_of, transposed


@dataclass(frozen=True)
class Found:
    """The conditions of a product, and the entries that are zero in every density."""

    constraints: sp.Basic
    sentences: tuple[str, ...]
    zero: frozenset[tuple[int, int]]
    cost: str = ""
    divergences: tuple[Divergence, ...] = ()


def product_of(problem: Problem, names: dict[str, sp.Expr]) -> Found | None:
    """The first rule that applies."""
    for rule in (_finite, _gaussian, _powers, _by_pairs):
        if (found := rule(problem, names)) is not None:
            return found
    return None


def _finite(problem: Problem, names: dict[str, sp.Expr]) -> Found | None:
    """One side is finite: for half-spaces the largest value of each summand decides."""
    letters = problem.letters()
    for summed, others, w in ((problem.xs, problem.zs, letters), (problem.zs, problem.xs, transposed(letters))):
        if not all(family.support.is_finite for family in summed):
            continue
        conditions: list[sp.Basic] = []
        tests = 0
        for z, columns in zip(others, rows_of(others, transposed(w)), strict=True):
            if z.has_full_domain:
                continue
            if not has_faces(z):
                tests += 1
                continue
            conditions += [
                _largest_is_negative(summed, along_face(face, columns), face.is_closed, names) for face in faces(z)
            ]
        sentences = tuple(sp.sstr(condition) for condition in conditions)
        cost = ""
        if tests:
            points = sp.prod([len(extreme_points(family)) for family in summed])
            sentences += ("the conditional of the other side is proper at every extreme point of the finite side",)
            conditions.append(sp.Symbol(sentences[-1]))
            cost = f"{points * tests} matrix inequalities: one at each of {points} extreme points for each block"
        return Found(sp.And(*conditions), sentences, frozenset(), cost)
    return None


def _largest_is_negative(summed: Side, alpha: list[Number], is_closed: bool, names: dict[str, sp.Expr]) -> sp.Basic:
    total, first = expression(alpha[0], names), 1
    for family in summed:
        own = alpha[first : first + len(family.statistics)]
        first += len(family.statistics)
        values = [sum((a * c for a, c in zip(own, point, strict=True)), Number({})) for point in extreme_points(family)]
        total += sp.Max(*(expression(value, names) for value in values))
    return sp.LessThan(total, 0) if is_closed else sp.StrictLessThan(total, 0)


def _gaussian(problem: Problem, names: dict[str, sp.Expr]) -> Found | None:
    """One side is Gaussian with known covariances, the other Gaussian: a block precision matrix."""
    for linear, others, is_turned in ((problem.xs, problem.zs, False), (problem.zs, problem.xs, True)):
        parts, right = [quadratic_of(family) for family in linear], [quadratic_of(family) for family in others]
        if any(p is None for p in (*parts, *right)) or any(p is not None and any(p.square) for p in parts):
            continue
        squares = [bool(square) for p in right if p is not None for square in p.square]
        zero = frozenset((i, k) for i, k in problem.interactions() if squares[(i if is_turned else k) - 1])
        matrix = "the block precision matrix, minus the second derivatives of log p(x, z), is positive definite"
        conditions = [sp.Eq(names[name_of(*place)], 0) for place in sorted(zero)]
        return Found(
            sp.And(*conditions, sp.Symbol(matrix)),
            (*(f"{names[name_of(*place)]} = 0" for place in sorted(zero)), matrix),
            zero,
            "one elimination of a matrix with a row for each coordinate of x and z",
            _along_lines(tuple(names[name_of(*place)] for place in sorted(zero))),
        )
    return None


def _along_lines(entries: tuple[sp.Symbol, ...]) -> tuple[Divergence, ...]:
    """A(f) is quadratic in f, and f is quadratic along the lines on which these entries matter."""
    rate = "the logarithm of the margin is of order t^4"
    return (Divergence(entries, "along lines on which the quadratic part of f moves", rate),) if entries else ()


def _powers(problem: Problem, names: dict[str, sp.Expr]) -> Found | None:
    """Positive numbers with powers as base measures."""
    if any(power_of(family) is None for family in (*problem.xs, *problem.zs)):
        return None
    signs = [sp.LessThan(entry.symbol, 0) for entry in problem.entries]
    sentences = (
        "every entry of W and of the margins is <= 0",
        "for every set of z, its shapes add up to more than those of the x that depend on it alone (margin 0)",
        "for every set of z with margin 0, its shapes add up to less than those of the x that depend on any of it",
    )
    return Found(
        sp.And(*signs, *(sp.Symbol(s) for s in sentences[1:])),
        sentences,
        frozenset(),
        f"one sum of shapes for each of 2^{len(problem.zs)} sets of z; none where every margin is < 0",
    )


def _by_pairs(problem: Problem, names: dict[str, sp.Expr]) -> Found | None:
    """Every pair has conditions on its block of W alone, which scale, and on each margin alone."""
    if len(problem.xs) == len(problem.zs) == 1:
        return None  # the cases of this one pair are too many: they were tried before
    parts: list[sp.Basic] = []
    zero: set[tuple[int, int]] = set()
    first_row = 1
    for x in problem.xs:
        first_column = 1
        for z in problem.zs:
            formula = separated(x, z, len(problem.xs) > 1, len(problem.zs) > 1)
            tree = tree_of_pair(x, z)
            if formula is None or tree is None:
                return None
            own_zero = forced_zero(tree, len(x.statistics) + 1, len(z.statistics) + 1)
            own = {name: symbol for name, symbol in names.items() if name.startswith("u_")}
            for i in range(len(x.statistics) + 1):
                for k in range(len(z.statistics) + 1):
                    if i or k:
                        place = (first_row + i - 1 if i else 0, first_column + k - 1 if k else 0)
                        own[name_of(i, k)] = names[name_of(*place)]
                        if (i, k) in own_zero:
                            zero.add(place)
            parts.append(as_sympy(formula, own))
            first_column += len(z.statistics)
        first_row += len(x.statistics)
    flat = dict.fromkeys(a for part in parts for a in (part.args if isinstance(part, sp.And) else (part,)))
    conditions = [condition for condition in flat if condition != sp.true]
    return Found(
        sp.And(*conditions, evaluate=False),
        tuple(map(written, conditions)),
        frozenset(zero),
    )
