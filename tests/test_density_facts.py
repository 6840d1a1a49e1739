"""The facts that joints rest on, over the whole registry: laws of statistics, and how log-partitions grow."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

from tightcheck import registry
from tightcheck.family import Family, Growth
from tightcheck.kernel.joint_curves import curve_of
from tightcheck.kernel.joint_faces import faces, has_faces
from tightcheck.kernel.joint_singularity import singularity
from tightcheck.laws import numeric

FAMILIES = {name: numeric.in_general_position(registry.load(name)) for name in registry.names()}
WITH_LAW = [name for name, family in FAMILIES.items() if family.law is not None]
WITH_GROWTH = [(name, growth) for name, family in FAMILIES.items() for growth in family.growth]
FAR = (20.0, 40.0, 80.0)
"""How far out a bounded difference is looked for."""


@pytest.mark.parametrize("name", WITH_LAW)
def test_a_law_has_the_log_partition_of_its_family(name: str) -> None:
    """The integral of exp(<eta, T(u)> + log density) over u is exp A(eta) up to one factor for all eta."""
    family = FAMILIES[name]
    law = family.law
    assert law is not None
    generator = np.random.default_rng(5)
    offsets = []
    for eta in numeric.natural_parameters(family, generator, 4):
        exponent = sum(float(e) * s for e, s in zip(eta, law.statistics, strict=True)) + law.log_density
        integrand = sp.lambdify(law.parameter, sp.exp(exponent), "mpmath")
        ends = [mpmath.mpf("-inf") if b == -sp.oo else mpmath.inf if b == sp.oo else mpmath.mpf(b) for b in law.bounds]
        middle = 0 if ends[0] == -mpmath.inf else 1
        total = mpmath.quad(integrand, [ends[0], middle, ends[1]])
        offsets.append(float(mpmath.log(total) - numeric.log_partition(family, eta)))
    assert np.ptp(offsets) < 1e-6, f"{name}: the law's masses differ from exp A by the factors exp({offsets})"


def bounded_difference(family: Family, growth: Growth) -> list[float]:
    """A minus the stated growth, far out in the stated direction."""
    stated = sp.lambdify(family.natural_parameters, growth.log_partition, "mpmath")
    direction = np.array([(-1.0) ** k / (k + 1) for k in range(len(family.natural_parameters))])
    steps = {"oo": FAR, "-oo": tuple(-t for t in FAR), "norm": FAR, "boundary": tuple(-1 / t**2 for t in FAR)}
    scale = 0.1 if growth.log_partition.has(sp.exp) else 1.0  # exp(exp(80)) is beyond mpmath's patience
    differences = []
    for t in steps[growth.towards]:
        eta = scale * t * (direction / np.linalg.norm(direction) if growth.towards == "norm" else np.ones(1))
        with mpmath.workdps(60):
            values = [mpmath.mpf(float(e)) for e in eta]
            differences.append(float(numeric.log_partition(family, values) - stated(*values)))
    return differences


@pytest.mark.parametrize(("name", "growth"), WITH_GROWTH, ids=lambda v: v if isinstance(v, str) else v.towards)
def test_growth_is_exact_up_to_a_bounded_difference(name: str, growth: Growth) -> None:
    differences = bounded_difference(FAMILIES[name], growth)
    assert abs(differences[2] - differences[1]) < 0.05, f"{name}: A minus its growth is {differences}"


def test_a_wrong_growth_is_seen() -> None:
    family = FAMILIES["continuous_bernoulli"]
    (eta,) = family.natural_parameters
    differences = bounded_difference(family, Growth("oo", eta))
    assert abs(differences[2] - differences[1]) > 0.05


@pytest.mark.parametrize("name", [n for n, f in FAMILIES.items() if has_faces(f) and len(f.natural_parameters) == 1])
def test_singularities_at_the_boundary(name: str) -> None:
    """A = -k log(distance) + O(1): differences of A at distances 10^-20 and 10^-30."""
    family = FAMILIES[name]
    (face,) = faces(family)
    strength = singularity(family, face)
    if strength is None or strength.rational is None:
        return
    slope, edge = int(face.slopes[0].rational or 0), face.constant.rational or 0
    boundary = -mpmath.mpf(float(edge)) * slope
    with mpmath.workdps(60):
        near = [numeric.log_partition(family, [boundary - slope * mpmath.mpf(10) ** -digits]) for digits in (20, 30)]
        measured = (near[1] - near[0]) / (10 * mpmath.log(10))
    assert abs(float(measured) - float(strength.rational)) < 0.02, name


@pytest.mark.parametrize("name", [n for n, f in FAMILIES.items() if curve_of(f) is not None])
def test_slopes_have_the_signs_of_the_derivatives(name: str) -> None:
    """The polynomials of a curve are its statistics' derivatives, up to one positive factor at each point."""
    curve = curve_of(FAMILIES[name])
    assert curve is not None
    if curve.slopes is None:
        assert curve.is_lattice
        return
    lower = curve.lower if curve.lower.is_finite else sp.Integer(-3)
    upper = curve.upper if curve.upper.is_finite else lower + 7
    for k in (1, 2, 3):
        at = lower + (upper - lower) * sp.Rational(k, 4)
        true = [float(sp.diff(s, curve.parameter).subs(curve.parameter, at)) for s in curve.statistics]
        stated = [sum(float(c.rational or 0) * float(at) ** d for d, c in enumerate(p)) for p in curve.slopes]
        factor = max(map(abs, true)) / max(max(map(abs, stated)), 1e-300)
        assert np.allclose(np.array(stated) * factor, true), name
