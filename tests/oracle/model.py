"""One concrete model, by ball arithmetic: the span residual of log p(x, z) - log h'(z) on (1, psi(z))."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from flint import arb, arb_mat

from .families import Balls, OracleFamily, Point

Member = tuple[Point, ...]
"""One point per copy: z = (z_1, ..., z_m), each a point of its family."""


@dataclass(frozen=True)
class Model:
    """p(z) prod_i p(x_i | z) with every number given.

    `decoder(z)` is eta_i for every observed copy; `log_prior(z)` is the log density, up to a constant, against the same
    measure as the base measures of the latent families.
    """

    latent: tuple[OracleFamily, ...]
    observed: tuple[OracleFamily, ...]
    decoder: Callable[[Member], list[Balls]]
    log_prior: Callable[[Member], arb]

    def statistics(self, z: Member) -> Balls:
        """psi(z) of the encoder's family, all copies in a row."""
        return [t for family, point in zip(self.latent, z, strict=True) for t in family.statistics(point)]

    def observed_statistics(self, x: Member) -> Balls:
        """nu(x), all copies in a row."""
        return [t for family, point in zip(self.observed, x, strict=True) for t in family.statistics(point)]

    def log_target(self, x: Member, z: Member) -> arb:
        """log p(x, z) - log h'(z) - log h(x), up to a constant."""
        value = self.log_prior(z)
        for family, point in zip(self.latent, z, strict=True):
            value -= family.log_base(point)
        for family, point, eta in zip(self.observed, x, self.decoder(z), strict=True):
            value += inner(family.statistics(point), eta) - family.log_partition(eta)
        return value

    def is_valid(self, members: Sequence[Member]) -> bool:
        """Whether f(z) is a natural parameter at every z given."""
        return all(
            family.in_domain(eta) for z in members for family, eta in zip(self.observed, self.decoder(z), strict=True)
        )


def inner(left: Balls, right: Balls) -> arb:
    """<left, right>."""
    return sum((a * b for a, b in zip(left, right, strict=True)), arb(0))


def members(families: Sequence[OracleFamily], random: Random, extra: int = 8) -> list[Member]:
    """All points when the space is small and finite, else enough random ones for every span test here."""
    size = 1
    for family in families:
        size *= len(family.points)
    if size <= 32:
        return list(product(*(family.points for family in families)))
    wanted = 1 + sum(len(family.statistics(family.points[0])) for family in families) + extra
    chosen: dict[Member, None] = {}
    while len(chosen) < min(wanted, size):
        chosen[tuple(random.choice(family.points) for family in families)] = None
    return list(chosen)


@dataclass(frozen=True)
class Fit:
    """Coefficients on the basis functions and residuals at every point."""

    coefficients: Balls
    residuals: Balls

    @property
    def is_refuted(self) -> bool:
        """Some residual is certainly not zero: rigorous."""
        return any(not r.contains(0) for r in self.residuals)

    @property
    def looks_exact(self) -> bool:
        """Every residual encloses zero within 1e-40."""
        return all(r.contains(0) and r.rad() < arb("1e-40") for r in self.residuals)


def fit(rows: Sequence[Balls], target: Balls) -> Fit:
    """`target` on the columns of `rows`: choose independent rows and columns, solve, residuals everywhere."""
    chosen, columns = echelon(rows)
    matrix = arb_mat([[rows[i][j] for j in columns] for i in chosen])
    right = arb_mat([[target[i]] for i in chosen])
    solution = [matrix.solve(right)[k, 0] for k in range(len(columns))]
    coefficients = [arb(0)] * len(rows[0])
    for j, value in zip(columns, solution, strict=True):
        coefficients[j] = value
    return Fit(coefficients, [t - inner(row, coefficients) for row, t in zip(rows, target, strict=True)])


def echelon(rows: Sequence[Balls]) -> tuple[list[int], list[int]]:
    """Indices of rows and columns of a nonsingular submatrix of full rank (pivots below 1e-30 count as zero)."""
    work = [list(row) for row in rows]
    free, chosen, columns = list(range(len(rows))), [], []
    for j in range(len(rows[0])):
        pivot = max(free, key=lambda i: float(abs(work[i][j].mid())), default=None)
        if pivot is None or abs(work[pivot][j].mid()) < arb("1e-30"):
            continue
        free.remove(pivot)
        chosen.append(pivot)
        columns.append(j)
        for i in free:
            factor = work[i][j] / work[pivot][j]
            work[i] = [a - factor * b for a, b in zip(work[i], work[pivot], strict=True)]
    return chosen, columns


@dataclass(frozen=True)
class Judgement:
    """What the judge saw of one model: `consistent` None means that the balls were too wide to tell."""

    consistent: bool | None
    dependent: bool | None
    encoder: tuple[tuple[Member, Balls], ...]  # x -> natural parameters of the exact posterior (consistent models)


def judge(model: Model, random: Random) -> Judgement:
    """Is the posterior in the encoder's *family* for every x looked at, and does x depend on z?"""
    zs, xs = members(model.latent, random), members(model.observed, random)
    rows = [[arb(1), *model.statistics(z)] for z in zs]
    fits = [fit(rows, [model.log_target(x, z) for z in zs]) for x in xs]
    if any(f.is_refuted for f in fits):
        consistent: bool | None = False
    else:
        consistent = True if all(f.looks_exact for f in fits) else None
    encoder = tuple((x, f.coefficients[1:]) for x, f in zip(xs, fits, strict=True))
    return Judgement(consistent, depends(model, zs), encoder if consistent else ())


def depends(model: Model, zs: Sequence[Member]) -> bool | None:
    """Whether f is certainly not constant in z (statistics are minimal, so this is dependence of x and z)."""
    etas = [[e for eta in model.decoder(z) for e in eta] for z in zs]
    if any(not (a - b).contains(0) for eta in etas for a, b in zip(eta, etas[0], strict=True)):
        return True
    close = all((a - b).rad() < arb("1e-40") for eta in etas for a, b in zip(eta, etas[0], strict=True))
    return False if close else None


def reaches(outputs: Sequence[Balls], inputs: Sequence[Balls], bias: bool = True) -> bool | None:
    """Whether every component of the outputs is an affine function of the inputs at these points (linear: no bias)."""
    rows = [[arb(1), *row] if bias else list(row) for row in inputs]
    verdicts = [fit(rows, [out[k] for out in outputs]) for k in range(len(outputs[0]))]
    if any(v.is_refuted for v in verdicts):
        return False
    return True if all(v.looks_exact for v in verdicts) else None
