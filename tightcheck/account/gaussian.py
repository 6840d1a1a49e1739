"""C2 for Gaussian decoders of known covariance S, a Gaussian prior and a Gaussian encoder: an equation on W' S W.

The posterior's precision is the prior's plus W' S W, where f = W z + a are natural parameters (mean / variance), with
one such term for each observed block.
"""

from __future__ import annotations

from tightcheck.account import rotation, tempered
from tightcheck.account.case import Case
from tightcheck.account.equations import Equations
from tightcheck.design import Constant, Map
from tightcheck.joint.kinds import covariance, has_known_covariance, kind
from tightcheck.joint.parts import Part
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.slices import prior_block

GAUSSIAN = ("gaussian", "gaussian_known_variance", "isotropic_gaussian", "full_gaussian")


def equations(case: Case) -> Equations | None:
    """What W' S W must be; None where this is not that design."""
    found = _sides(case)
    if found is None:
        return None
    observed, latent = found
    block = prior_block(case.design, latent.name)
    if block is None or block.family not in ("gaussian", "full_gaussian"):
        return None
    summed = " + ".join(_product(part, weight) for part, weight in observed)
    product = " + ".join(tempered.scaled(case.design, _product(part, weight)) for part, weight in observed)
    is_coupled = block.precision is not None and not block.precision.is_diagonal()
    (first, weight), *more = observed
    is_plain = not more and covariance(first).shape == "scalar"
    shown = f"Lambda + {product}" if is_coupled else f"{weight}'{weight}" if is_plain else summed
    size = latent.block.copies if latent.is_scalar else latent.block.dimension or 1
    precision = f"The exact posterior's precision is the prior's plus {product}"
    if latent.block.family == "full_gaussian":
        return _of_full_covariance(case, latent, precision)
    if block.family != "gaussian":
        return None
    if latent.block.family == "isotropic_gaussian":
        lines = (f"{shown} is a multiple of I",) if size > 1 else ()
        return Equations(lines, f"{precision}, and this encoder's is a multiple of the identity.")
    off_diagonal = (f"{shown} diagonal",) if size > 1 else ()
    diagonal = () if is_coupled else _diagonal(case, latent, product)
    sentence = f"{precision}. The coordinates of {latent.name} are independent under q, so it must be diagonal."
    remaining = "" if is_coupled or diagonal or more else _dimension(case, first, weight, size)
    return Equations((*off_diagonal, *diagonal), sentence, remaining)


def _of_full_covariance(case: Case, latent: Part, precision: str) -> Equations:
    """No equation where the encoder's covariance is computed or learned."""
    constants = [h.source for h in case.latent_named(latent.name).heads if isinstance(h.source, Constant)]
    if any(c.value is not None or c.sharing == "fixed" for c in constants):
        return Equations(("the precision of q is that of the exact posterior",), f"{precision}, and q's is fixed.")
    return Equations((), f"{precision}, and q has a full covariance: it may be any positive definite matrix.")


def _sides(case: Case) -> tuple[list[tuple[Part, str]], Part] | None:
    """Each x with its W, and z, where blocks of known covariance alone may move, with one Gaussian block."""
    live = case.entries - case.decision.zero
    latents = [case.part(name) for name in sorted({entry[2] for entry in live})]
    if len(latents) != 1 or case.form is None or case.form.covariates:
        return None
    z, found = latents[0], []
    for conditional in case.live:
        x = case.part(conditional.block.name)
        own = [case.interaction(entry) for entry in live if entry[0] == conditional.block.name]
        weights = {interaction.weight.name for interaction in own if interaction is not None}
        if x is None or not has_known_covariance(x) or len(weights) != 1:
            return None
        found.append((x, weights.pop()))
    return (found, z) if z is not None and kind(z) in GAUSSIAN else None


def _product(observed: Part, weight: str) -> str:
    """W' S W, as short as it goes."""
    shown = covariance(observed).between(f"{weight}'", weight)
    return shown.replace(f"{weight}' {weight}", f"{weight}'{weight}")


def _diagonal(case: Case, latent: Part, product: str) -> tuple[str, ...]:
    """What an encoder variance that is no output of the network asks of the diagonal."""
    heads = [h for h in case.latent_named(latent.name).heads if not h.symbol.name.startswith("mean")]
    constants = [h.source for h in heads if isinstance(h.source, Constant)]
    sharing = {c.sharing for c in (*constants, *dict(latent.block.fixed).values())}
    block = prior_block(case.design, latent.name)
    spreads = [] if block is None else [c for name, c in block.parameters.items() if not name.startswith("mean")]
    if block is None or any(c.sharing == "per_coordinate" for c in spreads):
        return ()
    if "fixed" in sharing:
        return (f"({product})_jj is the encoder's fixed precision minus the prior's, for every j",)
    is_equal = "shared" in sharing and latent.block.copies > 1
    is_listed = block.precision is not None or any(c.value is None and c.sharing == "fixed" for c in spreads)
    if is_equal and is_listed:
        return (f"({product})_jj plus the prior's precision is the same for every j",)
    return (f"({product})_jj is the same for every j",) if is_equal else ()


def _dimension(case: Case, part: Part, weight: str, columns: int) -> str:
    """How many dimensions the matrices with orthogonal columns have, where W itself is free: whatever the encoder asks."""
    observed = case.observed_named(part.name)
    maps = [head.source for head in observed.heads if isinstance(head.source, Map)]
    is_free = all(source.kind == "affine" for source in maps) and observed.inputs.kind == "identity"
    rows, equal = part.groups[0].size, columns * (columns - 1) // 2
    if not is_free or columns == 1 or covariance(part).shape != "scalar":
        return ""
    if rows < columns:
        return f"At most {rows} of the {columns} columns of {weight} are not zero, and those are orthogonal."
    if not _is_held(case):
        return ""
    return (
        f"The columns of {weight} are orthogonal: {equal} equation{'s leave' if equal > 1 else ' leaves'}"
        f" {rows * columns - equal} of its {rows * columns} dimensions."
    )


def _is_held(case: Case) -> bool:
    """Whether the encoder's class certainly holds the posterior of every W with orthogonal columns."""
    try:
        return rotation.makes_diagonal(case.design)
    except (Rejected, NotImplementedError):
        return False
