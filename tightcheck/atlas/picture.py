"""A picture of p(x, z) for two numbers, as a small SVG: contours, ridges or discs, by whether x and z are integers.

Contours hold 20, 40, 60, 80 and 95 percent of the mass; the height of a ridge and the area of a disc are proportional to p.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache

import contourpy
import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from tightcheck.atlas.facts import Pair
from tightcheck.family import Family
from tightcheck.joint.form import Form
from tightcheck.joint.parts import Part

Array = NDArray[np.float64]

SIZE, MARGIN = 240, 46
AREA = 'fill="var(--area, currentColor)" fill-opacity='
SHARES = (0.95, 0.8, 0.6, 0.4, 0.2)
COARSE, FINE, MOST_INTEGERS = 160, 64, 60
SHOWN = 0.985
"""The share of each margin's mass that the window shows."""


def picture(found: Pair, weights: Mapping[str, Fraction]) -> str | None:
    """The SVG; None where a side is no number between stated ends, or the mass has no visible place."""
    form = found.density.form
    x, z = form.observed[0], form.latent[0]
    if not is_drawn(found):
        return None
    energy = _energy(form, found, weights)
    with np.errstate(all="ignore"):
        window = _window(x, z, energy)
        if window is None:
            return None
        axes = _axis(x.family, *window[0]), _axis(z.family, *window[1])
        density = _normalised(energy(axes[0][:, None], axes[1][None, :]))
    return None if density is None else _svg(x.family, z.family, axes, density)


def is_drawn(found: Pair) -> bool:
    """Whether both sides are one number."""
    form = found.density.form
    return _is_number(form.observed[0]) and _is_number(form.latent[0])


def _is_number(part: Part) -> bool:
    return part.is_scalar and part.block.copies == 1 and (part.family.support.bounds is not None or part.is_finite)


Energy = Callable[[Array, Array], Array]


def _energy(form: Form, found: Pair, weights: Mapping[str, Fraction]) -> Energy:
    """log p(x, z) up to a constant."""
    x, z = form.observed[0], form.latent[0]

    def evaluate(first: Array, second: Array) -> Array:
        rows, columns = ([np.ones_like(value), *_statistics(part, value)] for part, value in ((x, first), (z, second)))
        total = _base_measure(x.family)(first) + _base_measure(z.family)(second)
        for entry in found.density.entries:
            weight = float(weights.get(entry.symbol.name, 0))
            if weight:
                total = total + weight * rows[entry.row] * columns[entry.column]
        return np.where(np.isnan(total), -np.inf, total)

    return evaluate


def _statistics(part: Part, value: Array) -> Iterator[Array]:
    for group in part.groups:
        for statistic in group.statistics:
            yield np.broadcast_to(_function(part.family.variables[0], statistic)(value), value.shape)


def _base_measure(family: Family) -> Callable[[Array], Array]:
    return _function(family.variables[0], family.log_base_measure)


@cache
def _function(variable: sp.Symbol, expression: sp.Expr) -> Callable[[Array], Array]:
    """The expression on arrays, its constants at 1; log Gamma is that of integers here, or of a constant."""
    constants = dict.fromkeys(expression.free_symbols - {variable}, sp.Integer(1))
    real = sp.Symbol(variable.name, real=True)
    written = expression.subs(constants).xreplace({variable: real})
    log_gamma = np.vectorize(math.lgamma, otypes=[float])
    modules = [{"loggamma": log_gamma, "gamma": np.vectorize(math.gamma, otypes=[float])}, "numpy"]
    evaluate = sp.lambdify(real, written, modules)
    return lambda value: np.asarray(evaluate(value), dtype=float) + np.zeros_like(value)


def _window(x: Part, z: Part, energy: Energy) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """For each variable the ends between which most of its mass is, found on coarse curves through all its values."""
    first, second = _coarse(x.family), _coarse(z.family)
    logarithm = energy(first[0][:, None], second[0][None, :]) + first[1][:, None] + second[1][None, :]
    mass = _normalised(logarithm)
    if mass is None:
        return None
    return _ends(first[0], mass.sum(axis=1)), _ends(second[0], mass.sum(axis=0))


def _normalised(logarithm: Array) -> Array | None:
    """exp of it with sum 1; None where it is nowhere finite."""
    top = np.max(logarithm)
    if not np.isfinite(top):
        return None
    mass = np.exp(logarithm - top)
    return np.asarray(mass / mass.sum())


def _coarse(family: Family) -> tuple[Array, Array]:
    """Values through the whole support, and the logarithm of the length (or count) that each stands for."""
    if family.support.is_discrete:
        values = _integers(family)
        return values, np.zeros_like(values)
    lower, upper = _bounds(family)
    t = np.linspace(-7, 7, COARSE)
    if math.isinf(lower) and math.isinf(upper):
        return np.sinh(t), np.log(np.cosh(t))
    if math.isinf(upper):
        return lower + np.exp(t), t
    share = 1 / (1 + np.exp(-t))
    return lower + (upper - lower) * share, np.log(share * (1 - share))


def _bounds(family: Family) -> tuple[float, float]:
    assert family.support.bounds is not None
    lower, upper = (
        float(end.subs(dict.fromkeys(end.free_symbols, 1))) if end.free_symbols else float(end)
        for end in family.support.bounds[0]
    )
    return lower, upper


def _integers(family: Family) -> Array:
    """The values of a discrete variable, the first of them where they do not end."""
    if family.support.bounds is None:
        return np.array(sorted(float(point[0]) for point in family.support.points))
    lower, upper = _bounds(family)
    return np.arange(lower, min(upper, lower + MOST_INTEGERS) + 1)


def _ends(values: Array, mass: Array) -> tuple[float, float]:
    """The ends of the middle of the mass."""
    share = np.cumsum(mass)
    low = int(np.searchsorted(share, (1 - SHOWN) / 2))
    high = int(np.searchsorted(share, (1 + SHOWN) / 2))
    return float(values[max(low - 1, 0)]), float(values[min(high + 1, len(values) - 1)])


def _axis(family: Family, low: float, high: float) -> Array:
    """The values drawn."""
    if family.support.is_discrete:
        values = _integers(family)
        return values[(values >= low) & (values <= high)]
    return np.linspace(low, high, FINE + 2)[1:-1]


def _svg(x: Family, z: Family, axes: tuple[Array, Array], density: Array) -> str:
    across, up = _scale(axes[0], x.support.is_discrete), _scale(axes[1], z.support.is_discrete)
    kinds = x.support.is_discrete, z.support.is_discrete
    if kinds == (False, False):
        shapes = "".join(_contours(across(axes[0]), SIZE - up(axes[1]), density))
    elif kinds == (True, True):
        shapes = "".join(_discs(across(axes[0]), SIZE - up(axes[1]), density))
    elif kinds == (True, False):
        shapes = "".join(_ridges(across(axes[0]), SIZE - up(axes[1]), density, is_upright=True))
    else:
        shapes = "".join(_ridges(SIZE - up(axes[1]), across(axes[0]), density.T, is_upright=False))
    full = SIZE + MARGIN
    return (
        f'<svg viewBox="{-MARGIN} -8 {full + 8} {full + 8}" role="img" aria-label="The density of x (across) and z (up)" '
        f'font-size="12" fill="currentColor"><path d="M0 0V{SIZE}H{SIZE}" fill="none" stroke="currentColor" '
        f'stroke-opacity=".45"/>{shapes}{"".join(_labels(axes[0], axes[1], across, up))}</svg>'
    )


Scale = Callable[[Array], Array]


def _scale(values: Array, is_discrete: bool) -> Scale:
    """Values to places from 0 to SIZE; integers stand off the edge."""
    room = 0.6 * (float(values[1] - values[0]) if len(values) > 1 else 1.0) if is_discrete else 0.0
    low, high = float(values[0]) - room, float(values[-1]) + room
    return lambda value: (np.asarray(value) - low) / (high - low) * SIZE


def _labels(x: Array, z: Array, across: Scale, up: Scale) -> Iterator[str]:
    for value in (x[0], x[-1]):
        place = float(across(value))
        anchor = "middle" if 20 < place < SIZE - 20 else "start" if place <= 20 else "end"
        yield f'<text x="{place:.0f}" y="{SIZE + 15}" text-anchor="{anchor}">{value:.2g}</text>'
    for value in (z[0], z[-1]):
        place = min(max(SIZE - float(up(value)) + 4, 10), SIZE)
        yield f'<text x="-5" y="{place:.0f}" text-anchor="end">{value:.2g}</text>'
    yield f'<text x="{SIZE / 2}" y="{SIZE + 20}" text-anchor="middle" font-style="italic">x</text>'
    yield f'<text x="-14" y="{SIZE / 2}" text-anchor="middle" font-style="italic">z</text>'


def _contours(across: Array, up: Array, density: Array) -> Iterator[str]:
    """One filled area for each share of the mass, darker inside."""
    sorted_mass = np.sort(density.ravel())[::-1]
    reached = np.cumsum(sorted_mass)
    padded = np.pad(density.T, 1)
    generator = contourpy.contour_generator(
        np.concatenate([across[:1], across, across[-1:]]), np.concatenate([up[:1], up, up[-1:]]), padded
    )
    for share in SHARES:
        level = 0.999 * float(sorted_mass[min(int(np.searchsorted(reached, share)), len(sorted_mass) - 1)])
        if level > 0:
            paths = "".join(
                "M" + "L".join(f"{a:.0f} {b:.0f}" for a, b in _thinned(line))
                for line in map(np.asarray, generator.lines(level))
            )
            yield f'<path d="{paths}" {AREA}".2" fill-rule="evenodd"/>'


def _thinned(line: ArrayLike) -> Iterator[tuple[float, float]]:
    """The points of a line that differ once they are rounded."""
    last = None
    for a, b in np.round(np.asarray(line, dtype=float)):
        if (a, b) != last:
            yield a, b
            last = (a, b)


def _discs(across: Array, up: Array, density: Array) -> Iterator[str]:
    """A disc for every pair of integers that is likely enough to be seen."""
    step = SIZE / max(len(across), len(up))
    top = density.max()
    for i, j in zip(*np.nonzero(density > top / 500), strict=True):
        radius = 0.48 * step * math.sqrt(density[i, j] / top)
        yield f'<circle cx="{across[i]:.0f}" cy="{up[j]:.0f}" r="{radius:.1f}" {AREA}".8"/>'


def _ridges(places: Array, along: Array, density: Array, is_upright: bool) -> Iterator[str]:
    """For each integer the density of the other variable: to its right where the integers go across, else above it."""
    step = abs(float(places[1] - places[0])) if len(places) > 1 else SIZE / 2
    height = 0.85 * step / density.max() * density
    middle = 0.42 * step * (-1 if is_upright else 1)
    for place, row in zip(places + middle, height, strict=True):
        ends = [(place, along[0]), *zip(place + row, along, strict=True), (place, along[-1])] if is_upright else [
            (along[0], place), *zip(along, place - row, strict=True), (along[-1], place)
        ]  # fmt: skip
        points = "L".join(f"{a:.0f} {b:.0f}" for a, b in _thinned(ends))
        yield f'<path d="M{points}" {AREA}".55"/>'
