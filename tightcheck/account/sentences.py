"""The sentences about the kernel's lemmas, as a referee would write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tightcheck.account import guilty
from tightcheck.account.fields import Fields
from tightcheck.account.guilty import Guilty


@dataclass(frozen=True)
class Template:
    """How one lemma is told; the fields are those of `Fields`."""

    condition: str
    brief: str
    sentence: str
    guilty: Callable[[Fields], Guilty]


SENTENCES: Mapping[str, Template] = {
    "frequencies": Template(
        "C3",
        "The encoder is shown {features}, which are the same for {x} and 2 {x}; the exact posterior is not",
        "The exact encoder is g*({x}) = W' {x} + b, affine in the counts {x}. The encoder is shown {features}, and"
        " these are the same for {x} and 2 {x}; W' {x} = W' (2 {x}) for every {x} only if {zero} (the paper's"
        " Example 3).",
        guilty.features,
    ),
    "alike": Template(
        "C3",
        "The encoder is shown {features}, which is the same for different {x}; the exact posterior is not",
        "The exact encoder is affine in the statistics of {x}. The encoder is shown {features}, the same for some"
        " different values of {x}, and the exact encoder is the same for them only if {zero}.",
        guilty.features,
    ),
    "alike_codes": Template(
        "C1",
        "The decoder is shown the same for different {z}; a function affine in {psi} is not",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. The decoder's inputs are the"
        " same for some different values of {z}, and a function affine in {psi} is the same for them only if {zero}.",
        guilty.decoder_map,
    ),
    "sublinear": Template(
        "C3",
        "The exact encoder grows like {x}, and a network that is shown {features} grows only like log({x})",
        "The exact encoder is affine in {x}. The encoder is shown {features}, and its map is Lipschitz, so it grows"
        " at most like log({x}); an affine function of {x} that does is constant: {zero}.",
        guilty.features,
    ),
    "column": Template(
        "C3",
        "The encoder's {head} is the same for every {x}",
        "The encoder's {head} does not depend on {x}, so that of the exact posterior must not either. The"
        " statistics of {x} are linearly independent, hence none of them may be coupled to {statistic}: {zero}.",
        guilty.constant,
    ),
    "lipschitz": Template(
        "C1",
        "The decoder's network cannot grow as fast as {statistic}",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. The decoder's {network}"
        " grows at most linearly in {z}, and {statistic} {grows} faster at an end of the support: {zero}.",
        guilty.decoder_map,
    ),
    "affine_inputs": Template(
        "C1",
        "The decoder is affine in {z}, which leaves out {statistic}",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}, and the design makes"
        " them affine in {z}. No function that is both contains {statistic}: {zero}.",
        guilty.decoder_map,
    ),
    "bounded": Template(
        "C1",
        "The decoder's natural parameters are bounded functions of {z}, and no non-constant function affine in"
        " {psi} is",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}, polynomials on an"
        " unbounded space. The decoder's {network} is bounded, and no polynomial is but a constant: {zero}.",
        guilty.decoder_map,
    ),
    "bounded_link": Template(
        "C1",
        "The decoder's natural parameters are bounded functions of {z}, and none but constants affine in {psi} is",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}, polynomials without"
        " bounds. They are continuous functions of bounded outputs, and only constant polynomials are bounded: {zero}.",
        guilty.decoder_link,
    ),
    "slow_link": Template(
        "C1",
        "The decoder's natural parameters cannot grow as fast as {statistic}",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. Through this link they grow"
        " at most linearly in {z}, and {statistic} {grows} faster: {zero}.",
        guilty.decoder_link,
    ),
    "exponential_link": Template(
        "C1",
        "The decoder's natural parameters cannot grow as {statistic} {does}",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. Through this link they stay"
        " bounded or grow exponentially as {z} moves along a line, and {statistic} {does} neither: {zero}.",
        guilty.decoder_link,
    ),
    "convexity": Template(
        "C2",
        "No prior of this kind is conjugate to {a_decoder} decoder that depends on {z}, within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a combination of {psi}. As one coordinate of {z} moves, {psi} takes three"
        " values on a line, and A, the log-partition function of the {decoder}, is strictly convex: f is constant,"
        " {zero}.",
        guilty.prior,
    ),
    "growth": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} is conjugate to no {prior} prior within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a combination of {psi}. The log-partition function A of the {decoder} gives"
        " it exponential, logarithmic or decaying terms along a line. They all have one sign and cannot cancel, and a"
        " polynomial has none: f is constant, {zero}.",
        guilty.prior,
    ),
    "entire": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} is conjugate to no prior of this kind within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a combination of {psi}. For complex {z} the normaliser exp A(f({z})) of the"
        " {decoder} is then an entire function without zeros, and by the theorems of Borel and Picard it is one only if"
        " f is constant: {zero}.",
        guilty.prior,
    ),
    "poles": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} is conjugate to no prior of this kind within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a combination of {psi}. The log-partition function A of the {decoder} gives"
        " it logarithmic singularities for complex {z}, all of one sign: they cannot cancel, and {psi} has none, so f"
        " is constant, {zero}.",
        guilty.prior,
    ),
    "gamma_poles": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} is conjugate to no {prior} prior within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a combination of {psi}. The log-gamma functions in the log-partition function"
        " A of the {decoder} have singularities of one sign for complex {z}, which cannot cancel, and a polynomial has"
        " none: {zero}.",
        guilty.prior,
    ),
    "circles": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} is conjugate to no {prior} prior within {encoder} posteriors",
        "With this prior C2 makes A(f({z})) a combination of {psi}. For complex angles the log-partition function A of"
        " the {decoder} has singularities, or outgrows every combination of {psi}, unless f is constant: {zero}.",
        guilty.prior,
    ),
    "narrow": Template(
        "C3",
        "The encoder's first layer has one unit, which cannot follow {x} along a whole line",
        "The exact encoder is affine in the statistics of {x}. The first layer of the encoder's network has one unit, and"
        " such a network is a polynomial along a whole line only where it is constant: {zero}.",
        guilty.encoder_map,
    ),
    "affine_encoder": Template(
        "C3",
        "The encoder is affine in {features}, and the exact encoder is not",
        "The exact encoder is affine in the statistics of {x}, and the design makes the encoder affine, or piecewise"
        " affine, in {features}. What is both leaves some statistics of {x} out: {zero}.",
        guilty.encoder_map,
    ),
    "input_growth": Template(
        "C3",
        "The encoder's inputs, {features}, grow at another rate than {x}",
        "The exact encoder is affine in {x}. The encoder is piecewise affine in its inputs, {features}, and these grow at"
        " another rate than {x} towards an end of the support: {zero}.",
        guilty.features,
    ),
    "log_link": Template(
        "C1",
        "The decoder's link grows like a logarithm, and {statistic} {grows} faster",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. Through their link they grow"
        " like a logarithm at most, and {statistic} {grows} faster at an end of the support: {zero}.",
        guilty.decoder_link,
    ),
    "written_terms": Template(
        "C1",
        "The decoder's formula has no part in {statistic}",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. The decoder's formula is a sum"
        " of functions of {z}, and no combination of them that is affine in {psi} contains {statistic}: {zero}.",
        guilty.decoder_map,
    ),
    "settled": Template(
        "C1",
        "The rest of the decoder's natural parameters is constant",
        "One natural parameter of the decoder depends on {z} only through others, and these are constant in every"
        " consistent model: {zero}.",
        guilty.decoder_map,
    ),
    "written_constant": Template(
        "C1",
        "The decoder's formula is affine in {psi} only where it is constant",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}. The formula is so only where"
        " a parameter is 0, and then no natural parameter depends on {z}: {zero}.",
        guilty.decoder_map,
    ),
    "written_conjugate": Template(
        "C2",
        "No prior of this kind is conjugate to the decoder's formula, but where it is constant",
        "With this prior C2 makes A(f({z})) affine in {psi}. For the formula this is one equation for its parameter, whose only"
        " solution is 0, and then no natural parameter depends on {z}: {zero}.",
        guilty.prior,
    ),
    "pinned_equal": Template(
        "C2",
        "The encoder's variance is fixed at the prior's, and any dependence on {z} makes the posterior narrower",
        "The exact posterior's precision is the prior's plus a term of the decoder that is positive unless W = 0."
        " The encoder's variance is fixed at the prior's: {zero}.",
        guilty.constant,
    ),
    "shared_precision": Template(
        "C2",
        "All coordinates of {z} share one posterior variance, and fewer numbers are observed than there are"
        " coordinates",
        "The exact posterior's precision is the prior's plus a matrix whose rank is at most the number of observed"
        " numbers. With one variance for all coordinates of {z} that matrix is a multiple of the identity, of full"
        " rank unless it is zero: {zero}.",
        guilty.latent,
    ),
    "exponential_slices": Template(
        "C2",
        "{a_decoder} decoder that depends on {z} through {statistic} is conjugate to no prior of this kind",
        "With this prior C2 makes A(f({z})) a combination of {psi}. The log-partition functions of the {decoder}"
        " give it terms that {psi} does not have as soon as f contains {statistic}: {zero}.",
        guilty.prior,
    ),
    "finite_data": Template(
        "C2",
        "The values of {x} are finitely many, so the prior would be a finite mixture of {encoder} posteriors that differ",
        "The prior of {z} is the mixture of its posteriors over the values of {x}, of which there are finitely many. With this"
        " prior all of them are members of one family. Towards an end of the support a posterior that is not the prior would be"
        " negligible beside it or outgrow it, and neither can be: every posterior is the prior, {zero}.",
        guilty.prior,
    ),
    "bounded_encoder": Template(
        "C3",
        "The encoder's output is bounded, and the exact posterior's parameters are not",
        "The exact encoder is affine in the statistics of {x}, which run to infinity. The encoder's output stays"
        " bounded, and a bounded function affine in them is constant: {zero}.",
        guilty.encoder_map,
    ),
    "lipschitz_encoder": Template(
        "C3",
        "The encoder's network cannot grow like the squares of {x}",
        "The exact encoder is affine in the statistics of {x}, squares among them. The encoder's network grows at"
        " most linearly in {x}, so those squares have no part in it.",
        guilty.encoder_map,
    ),
    "convex_link": Template(
        "C3",
        "The encoder's link bends every function that moves with {x}",
        "The exact encoder is affine in {x}. The encoder's output is a softplus or exponential of a piecewise"
        " affine network, which is affine along no ray on which the network moves: {zero}.",
        guilty.encoder_map,
    ),
    "bent_link": Template(
        "C1",
        "The decoder's link bends every function that moves with {z}",
        "The decoder's natural parameters must be affine in the encoder's statistics {psi}, polynomials along lines. They are"
        " a link of piecewise affine functions of {z}, and this link is no polynomial: {zero}.",
        guilty.decoder_link,
    ),
    "bent_encoder": Template(
        "C3",
        "The encoder's link bends every function that moves with {x}",
        "The exact encoder is affine in the statistics of {x}, polynomials along lines. The encoder's output is a link of a"
        " piecewise affine function, and this link is no polynomial: {zero}.",
        guilty.encoder_map,
    ),
    "exponential_encoder": Template(
        "C3",
        "The encoder's link grows exponentially or not at all, and the exact posterior's parameters do neither",
        "The exact encoder is affine in the statistics of {x}. Through its link the encoder's output stays bounded or grows"
        " exponentially as {x} moves along a line, and those statistics do neither: {zero}.",
        guilty.encoder_map,
    ),
    "joint": Template(
        "C4",
        "Unless {zero}, the joint density does not integrate",
        "Summed or integrated over {x}, the joint of {x} and {z} must still integrate over {z}. With either sign of the"
        " coefficient of {statistic} it diverges: {zero}.",
        guilty.latent,
    ),
    "rays": Template(
        "C4",
        "Unless {zero}, a conditional leaves its domain or the joint does not integrate",
        "Towards the ends of their supports p({x} | {z}) and q({z} | {x}) must keep their parameters in the natural"
        " domain, and the joint must integrate. This forbids the coefficient of {statistic} either sign: {zero}.",
        guilty.latent,
    ),
    "random_length": Template(
        "C1",
        "The word probabilities must add up to 1 for every {z}, and exponentials of functions affine in {psi} do not",
        "The length of {x} has a law of its own, so the decoder's natural parameters are the logarithms of the word"
        " probabilities. If they are affine in {psi}, their exponentials add up to 1 for every {z} only if none"
        " depends on {z}: {zero}.",
        guilty.decoder_map,
    ),
    "line": Template(
        "C4",
        "The posterior must be a density for every real {x}",
        "The data {x} take every real value, and the coefficient of {statistic} in log q({z} | {x}) must stay"
        " negative at all of them. It is affine in {x}, so it is constant: {zero} (as in the paper's Example 1).",
        guilty.latent,
    ),
}
"""Lemma -> the referee's sentence."""

SQUARE = Template(
    "C2",
    "A is quadratic in f, so f has no term in {statistic}",
    "With this prior C2 makes A(f({z})) a combination of {psi}. The log-partition function A of the {decoder} is"
    " quadratic in the mean's parameter, so a term in {statistic} of f would leave that span: {zero}.",
    guilty.prior,
)
OTHER = "By the lemma `{lemma}` of the kernel no consistent model has {statistic} in f: {zero}."
