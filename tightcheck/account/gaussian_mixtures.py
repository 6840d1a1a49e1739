"""Laws of x that are Gaussian, or finite mixtures of Gaussians with one covariance C = N + W L^-1 W', N that of the noise and L
the prior's precision: what S leaves of C and of the centres, and models of D with others. Finite mixtures of Gaussians are
identifiable (Yakowitz and Spragins 1968).
"""

from __future__ import annotations

from tightcheck.account.gaussian_laws import has_gaussian_prior, is_gaussian
from tightcheck.decide import Decision
from tightcheck.design import Conditional, Constant, Design, Map
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.slices import prior_block, prior_in_span


def size(conditional: Conditional) -> int:
    """How many numbers the block has."""
    return conditional.block.copies * (conditional.block.dimension or 1)


def has_round_noise(observed: Conditional) -> bool:
    """Whether x is f(z) + sigma times a standard Gaussian, f any affine function of z, sigma a number or learned."""
    family = family_of(observed.block)
    mean = [i for i, t in enumerate(family.statistics) if t in family.variables]
    others = [i for i in range(len(observed.natural)) if i not in mean]
    classes = [function_class(observed, i).kind for i in range(len(observed.natural))]
    sources = [head.source for head in observed.heads if isinstance(head.source, Map)]
    constants = [head.source for head in observed.heads if isinstance(head.source, Constant)]
    one_number = observed.block.dimension is not None or observed.block.copies == 1
    alike = all(c.value is not None or c.sharing == "shared" for c in constants) or (
        one_number and all(c.sharing != "fixed" for c in constants)
    )
    is_round = family.name in ("gaussian", "isotropic_gaussian", "gaussian_fixed_variance")
    known = all(c.value is not None for c in observed.block.fixed.values())
    return (
        is_round
        and alike
        and known
        and observed.inputs.kind == "identity"
        and not observed.inputs.covariates
        and all(classes[i] == "affine" for i in mean)
        and all(classes[i] == "constant" for i in others)
        and all(source.bias for source in sources)
    )


def has_known_noise(observed: Conditional) -> bool:
    """Whether sigma is a number."""
    return all(h.source.value is not None for h in observed.heads if isinstance(h.source, Constant))


def has_equal_axes(design: Design) -> bool:
    """Whether the posterior's covariance is a multiple of I as the prior's is: W'W = k I, so that C has at most two eigenvalues,
    and one where x has two numbers; in D it has three, or two."""
    if len(design.encoder) != 1 or len(design.decoder) != 1 or design.covariates:
        return False
    (latent,), (observed,) = design.encoder, design.decoder
    block = prior_block(design, latent.block.name)
    is_isotropic = (
        family_of(latent.block).name == "isotropic_gaussian" and latent.block.copies == 1 and size(latent) >= 2
    )
    return (
        is_isotropic
        and has_gaussian_prior(design, latent)
        and block is not None
        and block.precision is None
        and block.family in ("gaussian", "isotropic_gaussian")
        and all(c.value is not None for name, c in block.parameters.items() if name != "mean")
        and has_round_noise(observed)
        and size(observed) >= 2
    )


def narrow(design: Design, decision: Decision) -> bool:
    """Whether the certificate says that in S f has a smaller rank than in D, the noise being the same for every z: then C - N
    has, or the centres of a mixture lie in a smaller plane."""
    step = next((s for s in decision.steps if s["lemma"] == "out_of_reach" and s.get("reason") == "rank"), None)
    if step is None or decision.prior != "declared" or len(design.encoder) != 1 or len(design.decoder) != 1:
        return False
    (latent,), (observed,) = design.encoder, design.decoder
    if not has_round_noise(observed):
        return False
    family = family_of(latent.block)
    if family.spans_all_functions and latent.block.copies == 1:
        return True
    linear = [t for t in family.statistics if t in family.variables]
    rank = min(size(observed), len(linear) * latent.block.copies if latent.block.dimension is None else size(latent))
    is_seen = has_known_noise(observed) or size(observed) > rank
    return has_gaussian_prior(design, latent) and is_seen


def has_crossing(design: Design) -> bool:
    """Whether a finite code and a Gaussian one both move x, and the encoder keeps them apart: W'd = 0 for all differences d of
    centres, which are then eigenvectors of C; in D they need not be."""
    if len(design.decoder) != 1 or design.covariates or any(latent.block.given for latent in design.encoder):
        return False
    finite = [latent for latent in design.encoder if family_of(latent.block).support.is_finite]
    normal = [latent for latent in design.encoder if is_gaussian(family_of(latent.block))]
    independent = all(
        block is not None and block.precision is None and not block.given
        for block in (prior_block(design, latent.block.name) for latent in design.encoder)
    )
    return (
        bool(finite and normal)
        and len(finite) + len(normal) == len(design.encoder)
        and independent
        and all(has_gaussian_prior(design, latent) for latent in normal)
        and all(prior_in_span(design, latent) is not None for latent in finite)
        and has_round_noise(design.decoder[0])
        and size(design.decoder[0]) >= 2
    )
