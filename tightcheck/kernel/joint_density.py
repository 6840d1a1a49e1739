"""C4 under the implied prior for one x and one z: is p(x, z) = h h' exp(nu_e' W psi_e) a density? Lemma `joint` says why.

x is integrated out exactly: the joint integrates iff f(z) is in Omega_nu for almost every z and
h'(z) exp(<c, psi(z)> + A(f(z))) does. For numbers z that is a question at the ends of the support, and at points inside
where f touches the boundary of Omega_nu. A finite x is summed out: every g(x) must be in Omega_psi.
"""

from __future__ import annotations

from functools import cache, partial

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import curve_of
from tightcheck.kernel.joint_ends import may_be_proper
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_finite import is_proper_at_every_point
from tightcheck.kernel.joint_gaussian import is_quadratic_density
from tightcheck.kernel.joint_germs import FLAT, compare
from tightcheck.kernel.joint_lines import is_bounded_on_space, is_density_along_lines
from tightcheck.kernel.joint_numbers import Signs, Unreached
from tightcheck.kernel.joint_over_numbers import integrates
from tightcheck.kernel.joint_over_sphere import integrates_over_sphere
from tightcheck.kernel.joint_signs import Path
from tightcheck.kernel.joint_sphere import is_sphere
from tightcheck.kernel.joint_vectors import is_density_of_vectors
from tightcheck.kernel.joint_weights import Side, Weights, transposed


def is_density(xs: Side, zs: Side, weights: Weights, signs: Signs) -> bool:
    """Whether W gives a density with proper conditionals. Raises Unreached where no rule decides."""
    sides = (("x", xs, zs, weights), ("z", zs, xs, transposed(weights)))
    for _, summed, others, w in sides:
        if all(family.support.is_finite for family in summed):
            return is_proper_at_every_point(summed, others, w, signs)
    if all(is_compact(family) for family in (*xs, *zs)):
        return True
    for _, linear, others, w in sides:
        if (answer := is_quadratic_density(linear, others, w, signs)) is not None:
            return answer
    for _, linear, others, w in sides:
        if (answer := is_density_along_lines(linear, others, w, signs)) is not None:
            return answer
    for _, integrated, others, w in sides:
        if not is_bounded_on_space(integrated, others, w, signs):
            return False
    for side, integrated, others, w in sides:
        if len(others) == 1 and not signs.once(side, partial(may_be_proper, integrated, others[0], w, signs, side)):
            return False
    reasons = []
    for side, integrated, others, w in sorted(sides, key=lambda each: effort(each[1], each[2])):
        try:
            if len(others) == 1 and is_sphere(others[0]):
                return integrates_over_sphere(integrated, others[0], w, signs)
            if len(others) == 1:
                return integrates(integrated, others[0], w, signs, side)
            reasons.append("both sides have several factors")
        except Unreached as reason:
            reasons.append(str(reason))
    if isinstance(signs, Exact):
        return is_density_of_vectors(xs, zs, weights)
    raise Unreached("; ".join(dict.fromkeys(reasons)))


def effort(integrated: Side, others: Side) -> tuple[bool, int]:
    """Which side is easier to integrate out: what is left had better be compact, and A short."""
    is_left_compact = all(is_compact(family) for family in others)
    return not is_left_compact, sum(_length(family) for family in integrated)


@cache
def _length(family: Family) -> int:
    is_special = bool(family.log_partition.has(sp.loggamma, sp.besseli, sp.Piecewise))
    return int(sp.count_ops(family.log_partition)) + (100 if is_special else 0)


@cache
def is_compact(family: Family) -> bool:
    """Whether every eta is natural because the statistics and the base measure are bounded."""
    if not family.has_full_domain:
        return False
    if family.support.chart is not None or family.support.is_finite:
        return True
    curve = curve_of(family)
    if curve is None:
        return all(isinstance(s, (sp.cos, sp.sin)) for s in family.statistics)
    return bool(curve.lower.is_finite and curve.upper.is_finite) and all(
        not germ.terms or compare(germ.terms[0][0], FLAT, Path()) <= 0 for end in curve.ends for germ in end.statistics
    )


__all__ = ["effort", "is_compact", "is_density"]
