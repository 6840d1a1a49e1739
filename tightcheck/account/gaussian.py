"""C2 for a Gaussian decoder of known covariance S, a Gaussian prior and a Gaussian encoder: an equation on W' S W.

The posterior's precision is the prior's plus W' S W, where f = W z + a are natural parameters (mean / variance).
"""

from __future__ import annotations

from tightcheck.account import tempered
from tightcheck.account.case import Case
from tightcheck.account.equations import Equations
from tightcheck.design import Constant, Map
from tightcheck.joint.kinds import covariance, has_known_covariance, kind
from tightcheck.joint.parts import Part
from tightcheck.kernel.slices import prior_block


def equations(case: Case) -> Equations | None:
    """What W' S W must be; None where this is not that design."""
    found = _pair(case)
    if found is None:
        return None
    observed, latent, weight = found
    block = prior_block(case.design, latent.name)
    if block is None or block.family != "gaussian":
        return None
    product = tempered.scaled(case.design, _product(observed, weight))
    is_coupled = block.precision is not None and not block.precision.is_diagonal()
    is_plain = covariance(observed).shape == "scalar"
    shown = f"Lambda + {product}" if is_coupled else f"{weight}'{weight}" if is_plain else _product(observed, weight)
    size = latent.block.copies if latent.is_scalar else latent.block.dimension or 1
    precision = f"The exact posterior's precision is the prior's plus {product}"
    if latent.block.family == "isotropic_gaussian":
        lines = (f"{shown} is a multiple of I",) if size > 1 else ()
        return Equations(lines, f"{precision}, and this encoder's is a multiple of the identity.")
    off_diagonal = (f"{shown} diagonal",) if size > 1 else ()
    diagonal = () if is_coupled else _diagonal(case, latent, product)
    sentence = f"{precision}. The coordinates of {latent.name} are independent under q, so it must be diagonal."
    remaining = "" if is_coupled or diagonal else _dimension(case, observed, weight, size)
    return Equations((*off_diagonal, *diagonal), sentence, remaining)


def _pair(case: Case) -> tuple[Part, Part, str] | None:
    """x, z and the name of W, where one block of known covariance may move with one Gaussian block."""
    live = case.entries - case.decision.zero
    observed = [case.part(name) for name in sorted({entry[0] for entry in live})]
    latents = [case.part(name) for name in sorted({entry[2] for entry in live})]
    if len(observed) != 1 or len(latents) != 1 or case.form is None or case.form.covariates:
        return None
    x, z = observed[0], latents[0]
    if x is None or z is None or not has_known_covariance(x):
        return None
    weights = {i.weight.name for e in live if (i := case.interaction(e)) is not None}
    is_gaussian = kind(z) in ("gaussian", "gaussian_known_variance", "isotropic_gaussian")
    return (x, z, weights.pop()) if is_gaussian and len(weights) == 1 else None


def _product(observed: Part, weight: str) -> str:
    """W' S W, as short as it goes."""
    shown = covariance(observed).between(f"{weight}'", weight)
    return shown.replace(f"{weight}' {weight}", f"{weight}'{weight}")


def _diagonal(case: Case, latent: Part, product: str) -> tuple[str, ...]:
    """What an encoder variance that is no output of the network asks of the diagonal."""
    constants = [h for h in case.latent_named(latent.name).heads if isinstance(h.source, Constant)]
    sharing = {getattr(h.source, "sharing", "") for h in constants if not h.symbol.name.startswith("mean")}
    block = prior_block(case.design, latent.name)
    if block is None or any(c.sharing == "per_coordinate" for c in block.parameters.values()):
        return ()
    if "fixed" in sharing:
        return (f"({product})_jj is the encoder's fixed precision minus the prior's, for every j",)
    return (f"({product})_jj is the same for every j",) if "shared" in sharing and latent.block.copies > 1 else ()


def _dimension(case: Case, part: Part, weight: str, columns: int) -> str:
    """How many dimensions the matrices with orthogonal columns have, where W itself is free."""
    observed = case.observed_named(part.name)
    maps = [head.source for head in observed.heads if isinstance(head.source, Map)]
    is_free = all(source.kind == "affine" for source in maps) and observed.inputs.kind == "identity"
    rows, equal = part.groups[0].size, columns * (columns - 1) // 2
    if not is_free or columns == 1 or covariance(part).shape != "scalar":
        return ""
    if rows < columns:
        return f"At most {rows} of the {columns} columns of {weight} are not zero, and those are orthogonal."
    return (
        f"The columns of {weight} are orthogonal: {equal} equation{'s leave' if equal > 1 else ' leaves'}"
        f" {rows * columns - equal} of its {rows * columns} dimensions."
    )
