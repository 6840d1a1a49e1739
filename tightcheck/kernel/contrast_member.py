"""A consistent model in which one latent coordinate moves two observed copies in opposite ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import Constant, Design
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.constants import constants_reachable, decoder_constants
from tightcheck.kernel.heads import contains
from tightcheck.kernel.integrability import in_domain
from tightcheck.kernel.member import conjugate, decoder_contains, idle_copies_agree
from tightcheck.kernel.model import (
    decoder_side,
    formula,
    has_list,
    is_explicit,
    statistics_of,
    temperature,
    total_log_partition,
)
from tightcheck.kernel.parametrised import raw_values
from tightcheck.kernel.rejected import require
from tightcheck.kernel.side import Side
from tightcheck.kernel.zero import pair_of
from tightcheck.span import is_zero


def contrast_member(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Require that f = F psi + f_0 of one copy and f = -F psi + f_1 of another, all else constant, is a consistent model."""
    latent, observed = pair_of(design, step)
    fz, fx, beta, nu = family_of(latent.block), family_of(observed.block), temperature(design), statistics_of(observed)
    is_stated = prior == "declared" and not any(block.log_density is not None for block in design.prior.blocks)
    require(is_stated or fz.support.is_finite, "the joint is not shown to integrate")
    require(observed.block.copies >= 2 and observed.block.length is None, "there are not two observed numbers")
    require(not has_list(observed.block), "the two draws are not shown to be alike")
    require(not is_explicit(observed), "an expression leaves no choice")
    F = sp.Matrix([[formula(entry, {}) for entry in row] for row in step["F"]])
    starts = [[formula(entry, {}) for entry in step[name]] for name in ("f0", "f1")]
    require(F.shape == (len(nu), len(fz.statistics)) and {len(s) for s in starts} == {len(nu)}, "F has the wrong shape")
    numbers = [*F, *starts[0], *starts[1]]
    require(all(e.is_number and e.is_finite and e.is_real for e in numbers) and not F.is_zero_matrix, "F is no matrix")
    moved = F * sp.Matrix(fz.statistics)
    both = [
        [start + sign * m for start, m in zip(s, moved, strict=True)] for s, sign in zip(starts, (1, -1), strict=True)
    ]
    for eta in both:
        require(in_domain(fx, eta), "f is not shown to stay in the natural domain")
        ways = 1 if fz.support.cardinality == 2 else 2  # of two points every function is affine in one
        decoder_contains(observed, eta, decoder_side(observed, latent), ways * int(F.rank()), {})
    first, second = (raw_values(observed, eta) for eta in both)
    alike = all(is_zero(first[h] - second[h]) for h in first if isinstance(h.source, Constant))
    require(alike, "a constant of the decoder would need two values")
    decoder_constants(design, observed.block.name, also_copies=observed.block.copies > 2)
    energy = -sum(total_log_partition(observed, eta) for eta in both) / beta
    c = conjugate(design, prior, latent, observed, both[0], energy, F.tolist(), step, beta)
    copies = [{v: sp.Symbol(f"{v.name}_{n}", **v.assumptions0) for v in fx.variables} for n in ("a", "b")]
    difference = sp.Matrix([t.xreplace(copies[0]) - t.xreplace(copies[1]) for t in nu])
    g = [sp.Add(*(F.T * difference)[k, :]) / beta + c[k] for k in range(len(c))]
    variables = tuple(v for names in copies for v in names.values())
    shown = Side(variables, fx, latent.inputs.kind, latent.inputs.expression, observed.block.name)
    contains(latent, g, shown, int(F.rank()), 2)
    for other in design.encoder:
        if other.block.name != latent.block.name or latent.block.copies > 1:
            constants_reachable(design, prior, other)
    if latent.block.copies > 1:
        idle_copies_agree(design, prior, latent, g, {})
