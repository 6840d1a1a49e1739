"""What is no exponential family, by name: why, and the nearest family that is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """Why a distribution is refused, and the nearest family of the registry."""

    reason: str
    nearest: str


_ZERO_INFLATED = "with a z-dependent weight on 0 the log-density is no finite sum of statistics times parameters"
_MIXTURE = "the logarithm of a sum of densities is no finite sum of statistics times parameters"
_LOCATION = "no finite set of statistics carries its location for every sample size"
_POINT = "a code without spread has no density, and all its masses have disjoint supports"
_RELAXED = "its log-density takes the logarithm of a sum that couples parameters and draw"
_ENDS = "its support depends on its parameters"
_STICKS = "it is a function of fractions, which are the variables: write these"
_CURVED = "its density on a curved space has no finite set of statistics for every centre and spread"
_CUT = (
    "its masses are differences of a distribution function at cut points, no finite sum of statistics times parameters"
)
_FLOW = "its log-density is a network of the draw, with no fixed finite set of statistics"

REFUSED: Mapping[str, Refusal] = {
    **dict.fromkeys(("zero_inflated_poisson", "zip", "hurdle_poisson"), Refusal(_ZERO_INFLATED, "poisson")),
    **dict.fromkeys(
        ("zero_inflated_negative_binomial", "zinb", "hurdle_negative_binomial"),
        Refusal(_ZERO_INFLATED, "negative_binomial"),
    ),
    **dict.fromkeys(
        ("zero_inflated", "hurdle"), Refusal(_ZERO_INFLATED, "the family without its weight on 0, such as poisson")
    ),
    "zero_inflated_gamma": Refusal(_ZERO_INFLATED, "gamma"),
    "tweedie": Refusal("its base measure depends on its dispersion, with no closed statistics", "gamma"),
    **dict.fromkeys(
        ("student_t", "student", "studentt", "t"),
        Refusal("it is a scale mixture of Gaussians; its log-density is the logarithm of 1 + (x - m)^2", "gaussian"),
    ),
    "cauchy": Refusal(_LOCATION, "gaussian"),
    "half_cauchy": Refusal(_LOCATION, "gamma"),
    **dict.fromkeys(
        ("logistic", "discretized_logistic", "gumbel", "discretized_logistic_mixture"), Refusal(_LOCATION, "gaussian")
    ),
    "laplace_free_location": Refusal(_LOCATION, "laplace"),
    "asymmetric_laplace": Refusal(_LOCATION, "laplace"),
    "uniform": Refusal(_ENDS, "beta on a known interval, or truncated_gaussian"),
    "kumaraswamy": Refusal("its statistics x^a depend on its parameter a", "beta"),
    "weibull_free_shape": Refusal("its statistic x^k depends on its shape k", "weibull"),
    "pareto_free_minimum": Refusal(_ENDS, "pareto"),
    "generalized_gamma": Refusal("its statistic x^p depends on its parameter p", "gamma"),
    "beta_binomial": Refusal(_MIXTURE, "binomial"),
    "dirichlet_multinomial": Refusal(_MIXTURE, "multinomial"),
    **dict.fromkeys(
        ("mixture", "gaussian_mixture", "gmm", "vampprior"), Refusal(_MIXTURE, "categorical and gaussian as two blocks")
    ),
    **dict.fromkeys(
        ("spike_slab", "spike_and_exponential", "spike_and_exp"),
        Refusal("it charges a point and a half-line at once", "bernoulli, or bernoulli and exponential as two blocks"),
    ),
    "spike_and_slab": Refusal("it charges a point and a line at once", "bernoulli and gaussian as two blocks"),
    **dict.fromkeys(
        ("deterministic", "delta", "point_mass", "dirac", "vector_quantized", "vq"),
        Refusal(_POINT, "categorical, or gaussian"),
    ),
    **dict.fromkeys(
        ("gumbel_softmax", "relaxed_one_hot_categorical", "concrete", "gumbel_softmax_relaxed", "relaxed_categorical"),
        Refusal(_RELAXED, "categorical"),
    ),
    **dict.fromkeys(("relaxed_bernoulli", "binary_concrete", "hard_concrete"), Refusal(_RELAXED, "bernoulli")),
    **dict.fromkeys(("flow", "normalizing_flow", "iaf", "autoregressive"), Refusal(_FLOW, "full_gaussian")),
    **dict.fromkeys(
        ("riemannian_normal", "hyperbolic_normal", "poincare_normal", "hyperbolic_wrapped_normal", "poincare"),
        Refusal(_CURVED, "gaussian, or von_mises_fisher"),
    ),
    "projected_normal": Refusal(_MIXTURE, "von_mises_fisher"),
    **dict.fromkeys(("log_cosh", "hyperbolic_secant"), Refusal(_LOCATION, "gaussian, or laplace")),
    "logit_laplace": Refusal(_LOCATION, "logit_normal"),
    **dict.fromkeys(("generalized_normal", "generalized_gaussian", "soft_laplace"), Refusal(_LOCATION, "gaussian")),
    **dict.fromkeys(
        ("skew_normal", "sinh_arcsinh", "johnson_su", "normal_inverse_gaussian", "exponentially_modified_gaussian"),
        Refusal(_LOCATION, "gaussian"),
    ),
    **dict.fromkeys(("multivariate_student_t", "half_student_t"), Refusal(_LOCATION, "full_gaussian, or gamma")),
    **dict.fromkeys(("quantized_normal", "discretized_gaussian", "discretized_normal"), Refusal(_CUT, "categorical")),
    **dict.fromkeys(("quantized_distribution", "discretized_laplace"), Refusal(_CUT, "categorical")),
    **dict.fromkeys(
        ("ordinal", "ordered_logistic", "ordered_probit", "cumulative_logit"),
        Refusal(_CUT, "categorical, whose logits a network puts out one by one"),
    ),
    **dict.fromkeys(("poisson_log_normal", "skellam"), Refusal(_MIXTURE, "poisson")),
    **dict.fromkeys(("negative_binomial_mixture", "nb_mixture"), Refusal(_MIXTURE, "negative_binomial")),
    **dict.fromkeys(
        ("poisson_mixture", "mixture_same_family"), Refusal(_MIXTURE, "categorical and poisson as two blocks")
    ),
    **dict.fromkeys(("generalized_pareto", "log_logistic"), Refusal(_LOCATION, "weibull")),
    **dict.fromkeys(("stick_breaking", "gem", "dirichlet_process"), Refusal(_STICKS, "beta, one for each fraction")),
    **dict.fromkeys(("hidden_markov_model", "hmm"), Refusal(_MIXTURE, "markov_random_field on a chain, as the latent")),
    **dict.fromkeys(
        ("low_rank_multivariate_normal", "low_rank_gaussian"),
        Refusal("the precision matrices of one rank are no linear space", "full_gaussian, or gaussian"),
    ),
    "horseshoe": Refusal("it is a scale mixture of Gaussians, the logarithm of an integral", "gaussian"),
    "stable": Refusal("its density is no elementary function of draw and parameters", "gaussian"),
    **dict.fromkeys(("implicit", "energy_based", "diffusion", "gan"), Refusal(_FLOW, "gaussian")),
    "power_spherical": Refusal("its log-density is the logarithm of 1 + <mean, x>", "von_mises_fisher"),
    "wrapped_normal": Refusal(_MIXTURE, "von_mises"),
}
