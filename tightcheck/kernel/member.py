"""A single model of a design, exactly, that is consistent and in which x and z are dependent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Constant, Design, Map, PriorBlock
from tightcheck.family import Family
from tightcheck.kernel.classes import family_of, function_class, is_onto
from tightcheck.kernel.constants import constants_reachable, decoder_constants, is_any_member, is_shared, sees_prior
from tightcheck.kernel.defined import is_defined
from tightcheck.kernel.heads import contains
from tightcheck.kernel.integrability import in_domain, integrates, stays_in_domain
from tightcheck.kernel.model import (
    at_parameters,
    decoder_side,
    encoder_side,
    formula,
    has_list,
    is_explicit,
    multiplicity,
    statistics_of,
    temperature,
    total_log_partition,
)
from tightcheck.kernel.pair_density import is_density_of_pair
from tightcheck.kernel.parametrised import agree, head_values, is_parametrised, raw_values
from tightcheck.kernel.rejected import require
from tightcheck.kernel.side import INJECTIVE, Side
from tightcheck.kernel.slices import combined, on_support, parents_of, prior_block, prior_in_span, prior_term
from tightcheck.kernel.valid import positive_formulas, stays_positive, written_formulas
from tightcheck.kernel.zero import latent_of, pair_of
from tightcheck.span import is_zero, normal_form

ALIKE = ("isotropic_gaussian", "full_gaussian", "von_mises_fisher")
"""Families of vectors that are the same when components are exchanged."""


@dataclass(frozen=True)
class Moving:
    """f = F psi + f0 of one latent coordinate, for one observed one; what does not move is constant.

    `mode`: "one" latent copy moves one observed copy; "spread", every latent copy moves an observed copy of its own, all
    in the same way; "together", one latent copy moves every observed copy in the same way; "components", every component of
    one Gaussian vector, or of one direction, moves an observed copy of its own, as the first does.
    """

    latent: Conditional
    observed: Conditional
    F: tuple[tuple[sp.Expr, ...], ...]
    f0: tuple[sp.Expr, ...]
    mode: str

    @cached_property
    def eta(self) -> list[sp.Expr]:
        """The natural parameters of one observed copy that moves."""
        psi = family_of(self.latent.block).statistics
        return [sum((w * t for w, t in zip(row, psi, strict=True)), b) for row, b in zip(self.F, self.f0, strict=True)]

    @property
    def movements(self) -> int:
        """How many latent numbers move, each in its own way."""
        if self.mode == "components":
            return int(self.latent.block.dimension or len(family_of(self.latent.block).variables))
        return self.latent.block.copies if self.mode == "spread" else 1

    @property
    def multiple(self) -> int:
        """How many observed copies move with one latent number."""
        return self.observed.block.copies if self.mode == "together" else 1

    @property
    def rank(self) -> int:
        """At least the rank of all that the heads put out."""
        return self.movements * min(sum(map(any, self.F)), sum(map(any, zip(*self.F, strict=True))))

    def energy(self, beta: sp.Expr) -> sp.Expr:
        """-A(f(z)) / beta, of all observed copies that move."""
        variables = family_of(self.latent.block).variables
        each = variables if self.mode == "components" else variables[:1]
        total = sum(total_log_partition(self.observed, [e.xreplace({variables[0]: v}) for e in self.eta]) for v in each)
        return -total * self.multiple / beta

    def posterior(self, c: Sequence[sp.Expr], beta: sp.Expr) -> list[sp.Expr]:
        """g = F' nu(x) / beta + c."""
        nu = statistics_of(self.observed)
        columns = zip(*self.F, strict=True)
        return [
            sum((w * t for w, t in zip(column, nu, strict=True)), sp.Integer(0)) / beta + start
            for column, start in zip(columns, c, strict=True)
        ]


def member(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """A consistent model in which x and z are dependent, by what moves in it."""
    moving, beta = _stated(design, step), temperature(design)
    latent, observed, eta = moving.latent, moving.observed, moving.eta
    fz, fx = family_of(latent.block), family_of(observed.block)
    inside = observed.block.length == "random" or stays_in_domain(fx, eta, [(fz.variables, fz)])
    require(inside, "f is not shown to stay in the natural domain")
    if moving.mode == "components":
        is_written = any(block.log_density is not None for block in design.prior.blocks)
        require(prior != "implied" and not is_written, "components are looked at under a prior of a family")
        _components_are_alike(moving, fz)
    require(observed.block.copies >= moving.movements, "fewer observed draws than latent numbers are to move")
    decoder_contains(observed, eta, decoder_side(observed, latent), moving.rank, step.get("parameters", {}))
    is_idle = moving.mode != "together" and observed.block.copies > moving.movements
    decoder_constants(design, observed.block.name, also_copies=is_idle)
    components = number_of_components(design, prior, latent, step)
    is_chosen = prior != "declared" or components is not None
    energy, share = moving.energy(beta), beta / moving.multiple
    c = conjugate(design, prior, latent, observed, eta, energy, moving.F, step, share, is_chosen)
    if components is not None:
        _mixture_suffices(moving, components, energy, c, beta)
    g = moving.posterior(c, beta)
    is_tied = moving.mode == "spread" and any(map(is_shared, latent.heads))
    one_prior = not is_tied or _is_one_prior(design, prior, latent)
    require(one_prior, "coordinates share a constant and their priors may differ")
    require(not (is_tied and has_list(observed.block)), "coordinates share a constant and their draws may differ")
    contains(latent, g, encoder_side(latent, observed), moving.rank, moving.multiple)
    idle_copies = latent.block.copies > 1 and moving.mode != "spread"
    for other in design.encoder:
        if other.block.name != latent.block.name or idle_copies:
            constants_reachable(design, prior, other)
    if idle_copies:
        idle_copies_agree(design, prior, latent, g, step)


def _stated(design: Design, step: Mapping[str, Any]) -> Moving:
    """What the step says moves, a matrix F of numbers that is not 0."""
    latent, observed = pair_of(design, step)
    F = tuple(tuple(formula(entry, {}) for entry in row) for row in step["F"])
    f0 = tuple(formula(entry, {}) for entry in step["f0"])
    psi, nu = family_of(latent.block).statistics, statistics_of(observed)
    require(len(F) == len(f0) == len(nu) and all(len(row) == len(psi) for row in F), "F has the wrong shape")
    numbers = all(entry.is_number and entry.is_finite and entry.is_real for row in (*F, f0) for entry in row)
    require(numbers, "F is not a matrix of numbers")
    require(any(entry != 0 for row in F for entry in row), "F is zero: x and z are independent")
    return Moving(latent, observed, F, f0, moving_mode(latent, observed, step))


def _components_are_alike(moving: Moving, family: Family) -> None:
    """Require one Gaussian vector, or one direction, of whose components f moves with the first alone."""
    is_vector = family.name in ALIKE and moving.latent.block.copies == 1
    require(is_vector, "the components are not alike")
    require(all(not (e.free_symbols & set(family.variables[1:])) for e in moving.eta), "f mixes components")


def _mixture_suffices(moving: Moving, components: int, energy: sp.Expr, c: Sequence[sp.Expr], beta: sp.Expr) -> None:
    """Require that the prior that c implies is a mixture of at most so many members of the latent family."""
    fz, fx = family_of(moving.latent.block), family_of(moving.observed.block)
    require(not moving.latent.block.given, "a mixture given another block is not looked at")
    require(moving.mode != "components", "components of a vector are looked at under one Gaussian")
    needed = 1 if combined(energy, fz) is not None else number_of_values(fz, fx, moving.F, c, moving.multiple)
    require(needed == 1 or beta == 1, "a tempered model is no finite mixture")
    require(needed ** (moving.multiple * moving.movements) <= components, "the mixture has too few components")


def moving_mode(latent: Conditional, observed: Conditional, step: Mapping[str, Any]) -> str:
    """Which copies move; an expression leaves no choice."""
    mode = step.get("mode", "one")
    require(mode in ("one", "spread", "together", "components"), f"{mode!r} is no way to move the copies")
    if is_explicit(observed):
        mode = "together" if multiplicity(latent, observed) > 1 or latent.block.copies == 1 else "spread"
    return str(mode)


def _is_one_prior(design: Design, prior: str, latent: Conditional) -> bool:
    """Whether all coordinates of the block can have the same prior."""
    block = prior_block(design, latent.block.name)
    if prior != "declared" or block is None:
        return prior != "declared"
    return block.precision is None and not any(
        c.value is None and c.sharing == "fixed" for c in block.parameters.values()
    )


def idle_copies_agree(
    design: Design, prior: str, latent: Conditional, g: Sequence[sp.Expr], step: Mapping[str, Any]
) -> None:
    """Require that constants shared by all coordinates fit the one that moves and those that keep the prior."""
    shared = [head for head in latent.heads if is_shared(head)]
    if not shared:
        return
    if prior != "declared" or number_of_components(design, prior, latent, step) is not None:
        return  # the others' c can be chosen to agree
    c = prior_in_span(design, latent)
    require(c is not None, "the prior of the idle coordinates is not known")
    assert c is not None
    moved, idle = head_values(latent, g), head_values(latent, c[1:])
    require(all(is_zero(moved[h] - idle[h]) for h in shared), "coordinates share a constant and need different ones")


def parents_reachable(design: Design, latent: Conditional, block: PriorBlock) -> None:
    """Where p(z) is given y, q(z|x) must be as well, and q(y|x), a function of x of its own, must be in its class."""
    listed = any(c.value is None and c.sharing == "fixed" for c in block.parameters.values())
    require(
        not listed or sees_prior(design, latent, block), "the prior is given covariates that the encoder is not shown"
    )
    parents = parents_of(design, block)
    if not parents:
        return
    require(set(parents) <= set(latent.block.given), "the prior is given a block and the encoder is not")
    for conditional in (latent, *(latent_of(design, name) for name in parents)):
        for head in conditional.heads:
            free = isinstance(head.source, Map) and head.source.kind == "unrestricted" and is_onto(head, conditional)
            require(free, f"{head.symbol} is not shown to reach a posterior given another block")
        require(conditional.inputs.kind in INJECTIVE, "the inputs do not determine x")


def decoder_contains(
    observed: Conditional, eta: Sequence[sp.Expr], side: Side, rank: int, parameters: Mapping[str, Any]
) -> None:
    """Require that the decoder's class holds eta; expression maps are compared at the stated parameters."""
    if observed.block.length == "random":
        require(_sums_to_one(eta, side), "the probabilities do not sum to one")
        eta = [value - eta[-1] for value in eta[:-1]]
    classes = [function_class(observed, i) for i in range(len(observed.natural))]
    if any(c.kind == "expression" for c in classes):
        constants = [h for h in observed.heads if isinstance(h.source, Constant)]
        for value, c in zip(eta, classes, strict=True):
            require(c.kind in ("expression", "constant"), "expressions and networks are mixed")
            if c.kind == "constant":
                listed = any(h.source.value is None and h.source.sharing == "fixed" for h in constants)  # type: ignore[union-attr]
                is_free = c.value is None and not listed
                require(is_free or (c.value is not None and is_zero(c.value - value)), "a constant differs")
                continue
            assert c.formula is not None
            stated = at_parameters(c.formula, observed, parameters, side)
            require(is_zero(stated - value), "the expression at these parameters is another function")
            place = [(observed, side.variables, side.family, 0)]
            require(is_defined(stated, place), "a natural parameter is not shown to have a value")
        require(is_parametrised(observed, eta), "f is not shown to be parametrised as in the design")
        alike = agree(observed, raw_values(observed, eta))
        require(alike, "components share a constant and need different ones")
        place = [(observed, side.variables, side.family, 0)]
        positive = [at_parameters(value, observed, parameters, side) for value in positive_formulas(observed)]
        require(all(stays_positive(value, place) for value in positive), "a parameter is not shown to be positive")
        put_out = [at_parameters(value, observed, parameters, side) for value in written_formulas(observed)]
        require(all(is_defined(value, place) for value in put_out), "an expression is not shown to have a value")
        return
    contains(observed, eta, side, rank, 1)


def _sums_to_one(eta: Sequence[sp.Expr], side: Side) -> bool:
    """Whether sum_k exp(eta_k) = 1, at every point of a finite support, or as an identity."""
    rest, support = sp.Add(*map(sp.exp, eta)) - 1, side.family.support
    if not support.is_finite or len(support.points) != support.cardinality:
        return is_zero(on_support(normal_form(rest), side.family))
    return all(is_zero(rest.xreplace(dict(zip(side.variables, point, strict=True)))) for point in support.points)


def number_of_components(design: Design, prior: str, latent: Conditional, step: Mapping[str, Any]) -> int | None:
    """Of a declared prior that is any mixture of members of the encoder's family; 1 for any member of it, where the step says
    which by its c; None for another prior."""
    block = prior_block(design, latent.block.name)
    if prior != "declared" or block is None or not is_any_member(block, latent):
        return None
    if block.components is None and not step.get("c"):
        return None
    require(not parents_of(design, block), "a prior given another block is not chosen")
    return block.components or 1


def number_of_values(
    latent: Family, observed: Family, F: Sequence[Sequence[sp.Expr]], c: Sequence[sp.Expr], multiple: int
) -> int:
    """How many values F' nu(x) takes: h' exp(<c, psi> + A(f)) = sum_x h(x) e^<nu(x), f_0> h' exp(<c + F' nu(x), psi>) is a
    mixture of so many members, all of them proper; with more copies, of sums of values."""
    points = observed.support.points
    require(
        observed.support.is_finite and len(points) == observed.support.cardinality, "x has more values than are listed"
    )
    at = [dict(zip(observed.variables, point, strict=True)) for point in points]
    statistics = [[t.xreplace(place) for t in observed.statistics] for place in at]
    moved = {
        tuple(sp.Add(*(row[k] * t for row, t in zip(F, nu, strict=True))) for k in range(len(latent.statistics)))
        for nu in statistics
    }
    proper = all(in_domain(latent, [a + multiple * b for a, b in zip(c, step, strict=True)]) for step in moved)
    require(proper, "a component is not shown to be proper")
    return len(moved)


def conjugate(
    design: Design,
    prior: str,
    latent: Conditional,
    observed: Conditional,
    eta: Sequence[sp.Expr],
    energy: sp.Expr,
    F: Sequence[Sequence[sp.Expr]],
    step: Mapping[str, Any],
    beta: sp.Expr,
    is_chosen: bool = False,
) -> tuple[sp.Expr, ...]:
    """C2 (and C4 for an implied prior): the encoder's constants c, or Rejected. Where a declared prior `is_chosen` by the step's
    c, whether it is in the design is for the caller to check."""
    fz = family_of(latent.block)
    if prior == "declared" and not is_chosen:
        block = prior_block(design, latent.block.name)
        require(block is not None, "no prior is declared")
        assert block is not None
        parents_reachable(design, latent, block)
        if block.precision is not None and not block.precision.is_diagonal():
            constants_reachable(design, prior, latent)  # the block's own statistics hold all products
            term: sp.Expr | None = sp.Integer(0)
        else:
            term = prior_term(design, latent)
        require(term is not None, "the prior is not known")
        assert term is not None
        c = solved(term + _owned(energy, observed, fz), fz)
        if block.log_density is not None and not _is_uniform(block, fz):
            _require_density(latent, observed, eta, F, step, c, beta)
        return c
    c = tuple(formula(entry, {}) for entry in step["c"])
    require(
        len(c) == len(fz.statistics) and all(value.is_number and value.is_real for value in c),
        "c is no vector of numbers",
    )
    _require_density(latent, observed, eta, F, step, c, beta)
    return c


def _owned(energy: sp.Expr, observed: Conditional, family: Family) -> sp.Expr:
    """The same with names of this block for all but z: its fixed parameters are other numbers than those of p(z) and q(z|x)."""
    own = energy.free_symbols - set(family.variables)
    return energy.xreplace({s: sp.Symbol(f"{s.name}:{observed.block.name}", **s.assumptions0) for s in own})


def _require_density(
    latent: Conditional,
    observed: Conditional,
    eta: Sequence[sp.Expr],
    F: Sequence[Sequence[sp.Expr]],
    step: Mapping[str, Any],
    c: Sequence[sp.Expr],
    beta: sp.Expr,
) -> None:
    """Require that h' exp(<c, psi> + A(f) / beta), the prior, has a finite integral."""
    fz, fx, f0 = family_of(latent.block), family_of(observed.block), [formula(entry, {}) for entry in step["f0"]]
    proper = integrates(fz, fx, total_log_partition(observed, eta), eta, F, c, 1 / beta)
    proper = proper or (observed.block.length is None and is_density_of_pair(fz, fx, F, f0, c, 1 / beta))
    require(proper, "the joint is not shown to integrate")


def _is_uniform(block: PriorBlock, family: Family) -> bool:
    """Whether the written density is constant on a bounded set."""
    ends = [sp.sympify(end) for pair in family.support.bounds or () for end in pair]
    is_bounded = family.support.chart is not None or (bool(ends) and not any(end.has(sp.oo) for end in ends))
    return bool(block.log_density is not None and block.log_density.is_number and is_bounded)


def solved(target: sp.Expr, family: Family) -> tuple[sp.Expr, ...]:
    """c with target = c_0 + <c, psi> on the support."""
    if family.spans_all_functions:
        at = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
        matrix = sp.Matrix([[1, *(s.xreplace(p) for s in family.statistics)] for p in at])
        return tuple(matrix.inv() * sp.Matrix([target.xreplace(p) for p in at]))[1:]
    coefficients = combined(target, family) or _point_by_point(target, family)
    require(coefficients is not None, "log p - log h' - A(f) is not shown to be in span(psi, 1)")
    assert coefficients is not None
    return coefficients[1:]


MOST_POINTS = 16
"""The largest finite support on which an identity is solved for and checked at every point."""


def _point_by_point(target: sp.Expr, family: Family) -> tuple[sp.Expr, ...] | None:
    """c_0 and c with target = c_0 + <c, psi> at every point of a small finite support, or None."""
    points = family.support.points
    if not family.support.is_finite or len(points) != family.support.cardinality or len(points) > MOST_POINTS:
        return None
    at = [dict(zip(family.variables, point, strict=True)) for point in points]
    matrix = sp.Matrix([[1, *(s.xreplace(p) for s in family.statistics)] for p in at])
    values = sp.Matrix([target.xreplace(p) for p in at])
    rows = matrix.T.rref()[1]
    if len(rows) < matrix.cols:
        return None
    c = matrix.extract(rows, range(matrix.cols)).inv() * values.extract(rows, [0])
    return tuple(c) if all(map(is_zero, matrix * c - values)) else None
