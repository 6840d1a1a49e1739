"""The latent side of a design: its space, statistics, prior and encoder, with the lemmas about them."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from tightcheck.coq.observed import constants, sharing_class
from tightcheck.coq.terms import natural_map, real
from tightcheck.coq.unwritten import Unwritten, need
from tightcheck.design import OUTPUT, Conditional, Constant, Map, Prior, PriorBlock
from tightcheck.kernel.classes import output_symbol, substituted

M = "latent_size"
"""The name that the file gives to the number of latent coordinates (of a categorical: its classes less one)."""


@dataclass(frozen=True)
class Latent:
    """Coq terms for one latent block: `shown` is what the decoder sees of it, `links` lead from the encoder's outputs."""

    kind: str
    size: int
    space: str
    statistics: str
    psi: str
    shown: str
    inputs: str
    links: str
    outputs: str
    source: Map
    low: int = 0
    onto: str | None = None
    """Of a Gaussian with a variance head: the lemma that its link reaches every positive number."""


def latent(conditional: Conditional) -> Latent:
    """The latent block in Coq; raises Unwritten."""
    block = conditional.block
    if block.family in ("bernoulli", "rademacher"):
        low = 0 if block.family == "bernoulli" else -1
        code = f"(code ({low}) 1)"
        return Latent(
            "bits", block.copies, "nat -> bool", M, code, code, M, "plain", M, natural_map(conditional, range(1)), low
        )
    if block.family == "categorical":
        need(block.copies == 1, "several categorical latents")
        assert block.dimension is not None
        source = natural_map(conditional, range(len(conditional.natural)))
        S = f"(S {M})"
        return Latent(
            "class", block.dimension - 1, f"classes {M}", M, "one_hot", "one_hot", S, f"(contrast_of {M})", S, source
        )
    if block.family == "gaussian":
        return _gaussian(conditional)
    if block.family == "full_gaussian":
        return _full_gaussian(conditional)
    raise Unwritten(f"no latent family {block.family} in the theorems on designs")


VARIANCES = {
    "from_log_variance": (sp.exp(OUTPUT), "log_variance_onto"),
    "from_log_deviation": (sp.exp(2 * OUTPUT), "log_deviation_onto"),
    "softplus": (sp.log(1 + sp.exp(OUTPUT)), "softplus_onto"),
    "softplus_deviation": (sp.log(1 + sp.exp(OUTPUT)) ** 2, "softplus_deviation_onto"),
}
"""The links from an output to a variance that gaussian_latents.v knows."""


def _gaussian(conditional: Conditional) -> Latent:
    size, variance = conditional.block.copies, sp.simplify(-1 / (2 * substituted(conditional, 1)))
    mean, *others = (head for head in conditional.heads if isinstance(head.source, Map))
    need(mean.link is None and mean.bounds is None and isinstance(mean.source, Map), "a mean that is no plain output")
    need(
        sp.simplify(substituted(conditional, 0) * variance - mean.symbol) == 0, "a Gaussian without a head for its mean"
    )
    assert isinstance(mean.source, Map)
    two = f"({M} + {M})"
    spaces = ("gaussian", size, "nat -> R", two, f"(moments {M})", "reals", M)
    if not others:
        noise, _ = constants(conditional, variance)
        need(noise == "any_numbers", "an encoder variance that is fixed or shared")
        return Latent(*spaces, f"(mean_link {M} {noise})", M, mean.source)
    need(len(others) == 1 and others[0].bounds is None, "a bounded variance")
    need(others[0].source == mean.source, "heads of several maps")
    link = OUTPUT if others[0].link is None else others[0].link
    found = variance.xreplace({others[0].symbol: link}).xreplace({output_symbol(others[0]): OUTPUT})
    for name, (formula, lemma) in VARIANCES.items():
        if sp.simplify(found - formula) == 0:
            return Latent(*spaces, f"(heads_link {M} {name})", two, mean.source, onto=lemma)
    raise Unwritten(f"the variance {found} of a head is not in gaussian_latents.v")


def _full_gaussian(conditional: Conditional) -> Latent:
    """Means from one map, and one learned covariance matrix."""
    block = conditional.block
    need(block.copies == 1 and block.dimension is not None, "several Gaussian vectors")
    assert block.dimension is not None
    means = {head.source for head in conditional.heads if head.symbol.name.startswith("mean")}
    covariance = [head.source for head in conditional.heads if head.symbol.name.startswith("covariance")]
    need(len(means) == 1 and len(conditional.heads) > len(covariance) > 0, "heads other than means and a covariance")
    need(all(head.link is None and head.bounds is None for head in conditional.heads), "bounded or linked heads")
    need(
        all(isinstance(c, Constant) and c.value is None and c.sharing != "fixed" for c in covariance),
        "no learned covariance",
    )
    source = means.pop()
    need(isinstance(source, Map), "a constant mean")
    assert isinstance(source, Map)
    return Latent(
        "full",
        block.dimension,
        "nat -> R",
        f"({M} + {M} * {M})",
        f"(outer {M})",
        "reals",
        M,
        f"(full_link {M})",
        M,
        source,
    )


@dataclass(frozen=True)
class PriorTerm:
    """The class of priors, one member in it, and the proof that it is."""

    text: str
    member: str


def prior(given: Prior, block: Latent, partition: str) -> PriorTerm:
    """The prior in Coq; raises Unwritten."""
    if given.kind == "implied":
        need(block.kind == "bits", "an implied prior that must be shown to integrate")
        return PriorTerm(f"implied_prior_of {M} {block.psi} {partition}", "")
    if given.kind == "free":
        need(block.kind == "class" or block.size == 1, "a free prior of several latents")
        return _finite(block, "any_numbers", "0")
    need(len(given.blocks) == 1, "several priors")
    declared = given.blocks[0]
    need(declared.log_density is None and declared.precision is None, "a prior written out, or with a precision matrix")
    need(not declared.given, "a prior given another block")
    if block.kind in ("gaussian", "full"):
        return _gaussian_prior(declared)
    if block.kind == "class":
        need(
            all(c.value is None and c.sharing == "per_coordinate" for c in declared.parameters.values()),
            "fixed classes",
        )
        return _finite(block, "any_numbers", "0")
    family = "bernoulli" if block.low == 0 else "rademacher"
    need(declared.family == family, "a prior of another family")
    [value] = _known(declared)
    if not value.free_symbols:
        return _finite(block, f"(every_number {real(value)})", real(value))
    return _finite(block, sharing_class(_one(declared).sharing), "0")


def _finite(block: Latent, allowed: str, member: str) -> PriorTerm:
    name = f"class_prior {M}" if block.kind == "class" else f"bits_prior ({block.low}) 1 {M}"
    return PriorTerm(f"{name} {allowed}", member)


def _known(declared: PriorBlock) -> list[sp.Expr]:
    """The natural parameters with what is known put in."""
    values = {name: c.value for name, c in declared.parameters.items() if c.value is not None}
    return [
        sp.sympify(entry).subs({s: values[s.name] for s in sp.sympify(entry).free_symbols if s.name in values})
        for entry in declared.natural
    ]


def _one(declared: PriorBlock) -> Constant:
    learned = [c for c in declared.parameters.values() if c.value is None]
    need(len(learned) == 1, "a prior with several learned parameters")
    return learned[0]


def _gaussian_prior(declared: PriorBlock) -> PriorTerm:
    need(declared.family == "gaussian", "a prior of another family")
    first, second = _known(declared)
    variance = sp.simplify(-1 / (2 * second))
    mean = sp.simplify(first * variance)
    texts = []
    for value in (mean, variance):
        if not value.free_symbols:
            texts.append(f"(every_number {real(value)})")
            continue
        names = {symbol.name for symbol in value.free_symbols}
        need(len(names) == 1, "a prior with dependent parameters")
        texts.append(sharing_class(declared.parameters[names.pop()].sharing))
    numbers = [real(v) if not v.free_symbols else d for v, d in ((mean, "0"), (variance, "1"))]
    member = f"(standard_prior _ _ _ (fun _ => {numbers[0]}) (fun _ => {numbers[1]}))"
    return PriorTerm(f"gaussian_prior {M} {texts[0]} {texts[1]}", member)
