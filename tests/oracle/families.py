"""The judge's own table of families, evaluated in ball arithmetic (python-flint); independent of the registry.

A member of a vector family is a tuple of exact numbers; every function takes and returns `arb` balls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import comb, factorial

from flint import arb, ctx, fmpq

ctx.prec = 256

Point = tuple[Fraction, ...]
Balls = list[arb]


def ball(value: Fraction | int | arb) -> arb:
    """An exact number as a ball."""
    if isinstance(value, arb):
        return value
    q = Fraction(value)
    return arb(fmpq(q.numerator, q.denominator))


def points(*values: Fraction | int | str) -> tuple[Point, ...]:
    """One-dimensional points."""
    return tuple((Fraction(v),) for v in values)


@dataclass(frozen=True)
class OracleFamily:
    """h(x) exp(<T(x), eta> - A(eta)); members are `points`, all of them when `is_finite`."""

    points: tuple[Point, ...]
    statistics: Callable[[Point], Balls]
    log_base: Callable[[Point], arb]
    log_partition: Callable[[Balls], arb]
    parametrisations: Mapping[tuple[str, ...], Callable[[Balls], Balls]]
    inverses: Mapping[tuple[str, ...], Callable[[Balls], Balls]] = field(default_factory=dict)
    in_domain: Callable[[Balls], bool] = lambda eta: True
    is_finite: bool = False


REALS = points("-30", "30", "-7/5", "-1/2", "0", "1/3", "1", "9/5", "5/2", "-13/6")
POSITIVE = points("1/7", "1/2", "1", "3/2", "7/3", "4", "13/3")
UNIT = points("1/11", "1/5", "2/5", "1/2", "5/7", "7/8", "12/13")
COUNTS = points(0, 1, 2, 3, 5, 8)


def identity(point: Point) -> Balls:
    """T(x) = x."""
    return [ball(v) for v in point]


def nothing(point: Point) -> arb:
    """log h = 0."""
    return arb(0)


def log_factorial(n: Fraction) -> arb:
    """log n!"""
    return arb(factorial(int(n))).log()


def log_sum_exp(values: Sequence[arb]) -> arb:
    """log sum exp."""
    result = arb(0)
    for v in values:
        result += v.exp()
    return result.log()


def logit(p: arb) -> arb:
    """log p / (1 - p)."""
    return (p / (1 - p)).log()


def sigmoid(t: arb) -> arb:
    """1 / (1 + exp(-t))."""
    return 1 / (1 + (-t).exp())


def binary(low: int) -> OracleFamily:
    """Two points: {0, 1} or {-1, 1}; `logits` is the natural parameter in both."""
    return OracleFamily(
        points(low, 1),
        identity,
        nothing,
        lambda eta: log_sum_exp([low * eta[0], eta[0]]),
        {
            ("logits",): lambda v: [v[0] / (1 - low)],
            ("probs",): lambda v: [logit(v[0]) / (1 - low)],
        },
        {("logits",): lambda eta: [eta[0] * (1 - low)], ("probs",): lambda eta: [sigmoid(eta[0] * (1 - low))]},
        is_finite=True,
    )


def categorical(size: int) -> OracleFamily:
    """One-hot; eta are the logits relative to the last class."""
    return OracleFamily(
        tuple(tuple(Fraction(int(i == k)) for i in range(size)) for k in range(size)),
        lambda x: identity(x[:-1]),
        nothing,
        lambda eta: log_sum_exp([*eta, arb(0)]),
        {
            ("logits",): lambda v: [t - v[-1] for t in v[:-1]],
            ("probs",): lambda v: [(t / v[-1]).log() for t in v[:-1]],
        },
        {("logits",): lambda eta: [*eta, arb(0)]},
        is_finite=True,
    )


def binomial(trials: int) -> OracleFamily:
    """0..trials."""
    return OracleFamily(
        points(*range(trials + 1)),
        identity,
        lambda x: arb(comb(trials, int(x[0]))).log(),
        lambda eta: trials * log_sum_exp([arb(0), eta[0]]),
        {("logits",): lambda v: [v[0]], ("probs",): lambda v: [logit(v[0])]},
        {("logits",): lambda eta: eta},
        is_finite=True,
    )


def texts(size: int, lengths: Sequence[int]) -> tuple[Point, ...]:
    """All count vectors of these lengths; of a long text those that hold at most two words, one of them up to twice."""
    if max(lengths) <= 3:
        found = [x for x in product(range(max(lengths) + 1), repeat=size) if sum(x) in lengths]
    else:
        found = [
            tuple((length - r) * (i == j) + r * (i == k) for i in range(size))
            for length in lengths
            for j in range(size)
            for k in range(size)
            for r in ((1, 2) if j != k else (0,))
        ]
    return tuple(tuple(map(Fraction, x)) for x in found)


def multinomial(size: int, lengths: Sequence[int]) -> OracleFamily:
    """Counts of `size` words; several lengths mean p(l) > 0 independent of z, the statistics are then all counts.

    eta are log-probabilities of all words (several lengths) or logits relative to the last (one length). For several
    lengths h contains p(l) and A is 0: sum_k exp(eta_k) = 1 is the domain.
    """
    fixed = len(lengths) == 1
    members = texts(size, lengths)

    def log_coefficient(x: Point) -> arb:
        return log_factorial(sum(x, Fraction(0))) - sum((log_factorial(v) for v in x), arb(0))

    if fixed:
        return OracleFamily(
            members,
            lambda x: identity(x[:-1]),
            log_coefficient,
            lambda eta: lengths[0] * log_sum_exp([*eta, arb(0)]),
            {
                ("logits",): lambda v: [t - v[-1] for t in v[:-1]],
                ("probs",): lambda v: [(t / v[-1]).log() for t in v[:-1]],
            },
            is_finite=True,
        )
    return OracleFamily(
        members,
        identity,
        log_coefficient,
        lambda eta: arb(0),
        {
            ("logits",): lambda v: [t - log_sum_exp(v) for t in v],
            ("probs",): lambda v: [(t / sum(v, arb(0))).log() for t in v],
        },
        is_finite=False,
    )


def negative_binomial(failures: Fraction) -> OracleFamily:
    """Counts with known r; eta = log(success probability) < 0, p(x) = C(x+r-1, x) e^{eta x} (1 - e^eta)^r."""
    r = ball(failures)
    return OracleFamily(
        COUNTS,
        identity,
        lambda x: (ball(x[0]) + r).lgamma() - r.lgamma() - log_factorial(x[0]),
        lambda eta: -r * (1 - eta[0].exp()).log(),
        {
            ("probs",): lambda v: [v[0].log()],
            ("logits",): lambda v: [-(1 + (-v[0]).exp()).log()],
            ("mean",): lambda v: [(v[0] / (v[0] + r)).log()],
        },
        {},
        lambda eta: eta[0] < 0,
    )


def gaussian_full(size: int) -> OracleFamily:
    """Statistics z and z z' (upper triangle); only used for encoders, so A is not needed."""
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    codes = product(product((-1, 0, 1), repeat=size), product((0, 1), repeat=size))
    grid = [tuple(Fraction(3 * a + 7 * b, 5) for a, b in zip(u, v, strict=True)) for u, v in codes]
    return OracleFamily(
        tuple(dict.fromkeys(grid)),
        lambda z: identity(z) + [ball(z[i] * z[j]) for i, j in pairs],
        nothing,
        lambda eta: arb("nan"),
        {},
    )


def gaussian_known_variance(variance: Fraction) -> OracleFamily:
    """N(mean, variance) with the variance known; T = x, h contains the variance."""
    v = ball(variance)
    return OracleFamily(
        REALS,
        identity,
        lambda x: -(ball(x[0]) ** 2) / (2 * v),
        lambda eta: v * eta[0] ** 2 / 2,
        {("mean",): lambda m: [m[0] / v]},
        {("mean",): lambda eta: [eta[0] * v]},
    )


GAUSSIAN = OracleFamily(
    REALS,
    lambda x: [ball(x[0]), ball(x[0] ** 2)],
    nothing,
    lambda eta: -(eta[0] ** 2) / (4 * eta[1]) - (-eta[1]).log() / 2,
    {
        ("mean", "variance"): lambda v: [v[0] / v[1], -1 / (2 * v[1])],
        ("mean", "log_variance"): lambda v: [v[0] * (-v[1]).exp(), -(-v[1]).exp() / 2],
        ("mean", "scale"): lambda v: [v[0] / v[1] ** 2, -1 / (2 * v[1] ** 2)],
        ("mean", "log_scale"): lambda v: [v[0] * (-2 * v[1]).exp(), -(-2 * v[1]).exp() / 2],
        ("mean", "precision"): lambda v: [v[0] * v[1], -v[1] / 2],
        ("mean", "log_precision"): lambda v: [v[0] * v[1].exp(), -v[1].exp() / 2],
    },
    {
        ("mean", "variance"): lambda eta: [-eta[0] / (2 * eta[1]), -1 / (2 * eta[1])],
        ("mean", "log_variance"): lambda eta: [-eta[0] / (2 * eta[1]), (-1 / (2 * eta[1])).log()],
        ("mean", "scale"): lambda eta: [-eta[0] / (2 * eta[1]), (-1 / (2 * eta[1])).sqrt()],
        ("mean", "precision"): lambda eta: [-eta[0] / (2 * eta[1]), -2 * eta[1]],
    },
    lambda eta: eta[1] < 0,
)

POISSON = OracleFamily(
    COUNTS,
    identity,
    lambda x: -log_factorial(x[0]),
    lambda eta: eta[0].exp(),
    {("rate",): lambda v: [v[0].log()], ("log_rate",): lambda v: [v[0]]},
    {("rate",): lambda eta: [eta[0].exp()], ("log_rate",): lambda eta: eta},
)

EXPONENTIAL = OracleFamily(
    POSITIVE,
    identity,
    nothing,
    lambda eta: -(-eta[0]).log(),
    {("rate",): lambda v: [-v[0]], ("log_rate",): lambda v: [-v[0].exp()], ("mean",): lambda v: [-1 / v[0]]},
    {("rate",): lambda eta: [-eta[0]], ("mean",): lambda eta: [-1 / eta[0]]},
    lambda eta: eta[0] < 0,
)

GAMMA = OracleFamily(
    POSITIVE,
    lambda x: [ball(x[0]).log(), ball(x[0])],
    nothing,
    lambda eta: (eta[0] + 1).lgamma() - (eta[0] + 1) * (-eta[1]).log(),
    {
        ("shape", "rate"): lambda v: [v[0] - 1, -v[1]],
        ("log_shape", "log_rate"): lambda v: [v[0].exp() - 1, -v[1].exp()],
    },
    {("shape", "rate"): lambda eta: [eta[0] + 1, -eta[1]]},
    lambda eta: eta[0] > -1 and eta[1] < 0,
)

BETA = OracleFamily(
    UNIT,
    lambda x: [ball(x[0]).log(), ball(1 - x[0]).log()],
    nothing,
    lambda eta: (eta[0] + 1).lgamma() + (eta[1] + 1).lgamma() - (eta[0] + eta[1] + 2).lgamma(),
    {("alpha", "beta"): lambda v: [v[0] - 1, v[1] - 1]},
    {},
    lambda eta: eta[0] > -1 and eta[1] > -1,
)

GEOMETRIC = negative_binomial(Fraction(1))

FAMILIES: Mapping[str, OracleFamily] = {
    "bernoulli": binary(0),
    "rademacher": binary(-1),
    "poisson": POISSON,
    "exponential": EXPONENTIAL,
    "gamma": GAMMA,
    "beta": BETA,
    "gaussian": GAUSSIAN,
}
