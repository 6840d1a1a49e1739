"""Designs that nobody lists, each with its verdict under the declared prior worked out by hand, meant to fool the rules.

Every entry is built from the words of the design files. `why` is the derivation. A procedure may answer `undecided`; any
other word than `verdict` is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class Truth:
    """A design and its verdict."""

    name: str
    encoder: dict[str, Any]
    decoder: dict[str, Any]
    verdict: str
    why: str


AFFINE, LINEAR, FREE = "{kind: affine}", "{kind: affine, bias: false}", "{kind: unrestricted}"
VARIANCE = "[mean, {variance: {learned: per_coordinate}}]"
HALF, ANY_BERNOULLI = "{family: bernoulli, probs: 0.5}", "{learned: bernoulli}"
SPIN, STANDARD = "{family: rademacher, probs: 0.5}", "{family: gaussian, mean: 0, variance: 1}"
UNIT_MEAN = "[mean, {variance: {fixed: 1}}]"
GAMMA_PRIOR = "{family: gamma, shape: 2, rate: 1}"
BETA_PRIOR = "{family: beta, alpha: 2, beta: 3}"


def mlp(hidden: str = "[64]", activation: str = "relu", bias: bool = True) -> str:
    """The words of a network."""
    return f"{{kind: mlp, hidden: {hidden}, activation: {activation}" + ("}" if bias else ", bias: false}")


def formula(text: str, *parameters: str) -> str:
    """The words of an explicit map."""
    return f"{{kind: expression, expression: '{text}', parameters: [{', '.join(parameters)}]}}"


def truth(
    name: str,
    verdict: str,
    latent: str,
    encoder: tuple[str, str],
    observed: str,
    decoder: tuple[str, str],
    prior: str,
    why: str,
    **more: str,
) -> Truth:
    """`latent`, `observed` are `family dim, key: value ...`; encoder and decoder are (map, output)."""

    def block(words: str) -> dict[str, Any]:
        if words.startswith("["):
            return yaml.safe_load(words)  # type: ignore[no-any-return]
        family, *rest = words.split(" ", 1)
        return {"family": family, **(yaml.safe_load("{" + rest[0] + "}") if rest else {})}

    first: dict[str, Any] = {"latent": block(latent)}
    second: dict[str, Any] = {"observed": block(observed)}
    for key, words in more.items():
        (first if key == "features" else second)[key] = yaml.safe_load(words)
    first |= {"map": yaml.safe_load(encoder[0]), "output": yaml.safe_load(encoder[1])}
    second |= {"map": yaml.safe_load(decoder[0]), "output": yaml.safe_load(decoder[1]), "prior": yaml.safe_load(prior)}
    return Truth(name, first, second, verdict, why)


B1, B2, R1, R2 = "bernoulli dim: 1", "bernoulli dim: 2", "rademacher dim: 1", "rademacher dim: 2"
G1, G2 = "gaussian dim: 1, covariance: diagonal", "gaussian dim: 2, covariance: diagonal"
X = "gaussian dim: {}, covariance: isotropic"
LOGITS, AFFINE_LOGITS = "logits", (AFFINE, "logits")
GAUSSIAN_ENCODER, GAUSSIAN_DECODER = (AFFINE, VARIANCE), (AFFINE, UNIT_MEAN)
POISSON_X = "poisson dim: {}"

FINITE = (
    truth("one bit, five pixels", "tight", B1, AFFINE_LOGITS, "bernoulli dim: 5", AFFINE_LOGITS, HALF, "psi spans all functions of one bit; g* = F'x + c"),
    truth("two classes are a bit", "tight", "categorical dim: 2", AFFINE_LOGITS, "bernoulli dim: 5", AFFINE_LOGITS, "{learned: categorical}", "as one bit"),
    truth("two bits, one pixel", "restricted", B2, AFFINE_LOGITS, "bernoulli dim: 1", AFFINE_LOGITS, HALF, "log(1 + e^(b + w1 z1 + w2 z2)) has an interaction unless w1 w2 = 0"),
    truth("two bits, one pixel, no bias", "restricted", B2, AFFINE_LOGITS, "bernoulli dim: 1", (LINEAR, LOGITS), HALF, "(1 - e^w1)(1 - e^w2) = 0"),
    truth("one spin without biases, even prior", "tight", R1, (LINEAR, LOGITS), "rademacher dim: 3", (LINEAR, LOGITS), SPIN, "A is even, so c = 0 for every weight"),
    truth("one spin without biases, uneven prior", "impossible", R1, (LINEAR, LOGITS), "rademacher dim: 3", (LINEAR, LOGITS), "{family: rademacher, probs: 0.3}", "A is even, so c = logit(0.3)/2 in every model and no encoder without bias has it"),
    truth("one spin without biases, learned prior", "restricted", R1, (LINEAR, LOGITS), "rademacher dim: 3", (LINEAR, LOGITS), "{learned: rademacher}", "consistent iff the prior is even"),
    truth("one bit, encoder without bias, one pixel", "collapse", B1, (LINEAR, LOGITS), "bernoulli dim: 1", AFFINE_LOGITS, HALF, "c = A(b) - A(b + w) = 0, A strictly increasing: w = 0"),
    truth("one bit, encoder without bias, two pixels", "restricted", B1, (LINEAR, LOGITS), "bernoulli dim: 2", AFFINE_LOGITS, HALF, "A(b1 + w1) + A(b2 + w2) = A(b1) + A(b2) has solutions with w1 > 0 > w2"),
    truth("one bit, encoder without bias, one spin seen", "restricted", B1, (LINEAR, LOGITS), "rademacher dim: 1", AFFINE_LOGITS, HALF, "A even: b + w = -b"),
    truth("one bit without biases, prior below a half", "impossible", B1, (LINEAR, LOGITS), "bernoulli dim: 1", (LINEAR, LOGITS), "{family: bernoulli, probs: 0.3}", "c = logit 0.3 - A(w) + A(0) = 0 needs 1 + e^w = 6/7"),
    truth("one bit without biases, prior above a half", "restricted", B1, (LINEAR, LOGITS), "bernoulli dim: 1", (LINEAR, LOGITS), "{family: bernoulli, probs: 0.7}", "1 + e^w = 14/3"),
    truth("encoder probability fixed at the prior", "collapse", B1, (AFFINE, "{probs: {fixed: 0.5}}"), "bernoulli dim: 3", AFFINE_LOGITS, HALF, "g* constant: F = 0; the constant is the prior's"),
    truth("encoder probability fixed off the prior", "impossible", B1, (AFFINE, "{probs: {fixed: 0.5}}"), "bernoulli dim: 3", AFFINE_LOGITS, "{family: bernoulli, probs: 0.3}", "F = 0, then g* = logit 0.3"),
    truth("encoder probability fixed, prior learned", "collapse", B1, (AFFINE, "{probs: {fixed: 0.25}}"), "bernoulli dim: 3", AFFINE_LOGITS, ANY_BERNOULLI, "F = 0, prior 1/4"),
    truth("encoder logit learned, constant", "collapse", B1, (AFFINE, "{logits: {learned: shared}}"), "bernoulli dim: 3", AFFINE_LOGITS, HALF, "F = 0"),
    truth("probabilities through an affine map", "restricted", B1, (AFFINE, "probs"), "bernoulli dim: 3", AFFINE_LOGITS, HALF, "sigmoid(F'x + c) affine in x: rank one allows a single parent pixel, two points are affine"),
    truth("linear network on one pixel yields probabilities", "tight", B1, (AFFINE, "probs"), "bernoulli dim: 1", AFFINE_LOGITS, HALF, "any function of x in {0, 1} is affine"),
    truth("two bits fixed to interact", "impossible", B2, AFFINE_LOGITS, "bernoulli dim: 1", (formula("z_1 * z_2"), LOGITS), HALF, "C1 fails, no other decoder"),
    truth("an interaction that may vanish", "collapse", B2, AFFINE_LOGITS, "bernoulli dim: 1", (formula("b * z_1 * z_2", "b"), LOGITS), HALF, "C1: b = 0"),
    truth("four classes carry the interaction", "tight", "categorical dim: 4", AFFINE_LOGITS, "bernoulli dim: 3", (FREE, LOGITS), "{family: categorical, probs: 0.25}", "psi spans all functions"),
    truth("a decoder that squares a spin", "tight", R1, AFFINE_LOGITS, "bernoulli dim: 2", (formula("b * z**2", "b"), LOGITS), SPIN, "z^2 = 1: every model is independent and consistent"),
    truth("additive expression of two bits", "restricted", B2, AFFINE_LOGITS, "bernoulli dim: 1", (formula("a * z_1 + b * z_2", "a", "b"), LOGITS), HALF, "a b = 0"),
    truth("a fixed additive expression of two bits", "impossible", B2, AFFINE_LOGITS, "bernoulli dim: 1", (formula("z_1 + z_2"), LOGITS), HALF, "the interaction of A is not 0 and nothing is free"),
    truth("binomial with one trial", "tight", "binomial dim: 1, trials: 1", AFFINE_LOGITS, "bernoulli dim: 2", AFFINE_LOGITS, "{learned: binomial}", "a bit"),
    truth("binomial with two trials", "collapse", "binomial dim: 1, trials: 2", AFFINE_LOGITS, "bernoulli dim: 2", AFFINE_LOGITS, "{learned: binomial}", "0, 1, 2 collinear, A strictly convex: F = 0"),
    truth("binomial latent, free prior", "restricted", "binomial dim: 1, trials: 2", AFFINE_LOGITS, "bernoulli dim: 2", AFFINE_LOGITS, "free", "for every F some prior is consistent and others are not"),
    truth("two trials seen by one bit", "tight", B1, AFFINE_LOGITS, "binomial dim: 2, trials: 2", AFFINE_LOGITS, HALF, "one bit"),
    truth("square of the weight shared by two bits", "restricted", R2, AFFINE_LOGITS, "rademacher dim: 3", AFFINE_LOGITS, SPIN, "rows (w, w), (w, -w) or one parent"),
    truth("one bit, network with one rectifier", "tight", B1, AFFINE_LOGITS, "bernoulli dim: 2", (mlp("[1]"), LOGITS), HALF, "whatever f is, one bit carries it; the encoder is affine"),
    truth("one bit, encoder with one hyperbolic tangent, one pixel", "tight", B1, (mlp("[1]", "tanh"), LOGITS), "bernoulli dim: 1", AFFINE_LOGITS, HALF, "two points: a tanh(wx + b) + c takes every pair of values"),
    truth("three bits, free decoder, implied prior", "restricted", "bernoulli dim: 3", AFFINE_LOGITS, "bernoulli dim: 4", (FREE, LOGITS), "implied", "f affine is consistent, f with interactions is not"),
    truth("machine with an encoder without bias", "restricted", B2, (LINEAR, LOGITS), "bernoulli dim: 2", AFFINE_LOGITS, "implied", "c must be 0"),
    truth("a class per pixel", "tight", "categorical dim: 5", (FREE, LOGITS), "categorical dim: 3", (FREE, LOGITS), "{learned: categorical}", "psi spans everything"),
    truth("gaussian pixel variances by class, affine encoder", "restricted", B1, AFFINE_LOGITS, "gaussian dim: 2, covariance: diagonal", (AFFINE, "[mean, log_variance]"), HALF, "g* = F1'x + F2'x^2 + c: affine in x iff the variances agree (linear discriminant)"),
    truth("gaussian pixel variances by class, rectifiers", "restricted", B1, (mlp(), LOGITS), "gaussian dim: 2, covariance: diagonal", (AFFINE, "[mean, log_variance]"), HALF, "x^2 is not piecewise affine: the variances agree"),
    truth("gaussian pixel variances by class, any encoder", "tight", B1, (FREE, LOGITS), "gaussian dim: 2, covariance: diagonal", (AFFINE, "[mean, log_variance]"), HALF, "one bit and any function of x"),
    truth("variance alone by class, affine encoder", "collapse", B1, AFFINE_LOGITS, "gaussian dim: 2, covariance: diagonal", (AFFINE, "[{mean: {fixed: 0}}, log_variance]"), HALF, "g* = F'x^2 + c affine in x: F = 0"),
    truth("gamma pixels by class, affine encoder", "restricted", B1, AFFINE_LOGITS, "gamma dim: 2", (AFFINE, "[log_shape, log_rate]"), HALF, "g* = F1' log x + F2'x + c: the shapes agree"),
    truth("laplace scales by class, affine encoder", "collapse", B1, AFFINE_LOGITS, "laplace dim: 2", (AFFINE, "log_scale"), HALF, "g* = F'|x| + c affine in x: F = 0"),
    truth("laplace scales by class, rectifiers", "tight", B1, (mlp(), LOGITS), "laplace dim: 2", (AFFINE, "log_scale"), HALF, "|x| = relu(x) + relu(-x)"),
    truth("correlated prior mended by the decoder", "restricted", R2, AFFINE_LOGITS, "rademacher dim: 1", AFFINE_LOGITS, "{log_density: 'z_1 * z_2'}", "the constants are not consistent, but log cosh(w1 z1 + w2 z2) has every positive interaction"),
)

TEXT = (
    truth("length one is a class", "tight", B1, AFFINE_LOGITS, "multinomial dim: 5, length: 1", AFFINE_LOGITS, HALF, "one bit; frequencies are counts", features="frequencies"),
    truth("fixed length, frequencies", "tight", B1, AFFINE_LOGITS, "multinomial dim: 5, length: 100", AFFINE_LOGITS, HALF, "x/100 is an affine feature", features="frequencies"),
    truth("random length, frequencies", "collapse", B1, (mlp(), LOGITS), "multinomial dim: 5, length: random", AFFINE_LOGITS, HALF, "x and 2x look alike", features="frequencies"),
    truth("random length, frequencies, free prior", "collapse", B2, (FREE, LOGITS), "multinomial dim: 5, length: random", (FREE, LOGITS), "free", "F = 0 whatever the prior", features="frequencies"),
    truth("random length, counts, one bit", "tight", B1, AFFINE_LOGITS, "multinomial dim: 5, length: random", AFFINE_LOGITS, HALF, "A = 0, one bit", features="counts"),
    truth("random length, counts, two bits", "restricted", B2, AFFINE_LOGITS, "multinomial dim: 5, length: random", AFFINE_LOGITS, HALF, "log sum exp affine on the square", features="counts"),
    truth("random length, logarithms of counts, affine", "collapse", B1, AFFINE_LOGITS, "multinomial dim: 5, length: random", AFFINE_LOGITS, HALF, "log(1 + x) is not affine on 0, 1, 2", features="log1p"),
    truth("random length, logarithms of counts, any network", "tight", B1, (FREE, LOGITS), "multinomial dim: 5, length: random", AFFINE_LOGITS, HALF, "log1p is invertible", features="log1p"),
    truth("two words of two, logarithms", "tight", B1, AFFINE_LOGITS, "multinomial dim: 2, length: 2", AFFINE_LOGITS, HALF, "log(1 + x) - log(3 - x) is -log 3, 0, log 3 at x = 0, 1, 2: linear", features="log1p"),
    truth("three words of two, logarithms", "collapse", B1, AFFINE_LOGITS, "multinomial dim: 3, length: 2", AFFINE_LOGITS, HALF, "a_i log(1 + x_i) summed is affine only if a_i + a_j = 0 for all pairs", features="log1p"),
    truth("one word of three, logarithms", "tight", B1, AFFINE_LOGITS, "multinomial dim: 3, length: 1", AFFINE_LOGITS, HALF, "every coordinate has two values", features="log1p"),
    truth("bits through logarithms", "tight", B1, AFFINE_LOGITS, "bernoulli dim: 4", AFFINE_LOGITS, HALF, "log(1 + x) = x log 2", features="log1p"),
    truth("one trial through logarithms", "tight", B1, AFFINE_LOGITS, "binomial dim: 2, trials: 1", AFFINE_LOGITS, HALF, "two values", features="log1p"),
    truth("two trials through logarithms", "collapse", B1, AFFINE_LOGITS, "binomial dim: 2, trials: 2", AFFINE_LOGITS, HALF, "0, log 2, log 3 not affine", features="log1p"),
    truth("poisson through logarithms", "collapse", B1, AFFINE_LOGITS, "poisson dim: 2", (AFFINE, "log_rate"), HALF, "three values", features="log1p"),
    truth("poisson through logarithms, any network", "tight", B1, (FREE, LOGITS), "poisson dim: 2", (AFFINE, "log_rate"), HALF, "invertible", features="log1p"),
    truth("one pixel through a softmax", "collapse", B1, (FREE, LOGITS), "bernoulli dim: 1", AFFINE_LOGITS, HALF, "a softmax over one coordinate is 1", features="softmax"),
    truth("two pixels through a softmax", "restricted", B1, (FREE, LOGITS), "bernoulli dim: 2", AFFINE_LOGITS, HALF, "F(1, 1) = 0", features="softmax"),
    truth("standardised pixels", "tight", B1, AFFINE_LOGITS, "bernoulli dim: 3", AFFINE_LOGITS, HALF, "affine feature", features="standardize"),
)

GAUSS = (
    truth("one gaussian latent", "tight", G1, GAUSSIAN_ENCODER, X.format(3), GAUSSIAN_DECODER, STANDARD, "one coordinate: W'W is diagonal"),
    truth("two latents, one pixel", "restricted", G2, GAUSSIAN_ENCODER, X.format(1), GAUSSIAN_DECODER, STANDARD, "w1 w2 = 0"),
    truth("encoder variance fixed at the prior's", "collapse", G1, (AFFINE, UNIT_MEAN), X.format(2), GAUSSIAN_DECODER, STANDARD, "1 + |w|^2 = 1"),
    truth("encoder variance fixed below the prior's", "restricted", G1, (AFFINE, UNIT_MEAN), X.format(2), GAUSSIAN_DECODER, "{family: gaussian, mean: 0, variance: 2}", "1/2 + |w|^2 = 1"),
    truth("encoder variance fixed above the prior's", "impossible", G1, (AFFINE, UNIT_MEAN), X.format(2), GAUSSIAN_DECODER, "{family: gaussian, mean: 0, variance: 0.5}", "2 + |w|^2 = 1"),
    truth("encoder variance fixed, prior learned", "restricted", G1, (AFFINE, UNIT_MEAN), X.format(2), GAUSSIAN_DECODER, "{learned: gaussian}", "1/v + |w|^2 = 1"),
    truth("encoder variance fixed above the prior's, pixel bits", "impossible", G1, (AFFINE, UNIT_MEAN), B2, AFFINE_LOGITS, "{family: gaussian, mean: 0, variance: 0.5}", "collapse, and the encoder misses the prior"),
    truth("one shared encoder variance, one pixel", "collapse", G2, (AFFINE, "[mean, {variance: {learned: shared}}]"), X.format(1), GAUSSIAN_DECODER, STANDARD, "I + ww' a multiple of I in two dimensions: w = 0"),
    truth("one shared encoder variance, two pixels", "restricted", G2, (AFFINE, "[mean, {variance: {learned: shared}}]"), X.format(2), GAUSSIAN_DECODER, STANDARD, "W'W a multiple of I"),
    truth("one shared encoder variance, one latent", "tight", G1, (AFFINE, "[mean, {variance: {learned: shared}}]"), X.format(2), GAUSSIAN_DECODER, STANDARD, "one coordinate"),
    truth("no biases, centred prior", "tight", G1, (LINEAR, VARIANCE), X.format(2), (LINEAR, UNIT_MEAN), STANDARD, "mean = W'x / (1 + |w|^2)"),
    truth("no encoder bias, centred prior", "restricted", G1, (LINEAR, VARIANCE), X.format(2), GAUSSIAN_DECODER, STANDARD, "W'b = 0"),
    truth("no biases, prior off centre", "impossible", G1, (LINEAR, VARIANCE), X.format(2), (LINEAR, UNIT_MEAN), "{family: gaussian, mean: 1, variance: 1}", "the mean at x = 0 is 1 / (1 + |w|^2)"),
    truth("no encoder bias, prior off centre", "restricted", G1, (LINEAR, VARIANCE), X.format(2), GAUSSIAN_DECODER, "{family: gaussian, mean: 1, variance: 1}", "W'b = 1; the constants are not consistent"),
    truth("no encoder bias, prior off centre, bits", "impossible", G1, (LINEAR, VARIANCE), B2, AFFINE_LOGITS, "{family: gaussian, mean: 1, variance: 1}", "F = 0 and the encoder misses the prior"),
    truth("gaussian latent, bits", "collapse", G1, GAUSSIAN_ENCODER, B2, AFFINE_LOGITS, STANDARD, "singularities"),
    truth("gaussian latent, bits, linear decoder", "collapse", G1, GAUSSIAN_ENCODER, B2, (LINEAR, LOGITS), STANDARD, "singularities; f = 0 is allowed"),
    truth("gaussian latent, two classes", "collapse", G1, GAUSSIAN_ENCODER, "categorical dim: 2", AFFINE_LOGITS, STANDARD, "singularities"),
    truth("gaussian latent, counts", "collapse", G1, GAUSSIAN_ENCODER, "poisson dim: 2", (AFFINE, "log_rate"), STANDARD, "exponentials"),
    truth("gaussian latent, counts with a softplus", "collapse", G1, GAUSSIAN_ENCODER, "poisson dim: 2", (AFFINE, "{rate: softplus}"), STANDARD, "log softplus(wz + b) is not quadratic"),
    truth("mean through an exponential", "collapse", G1, GAUSSIAN_ENCODER, X.format(2), (AFFINE, "[{mean: exp}, {variance: {fixed: 1}}]"), STANDARD, "exp(wz + b) quadratic: w = 0"),
    truth("rectifier of width one", "collapse", G1, GAUSSIAN_ENCODER, X.format(2), (mlp("[1]"), UNIT_MEAN), STANDARD, "a relu(wz + b) + c is affine on R only when constant"),
    truth("rectifiers of width two", "restricted", G1, GAUSSIAN_ENCODER, X.format(2), (mlp("[2]"), UNIT_MEAN), STANDARD, "every wz + b; a kink is not consistent"),
    truth("hyperbolic tangents", "collapse", G1, GAUSSIAN_ENCODER, X.format(2), (mlp("[64]", "tanh"), UNIT_MEAN), STANDARD, "bounded, so constant"),
    truth("encoder with one rectifier", "collapse", G1, (mlp("[1]"), VARIANCE), X.format(2), GAUSSIAN_DECODER, STANDARD, "F'x + c is not reached unless F = 0"),
    truth("encoder of hyperbolic tangents", "collapse", G1, (mlp("[64]", "tanh"), VARIANCE), X.format(2), GAUSSIAN_DECODER, STANDARD, "bounded"),
    truth("full covariance", "tight", "gaussian dim: 2, covariance: full", (AFFINE, "[mean, {covariance: {learned: shared}}]"), X.format(2), GAUSSIAN_DECODER, STANDARD, "conjugate"),
    truth("full covariance, rectified decoder", "restricted", "gaussian dim: 2, covariance: full", (AFFINE, "[mean, {covariance: {learned: shared}}]"), X.format(2), (mlp(), UNIT_MEAN), STANDARD, "affine functions only"),
    truth("decoder variance by latent", "restricted", G1, GAUSSIAN_ENCODER, "gaussian dim: 2, covariance: diagonal", (AFFINE, "[mean, log_variance]"), STANDARD, "constant variance, affine mean"),
    truth("only the decoder variance by latent", "collapse", G1, GAUSSIAN_ENCODER, "gaussian dim: 2, covariance: diagonal", (AFFINE, "[{mean: {fixed: 0}}, log_variance]"), STANDARD, "the precision must be constant"),
    truth("unrestricted decoder and encoder", "restricted", G1, (FREE, "[mean, log_variance]"), X.format(2), (FREE, UNIT_MEAN), STANDARD, "affine functions"),
    truth("a fixed nonlinear mean", "impossible", G1, (FREE, "[mean, log_variance]"), X.format(1), (formula("z**3"), UNIT_MEAN), STANDARD, "C1 fails"),
    truth("a fixed quadratic mean", "impossible", G1, (FREE, "[mean, log_variance]"), X.format(1), (formula("z**2"), UNIT_MEAN), STANDARD, "V != 0: A is quartic"),
    truth("a fixed affine mean", "tight", G1, GAUSSIAN_ENCODER, X.format(1), (formula("3 * z + 1"), UNIT_MEAN), STANDARD, "one model, consistent"),
    truth("a quadratic that may vanish", "restricted", G1, GAUSSIAN_ENCODER, X.format(1), (formula("a * z + b * z**2", "a", "b"), UNIT_MEAN), STANDARD, "b = 0"),
    truth("a cubic that may vanish alone", "collapse", G1, GAUSSIAN_ENCODER, X.format(1), (formula("b * z**3", "b"), UNIT_MEAN), STANDARD, "b = 0"),
    truth("gaussian latent, features that forget the sign", "collapse", G1, (FREE, "[mean, log_variance]"), X.format(1), GAUSSIAN_DECODER, STANDARD, "Fx must be a function of x^2", features="{expression: x**2}"),
    truth("laplace prior", "impossible", G1, (FREE, "[mean, log_variance]"), X.format(1), GAUSSIAN_DECODER, "{log_density: '-abs(z)'}", "-|z| is not quadratic and A is smooth"),
    truth("implied prior, bits", "tight", G1, (FREE, "[mean, log_variance]"), B2, AFFINE_LOGITS, "implied", "C1 holds with V = 0, C2 by construction"),
)

OTHERS = (
    truth("gamma rate is the latent", "tight", "gamma dim: 1", (AFFINE, "[shape, {rate: {learned: shared}}]"), POISSON_X.format(3), (formula("exp(b) * z", "b"), "rate"), GAMMA_PRIOR, "shape 2 + sum x, rate 1 + sum e^b"),
    truth("gamma latent, linear log rate", "collapse", "gamma dim: 1", (AFFINE, "[shape, rate]"), POISSON_X.format(3), (AFFINE, "log_rate"), GAMMA_PRIOR, "e^(wz) in span(log z, z, 1): w = 0"),
    truth("gamma latent, any log rate", "restricted", "gamma dim: 1", (AFFINE, "[shape, rate]"), POISSON_X.format(3), (FREE, "log_rate"), GAMMA_PRIOR, "f = log z + b"),
    truth("gamma latent, rate below one", "collapse", "gamma dim: 1", (AFFINE, "[shape, rate]"), POISSON_X.format(1), (FREE, "{rate: sigmoid}"), GAMMA_PRIOR, "log z + b is unbounded, only constants are left"),
    truth("gamma latent, exponential observed", "tight", "gamma dim: 1", (AFFINE, "[shape, rate]"), "exponential dim: 2", (formula("z"), "rate"), GAMMA_PRIOR, "shape 2 + n, rate 1 + sum x"),
    truth("gamma latent with the rate learned once", "impossible", "gamma dim: 1", (AFFINE, "[shape, {rate: {learned: shared}}]"), "exponential dim: 2", (formula("z"), "rate"), GAMMA_PRIOR, "rate 1 + sum x is not constant"),
    truth("gamma latent is the precision, affine encoder", "impossible", "gamma dim: 1", (AFFINE, "[shape, rate]"), "gaussian dim: 2, covariance: diagonal", (formula("z"), "[{mean: {fixed: 0}}, precision]"), GAMMA_PRIOR, "rate 1 + sum x^2 / 2 is not affine"),
    truth("gamma latent is the precision, any encoder", "tight", "gamma dim: 1", (FREE, "[shape, rate]"), "gaussian dim: 2, covariance: diagonal", (formula("z"), "[{mean: {fixed: 0}}, precision]"), GAMMA_PRIOR, "normal-gamma"),
    truth("gamma latent, logarithmic links at both ends", "impossible", "gamma dim: 1", (AFFINE, "[log_shape, log_rate]"), POISSON_X.format(1), (formula("exp(b) * z", "b"), "rate"), GAMMA_PRIOR, "log(2 + x) is not affine in x"),
    truth("beta latent is the probability", "tight", "beta dim: 1", (AFFINE, "[alpha, beta]"), "bernoulli dim: 3", (formula("z"), "probs"), BETA_PRIOR, "alpha + sum x"),
    truth("beta latent, linear logits", "collapse", "beta dim: 1", (AFFINE, "[alpha, beta]"), "bernoulli dim: 3", AFFINE_LOGITS, BETA_PRIOR, "wz + b in span(log z, log(1 - z), 1): w = 0"),
    truth("beta latent is the logit", "impossible", "beta dim: 1", (AFFINE, "[alpha, beta]"), "bernoulli dim: 3", (formula("z"), LOGITS), BETA_PRIOR, "z is not in span(log z, log(1 - z), 1)"),
    truth("poisson latent, counts", "collapse", "poisson dim: 1", (AFFINE, "log_rate"), POISSON_X.format(2), (AFFINE, "log_rate"), "{family: poisson, rate: 2}", "three collinear statistics, A strictly convex"),
    truth("poisson latent, pixels", "collapse", "poisson dim: 2", (AFFINE, "log_rate"), X.format(2), GAUSSIAN_DECODER, "{learned: poisson}", "convexity"),
    truth("poisson latent, encoder misses the prior", "impossible", "poisson dim: 1", (AFFINE, "{rate: {fixed: 1}}"), POISSON_X.format(2), (AFFINE, "log_rate"), "{family: poisson, rate: 2}", "collapse, then rate 2"),
    truth("exponential pair, affine rate", "collapse", "exponential dim: 1", (AFFINE, "rate"), "exponential dim: 1", (AFFINE, "rate"), "{family: exponential, rate: 1}", "-log(wz + b) is not affine"),
    truth("negative binomial by one bit", "tight", B1, AFFINE_LOGITS, "negative_binomial dim: 3, total_count: 4", AFFINE_LOGITS, HALF, "one bit"),
    truth("negative binomial by a gaussian", "collapse", G1, GAUSSIAN_ENCODER, "negative_binomial dim: 3, total_count: 4", AFFINE_LOGITS, STANDARD, "poles"),
    truth("geometric latent", "collapse", "geometric dim: 1", (AFFINE, "logits"), B2, AFFINE_LOGITS, "{learned: geometric}", "convexity"),
)

TRUTHS = FINITE + TEXT + GAUSS + OTHERS
