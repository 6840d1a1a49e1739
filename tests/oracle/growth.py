"""Whether a positive function of one variable has a finite integral near an end of its range, with a bound of the tail.

Near an end the variable is written by y -> infinity: t = exp(y) at infinity, end - exp(-y) at a finite end. With
G(y) = log f + log |dt/dy| the tail is the integral of exp G(y) dy. Every f met here is, up to a factor between two
positive constants, a composition of powers, exponentials and logarithms (`tests/oracle/partitions.py` says which, for
every family): a germ of a Hardy field (Hardy 1910). There G' is eventually monotone, so one of these holds:

    G is above every multiple of y, or below every one                  the sign of G decides
    G = alpha y + beta log y + gamma + delta / y + ...                  finite iff alpha < 0 or alpha = 0 and beta < -1

and the tail bound is that of a function that goes on falling:  if G' <= -s from Y on, the tail is at most exp(G(Y)) / s;
if G <= beta log y + gamma, it is at most exp(gamma) Y^(beta + 1) / (-beta - 1). G is evaluated where t is 10^26, ..,
10^182, in as many digits, so that no coefficient that is a ratio of small numbers is too small to be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import mpmath

Word = Literal["finite", "infinite", "cannot tell"]
Number = mpmath.mpf

LADDER = (60, 90, 135, 200, 300, 420)
"""The values of y; five determine the five coefficients, the sixth must agree."""
DIGITS = 900
"""Decimal digits, twice those of exp(2 * 420)."""
NOTHING = mpmath.mpf(10) ** -5
"""A coefficient of y below this is none: those that are not are ratios of numbers of one or two digits."""
FAR, FAR_DIGITS = 20_000, 20_000
"""A place from which the smallest powers are seen, 1/512 among the weights that tests draw."""
FALLS = "G falls faster than every multiple of y"
MORE = (560, 700)
"""Two places more, where a power of y beside y is looked for."""
SEEN = mpmath.mpf(10) ** -1
"""A power that adds more than this to G at the last place is one; one that adds less than `FITTED` is none."""
HUGE = mpmath.mpf(10) ** 40
"""A G beyond this at y <= 420 is no combination of y, log y and less."""
NEAR = mpmath.mpf(10) ** -2
"""What is unknown of the coefficient of log y when that of y is none."""
FITTED = mpmath.mpf(10) ** -3
"""How near the sixth value must be to what the five coefficients say."""


@dataclass(frozen=True)
class Tail:
    """What is known of one end: the word, why, and the logarithm of a bound of the tail from y = 60 on."""

    word: Word
    reason: str
    log_bound: float | None = None


def tail(log_density: Callable[[Number], Number], is_far: bool = False) -> Tail:
    """The tail of the integral of exp(log_density(y)) as y grows; log_density(y) is None where the function is infinite.

    `is_far` looks at one more place, a long way out, before a fall is believed.
    """
    with mpmath.workdps(DIGITS):
        values = [log_density(mpmath.mpf(y)) for y in LADDER]
        if any(value is None for value in values):
            return Tail("infinite", "the inner integral diverges on an open set of places")
        found = judged([value for value in values if value is not None])
        if found.word == "cannot tell":
            found = _by_powers([*values, *(log_density(mpmath.mpf(y)) for y in MORE)]) or found
    return _from_far(log_density, values[-1]) or found if is_far and found.reason == FALLS else found


def _by_powers(values: list[Number | None]) -> Tail | None:
    """The word of a G that is a polynomial in y of degree 4 with log y and 1/y: a square of log t beside log t, and so on.

    Seven coefficients, and the eighth place must agree. The highest power that is seen decides; none may be in doubt.
    """
    if any(value is None or not mpmath.isfinite(value) for value in values):
        return None
    rows = [[y**4, y**3, y**2, y, mpmath.log(y), 1, 1 / y] for y in map(mpmath.mpf, (*LADDER, *MORE))]
    with mpmath.workdps(100):
        found = mpmath.lu_solve(mpmath.matrix(rows[:-1]), mpmath.matrix(values[:-1]))
        error = abs(sum(c * power for c, power in zip(found, rows[-1], strict=True)) - values[-1])
        shares = [found[k] * rows[-1][k] for k in range(3)]
    if error > FITTED:
        return None
    for degree, share in zip((4, 3, 2), shares, strict=True):
        if abs(share) > SEEN:
            return Tail(
                "infinite" if share > 0 else "finite", f"G is of degree {degree} in y, its sign {mpmath.sign(share)}"
            )
        if abs(share) > FITTED:
            return None
    return None


def _from_far(log_density: Callable[[Number], Number], last: Number) -> Tail | None:
    """What a place much further out says against a fall: exp(y / 512) outgrows y^2 beyond y = 10,000 only."""
    with mpmath.workdps(FAR_DIGITS):
        far = log_density(mpmath.mpf(FAR))
    if far is None:
        return Tail("infinite", "the inner integral diverges on an open set of places far out")
    if far < last:
        return None
    return Tail("infinite" if far > FAR else "cannot tell", f"G falls first, but is larger again at y = {FAR}")


def judged(values: list[Number], ladder: Sequence[int] = LADDER, near: Number = NEAR) -> Tail:
    """The word that six values of G say, at the places of the ladder; `near` is what is unknown of a power of y."""
    if any(value == -mpmath.inf for value in values):
        return Tail("finite", "the function is 0", -mpmath.inf)
    if max(map(abs, values)) > HUGE:
        return _faster(values, ladder)
    alpha, beta, gamma, delta, epsilon = _fitted(values, ladder)
    last = mpmath.mpf(ladder[-1])
    predicted = alpha * last + beta * mpmath.log(last) + gamma + delta / last + epsilon / last**2
    error = abs(predicted - values[-1])
    if error > FITTED:
        return _faster(values, ladder)
    if NOTHING < abs(alpha) < near / 1000:
        return Tail("cannot tell", f"G may grow like {mpmath.nstr(alpha, 6)} y")
    if abs(alpha) > NOTHING:
        word = f"G grows like {mpmath.nstr(alpha, 6)} y"
        return Tail("finite", word, _falling(values, ladder)) if alpha < 0 else Tail("infinite", word)
    word = f"G grows like {mpmath.nstr(beta, 6)} log y"
    if beta < -1 - near:
        first = mpmath.mpf(ladder[0])
        return Tail("finite", word, float(values[0] + mpmath.log(first) - mpmath.log(-beta - 1 - near)))
    return Tail("infinite" if beta > -1 + near or abs(beta + 1) < NOTHING else "cannot tell", word)


def _fitted(values: list[Number], ladder: Sequence[int]) -> list[Number]:
    """The coefficients of y, log y, 1, 1/y, 1/y^2 through the first five values."""
    rows = [[y, mpmath.log(y), 1, 1 / y, 1 / y**2] for y in map(mpmath.mpf, ladder[:5])]
    with mpmath.workdps(100):
        return list(mpmath.lu_solve(mpmath.matrix(rows), mpmath.matrix(values[:5])))


def _faster(values: list[Number], ladder: Sequence[int]) -> Tail:
    """G beyond every multiple of y: its slopes have one sign and keep growing."""
    slopes = [(b - a) / (v - u) for a, b, u, v in zip(values, values[1:], ladder, ladder[1:], strict=False)]
    grow = all(abs(b) > abs(a) * (1 + NEAR / 10) for a, b in pairwise(slopes))
    if grow and all(slope < 0 for slope in slopes):
        return Tail("finite", FALLS, _falling(values, ladder))
    if grow and all(slope > 0 for slope in slopes):
        return Tail("infinite", "G grows faster than every multiple of y")
    return Tail("cannot tell", f"G has the slopes {[mpmath.nstr(slope, 5) for slope in slopes]}")


def _falling(values: list[Number], ladder: Sequence[int]) -> float:
    """log(exp(G(Y)) / s) with the smallest slope -s on the ladder."""
    slowest = max((b - a) / (v - u) for a, b, u, v in zip(values, values[1:], ladder, ladder[1:], strict=False))
    return float(values[0] - mpmath.log(-slowest)) if slowest < 0 else float("nan")


def mass(log_density: Callable[[Number], Number | None], start: float, stop: float, steps: int = 400) -> float:
    """The integral of exp G(y) from start to stop by Simpson's rule: a finite window, which proves nothing by itself."""
    with mpmath.workdps(60 + int(stop)):
        width = (mpmath.mpf(stop) - start) / (2 * steps)
        values = [log_density(start + k * width) for k in range(2 * steps + 1)]
        if any(value is None for value in values):
            return float("inf")
        weighted = ((1 if k in (0, 2 * steps) else 4 if k % 2 else 2) * mpmath.exp(v) for k, v in enumerate(values))
        total = mpmath.fsum(weighted) * width / 3
        return float(total)
