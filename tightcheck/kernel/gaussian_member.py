"""A consistent model of several Gaussian latents at once: f = W z, where W'SW makes up for what couples them in the prior."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Design
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.constants import decoder_constants, is_shared
from tightcheck.kernel.heads import contains
from tightcheck.kernel.integrability import in_domain
from tightcheck.kernel.model import formula, has_list, temperature, total_log_partition
from tightcheck.kernel.parametrised import raw_values
from tightcheck.kernel.rejected import require
from tightcheck.kernel.side import Side
from tightcheck.kernel.slices import prior_block
from tightcheck.kernel.zero import pair_of
from tightcheck.span import is_zero


def gaussian_member(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Require that eta_i = <W_i, z> for the first observed copies, the others constant, is a consistent model of the design."""
    require(
        prior == "declared" and len(design.encoder) == 1, "one block of latents under a declared prior is looked at"
    )
    latent, observed = pair_of(design, step)
    fz, fx = family_of(latent.block), family_of(observed.block)
    require(fz.name == "gaussian" and not latent.block.given, "the latents are no independent Gaussians")
    precision = prior_precision(design, latent)
    W = sp.Matrix([[formula(entry, {}) for entry in row] for row in step["W"]])
    size, row = latent.block.copies, int(step["row"])
    require(W.cols == size and 0 < W.rows <= observed.block.copies, "W has the wrong shape")
    require(
        all(e.is_number and e.is_real and e.is_finite for e in W) and not W.is_zero_matrix, "W is no matrix of numbers"
    )
    require(W.rows == 1 or not has_list(observed.block), "the draws are not shown to be alike")
    require(len(fx.variables) == 1 and 0 <= row < len(fx.statistics), "the observed draws are no numbers")
    constants = [formula(entry, {}) for entry in step["f0"]]
    require(len(constants) == len(fx.statistics) and all(e.is_number for e in constants), "f_0 is no vector of numbers")
    z = sp.symbols(f"z_0:{size}", real=True)
    x = [sp.Symbol(f"x_{i}", **fx.variables[0].assumptions0) for i in range(W.rows)]
    energy = sp.Integer(0)
    for i in range(W.rows):
        eta = [
            constant + (sp.Add(*(w * v for w, v in zip(W.row(i), z, strict=True))) if k == row else 0)
            for k, constant in enumerate(constants)
        ]
        require(in_domain(fx, eta), "f is not shown to stay in the natural domain")
        contains(observed, eta, Side(z, fz, observed.inputs.kind, name=latent.block.name), W.rows, size)
        energy += total_log_partition(observed, eta)
    decoder_constants(design, observed.block.name, also_copies=observed.block.copies > W.rows)
    exponent = -(sp.Matrix(z).T * precision * sp.Matrix(z))[0] / 2 - energy / temperature(design)
    couples = [sp.diff(exponent, a, b) for i, a in enumerate(z) for b in z[:i]]
    require(all(is_zero(value) for value in couples), "the posterior couples coordinates")
    shown = Side(tuple(x), fx, latent.inputs.kind, latent.inputs.expression, observed.block.name)
    values: dict[sp.Symbol, list[sp.Expr]] = {h.symbol: [] for h in latent.heads if is_shared(h)}
    for j, v in enumerate(z):
        square, linear = sp.diff(exponent, v, 2) / 2, sp.diff(exponent, v).xreplace(dict.fromkeys(z, sp.Integer(0)))
        require(not sp.expand(square).free_symbols, "A is not quadratic")
        nu = [fx.statistics[row].xreplace({fx.variables[0]: symbol}) for symbol in x]
        moved = sp.Add(*(W[i, j] * t for i, t in enumerate(nu))) / temperature(design)
        contains(latent, [moved + linear, square], shown, W.rows, W.rows)
        for head, value in raw_values(latent, [moved + linear, square]).items():
            values.get(head.symbol, []).append(value)
    same = all(is_zero(value - found[0]) for found in values.values() for value in found)
    require(same, "coordinates share a constant and need different ones")


def prior_precision(design: Design, latent: Conditional) -> sp.ImmutableMatrix:
    """The precision matrix of a centred Gaussian prior that states one."""
    block = prior_block(design, latent.block.name)
    require(
        block is not None and block.precision is not None and block.family == "full_gaussian", "no precision is stated"
    )
    assert block is not None and block.precision is not None
    mean = block.parameters.get("mean")
    require(mean is not None and mean.value == 0 and not block.given, "the prior is not centred")
    require(block.precision.shape == (latent.block.copies,) * 2, "the precision is of another size")
    return block.precision
