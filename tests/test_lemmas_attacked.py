"""Designs on the edge of a lemma's hypotheses: the truth is worked out by hand, and no other verdict may be given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.oracle.false_proofs import Step, nonmember
from tightcheck import registry
from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.kernel import Rejected
from tightcheck.kernel.check import prove, run
from tightcheck.kernel.constants import inputs_vanish
from tightcheck.kernel.integrability import stays_in_domain
from tightcheck.kernel.member import member
from tightcheck.kernel.names import names_are_apart
from tightcheck.read_yaml import read_design

GAUSSIAN = "{family: gaussian, mean: 0, variance: 1}"
BIT = "{latent: {family: bernoulli, dim: 1}, map: {kind: affine}, output: logits}"
BITS = "{latent: {family: bernoulli, dim: 2}, map: {kind: affine}, output: logits}"
SPINS = "{latent: {family: rademacher, dim: 2}, map: {kind: affine}, output: logits}"
THROWS = "{latent: {family: binomial, dim: 1, trials: 4}, map: {kind: unrestricted}, output: logits}"
COUNT = "{latent: {family: poisson, dim: 1}, map: {kind: affine}, output: log_rate}"
NORMAL = "{latent: {family: gaussian, dim: 1, covariance: diagonal}, map: {kind: affine}, output: [mean, log_variance]}"
NORMALS = NORMAL.replace("dim: 1", "dim: 2")
CUT = "{latent: {family: truncated_gaussian, dim: 1}, map: {kind: unrestricted}, output: [loc, variance]}"
NO_BIAS = NORMAL.replace("kind: affine", "kind: affine, bias: false")
GAMMA = "{family: gamma, shape: 2, rate: 1}"
GAMMAS = (
    "{latent: [{family: gamma, dim: 1, name: a}, {family: gamma, dim: 1, name: b}], map: {kind: affine},"
    " output: [[shape, rate], [shape, rate]]}"
)
ROUND = NORMALS.replace("diagonal", "isotropic")
LEARNED = "{learned: shared}"
CIRCLE = "{latent: {family: von_mises, dim: 1}, map: {kind: unrestricted}, output: natural}"
TILTED = "{family: gaussian, mean: [1, 2], precision: [[2, 1], [1, 2]]}"
BENT = "{kind: mlp, hidden: [4], activation: tanh}"
CLIPPED = "[{loc: {fixed: 0}}, {concentration: {link: sigmoid(output), bounds: [-1, 2]}}]"
HALF, ONCE, ANGLE = (
    "{family: bernoulli, probs: 0.5}",
    "{family: poisson, rate: 1}",
    "[{loc: {fixed: 0}}, concentration]",
)
HALF_GAUSSIAN = (
    "{latent: {family: gaussian, dim: 1, covariance: diagonal}, map: {kind: affine},"
    " output: [mean, {variance: {fixed: 1/2}}]}"
)


def half(link: str) -> str:
    """A Gaussian encoder of variance 1/2 whose mean has a link."""
    latent = "{family: gaussian_fixed_variance, dim: 1, variance: 1/2}"
    return f"{{latent: {latent}, map: {{kind: affine}}, output: {{mean: {{link: {link}}}}}}}"


def real(output: str, prior: str, expression: str = "{kind: affine}") -> str:
    """One real number of variance 1."""
    observed = "{family: gaussian_fixed_variance, dim: 1, variance: 1}"
    return f"{{observed: {observed}, map: {expression}, output: {output}, prior: {prior}}}"


def written(expression: str, prior: str, parameters: str = "[]") -> str:
    """A mean that is written out."""
    return real("mean", prior, f"{{kind: expression, expression: '{expression}', parameters: {parameters}}}")


def pixels(prior: str) -> str:
    """Two bits with affine logits."""
    return f"{{observed: {{family: bernoulli, dim: 2}}, map: {{kind: affine}}, output: logits, prior: {prior}}}"


def one(family: str, output: str, expression: str, prior: str, parameters: str = "[]") -> str:
    """One draw of a family: of a formula, or of a network where there is none."""
    formula = f"{{kind: expression, expression: '{expression}', parameters: {parameters}}}"
    network = formula if expression else "{kind: affine}"
    return f"{{observed: {{family: {family}, dim: 1}}, map: {network}, output: {output}, prior: {prior}}}"


def called(name: str) -> str:
    """A Gaussian encoder of variance 1/2 of a latent with this name."""
    return HALF_GAUSSIAN.replace("dim: 1", f"dim: 1, name: {name}")


def named(parameter: str) -> str:
    """A real number y with a multiple of z as its mean, under the implied prior."""
    network = f"{{kind: expression, expression: '{parameter}*z', parameters: [{parameter}]}}"
    return real("mean", "implied", network).replace("dim: 1", "dim: 1, name: y")


def given_y(prior: str) -> str:
    """Two pixels, and a covariate."""
    return f"{pixels(prior)[:-1]}, covariates: [y]}}"


def waiting(prior: str) -> str:
    """One waiting time whose rate is linear in z."""
    observed = "{family: exponential, dim: 1}"
    return f"{{observed: {observed}, map: {{kind: affine, bias: false}}, output: rate, prior: {prior}}}"


def clipped(expression: str, parameters: str = "") -> str:
    """A mean that is written out and clipped to [0, 1], under the implied prior."""
    network = f"{{kind: expression, expression: '{expression}'{parameters}}}"
    return real("{mean: {bounds: [0, 1]}}", "implied", network)


def pixel(network: str, output: str, more: str = "") -> str:
    """One bit under a Gaussian prior."""
    return f"{{observed: {{family: bernoulli, dim: 1}}, map: {network}, output: {output}, prior: {GAUSSIAN}{more}}}"


def rate(link: str) -> str:
    """One count with an affine map under a Gaussian prior."""
    observed = "{family: poisson, dim: 1}"
    return f"{{observed: {observed}, map: {{kind: affine}}, output: {{rate: {{link: {link}}}}}, prior: {GAUSSIAN}}}"


CLASSES = "{latent: {family: categorical, dim: 2}, map: {kind: affine}, output: {logits: {link: softplus(output)}}}"
FREQUENCIES = (
    "{latent: {family: categorical, dim: 3}, features: frequencies, map: {kind: unrestricted}, output: {logits: {%s}}}"
)
PRODUCT = (
    "{latent: {family: gamma, dim: 1}, features: log1p, map: {kind: affine},"
    " output: [{shape: {link: exp(output)}}, {rate: {link: exp(output)}}]}"
)


def through(link: str) -> str:
    """A Gaussian encoder whose mean has a link."""
    return NORMAL.replace("[mean,", f"[{{mean: {{link: {link}}}}},")


def one_count(network: str) -> str:
    """One count of rate 2 - o^2 under a Gaussian prior."""
    return rate("2 - output^2").replace("{kind: affine}", network)


def centred(family: str, network: str, output: str) -> str:
    """One draw of a family whose mean has ends, under a Gaussian prior."""
    return f"{{observed: {{family: {family}}}, map: {network}, output: {output}, prior: {GAUSSIAN}}}"


def two_blocks(output: str) -> str:
    """Bits, and one count with this output."""
    blocks = "[{family: bernoulli, dim: 2, name: a}, {family: poisson, dim: 1, name: b}]"
    return f"{{observed: {blocks}, map: {{kind: affine}}, output: [logits, {output}], prior: {GAUSSIAN}}}"


def counts(copies: int, prior: str) -> str:
    """Counts of rate a z^w."""
    network = "{kind: expression, expression: a*z^w, parameters: [a, w]}"
    return f"{{observed: {{family: poisson, dim: {copies}}}, map: {network}, output: rate, prior: {prior}}}"


def pascal(r: str) -> str:
    """A negative binomial encoder with this r."""
    return f"{{latent: {{family: negative_binomial, dim: 1, r: {r}}}, map: {{kind: unrestricted}}, output: probs}}"


def waiting_without_end(r: str) -> str:
    """One waiting time whose rate is affine in z, and a negative binomial prior with this r."""
    prior = f"{{family: negative_binomial, probs: 1/2, r: {r}}}"
    return f"{{observed: {{family: exponential, dim: 1}}, map: {{kind: affine}}, output: rate, prior: {prior}}}"


def turning(observed: str, output: str) -> str:
    """Two real numbers, one with the mean w cos z and one with w sin z."""
    blocks = ", ".join(f"{{family: {observed}, dim: 1, name: {name}}}" for name in "ab")
    maps = ", ".join(f"{{kind: expression, expression: w*{turn}(z), parameters: [w]}}" for turn in ("cos", "sin"))
    return f"{{observed: [{blocks}], map: [{maps}], output: [{output}, {output}], prior: uniform}}"


def vector(family: str, output: str) -> str:
    """An encoder of one vector of two components."""
    return f"{{latent: {{family: {family}, dim: 2}}, map: {{kind: unrestricted}}, output: {output}}}"


def words(prior: str) -> str:
    """A text of random length."""
    observed = "{family: multinomial, dim: 5, length: random}"
    return f"{{observed: {observed}, map: {{kind: unrestricted}}, output: logits, prior: {prior}}}"


def counted(prior: str) -> str:
    """One count with an affine logarithm of its rate."""
    return f"{{observed: {{family: poisson, dim: 1}}, map: {{kind: affine}}, output: log_rate, prior: {prior}}}"


EDGES = [
    # With w = 0 the mean is z + tanh(b), and the posterior N((x - tanh(b)) / 2, 1/2): S is not empty, nor all of D.
    ("a bounded network plus z", HALF_GAUSSIAN, real("{mean: {link: tanh(output) + z}}", GAUSSIAN), "restricted"),
    ("a Lipschitz network plus z", HALF_GAUSSIAN, real("{mean: {link: softplus(output) + z}}", GAUSSIAN), "restricted"),
    # With mean z the posterior is N(x / 2, 1/2), and w = b = 0 puts that out.
    ("a bounded encoder plus x", half("tanh(output) + x/2"), real("mean", GAUSSIAN), "restricted"),
    ("a convex link plus x", half("softplus(output) + x/2 - log(2)"), real("mean", GAUSSIAN), "restricted"),
    # min(z_0 + z_1, 1) is 0, 1, 1, 1: it has an interaction, and so has its multiple while it is below 1/2.
    ("a clipped sum of bits", BITS, clipped("z[0] + z[1]"), "impossible"),
    ("a clipped weighted sum", BITS, clipped("a*(z[0] + z[1])", ", parameters: [a]"), "restricted"),
    # p(z = 0) = 0, or p is no density: q charges both points.
    ("a prior without a point", BIT, written("2*z", "{log_density: 'log(z)'}"), "impossible"),
    ("no prior at a point", BIT, written("2*z", "{log_density: 'log(z - 1/2)'}"), "impossible"),
    ("a prior without two points", BITS, written("2*z[0]", "{log_density: 'log(z[0]) + z[1]'}"), "impossible"),
    # Clipped to 1 the logit is constant.
    (
        "clipped to a constant",
        "{latent: {family: poisson, dim: 1}, map: {kind: affine}, output: log_rate}",
        "{observed: {family: bernoulli, dim: 1}, map: {kind: expression, expression: z + 5},"
        " output: {logits: {bounds: [0, 1]}}, prior: {family: poisson, rate: 1}}",
        "tight",
    ),
    # z = 0 has mass, so w = 0 in every model, and a z + b is in the span.
    ("a pole where z has mass", THROWS, written("a*z + w/z + b", "implied", "[a, w, b]"), "tight"),
    ("a root in a denominator", THROWS, written("a*z + w/sqrt(z) + b", "implied", "[a, w, b]"), "tight"),
    ("a pole of log Gamma", THROWS, written("a*z + w*loggamma(z) + b", "implied", "[a, w, b]"), "tight"),
    # Without a bias the mean is 0 where x is 0, and the log-variance too.
    (
        "a learned variance beside a mean",
        NO_BIAS,
        pixels("{family: gaussian, mean: 1, variance: {learned: shared}}"),
        "impossible",
    ),
    (
        "a learned mean beside a variance",
        NO_BIAS,
        pixels("{family: gaussian, mean: {learned: shared}, variance: 4}"),
        "impossible",
    ),
    # The same where the prior's own numbers are fixed coordinate by coordinate: none of them can be chosen.
    *(
        (
            "a list of prior " + listed,
            NO_BIAS.replace("dim: 1", "dim: 2"),
            pixels(f"{{family: gaussian, {listed}}}"),
            "impossible",
        )
        for listed in ("mean: [1, 2], variance: 1", "mean: 0, variance: [2, 3]", "mean: [0, 1], variance: [1, 3]")
    ),
    # log p(z = 1 | a, b) - log p(z = 0 | a, b) holds the sum of exp(v' a) (1 - exp(w)), which is not affine in two bits a.
    (
        "counts given bits",
        BIT,
        "{observed: [{name: a, family: bernoulli, dim: 2}, {name: b, family: poisson, dim: 1, given: a}], map: affine,"
        " output: [logits, log_rate], prior: uniform}",
        "restricted",
    ),
    # Three squares of five are not |z|^2, so w = 0 in every consistent model.
    (
        "three squares of five",
        "{latent: {family: isotropic_gaussian, dim: 5}, map: unrestricted, output: [mean, variance]}",
        "{observed: {family: bernoulli, dim: 1}, output: logits, prior: implied, map: {kind: expression,"
        " expression: 'w*(z[0]^2 + z[1]^2 + z[2]^2)', parameters: [w]}}",
        "collapse",
    ),
    # Nor are exp(z^2) (1 + exp(z)), which goes with one bit of logit z, exp(exp(-z)), which goes with a count of this rate, and
    # 1/(1 + z).
    (
        "a written prior without a finite mass",
        NORMAL.replace("affine", "unrestricted"),
        pixels("{log_density: 'z^2 + log(1 + exp(z))'}").replace("dim: 2", "dim: 1").replace("affine", "unrestricted"),
        "impossible",
    ),
    *(
        (
            "no density on z > 0: " + density,
            "{latent: {family: gamma, dim: 1}, map: unrestricted, output: [shape, rate]}",
            f"{{observed: {{family: {seen}, dim: 1}}, map: unrestricted, output: rate, prior: {{log_density: {density}}}}}",
            "impossible",
        )
        for density, seen in (("exp(-z)", "poisson"), ("-log(1 + z)", "exponential"))
    ),
    # A formula that names a block and one given it: each is looked at alone.
    (
        "a formula of two blocks, one given the other",
        "{latent: [{name: z, family: rademacher, dim: 1}, {name: u, family: binomial, dim: 1, trials: 2, given: z}],"
        " map: [affine, affine], output: [logits, logits]}",
        "{observed: {family: rademacher, dim: 1}, output: logits, prior: [{name: z, family: rademacher, probs: 0.5},"
        " {name: u, learned: binomial}], map: {kind: expression, expression: 'w*tanh(u[0]) + v*z[0] + b',"
        " parameters: [w, v, b]}}",
        "restricted",
    ),
    # The counts of a text add up to its length, 1, 2, ...: no weights on them put out log(2) for each text.
    (
        "no constant of counts",
        COUNT.replace("affine", "affine, bias: false").replace("output:", "features: counts, output:"),
        words("{family: poisson, rate: 2}").replace("dim: 5", "dim: 2").replace("unrestricted", "affine"),
        "impossible",
    ),
    # exp(z^2) is no density: there is no model.
    ("a prior without a finite mass", NORMAL, real("mean", "{log_density: 'z^2'}"), "impossible"),
    # The prior charges numbers between 1 and 2, which q does not.
    (
        "a Pareto prior from another minimum on",
        "{latent: {family: pareto, dim: 1, minimum: 2}, map: {kind: unrestricted}, output: shape}",
        pixels("{family: pareto, shape: 3, minimum: 1}"),
        "impossible",
    ),
    # log x - log(1 - x) takes all values and is no a max(0, h) + d with h in the span of log x and log(1 - x).
    (
        "one ReLU for a logit",
        "{latent: {family: bernoulli, dim: 1}, features: statistics, map: {kind: mlp, hidden: [1], activation: relu},"
        " output: logits}",
        "{observed: {family: beta, dim: 1}, map: {kind: unrestricted}, output: [alpha, beta],"
        " prior: {family: bernoulli, probs: 0.5}}",
        "restricted",
    ),
    # On (0, 1) exp(2 z^2) is a density, and no variance stands for it. The posterior has the coefficient c - |w|^2 / 2 of z^2.
    ("a density that grows outwards", CUT, pixels("{log_density: '2*z^2'}"), "impossible"),
    ("a posterior that may grow outwards", CUT, pixels("implied"), "restricted"),
    ("a posterior that grows outwards for small w", CUT, real("mean", "{log_density: '2*z^2'}"), "restricted"),
    # log(a) is no number for a < 0, and x does not depend on z for a > 0.
    (
        "a rate that may not be negative",
        COUNT,
        "{observed: {family: poisson, dim: 2}, map: {kind: expression, expression: a, parameters: [a]}, output: rate,"
        " prior: implied}",
        "tight",
    ),
    # No model depends on z: all of them are consistent.
    ("a formula that is constant", NORMAL, written("b*(sin(z)^2 + cos(z)^2)", GAUSSIAN, "[b]"), "tight"),
    ("a slope that must be 0", COUNT, written("w/z", "{family: poisson, rate: 1}", "[w]"), "tight"),
    (
        "one unbounded unit for a rate",
        NORMAL,
        "{observed: {family: poisson, dim: 1}, map: {kind: mlp, hidden: [1], activation: leaky_relu}, output: rate,"
        f" prior: {GAUSSIAN}}}",
        "tight",
    ),
    *(
        ("constant behind " + name, NORMAL, pixel("{kind: mlp, hidden: [8]}", f"{{logits: {{{link}}}}}"), "tight")
        for name, link in {
            "its bounds": "link: exp(output) + 2, bounds: [0, 1]",
            "squares": "link: sin(output)^2 + cos(output)^2",
            "two logarithms": "link: log(1 + exp(output)) - log(1 + exp(-output)) - output",
        }.items()
    ),
    *(
        ("shown no z but " + shown, NORMAL, pixel("{kind: unrestricted}", "logits", f", input: {shown}"), "tight")
        for shown in ("softmax", "layer_norm", "frequencies", "sin(z)^2 + cos(z)^2", "(z+1)^2 - z^2 - 2*z")
    ),
    # An affine function on the line that is positive is constant, and so is one on the counts that is between 0 and 1.
    *(
        ("an affine rate behind " + link, NORMAL, rate(link), "tight")
        for link in ("2*output", "output + 1", "output^3", "3*softmax")
    ),
    (
        "an affine probability of a count",
        COUNT,
        pixel("{kind: affine}", "probs").replace(GAUSSIAN, "{family: poisson, rate: 1}"),
        "tight",
    ),
    *(
        ("an affine function in " + link, NORMAL, pixel("{kind: affine}", f"{{logits: {{link: {link}}}}}"), "tight")
        for link in ("log(output)", "sqrt(output)", "atanh(output)")
    ),
    ("one ReLU for a probability", NORMAL, pixel("{kind: mlp, hidden: [1]}", "probs"), "tight"),
    ("a sum of constants", NORMALS, written("w*sum(sin(z)^2 + cos(z)^2)", GAUSSIAN, "[w]"), "tight"),
    ("a sum of shares", NORMALS, written("w*sum(softmax(z))", GAUSSIAN, "[w]"), "tight"),
    # 2 - o^2 is negative far out, and a mean is between its ends: on the line only constants are valid.
    *(
        (f"one {unit} under a square", NORMAL, one_count(f"{{kind: mlp, hidden: [1], activation: {unit}}}"), "tight")
        for unit in ("relu", "silu", "softplus", "elu")
    ),
    ("four units under a square", NORMAL, one_count("{kind: mlp, hidden: [4]}"), "collapse"),
    *(
        (f"an affine mean of a {name}", NORMAL, centred(name, "{kind: affine}", output), "tight")
        for name, output in {
            "rademacher, dim: 1": "mean",
            "binomial, dim: 1, trials: 3": "{mean: {link: exp(output)}}",
            "beta, dim: 1": "[{mean: {link: exp(output)}}, {concentration: {fixed: 2}}]",
        }.items()
    ),
    ("one ReLU for a spin", NORMAL, centred("rademacher, dim: 1", "{kind: mlp, hidden: [1]}", "mean"), "tight"),
    # |1/o + o| >= 2, |1/o + o/4| >= 1, and o + |o|/o is no number between -1 and 1.
    *(
        (
            "behind the pole of " + link,
            through(link),
            counted("{family: gaussian, mean: 1/2, variance: 1}"),
            "impossible",
        )
        for link in ("output + 1/output", "1/output + output/4", "output + abs(output)/output")
    ),
    ("behind a sine", through("2*sin(output)"), counted("{family: gaussian, mean: 1, variance: 1}"), "collapse"),
    # No rate is negative, and no variance.
    ("a rate below 0", NORMAL, two_blocks("{rate: {link: -exp(output)}}"), "impossible"),
    ("a rate within negative bounds", NORMAL, two_blocks("{rate: {bounds: [-2, -1]}}"), "impossible"),
    (
        "a variance within negative bounds",
        NORMAL.replace("log_variance", "{variance: {bounds: [-2, -1]}}"),
        counted("implied"),
        "impossible",
    ),
    (
        "a negative variance beside a learned prior",
        NORMAL.replace("log_variance", "{variance: {link: -exp(output)}}"),
        counted("{learned: gaussian}"),
        "impossible",
    ),
    # The exact shape is 1 + x_1 + x_2, and exp of an affine function of the log(1 + x_i) is a product.
    ("a product for a sum", PRODUCT, counts(2, "{family: gamma, shape: 1, rate: 1}"), "collapse"),
    ("a product for one count", PRODUCT, counts(1, "{family: gamma, shape: 1, rate: 1}"), "restricted"),
    # softplus(o) - softplus(-o) = o; logits that are equal stand for the uniform distribution, whatever they are.
    ("two classes behind softplus", CLASSES, real("mean", "uniform"), "restricted"),
    *(
        ("logits with " + link, FREQUENCIES % link, words("uniform"), "collapse")
        for link in ("'bounds': [1, 2]", "link: softplus(output)", "link: exp(output)")
    ),
    # The sum of two bits has three values, so p(z) is a mixture of three Gaussians.
    (
        "three components for two bits",
        NORMAL.replace("affine", "unrestricted"),
        pixels("{mixture: 3}").replace("kind: affine", "kind: expression, expression: z"),
        "restricted",
    ),
    # sqrt(a) + sqrt(-a) is real for a = 0 only.
    (
        "a parameter that another block holds",
        THROWS.replace("trials: 4", "trials: 2"),
        "{observed: [{family: gaussian_fixed_variance, dim: 1, variance: 1, name: u},"
        " {family: gaussian_fixed_variance, dim: 1, variance: 1, name: v}],"
        " map: [{kind: expression, expression: w*z + a*z^2, parameters: [a, w]},"
        " {kind: expression, expression: sqrt(a) + sqrt(-a) + 0*z, parameters: [a]}], output: [mean, mean], prior: implied}",
        "tight",
    ),
    # A standard deviation of -1/2 is none.
    (
        "a scale below 0",
        BITS,
        "{observed: {family: gaussian_fixed_mean, dim: 1, mean: 0}, map: {kind: expression, expression: 'z[0] - 1/2'},"
        " output: scale, prior: uniform}",
        "impossible",
    ),
    # log(w_1 z_1 + w_2 z_2) is in no span for w_1, w_2 > 0.
    ("a rate that is a sum of two gammas", GAMMAS, waiting(f"[{GAMMA}, {GAMMA}]"), "restricted"),
    # No rate is negative, no probability above 1, no logarithm of a negative number real: there is no model.
    *(
        (f"nothing is valid in {expression}", BIT, one(family, output, expression, HALF, parameters), "impossible")
        for family, output, expression, parameters in (
            ("poisson", "rate", "-1 - z", "[]"),
            ("poisson", "rate", "-1 - a^2 - z", "[a]"),
            ("bernoulli", "probs", "2 + z", "[]"),
            ("gaussian_fixed_variance, variance: 1", "mean", "log(z - 5)", "[]"),
            ("poisson", "{rate: {link: -exp(output)}}", "z", "[]"),
        )
    ),
    ("a negative link of a network", BIT, one("poisson", "{rate: {link: -exp(output)}}", "", HALF), "impossible"),
    # 1 - 2 a^2 z is negative for large z unless a = 0: no model depends on z. The natural parameters hold the square only.
    *(
        (f"a {family} that turns negative", COUNT, one(family, output, "1 - 2*a^2*z", ONCE, "[a]"), "tight")
        for family, output in (
            ("gaussian_fixed_mean, mean: 0", "scale"),
            ("rayleigh", "scale"),
            ("von_mises", ANGLE),
        )
    ),
    # With a constant network the mean is z + b: a name tells nothing.
    *(
        (
            "a latent called " + name,
            called(name),
            real(f"{{mean: {{link: output + {name}}}}}", GAUSSIAN, BENT),
            "restricted",
        )
        for name in ("u", "output_z", "output_mean")
    ),
    # f = x z with a free number x is every multiple of z.
    *(("a parameter called " + name, NORMAL, named(name), "tight") for name in ("a", "x", "eta_1", "mean")),
    # One variance for the vector, and 2 and 3 in its prior; one mean for all y, and a mean for each y in the prior.
    (
        "an isotropic posterior of another prior",
        ROUND,
        pixels("{family: gaussian, mean: 0, variance: [2, 3]}"),
        "impossible",
    ),
    (
        "a covariate that only the prior sees",
        NORMAL,
        given_y("{family: gaussian, mean: [0, 1], variance: 1, given: y}"),
        "impossible",
    ),
    # A covariance of 0 is none: where x is 0 nothing is put out that is valid.
    (
        "a covariance without a bias",
        NO_BIAS.replace("diagonal", "full").replace("log_variance", "covariance"),
        pixels(GAUSSIAN),
        "impossible",
    ),
    # log(1 - z) is no number for z > 1, so a = 0: no model depends on z.
    (
        "a logarithm beyond its end",
        PRODUCT.replace("features: log1p, map: {kind: affine}", "map: {kind: unrestricted}"),
        one("von_mises", CLIPPED, "a*(log(z) - log(1 - z)) + b", "implied", "[a, b]"),
        "tight",
    ),
    # 1/z is above 1: log(p / (1 - p)) is -log(1 - z) but for the logarithm of -1.
    (
        "a probability above 1",
        "{latent: {family: beta, dim: 1}, map: {kind: affine}, output: [alpha, beta]}",
        one("bernoulli", "probs", "1/z", "implied"),
        "impossible",
    ),
    # exp(log(z)) is z, and log(-1) is no number: there is no model.
    (
        "a link that undoes a logarithm",
        SPINS,
        one("bernoulli", "{logits: {link: exp(output)}}", "log(z[0])", "uniform"),
        "impossible",
    ),
    # A concentration of -1/2 is none, though its natural parameter -1/2 is one.
    *(
        (
            f"a concentration {expression}",
            BITS,
            one("von_mises", ANGLE, expression, "uniform", parameters),
            "impossible",
        )
        for expression, parameters in (("z[0] - 1/2", "[]"), ("a*(z[0] - 1/2)", "[a]"))
    ),
    # The prior's r is learned: with r = 1, P = -log(1 + z) up to a constant, and so is A of the rate 1 + z. Encoder and prior
    # have an r each, whether or not it is learned in both.
    *(
        (f"a prior that learns another r than {own}", pascal(own), waiting_without_end(r=LEARNED), "restricted")
        for own in ("2", LEARNED)
    ),
    # Weibull draws of shapes 1 and 2, and of 2 and 1: P = (a - b) log z + z^b - z^a.
    *(
        (
            f"two lists of a {parameter}",
            f"{{latent: {{family: {family}, dim: 2, {parameter}: [1, 2]}}, map: {{kind: unrestricted}}, output: {output}}}",
            pixels(f"{{family: {family}, {output}: 1, {parameter}: [2, 1]}}"),
            "impossible",
        )
        for family, parameter, output in (
            ("weibull", "shape", "scale"),
            ("laplace", "loc", "scale"),
            ("gaussian_fixed_mean", "mean", "variance"),
            ("gaussian_fixed_variance", "variance", "mean"),
        )
    ),
    # w^2 cos(z)^2 / (2 v_a) + w^2 sin(z)^2 / (2 v_b) is constant where v_a = v_b, and these are learned block by block.
    *(
        ("two learned spreads on a circle, " + observed, CIRCLE, turning(observed, output), "restricted")
        for observed, output in (
            ("gaussian", f"[mean, {{variance: {LEARNED}}}]"),
            ("gaussian", f"[mean, {{log_variance: {LEARNED}}}]"),
            (f"gaussian_fixed_variance, variance: {LEARNED}", "[mean]"),
        )
    ),
    # With w = 1 both posteriors have a precision of 1 + v_i for v = 1 and 4, and the encoder one variance for both.
    (
        "two draws of listed variances",
        NORMALS.replace("log_variance", f"{{variance: {LEARNED}}}").replace("affine", "unrestricted"),
        "{observed: {family: gaussian_fixed_variance, dim: 2, variance: [1, 4]}, output: natural,"
        f" map: {{kind: expression, expression: w*z + u*z^3, parameters: [w, u]}}, prior: {GAUSSIAN}}}",
        "collapse",
    ),
    # One of the concentrations -w and w is none: there is no model.
    (
        "concentrations of both signs",
        BITS.replace("affine", "unrestricted"),
        "{observed: {family: von_mises, dim: 1}, prior: {log_density: 'z[0]*z[1]'}, map: {kind: affine}, output: ["
        "{loc: {map: {kind: expression, expression: 0}}},"
        " {concentration: {map: {kind: expression, expression: 'w*(z[0] + z[1] - 1)', parameters: [w]}}}]}",
        "impossible",
    ),
    # A graph without an edge among three of its nodes: z_0 z_3 is no statistic, and A = |W z|^2 / 2 has it.
    (
        "a graph of one triangle",
        "{latent: {family: markov_random_field, dim: 5, edges: [[2, 3], [3, 4], [2, 4]]}, map: {kind: unrestricted},"
        " output: natural}",
        real("mean", "{learned: markov_random_field}"),
        "restricted",
    ),
    # Between -1 and 1 and between -2 and 1 no rate is z + 1/2: the ends are a list, and not 0 and 1.
    (
        "ends that are a list",
        "{latent: {family: truncated_gaussian, dim: 2, lower: [-1, -2], upper: [1, 1]}, map: {kind: unrestricted},"
        " output: natural}",
        one("exponential", "rate", "z + 1/2", "implied").replace("dim: 1", "dim: 2"),
        "impossible",
    ),
    # Two edges of different couplings are none of an encoder with one for both: of the priors those with equal ones are left.
    *(
        (
            f"one coupling for all edges, {prior}",
            "{latent: {family: markov_random_field, dim: 4, edges: [[0, 1], [2, 3]]}, map: {kind: unrestricted},"
            f" output: [bias, {{coupling: {LEARNED}}}]}}",
            f"{{observed: {{family: bernoulli, dim: 3}}, map: {network}, output: logits, prior: {prior}}}",
            truth,
        )
        for network, prior, truth in (
            ("{kind: expression, expression: 1}", "{learned: markov_random_field}", "collapse"),
            ("{kind: affine}", "implied", "restricted"),
        )
    ),
    # w z + b is in span(log z, 1) for w = 0 only, wherever z begins.
    (
        "a beginning that is learned",
        f"{{latent: {{family: pareto, dim: 1, minimum: {LEARNED}}}, map: {{kind: unrestricted}}, output: alpha}}",
        "{observed: {family: gamma_known_shape, dim: 2, shape: 1}, map: {kind: affine}, output: rate, prior: implied}",
        "collapse",
    ),
    # Variances 1 and 2 are none of an isotropic encoder: of the priors of the class those with one variance are left.
    *(
        (
            f"variances of a prior for each coordinate of {size}",
            f"{{latent: {{family: gaussian, dim: {size}, covariance: isotropic}}, map: {{kind: unrestricted}},"
            " output: [mean, variance]}",
            "{observed: {family: poisson, dim: 3}, map: {kind: expression, expression: 1}, output: rate,"
            " prior: {family: gaussian, mean: 0, variance: {learned: per_coordinate}}}",
            "collapse",
        )
        for size in (2, 4)
    ),
    # The sum of x beside log(1 + x): g* = w (x_1 + x_2) + c is affine in it. Beside x^2 as well.
    *(
        (
            f"the sum of x beside {features}",
            f"{{latent: {{family: bernoulli, dim: 2}}, covariates: {{l: {{computed_from: x}}}}, given: l,"
            f" features: {features}, map: {{kind: affine}}, output: logits}}",
            "{observed: {family: poisson, dim: 2}, map: {kind: affine}, output: log_rate, prior: implied}",
            "restricted",
        )
        for features in ("log1p", "x^2")
    ),
    # Weights idf_i x_i divided by their norm are not affine in x where these add up to 2; divided by 2 they are.
    (
        "normalised weights of texts of one length",
        "{latent: {family: bernoulli, dim: 1}, features: tfidf, map: {kind: affine}, output: logits}",
        "{observed: {family: multinomial, dim: 3, length: 2}, map: {kind: affine}, output: logits, prior: uniform}",
        "undecided",
    ),
    # |x + 1/2| + 2 x rises from 2/3 of its slope to 3/2 of it at -1/2: two ReLUs make it x.
    (
        "a root that bends",
        BIT.replace("map: {kind: affine}", "features: sqrt(x^2 + x + 1/4) + 2*x, map: {kind: mlp, hidden: [8]}"),
        real("mean", HALF),
        "tight",
    ),
    # One learned number for all components is not 1 in one and 2 in another.
    *(
        (f"one {parameter} for {family} components", vector(family, output), pixels(prior), "impossible")
        for family, parameter, output, prior in (
            (
                "full_gaussian",
                "mean",
                f"[{{mean: {LEARNED}}}, covariance]",
                "{family: gaussian, mean: [1, 2], variance: 1}",
            ),
            ("full_gaussian", "mean", f"[{{mean: {LEARNED}}}, covariance]", TILTED),
            (
                "isotropic_gaussian",
                "mean",
                f"[{{mean: {LEARNED}}}, variance]",
                "{family: gaussian, mean: [1, 2], variance: 1}",
            ),
            (
                "dirichlet",
                "concentration",
                f"{{concentration: {LEARNED}}}",
                "{family: dirichlet, concentration: [1, 2]}",
            ),
            ("categorical", "logit", f"{{logits: {LEARNED}}}", "{family: categorical, probs: [1/3, 2/3]}"),
        )
    ),
]


def read(encoder: str, decoder: str, folder: Path) -> Design:
    """The design of two files."""
    files = folder / "encoder.yaml", folder / "decoder.yaml"
    for file, words in zip(files, (encoder, decoder), strict=True):
        file.write_text(words)
    return read_design(*files)


@pytest.mark.parametrize(("name", "encoder", "decoder", "truth"), EDGES, ids=[edge[0] for edge in EDGES])
def test_no_other_verdict(name: str, encoder: str, decoder: str, truth: str, tmp_path: Path) -> None:
    """A verdict is the truth or is not given."""
    design = read(encoder, decoder, tmp_path)
    assert decide(design, design.prior.kind).verdict.word in (truth, "undecided")


def test_a_learned_prior_has_parameters_of_its_kind(tmp_path: Path) -> None:
    """The posterior has the coefficient e - w^2 / 2 of z^2, e < 0 the prior's: -1/4 is out of reach of w = 1."""
    learned = "{learned: per_coordinate}"
    prior = f"{{family: truncated_gaussian, loc: {learned}, variance: {learned}}}"
    design = read(CUT.replace("variance]", "{variance: {fixed: 2}}]"), real("mean", prior), tmp_path)
    block = design.prior.blocks[0]
    own = {name: c for name, c in block.parameters.items() if c.value is None}  # the ends are the encoder's
    design = replace(design, prior=replace(design.prior, blocks=(replace(block, parameters=own),)))
    step: Step = {"lemma": "member", "latent": "z", "observed": "x", "F": [["1", "0"]], "f0": ["0"], "c": ["0", "-1/4"]}
    with pytest.raises(Rejected):
        member(design, "declared", step)


def test_a_negative_variance_couples_nothing(tmp_path: Path) -> None:
    """With one observed number 1 + w_i w_j / v = 0 for all three pairs is impossible for v > 0; v = -1 would do it."""
    encoder = (
        "{latent: {family: gaussian, dim: 3, covariance: diagonal}, map: {kind: affine},"
        " output: [mean, {variance: {learned: per_coordinate}}]}"
    )
    decoder = (
        "{observed: {family: gaussian, dim: 1}, map: {kind: affine}, output: [mean, {variance: {learned: shared}}],"
        " prior: {family: gaussian, mean: 0, precision: [[3, 1, 1], [1, 3, 1], [1, 1, 3]]}}"
    )
    design = read(encoder, decoder, tmp_path)
    member: Step = {"lemma": "gaussian_member", "latent": "z", "observed": "x", "row": 0, "W": [["1", "1", "1"]]}
    points = [(0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2)]
    other = nonmember({"mean": "z0", "variance": "1"}, 2, points, "C2")
    with pytest.raises(Rejected, match="natural domain"):
        prove(design, "declared", [{**member, "f0": ["0", "1/2"]}, other])


def test_no_model_beyond_its_domain_or_its_layers(tmp_path: Path) -> None:
    """log z is no number at z = 0, which has mass; one ReLU does not make both z's positive and its negative part."""
    counts = read(COUNT, written("a*z + w*log(z) + b", "implied", "[a, w, b]"), tmp_path)
    beyond = {**nonmember({"mean": "0"}, 1, [(1,), (2,), (3,)]), "parameters": {"a": "0", "w": "1", "b": "0"}}
    with pytest.raises(Rejected, match="value for almost every z"):
        prove(counts, "implied", [beyond])
    decoder = (
        "{observed: {family: gaussian, dim: 1}, map: {kind: mlp, hidden: [1]}, output: [mean, log_variance],"
        f" prior: {GAUSSIAN}}}"
    )
    step = nonmember({"mean": "z0", "log_variance": "-z0"}, 1, [(-1,), (0,), (1,), (2,)])
    with pytest.raises(Rejected, match="hold fewer functions"):
        prove(read(NORMAL, decoder, tmp_path), "declared", [step])


@pytest.mark.parametrize("network", ["hidden: [1], activation: identity", "hidden: [1, 1], activation: leaky_relu"])
def test_two_outputs_of_one_statistic(network: str, tmp_path: Path) -> None:
    """F has one entry, and the mean 1/z and the precision z are two functions of what one unit puts out."""
    family = "generalized_inverse_gaussian"
    encoder = f"{{latent: {{family: {family}, dim: 1}}, features: x^2, map: {{kind: affine}}, output: [p, a, b]}}"
    decoder = (
        f"{{observed: {{family: gaussian, dim: 1}}, map: {{kind: mlp, {network}}}, input: statistics,"
        f" output: [{{mean: {{link: exp(output)}}}}, precision], prior: {{family: {family}, p: 1, a: 2, b: 2}}}}"
    )
    entries = [["0", "0", "0"], ["0", "-1/2", "0"]]
    step: Step = {"lemma": "member", "latent": "z", "observed": "x", "F": entries, "f0": ["1", "0"], "c": []}
    with pytest.raises(Rejected, match="hold the affine map"):
        member(read(encoder, decoder, tmp_path), "declared", step)
    affine = decoder.replace(f"kind: mlp, {network}", "kind: affine")
    member(read(encoder, affine, tmp_path), "declared", step)


def test_no_other_constants_links_or_coordinates(tmp_path: Path) -> None:
    """The shapes are 5 and 7, not 1; a logit w z^2 + b + z is no -z^2; z[0] in all copies leaves z[1] its prior."""
    step: Step = {"lemma": "member", "latent": "z", "observed": "x", "parameters": {"a": "1"}, "c": []}
    encoder = "{latent: {family: gamma, dim: 1}, map: {kind: affine}, output: [{shape: {fixed: 3}}, rate]}"
    decoder = (
        "{observed: {family: gamma, dim: 2}, map: {kind: expression, expression: a*z, parameters: [a]},"
        " output: [{shape: {fixed: [5, 7]}}, rate], prior: {family: gamma, shape: 1, rate: 1}}"
    )
    with pytest.raises(Rejected, match="constant differs"):
        member(read(encoder, decoder, tmp_path), "declared", {**step, "F": [["0", "0"], ["0", "-1"]], "f0": ["0", "0"]})
    encoder = NORMAL.replace("[mean, log_variance]", "[{mean: {fixed: 0}}, precision]")
    decoder = pixel("{kind: affine}", "{logits: {link: output + z}}", ", input: z^2").replace(GAUSSIAN, "implied")
    with pytest.raises(Rejected):
        member(read(encoder, decoder, tmp_path), "implied", {**step, "F": [["0", "-1"]], "f0": ["0"], "c": ["0", "-1"]})
    encoder = HALF_GAUSSIAN.replace("dim: 1", "dim: 2")
    decoder = written("a*z[0]", GAUSSIAN, "[a]").replace("dim: 1", "dim: 2")
    with pytest.raises(Rejected, match="picks one of several"):
        member(read(encoder, decoder, tmp_path), "declared", {**step, "F": [["1", "0"]], "f0": ["0"]})


def test_a_network_shown_squares_does_not_see_signs(tmp_path: Path) -> None:
    """The statistic of a Gaussian of known mean 0 is z^2: no function of it is z."""
    encoder = "{latent: {family: gaussian_fixed_mean, dim: 1, mean: 0}, map: {kind: unrestricted}, output: variance}"
    prior = "{family: gaussian_fixed_mean, variance: 1, mean: 0}, input: statistics"
    step = nonmember({"mean": "z0"}, 1, [(0,), (1,), (-1,)])
    with pytest.raises(Rejected, match="do not determine z"):
        prove(read(encoder, real("mean", prior, "{kind: unrestricted}"), tmp_path), "declared", [step])


@pytest.mark.parametrize(("name", "holds"), [("beta", True), ("binomial", False)])
def test_the_ends_of_a_range_count_where_they_have_mass(name: str, holds: bool) -> None:
    """-z is a rate's natural parameter for z > 0. A beta draw is 0 on a null set only; a binomial draw is 0 with mass."""
    latent = registry.load(name)
    (z,) = latent.variables
    assert stays_in_domain(registry.load("exponential"), [-z], [((z,), latent)]) == holds


def test_a_network_given_a_class_is_shown_it(tmp_path: Path) -> None:
    """Where x is 0 the indicators of y are not: weights on them are constants for each class."""
    encoder = (
        "{latent: [{name: y, family: categorical, dim: 2}, {name: z, family: gaussian, dim: 1, given: y}],"
        " map: [unrestricted, {kind: affine, bias: false}], output: [logits, [mean, log_variance]]}"
    )
    decoder = pixels(f"[{{name: y, family: categorical, logits: 0}}, {{name: z, {GAUSSIAN[1:]}]")
    design = read(encoder, decoder, tmp_path)
    assert [inputs_vanish(design, latent) for latent in design.encoder] == [True, False]


@pytest.mark.parametrize("name", ["x", "w"])
def test_a_block_with_the_name_of_a_draw(name: str, tmp_path: Path) -> None:
    """a (y - x) is no constant in the Gaussian y when the bit is called x, as Gaussian draws are; it has no part in y^2."""
    encoder = (
        f"{{latent: [{{family: bernoulli, dim: 1, name: {name}}}, {{family: gaussian, dim: 1, name: y}}],"
        " map: [unrestricted, unrestricted], output: [logits, [mean, log_variance]]}"
    )
    decoder = written(f"a*(y - {name})", "implied", "[a]").replace("dim: 1", "dim: 1, name: o")
    step: Step = {"lemma": "written_terms", "latent": "y", "observed": "o", "component": 0}
    assert run(read(encoder, decoder, tmp_path), "implied", step, frozenset()) == {("o", 0, "y", 1)}


@pytest.mark.parametrize("name", ["u", "w"])
def test_a_difference_of_two_blocks_sees_both(name: str, tmp_path: Path) -> None:
    """x - u is another number at x = -1 than at x = 0, whatever the other block is called."""
    encoder = (
        f"{{latent: {{family: bernoulli, dim: 1}}, features: x - {name}, map: {{kind: unrestricted}}, output: logits}}"
    )
    one = "{family: gaussian_fixed_variance, dim: 1, variance: 1, name: %s}"
    blocks = f"[{one % 'x'}, {one % name}]"
    decoder = f"{{observed: {blocks}, map: [affine, affine], output: [mean, mean], prior: uniform}}"
    step: Step = {"lemma": "alike", "latent": "z", "observed": "x", "pairs": [["-1", "0"]]}
    with pytest.raises(Rejected):
        run(read(encoder, decoder, tmp_path), "declared", step, frozenset())


def test_a_block_has_no_name_of_a_parameter(tmp_path: Path) -> None:
    """A latent called mean is no learned mean."""
    encoder = NORMAL.replace("dim: 1", "dim: 1, name: mean")
    variance = "{variance: {link: exp(output)*(1 + mean^2)}}"
    decoder = real(f"[{{mean: {LEARNED}}}, {variance}]", GAUSSIAN).replace(
        "gaussian_fixed_variance, dim: 1, variance: 1", "gaussian, dim: 1"
    )
    assert not names_are_apart(read(encoder, decoder, tmp_path))
    assert names_are_apart(read(encoder.replace("name: mean", "name: w"), decoder.replace("mean^2", "w^2"), tmp_path))
