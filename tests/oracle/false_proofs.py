"""Certificates of false statements: each looks plausible and must be refused; `truth` is worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

Step = dict[str, Any]


@dataclass(frozen=True)
class FalseProof:
    """A design, a verdict that it does not have, and steps that pretend to show it."""

    name: str
    encoder: dict[str, Any]
    decoder: dict[str, Any]
    prior: str
    claimed: str
    truth: str
    steps: list[Step]


def proof(
    name: str, claimed: str, truth: str, encoder: str, decoder: str, steps: list[Step], prior: str = "declared"
) -> FalseProof:
    """The two files as words."""
    return FalseProof(name, yaml.safe_load(encoder), yaml.safe_load(decoder), prior, claimed, truth, steps)


def bits(count: int, network: str = "{kind: affine}", output: str = "logits") -> str:
    """A Bernoulli encoder."""
    return f"{{latent: {{family: bernoulli, dim: {count}}}, map: {network}, output: {output}}}"


def gaussian(count: int, network: str = "{kind: affine}", output: str = "[mean, log_variance]") -> str:
    """A Gaussian encoder with independent coordinates."""
    return f"{{latent: {{family: gaussian, dim: {count}, covariance: diagonal}}, map: {network}, output: {output}}}"


def real(count: int, network: str, prior: str, output: str = "mean") -> str:
    """A Gaussian decoder with variance 1."""
    observed = f"{{family: gaussian_fixed_variance, dim: {count}}}"
    return f"{{observed: {observed}, map: {network}, output: {output}, prior: {prior}}}"


def pixels(count: int, prior: str, more: str = "") -> str:
    """A Bernoulli decoder with an affine map."""
    observed = f"{{family: bernoulli, dim: {count}}}"
    return f"{{observed: {observed}, map: {{kind: affine}}, output: logits, prior: {prior}{more}}}"


def nonmember(outputs: dict[str, str], latents: int, points: Sequence[tuple[int, ...]], condition: str = "C1") -> Step:
    """A single model outside S, with points that separate."""
    return {
        "lemma": "nonmember",
        "condition": condition,
        "component": 0,
        "latents": [["z", i] for i in range(latents)],
        "observed": "x",
        "outputs": outputs,
        "points": [{f"z{i}": str(v) for i, v in enumerate(point)} for point in points],
    }


TIGHT: list[Step] = [{"lemma": "tight"}]
MEMBER: Step = {"lemma": "member", "latent": "z", "observed": "x", "F": [["1", "0"]], "f0": ["0"]}
EMPTY: list[Step] = [{"lemma": "growth", "latent": "z"}, {"lemma": "constants"}]
STANDARD, HALF, FREE = (
    "{family: gaussian, mean: 0, variance: 1}",
    "{family: bernoulli, probs: 0.5}",
    "{kind: unrestricted}",
)
SHARED, OWN = "[mean, {variance: {learned: shared}}]", "[mean, {variance: {learned: per_coordinate}}]"
LINE = [(0,), (1,), (2,), (3,)]
PLANE = [(0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2)]
PRODUCT = "{kind: expression, expression: 'z[0]*z[1]'}"

FALSE_PROOFS = (
    proof(
        "one tanh for five pixels",
        "tight",
        "restricted",
        bits(1, "{kind: mlp, hidden: [1], activation: tanh}"),
        pixels(5, HALF),
        TIGHT,
    ),
    proof(
        "a formula beside a network",
        "tight",
        "restricted",
        gaussian(1, output=SHARED),
        "{observed: [{family: gaussian_fixed_variance, dim: 1, name: a}, {family: bernoulli, dim: 1, name: b}],"
        " map: [{kind: expression, expression: z}, {kind: affine}], output: [[mean], [logits]],"
        f" prior: {STANDARD}}}",
        TIGHT,
    ),
    proof(
        "a product of coordinates", "tight", "impossible", gaussian(2, output=OWN), real(2, PRODUCT, STANDARD), TIGHT
    ),
    proof(
        "one rate for two posteriors",
        "tight",
        "restricted",
        "{latent: {family: gamma, dim: 2}, map: {kind: affine}, output: [shape, {rate: {learned: shared}}]}",
        "{observed: {family: poisson, dim: 2}, map: {kind: expression, expression: exp(b)*z, parameters: [b]},"
        " output: rate, prior: {family: gamma, shape: 2, rate: 1}}",
        TIGHT,
    ),
    proof(
        "one variance, implied prior",
        "tight",
        "restricted",
        gaussian(2, output=SHARED),
        real(3, "{kind: affine}", "implied"),
        [*TIGHT, {**MEMBER, "c": ["0", "-1"]}],
        "implied",
    ),
    proof(
        "one variance, one pixel",
        "restricted",
        "collapse",
        gaussian(2, output=SHARED),
        real(1, "{kind: affine}", STANDARD),
        [MEMBER, nonmember({"mean": "z0+z1"}, 2, PLANE, "C2")],
    ),
    proof(
        "a positive mean",
        "restricted",
        "collapse",
        gaussian(1, FREE),
        real(1, FREE, STANDARD, "{mean: exp}"),
        [MEMBER, nonmember({"mean": "z0"}, 1, LINE)],
    ),
    proof(
        "a positive encoder mean",
        "tight",
        "collapse",
        gaussian(1, FREE, "[{mean: softplus}, log_variance]"),
        real(1, "{kind: affine}", STANDARD),
        TIGHT,
    ),
    proof(
        "a positive encoder mean and a negative prior mean",
        "collapse",
        "impossible",
        gaussian(1, output="[{mean: exp}, log_variance]"),
        pixels(1, "{family: gaussian, mean: -1, variance: {learned: shared}}"),
        EMPTY,
    ),
    proof(
        "one variance, two in the prior",
        "collapse",
        "impossible",
        gaussian(2, output=SHARED),
        pixels(1, "{family: gaussian, mean: 0, variance: {fixed: [1, 2]}}"),
        EMPTY,
    ),
    proof(
        "means fixed off the prior",
        "collapse",
        "impossible",
        gaussian(2, output="[{mean: {fixed: [0, 1]}}, log_variance]"),
        pixels(1, STANDARD),
        EMPTY,
    ),
    proof(
        "a text of one word is a bit",
        "collapse",
        "tight",
        "{latent: {family: multinomial, dim: 2, length: 1}, map: {kind: affine}, output: logits}",
        pixels(2, "{family: multinomial, probs: [0.5, 0.5]}"),
        [{"lemma": "convexity", "latent": "z"}, {"lemma": "constants"}],
    ),
    proof(
        "a prior that couples",
        "collapse",
        "impossible",
        gaussian(2, output=OWN),
        pixels(2, "{log_density: '-z[0]^2 - z[1]^2 - z[0]*z[1]'}"),
        EMPTY,
    ),
    proof(
        "a covariate that the encoder does not see",
        "tight",
        "restricted",
        bits(1),
        pixels(3, HALF, ", covariates: [s]"),
        TIGHT,
    ),
    proof(
        "independent, implied prior off the encoder",
        "tight",
        "collapse",
        bits(1, output="{probs: {fixed: 0.5}}"),
        "{observed: {family: bernoulli, dim: 3}, output: {logits: {learned: shared}}, prior: implied}",
        TIGHT,
        "implied",
    ),
    proof(
        "independent, any prior",
        "tight",
        "collapse",
        bits(2),
        "{observed: {family: bernoulli, dim: 3}, output: {logits: {learned: shared}}, prior: free}",
        TIGHT,
        "free",
    ),
    proof(
        "independent, one logit for two bits",
        "tight",
        "collapse",
        bits(2, output="{logits: {learned: shared}}"),
        "{observed: {family: bernoulli, dim: 3}, output: {logits: {learned: shared}}, prior: {learned: bernoulli}}",
        TIGHT,
    ),
    proof(
        "a parameter that is the latent",
        "restricted",
        "tight",
        gaussian(1, FREE),
        real(1, "{kind: expression, expression: b, parameters: [b]}", STANDARD),
        [MEMBER, {**nonmember({}, 1, LINE), "parameters": {"b": "z0^3"}}],
    ),
    proof(
        "a constant that is the data",
        "restricted",
        "collapse",
        bits(2, output="{logits: {learned: shared}}"),
        real(1, FREE, "implied"),
        [{**MEMBER, "F": [["1"]], "c": ["-x"]}, nonmember({"mean": "z0*z1"}, 2, PLANE[:4])],
        "implied",
    ),
    proof(
        "a model whose implied prior does not integrate",
        "restricted",
        "tight",
        gaussian(1, FREE),
        real(1, "{kind: expression, expression: 'a*z+b*z^3', parameters: [a, b]}", "implied"),
        [
            {**MEMBER, "c": ["0", "-1"], "parameters": {"a": "1", "b": "0"}},
            {**nonmember({}, 1, LINE), "parameters": {"a": "0", "b": "1"}},
        ],
        "implied",
    ),
    proof(
        "a parabola whose implied prior does not integrate",
        "restricted",
        "tight",
        gaussian(1, output=SHARED),
        real(1, "{kind: expression, expression: 'a*z+b*z^2', parameters: [a, b]}", "implied"),
        [
            {"lemma": "column", "latent": "z", "statistic": 1},
            {**MEMBER, "c": ["0", "-1"], "parameters": {"a": "1", "b": "0"}},
            {**nonmember({}, 1, [], "zero"), "parameters": {"a": "2", "b": "2"}},
        ],
        "implied",
    ),
    proof(
        "a bit given a bit spans every function",
        "restricted",
        "tight",
        "{latent: [{family: bernoulli, dim: 1, name: y}, {family: bernoulli, dim: 1, name: z, given: y}],"
        " map: {kind: unrestricted}, output: logits}",
        pixels(3, "free"),
        [
            {**MEMBER, "latent": "y", "F": [["1"]], "c": ["0"]},
            {"lemma": "nonmember", "condition": "prior"},
        ],
        "free",
    ),
    proof(
        "three coordinates leave the range of the sigmoid",
        "restricted",
        "impossible",
        "{latent: {family: binomial, dim: 1, trials: 2}, map: {kind: unrestricted},"
        " output: {logits: {link: 1/(1+exp(-output))}}}",
        "{observed: {family: bernoulli, dim: 3}, map: {kind: expression, expression: (1/2+a^2)*z+b*z^2,"
        " parameters: [a, b]}, output: logits, prior: implied}",
        [
            {**MEMBER, "F": [["1/2"]], "c": ["1/4"], "parameters": {"a": "0", "b": "0"}},
            {**nonmember({}, 1, LINE[:3]), "parameters": {"a": "0", "b": "1"}},
        ],
        "implied",
    ),
    proof(
        "one ReLU without bias is zero on one side",
        "restricted",
        "collapse",
        "{latent: {family: rademacher, dim: 2}, map: {kind: mlp, hidden: [1], activation: relu, bias: false},"
        " output: natural}",
        "{observed: {family: rademacher, dim: 1}, map: {kind: affine, bias: false}, output: natural,"
        " prior: {family: rademacher, probs: 0.5}}",
        [
            {**MEMBER, "F": [["1"]]},
            nonmember({"natural": "z0+z1"}, 2, [(-1, -1), (-1, 1), (1, -1), (1, 1)], "C2"),
        ],
    ),
    proof(
        "a gamma encoder that has no constants",
        "collapse",
        "impossible",
        "{latent: {family: gamma, dim: 1}, map: {kind: affine, bias: false}, output: [shape, rate]}",
        real(2, "{kind: affine}", "implied"),
        [
            {"lemma": "affine_inputs", "latent": "z", "observed": "x", "component": 0},
            {"lemma": "rays", "latent": "z", "observed": "x"},
            {"lemma": "constants"},
        ],
        "implied",
    ),
    proof(
        "the logarithm of a real number",
        "tight",
        "impossible",
        "{latent: {family: bernoulli, dim: 1}, map: {kind: unrestricted}, features: log1p, output: logits}",
        real(3, "{kind: affine}", HALF),
        TIGHT,
    ),
    proof(
        "two layers of one LeakyReLU are linear",
        "collapse",
        "tight",
        bits(1, "{kind: mlp, hidden: [1, 1], activation: leaky_relu}"),
        real(2, "{kind: affine}", HALF),
        [{"lemma": "narrow", "latent": "z", "observed": "x", "statistic": 0}, {"lemma": "constants"}],
    ),
    proof(
        "inputs that grow like x",
        "collapse",
        "tight",
        "{latent: {family: bernoulli, dim: 1}, features: 'x + log(1 + x^2)', map: {kind: affine}, output: logits}",
        "{observed: {family: gaussian_fixed_variance, dim: 1}, map: {kind: affine}, output: mean,"
        " prior: {family: bernoulli, probs: 0.5}}",
        [{"lemma": "input_growth", "latent": "z", "observed": "x", "statistic": 0}, {"lemma": "constants"}],
    ),
    proof(
        "four ReLUs carry two linear forms",
        "restricted",
        "tight",
        "{latent: {family: categorical, dim: 3}, map: {kind: mlp, hidden: [4], activation: relu}, output: logits}",
        real(2, "{kind: affine}", "{family: categorical, logits: 0}"),
        [{**MEMBER, "F": [["1", "0"]]}, {"lemma": "out_of_reach", "reason": "rank", "latent": "z", "observed": "x"}],
    ),
    proof(
        "the shift is seen",
        "restricted",
        "tight",
        bits(1),
        real(2, "{kind: affine}", HALF),
        [{**MEMBER, "F": [["1"]]}, {**MEMBER, "lemma": "out_of_reach", "reason": "shift", "F": [["1"]]}],
    ),
    proof(
        "a bias moves the origin",
        "restricted",
        "tight",
        bits(1),
        real(2, "{kind: affine}", HALF),
        [{**MEMBER, "F": [["1"]]}, {**MEMBER, "lemma": "out_of_reach", "reason": "origin", "F": [["1"]], "f0": ["1"]}],
    ),
    proof(
        "a constant that the encoder can be",
        "restricted",
        "tight",
        gaussian(1, output=OWN),
        real(2, "{kind: affine}", STANDARD),
        [MEMBER, {**MEMBER, "lemma": "out_of_reach", "reason": "range"}],
    ),
    proof(
        "a pixel that makes up for the prior's tail",
        "impossible",
        "restricted",
        gaussian(1),
        pixels(1, "{log_density: '-z^2 / 2 + log(1 + exp(z))'}"),
        [{"lemma": "prior_tail", "latent": "z"}],
    ),
    proof(
        "a rate that makes up for the prior's logarithm",
        "impossible",
        "restricted",
        gaussian(1, FREE),
        "{observed: {family: exponential, dim: 1}, map: {kind: unrestricted}, output: {rate: exp},"
        " prior: {log_density: '-z^2 / 2 - log(1 + z^2)'}}",
        [{"lemma": "prior_tail", "latent": "z"}],
    ),
    proof(
        "weights that do not undo the prior's correlation",
        "restricted",
        "impossible",
        gaussian(3),
        "{observed: {family: gaussian_fixed_variance, dim: 1}, map: {kind: affine}, output: mean,"
        " prior: {family: gaussian, mean: 0, precision: [[1, 0.2, 0.2], [0.2, 1, 0.2], [0.2, 0.2, 1]]}}",
        [
            {
                "lemma": "gaussian_member",
                "latent": "z",
                "observed": "x",
                "row": 0,
                "W": [["1", "1", "-1"]],
                "f0": ["0"],
            },
            nonmember({"mean": "z0"}, 2, PLANE, "C2"),
        ],
    ),
    proof(
        "a contrast needs two pixels",
        "restricted",
        "collapse",
        bits(1, "{kind: mlp, hidden: [8], activation: relu, bias: false}"),
        pixels(1, HALF),
        [
            {"lemma": "contrast_member", "latent": "z", "observed": "x", "F": [["1"]], "f0": ["0"], "f1": ["0"]},
            {**MEMBER, "lemma": "out_of_reach", "reason": "origin", "F": [["1"]]},
        ],
    ),
    proof(
        "zero-one bits do not cancel",
        "tight",
        "collapse",
        bits(2),
        "{observed: [{family: bernoulli, dim: 1, name: a}, {family: bernoulli, dim: 1, name: b}],"
        " map: [{kind: expression, expression: 'w*(z[0]+z[1])', parameters: [w]},"
        " {kind: expression, expression: 'w*(z[0]-z[1])', parameters: [w]}], output: [[logits], [logits]],"
        f" prior: {HALF}}}",
        [{"lemma": "written_tight"}],
    ),
    proof(
        "a member that has an interaction",
        "restricted",
        "impossible",
        bits(2),
        "{observed: {family: bernoulli, dim: 1}, map: {kind: expression, expression: 'a*a+z[0]+z[1]', parameters: [a]},"
        f" output: logits, prior: {HALF}}}",
        [
            {"lemma": "written_member", "parameters": {"a": "0"}},
            {"lemma": "written_nonmember", "parameters": {"a": "1"}},
        ],
    ),
    proof(
        "one free parameter is not one model",
        "impossible",
        "collapse",
        bits(2),
        "{observed: {family: bernoulli, dim: 1}, map: {kind: expression, expression: 'a*(z[0]+z[1])', parameters: [a]},"
        f" output: logits, prior: {HALF}}}",
        [{"lemma": "written_single"}],
    ),
    proof(
        "a parameter whose square adds up",
        "collapse",
        "restricted",
        bits(2),
        "{observed: {family: gaussian_fixed_variance, dim: 1}, map: {kind: expression, expression: 'a*z[0]*z[1]+b*z[0]',"
        f" parameters: [a, b]}}, output: mean, prior: {HALF}}}",
        [{"lemma": "written_constant", "parameter": "a"}, {"lemma": "constants"}],
    ),
    proof(
        "weights on a simplex may be constant",
        "impossible",
        "collapse",
        "{latent: {family: dirichlet, dim: 3}, features: counts, map: {kind: affine}, output: concentration}",
        "{observed: {family: poisson, dim: 4}, map: {kind: affine, bias: false}, output: rate,"
        " prior: {family: dirichlet, concentration: 1}}",
        [{"lemma": "never_constant"}],
    ),
    proof(
        "signs are never zero",
        "restricted",
        "tight",
        bits(1, "{kind: mlp, hidden: [16], activation: relu, bias: false}"),
        f"{{observed: {{family: rademacher, dim: 2}}, map: {{kind: affine}}, output: natural, prior: {HALF}}}",
        [{**MEMBER, "F": [["1"]]}, {**MEMBER, "lemma": "out_of_reach", "reason": "origin", "F": [["1"]], "f0": ["1"]}],
    ),
    proof(
        "a rate without a bias on signs",
        "impossible",
        "collapse",
        "{latent: {family: poisson, dim: 1}, map: {kind: mlp, hidden: [8], activation: relu, bias: false}, output: rate}",
        "{observed: {family: rademacher, dim: 2}, map: {kind: affine}, output: natural,"
        " prior: {family: poisson, rate: 2}}",
        [{"lemma": "convexity", "latent": "z"}, {"lemma": "unreachable", "latent": "z", "points": []}],
    ),
    proof(
        "a contrast of counts, free prior",
        "restricted",
        "collapse",
        f"{{latent: {{family: poisson, dim: 1}}, features: softmax, map: {FREE}, output: log_rate}}",
        "{observed: {family: poisson, dim: 2}, map: {kind: affine}, output: log_rate, prior: free}",
        [
            {
                "lemma": "contrast_member",
                "latent": "z",
                "observed": "x",
                "F": [["-1"]],
                "f0": ["0"],
                "f1": ["0"],
                "c": ["0"],
            },
            {"lemma": "nonmember", "condition": "prior"},
        ],
        "free",
    ),
    proof(
        "a mean without a bias and a prior whose variance alone is learned",
        "collapse",
        "impossible",
        gaussian(1, "{kind: affine, bias: false}"),
        pixels(2, "{family: gaussian, mean: 1, variance: {learned: shared}}"),
        EMPTY,
    ),
    proof(
        "a slope that must be 0",
        "collapse",
        "tight",
        "{latent: {family: poisson, dim: 1}, map: {kind: affine}, output: log_rate}",
        real(1, "{kind: expression, expression: 'w/z', parameters: [w]}", "{family: poisson, rate: 1}"),
        [{"lemma": "convexity", "latent": "z"}, {"lemma": "constants"}],
    ),
    proof(
        "a pole where z has mass",
        "restricted",
        "tight",
        f"{{latent: {{family: binomial, dim: 1, trials: 4}}, map: {FREE}, output: logits}}",
        real(1, "{kind: expression, expression: 'a*z + w/z + b', parameters: [a, w, b]}", "implied"),
        [
            {**MEMBER, "F": [["1"]], "parameters": {"a": "1", "w": "0", "b": "0"}, "c": ["0"]},
            {
                **nonmember({"mean": "0"}, 1, [(1,), (2,), (3,)]),
                "parameters": {"a": "0", "w": "1", "b": "0"},
            },
        ],
        "implied",
    ),
)
