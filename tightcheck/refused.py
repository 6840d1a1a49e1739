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
    "power_spherical": Refusal("its log-density is the logarithm of 1 + <mean, x>", "von_mises_fisher"),
    "wrapped_normal": Refusal(_MIXTURE, "von_mises"),
}
