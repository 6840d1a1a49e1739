"""Lossless: is every p(x) that the design D reaches reached by a consistent model, one in S?

yes   by a symmetry that leaves p(x) alone (a rotation of z), or because models without dependence reach every p(x)
no    by a witness: a model of D whose p(x) no model of S has, because S is too narrow in a way the lemmas proved
Every rule below looks at D and at the entries of F that vanish on S, so it holds whatever the verdict is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tightcheck.account import (
    constant_blocks,
    dimension,
    gaussian_laws,
    gaussian_mixtures,
    identifiable,
    mixtures,
    rotation,
)
from tightcheck.account.moving import moving
from tightcheck.decide import Decision
from tightcheck.design import Conditional, Constant, Design, Map
from tightcheck.kernel.classes import all_entries, family_of, function_class
from tightcheck.kernel.constants import constants_reachable, decoder_constants
from tightcheck.kernel.dependence import may_depend
from tightcheck.kernel.formulas import has_model
from tightcheck.kernel.model import is_explicit
from tightcheck.kernel.rejected import Rejected
from tightcheck.verdict import Lossless, Verdict

Found = tuple[Lossless, str]
NOT_SHOWN = (Lossless.UNDECIDED, "Neither a symmetry that keeps p(x) nor a p(x) out of reach was found.")


def lossless(design: Design, decision: Decision) -> Found:
    """Whether S reaches every p(x) of D, with the symmetry or the witness in a sentence."""
    if decision.verdict is Verdict.OUTSIDE:
        return Lossless.UNDECIDED, "The design is outside the theorem."
    if decision.verdict is Verdict.TIGHT:
        return Lossless.YES, "Every model is consistent."
    if any(observed.block.domain is not None for observed in design.decoder):
        return Lossless.UNDECIDED, "The data are not the support of the decoder's family, so its loss is no likelihood."
    if any(observed.block.given for observed in design.decoder):
        return Lossless.UNDECIDED, "With an observed block given another nothing is said here."
    is_declared = decision.prior == "declared"
    is_unusual = any(block.components or set(block.given) & set(design.covariates) for block in design.prior.blocks)
    for rule in WHATEVER_THE_PRIOR if is_declared and is_unusual else RULES:
        try:
            found = rule(design, decision)
        except (Rejected, NotImplementedError):
            continue
        if found is not None:
            return found
    return NOT_SHOWN


def empty(design: Design, decision: Decision) -> Found | None:
    """S is empty and D is not: under a declared prior every f in the natural domain is a model."""
    if decision.verdict is not Verdict.IMPOSSIBLE or decision.prior != "declared":
        return None
    if has_model(design) or all(
        constant_blocks.is_always_natural(observed)
        or constant_blocks.has_constants(design, observed)
        or moving(design, "declared", observed)
        for observed in design.decoder
    ):
        return Lossless.NO, "No model is consistent, so no p(x) is reached."
    return None


def one_draw(design: Design, decision: Decision) -> Found | None:
    """One observed draw whose family holds every law: constant decoders reach every p(x), and they are consistent."""
    observed = design.decoder[0]
    single = len(design.decoder) == 1 and observed.block.copies == 1 and observed.block.length is None
    if not single or design.covariates or not family_of(observed.block).spans_all_functions:
        return None
    if not constant_blocks.has_every_constant(observed):
        return None
    _require_constants(design, decision.prior)
    return Lossless.YES, "One draw: decoders that are constant in z reach every p(x), and they are consistent."


def one_gaussian(design: Design, decision: Decision) -> Found | None:
    """One Gaussian coordinate, affine mean, learned variance, Gaussian prior: p(x) = N(b, v), as with constants."""
    observed = design.decoder[0]
    single = len(design.decoder) == 1 and observed.block.copies == 1 and observed.block.dimension is None
    if (
        not single
        or design.covariates
        or decision.prior != "declared"
        or not gaussian_laws.is_gaussian(family_of(observed.block))
    ):
        return None
    variances = [h.source for h in observed.heads if isinstance(h.source, Constant)]
    is_learned = len(variances) == 1 and variances[0].value is None and variances[0].sharing != "fixed"
    has_bias = all(h.source.bias for h in observed.heads if isinstance(h.source, Map))  # E x is any number in D
    is_affine = function_class(observed, 0).kind == "affine" and observed.inputs.kind == "identity" and has_bias
    if not (is_affine and is_learned) or not all(
        gaussian_laws.has_gaussian_prior(design, latent) for latent in design.encoder
    ):
        return None
    decoder_constants(design)
    _require_constants(design, decision.prior)
    return (
        Lossless.YES,
        "One Gaussian coordinate with a learned variance: constant decoders reach every N(b, v), as all of D does.",
    )


def _require_constants(design: Design, prior: str) -> None:
    """Require that every constant decoder is consistent."""
    for latent in design.encoder:
        constants_reachable(design, prior, latent)


def turned(design: Design, decision: Decision) -> Found | None:
    """Probabilistic PCA with independent posterior coordinates."""
    if decision.prior == "declared" and rotation.makes_diagonal(design):
        return (
            Lossless.YES,
            "Rotating z (W -> W L^-1/2 Q L^1/2, prior precision L, Q orthogonal) keeps p(x) and makes W' S^-1 W "
            "diagonal, S being the noise covariance.",
        )
    return None


def dead_block(design: Design, decision: Decision) -> Found | None:
    """An observed block that is constant in z in all of S, but not in all of D."""
    for observed in design.decoder:
        name = observed.block.name
        entries = {e for e in all_entries(design) if e[0] == name}
        if not entries or not entries <= decision.zero:
            continue
        eta = moving(design, decision.prior, observed)
        moves = eta is not None
        if mixtures.copies_move_together(design, observed) and (
            moves or _some_network_moves(design, decision, observed)
        ):
            return (
                Lossless.NO,
                f"In S the coordinates of {name} are independent; in D two of them can follow z together.",
            )
        grows = eta is not None and identifiable.leaves_by_growth(design, observed, eta)
        if grows or (moves and mixtures.leaves_family(observed)):
            why = "growth" if grows else "convexity"
            return (
                Lossless.NO,
                f"In S every coordinate of {name} has a law of its family; in D it can be a mixture, which is none ({why}).",
            )
        if identifiable.is_moved_from_a_fixed_law(design, decision, observed):
            return (
                Lossless.NO,
                f"In S the law of {name} is one and the same, whatever the parameters; in D its mean moves with them.",
            )
    return None


def _some_network_moves(design: Design, decision: Decision, observed: Conditional) -> bool:
    """Whether a network with one output for each copy depends on z in some model: the outputs may be alike, under a softmax two
    of three or more, beside zeros. Copies that are independent given z with the same law P_z are dependent: the covariance
    of a function of each is the variance of its mean."""
    is_plain = decision.prior == "declared" and not is_explicit(observed)
    is_plain = is_plain and (not constant_blocks.has_softmax(observed) or constant_blocks.has_plain_softmax(observed))
    others = constant_blocks.others_are_valid(design, observed, decision.prior)
    return is_plain and others and may_depend(replace(design, decoder=(observed,)))


def few_products(design: Design, decision: Decision) -> Found | None:
    """S mixes at most K product laws; 2 K coordinates that follow a continuous z have moments of higher rank."""
    for observed in design.decoder:
        live = {e[2] for e in all_entries(design) if e[0] == observed.block.name and e not in decision.zero}
        if not live:
            continue
        count = mixtures.number_of_values(design, live)
        dead = [latent for latent in design.encoder if latent.block.name not in live]
        if count is None or constant_blocks.has_softmax(observed):
            continue
        is_told = identifiable.tells_values(observed, count)
        if not is_told and observed.block.copies < 2 * count:
            continue
        for latent in dead:
            is_continuum = family_of(latent.block).support.cardinality == "continuum"
            eta = moving(design, decision.prior, observed, latent) if is_continuum else None
            if (
                eta is not None
                and sum(bool(value.free_symbols) for value in eta) == 1
                and (is_told or mixtures.copies_move_together(design, observed, latent))
            ):
                if is_told:
                    return (
                        Lossless.NO,
                        f"In S a coordinate of {observed.block.name} is a mixture of at most {count} laws of its family; in D"
                        f" it can follow {latent.block.name}, and moments tell a mixture of more.",
                    )
                return (
                    Lossless.NO,
                    f"S mixes at most {count} product laws of {observed.block.name}; in D its coordinates can follow "
                    f"{latent.block.name}, "
                    f"and the moments of {2 * count} of them then have rank above {count}.",
                )
    return None


def gaussian_marginal(design: Design, decision: Decision) -> Found | None:
    """p(x) is Gaussian in all of S; with a bounded mean (Cramer) or a moving variance (Laplace) it is not."""
    for observed in design.decoder:
        others = constant_blocks.others_are_valid(design, observed, decision.prior)
        if not others or not gaussian_laws.is_gaussian_in(design, decision, observed):
            continue
        if gaussian_laws.has_bounded_mean(observed):
            return (
                Lossless.NO,
                f"In S the law of {observed.block.name} is Gaussian; a bounded mean that moves makes it none "
                "(Cramer's theorem).",
            )
        if decision.prior == "declared" and gaussian_laws.moving_variance(design, observed):
            return (
                Lossless.NO,
                f"In S the law of {observed.block.name} is Gaussian; where the variance moves with z it is not "
                "(scale mixtures are identifiable).",
            )
    return None


def bits(design: Design, decision: Decision) -> Found | None:
    """Two-valued latents and one observed coordinate that moves: C1 and C2 leave f at most two values, D has three."""
    if decision.prior != "declared" or not mixtures.independent_bits(design):
        return None
    for observed in design.decoder:
        if mixtures.three_values(design, observed):
            return (
                Lossless.NO,
                f"When one coordinate of {observed.block.name} moves alone, S leaves it a mixture of two laws; D "
                "reaches mixtures of three, "
                "and mixtures of this family are identifiable.",
            )
    return None


def dead_statistic(design: Design, decision: Decision) -> Found | None:
    """A finite code, and a natural parameter that is the same for each of its values in S: finite mixtures are identifiable."""
    for observed in design.decoder:
        if (i := identifiable.dead_statistic(design, decision, observed)) is not None:
            statistic = family_of(observed.block).statistics[i]
            return (
                Lossless.NO,
                f"In S all members of the mixture that is the law of one coordinate of {observed.block.name} have the same"
                f" parameter of {statistic}; D mixes two, and finite mixtures of this family are identifiable.",
            )
    return None


def round_posterior(design: Design, decision: Decision) -> Found | None:
    """A Gaussian posterior whose covariance is a multiple of I."""
    if decision.prior == "declared" and gaussian_mixtures.has_equal_axes(design):
        return (
            Lossless.NO,
            "In S W'W is a multiple of I, so the covariance of x has two eigenvalues at most, and one where x has two numbers;"
            " with loadings of unequal length D reaches others.",
        )
    return None


def narrow(design: Design, decision: Decision) -> Found | None:
    """The encoder's network is too narrow for the rank that D has."""
    if gaussian_mixtures.narrow(design, decision):
        return (
            Lossless.NO,
            "In S f has a smaller rank than in D, and p(x) tells it: by its covariance, or as its centres lie in a smaller"
            " plane (mixtures of Gaussians are identifiable).",
        )
    return None


def crossing(design: Design, decision: Decision) -> Found | None:
    """A finite and a Gaussian code that the encoder keeps apart."""
    if decision.prior == "declared" and gaussian_mixtures.has_crossing(design):
        return (
            Lossless.NO,
            "In S the columns of W of the finite and of the Gaussian code are orthogonal, so differences of centres are"
            " eigenvectors of the members' covariance; in D they need not be, and mixtures of Gaussians are identifiable.",
        )
    return None


def smaller(design: Design, decision: Decision) -> Found | None:
    """The consistent set is of a smaller dimension, and p(x) determines the parameters to first order."""
    if dimension.is_smaller(design, decision):
        return (
            Lossless.NO,
            "S is of a smaller dimension than D; with three coordinates of x or more for each bit p(x) determines the"
            " parameters of D to first order, so D reaches more laws.",
        )
    return None


def two_codes(design: Design, decision: Decision) -> Found | None:
    """Independent draws of one law: S moves a lone coordinate with one of them, and weights are sums of its probabilities."""
    if decision.prior != "declared":
        return None
    for observed in design.decoder:
        if mixtures.has_rare_member(design, observed) and identifiable.tells_members(observed):
            return (
                Lossless.NO,
                f"When one coordinate of {observed.block.name} moves alone, in S it follows one draw of z; in D it can follow"
                " two, and a member of this mixture has a weight below every probability of one draw.",
            )
    return None


def shift(design: Design, decision: Decision) -> Found | None:
    """Features that forget a common shift leave F'1 = 0; where one coordinate moves alone p(x) is another."""
    if len(design.decoder) != 1 or not all(
        latent.inputs.kind in ("softmax", "layer_norm") for latent in design.encoder
    ):
        return None
    observed = design.decoder[0]
    is_finite = all(family_of(latent.block).support.is_finite for latent in design.encoder)
    tells = is_finite or mixtures.leaves_family(observed)
    is_line = gaussian_laws.is_gaussian(family_of(observed.block)) and observed.block.copies > 1
    if (
        tells
        and is_line
        and constant_blocks.others_stay(design, observed)
        and moving(design, decision.prior, observed) is not None
    ):
        return (
            Lossless.NO,
            "The features leave F'1 = 0: no coordinate moves alone in S, in D one can, and p(x) tells (convexity).",
        )
    return None


def prior_out_of_reach(design: Design, decision: Decision) -> Found | None:
    """A product of family laws comes from constant decoders only; with these the encoder would have to be the prior."""
    from tightcheck.kernel.check import run
    from tightcheck.rules import prior_reach

    if decision.prior != "declared" or not all(mixtures.leaves_family(observed) for observed in design.decoder):
        return None
    decoder_constants(design)
    for step in prior_reach.propose(design, decision.prior, decision.zero):
        if step["lemma"] == "unreachable":
            try:
                run(design, decision.prior, step, decision.zero)
            except (Rejected, NotImplementedError):
                continue
            return (
                Lossless.NO,
                "D reaches unmixed laws of its family only by constant decoders; the posterior is then the prior, "
                "which the encoder cannot be.",
            )
    return None


RULES: tuple[Callable[[Design, Decision], Found | None], ...] = (
    empty,
    turned,
    one_draw,
    one_gaussian,
    dead_block,
    few_products,
    gaussian_marginal,
    bits,
    dead_statistic,
    round_posterior,
    narrow,
    crossing,
    smaller,
    two_codes,
    shift,
    prior_out_of_reach,
)
"""Each is sound by itself; the cheap ones come first."""
WHATEVER_THE_PRIOR = (empty, dead_block)
"""Rules that hold for every density of z: also for a learned mixture, and for a prior given a covariate."""
