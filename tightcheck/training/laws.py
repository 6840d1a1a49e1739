"""The law of one block at given parameters: its log-density and its draws.

Parameters have the axes (member, draw, example, copy), those of a vector family one more, its components. A value has
the axes (member, draw, example, coordinate), the coordinates being those of all copies in a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp
import torch
from torch import Tensor, distributions
from torch.distributions import Distribution, constraints
from torch.nn import functional

from tightcheck import registry
from tightcheck.numeric.torch_family import TorchFamily, torch_family
from tightcheck.training.formula import Formula
from tightcheck.training.sparse import SparseRows
from tightcheck.training.sphere import VonMisesFisher
from tightcheck.training.untrainable import Untrainable

Parameters = Mapping[str, Tensor]
REST, MOST_POINTS = 1e-6, 2**14
"""Mass that a list of counts may leave out, and its longest length."""
LARGEST_FIELD = 12
"""Nodes of a Markov random field whose configurations are listed."""


@dataclass(frozen=True)
class Law:
    """Independent copies with this distribution; an event is a scalar or a vector of `event` components."""

    distribution: Distribution
    event: int | None
    to_value: Callable[[Tensor], Tensor] = lambda x: x
    from_value: Callable[[Tensor], Tensor] = lambda v: v

    @property
    def has_path(self) -> bool:
        """Whether a draw is a differentiable function of the parameters."""
        return bool(self.distribution.has_rsample)

    @property
    def logits(self) -> Tensor:
        """Of a Bernoulli or categorical distribution."""
        logits: Tensor = self.distribution.logits  # type: ignore[attr-defined]
        return logits

    def log_prob(self, value: Tensor | SparseRows) -> Tensor:
        """(member, draw, example): the sum over the copies."""
        if isinstance(value, SparseRows):
            assert isinstance(self.distribution, Counts)
            return self.distribution.log_prob_of_rows(value)
        events = value if self.event is None else value.unflatten(-1, (-1, self.event))
        return self.distribution.log_prob(self.to_value(events)).sum(-1)

    def draw(self, draws: int) -> Tensor:
        """(member, draws, example, coordinate): each for its own parameters, or several for the same."""
        count = (draws,) if self.distribution.batch_shape[1] != draws else ()
        distribution = self.distribution
        drawn = distribution.rsample(count) if distribution.has_rsample else distribution.sample(count)
        if count:
            drawn = drawn.movedim(0, 2).flatten(1, 2)
        drawn = self.from_value(drawn)
        return drawn if self.event is None else drawn.flatten(-2)


def scalar_law(family: str, fixed: Mapping[str, Any], natural: tuple[sp.Expr, ...]) -> Callable[[Parameters], Law]:
    """The law of a scalar family whose natural parameters are `natural` in the names of the parameters given.

    `fixed` are the values of fixed parameters that shape the family (numbers of trials, ends of an interval).
    """
    facts = torch_family(registry.load(family, fixed=fixed))
    if facts.variables > 1:
        raise Untrainable(f"the family {family} has no networks here; it is analysed, not trained")
    return _twin(facts, natural) or _listed(facts, natural)


def _twin(facts: TorchFamily, natural: tuple[sp.Expr, ...]) -> Callable[[Parameters], Law] | None:
    """PyTorch's distribution of the same law, its arguments worked out in the parameters."""
    twin = facts.family.torch
    if twin is None and facts.name not in WITHOUT_TWIN:
        return None
    eta = dict(zip(facts.family.natural_parameters, natural, strict=True))
    if twin is None:
        name, stated = WITHOUT_TWIN[facts.name]
        way = facts.parametrisation(stated)
        arguments: Mapping[str, sp.Basic] = dict(zip(stated, way.inverse, strict=True))
    else:
        name, arguments = twin.name, twin.arguments
    formulas = {key: Formula(e.subs(eta, simultaneous=True)) for key, e in arguments.items()}
    make = CONSTRUCTORS.get(name) or getattr(distributions, name)
    to_value, from_value = _written(facts, twin.value if twin else None)

    def law(parameters: Parameters) -> Law:
        like = next(iter(parameters.values()))
        values = {key: formula(parameters, like).expand(like.shape) for key, formula in formulas.items()}
        return Law(make(**values, validate_args=False), None, to_value, from_value)

    return law


def _written(
    facts: TorchFamily, value: sp.Expr | None
) -> tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]:
    """From the family's variable to how PyTorch writes it, and back."""
    if value is None:
        return (lambda x: x), (lambda v: v)
    (variable,), other = facts.family.variables, sp.Symbol("value", real=True)
    there, back = Formula(value), Formula(sp.solve(value - other, variable)[0])
    return (lambda x: there({variable.name: x})), (lambda v: back({"value": v}))


def _listed(facts: TorchFamily, natural: tuple[sp.Expr, ...]) -> Callable[[Parameters], Law]:
    """The density of the family's own formulas."""
    formulas = [Formula(expression) for expression in natural]

    def law(parameters: Parameters) -> Law:
        like = next(iter(parameters.values()))
        eta = torch.stack([formula(parameters, like).expand(like.shape) for formula in formulas], -1)
        return Law(Exponential(facts, eta, {k: v[..., None] for k, v in parameters.items()}), None)

    return law


class Exponential(Distribution):
    """log h(x) + <T(x), eta> - A(eta), with draws where the points can be listed; eta (..., statistics)."""

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012

    def __init__(self, facts: TorchFamily, eta: Tensor, fixed: Parameters, is_vector: bool = False) -> None:
        self.facts, self.eta, self.fixed, self.is_vector = facts, eta, fixed, is_vector
        event = torch.Size([facts.variables]) if is_vector else torch.Size()
        super().__init__(eta.shape[:-1], event, validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        """(...): the log-density of each copy."""
        return self.facts.log_density(value if self.is_vector else value[..., None], self.eta, self.fixed)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws from the list of all points, or of one number's points up to where next to no mass is left."""
        support = self.facts.family.support
        if support.is_discrete and not support.is_finite and not self.is_vector:
            return self._counted(tuple(sample_shape))
        if not support.is_finite:
            raise Untrainable(f"there is no way to draw from the family {self.facts.name} here; use it for x only")
        drawn = self.facts.sample(self.eta.detach(), tuple(sample_shape))
        return drawn if self.is_vector else drawn[..., 0]

    @torch.no_grad()
    def _counted(self, shape: tuple[int, ...]) -> Tensor:
        """By the distribution function over the first points, twice as many until all but REST of the mass is there."""
        count = 64
        while True:
            points = self.facts.lowest + torch.arange(count, dtype=self.eta.dtype, device=self.eta.device)
            fixed = {name: value[..., None] for name, value in self.fixed.items()}
            logs = self.facts.log_density(points[:, None], self.eta[..., None, :], fixed)
            below = logs.exp().cumsum(-1)
            if bool((below[..., -1] > 1 - REST).all()) or count >= MOST_POINTS:
                break
            count *= 2
        draws = math.prod(shape)
        share = torch.rand(*below.shape[:-1], draws, dtype=below.dtype, device=below.device) * below[..., -1:]
        place = torch.searchsorted(below, share).clamp(max=count - 1)
        return points[place].movedim(-1, 0).reshape(*shape, *below.shape[:-1])


class Counts(Distribution):
    """Word counts at given lengths: log l! - sum log x_k! + sum x_k log softmax(logits)_k.

    With `lengths` (values, log masses) the length depends on z as in the paper's Equation 23: the counts have the natural
    parameters `logits`, and the base measure holds this law of the length.
    """

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012

    def __init__(self, logits: Tensor, lengths: tuple[Tensor, Tensor] | None = None) -> None:
        self.logits = logits
        self.lengths = None if lengths is None else (lengths[0].to(logits), lengths[1].to(logits))
        super().__init__(logits.shape[:-1], logits.shape[-1:], validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        """(...): the log-mass of each text."""
        length = value.sum(-1)
        words = (value * self.log_probabilities).sum(-1) - torch.lgamma(value + 1).sum(-1)
        return torch.lgamma(length + 1) + words + self._log_mass_of(length)

    def log_prob_of_rows(self, rows: SparseRows) -> Tensor:
        """(member, draw, example) of one text per example, reading the words that occur."""
        length = rows.sums()
        words = rows.inner(self.log_probabilities.squeeze(-2)) - rows.sum_entries(torch.lgamma(rows.values + 1))
        return torch.lgamma(length + 1) + words + self._log_mass_of(length[..., None]).squeeze(-1)

    @property
    def log_probabilities(self) -> Tensor:
        """log softmax(logits)."""
        return torch.log_softmax(self.logits, -1)

    @property
    def log_partition(self) -> Tensor:
        """A = log sum_l p(l) S^l, S the sum of exp(logits): for lengths that depend on z."""
        assert self.lengths is not None
        values, log_masses = self.lengths
        return torch.logsumexp(log_masses + values * torch.logsumexp(self.logits, -1, keepdim=True), -1)

    def _log_mass_of(self, length: Tensor) -> Tensor:
        """log p(l | z): 0 where the lengths are given."""
        if self.lengths is None:
            return torch.zeros_like(length)
        values, log_masses = self.lengths
        own = log_masses[torch.searchsorted(values, length.contiguous()).clamp(max=len(values) - 1)]
        return own + length * torch.logsumexp(self.logits, -1) - self.log_partition


class BetaPrime(distributions.TransformedDistribution):
    """Odds of a beta variable."""

    def __init__(self, alpha: Tensor, beta: Tensor, validate_args: bool | None = None) -> None:
        odds = distributions.transforms.ComposeTransform(
            [distributions.SigmoidTransform().inv, distributions.ExpTransform()]
        )
        super().__init__(distributions.Beta(alpha, beta, validate_args=False), odds, validate_args=validate_args)


class LogitNormal(distributions.TransformedDistribution):
    """The sigmoid of a Gaussian variable."""

    def __init__(self, loc: Tensor, scale: Tensor, validate_args: bool | None = None) -> None:
        base = distributions.Normal(loc, scale, validate_args=False)
        super().__init__(base, distributions.SigmoidTransform(), validate_args=validate_args)


def _rayleigh(scale: Tensor, validate_args: bool) -> Distribution:
    return distributions.Weibull(scale * math.sqrt(2), torch.full_like(scale, 2), validate_args=validate_args)


CONSTRUCTORS: Mapping[str, Callable[..., Distribution]] = {
    "BetaPrime": BetaPrime,
    "LogitNormal": LogitNormal,
    "Rayleigh": _rayleigh,
}
WITHOUT_TWIN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "beta_prime": ("BetaPrime", ("alpha", "beta")),
    "logit_normal": ("LogitNormal", ("loc", "scale")),
    "rayleigh": ("Rayleigh", ("scale",)),
}
"""Families that PyTorch lacks, built from its parts: the constructor, and the parametrisation of its arguments."""


def vector_law(family: str, dimension: int, edges: Any, lengths: Any) -> Callable[[Parameters], Law]:
    """The law of a vector family, in whichever way its parameters are written."""
    if family == "markov_random_field":
        return _field(dimension, edges)
    if family not in VECTORS:
        raise Untrainable(f"the family {family} has no networks here; it is analysed, not trained")
    make = VECTORS[family]

    def law(parameters: Parameters) -> Law:
        return Law(make(_without_logarithms(parameters), dimension, lengths), dimension)

    return law


def _without_logarithms(parameters: Parameters) -> Parameters:
    """`log_concentration` as the concentration."""
    return {
        name.removeprefix("log_"): value.exp() if name.startswith("log_") else value
        for name, value in parameters.items()
    }


def _logits(parameters: Parameters) -> Tensor:
    """Of a categorical or multinomial law."""
    if "logits" in parameters:
        return parameters["logits"]
    if "natural" in parameters:
        return functional.pad(parameters["natural"], (0, 1))
    return parameters["probs"].log()


def _categorical(parameters: Parameters, dimension: int, lengths: Any) -> Distribution:
    return distributions.OneHotCategorical(logits=_logits(parameters), validate_args=False)


def _counts(parameters: Parameters, dimension: int, lengths: Any) -> Distribution:
    return Counts(_logits(parameters), lengths)


def _dirichlet(parameters: Parameters, dimension: int, lengths: Any) -> Distribution:
    concentration = parameters["concentration"] if "concentration" in parameters else parameters["natural"] + 1
    return distributions.Dirichlet(concentration, validate_args=False)


def _isotropic(parameters: Parameters, dimension: int, lengths: Any) -> Distribution:
    if "natural" in parameters:
        eta = parameters["natural"]
        mean, scale = -eta[..., :-1] / (2 * eta[..., -1:]), (-2 * eta[..., -1:]).rsqrt()
    else:
        mean, scale = _mean(parameters), _scale(parameters)
    mean, scale = torch.broadcast_tensors(mean, scale)
    return distributions.Independent(distributions.Normal(mean, scale, validate_args=False), 1, validate_args=False)


def _mean(parameters: Parameters) -> Tensor:
    return parameters["mean" if "mean" in parameters else "loc"]


def _scale(parameters: Parameters) -> Tensor:
    """The standard deviation (..., 1), however the spread is written."""
    if "scale" in parameters:
        return parameters["scale"]
    return parameters["variance"].sqrt() if "variance" in parameters else parameters["precision"].rsqrt()


def _full_gaussian(parameters: Parameters, dimension: int, lengths: Any) -> Distribution:
    matrices = {
        "cholesky": "scale_tril",
        "scale_tril": "scale_tril",
        "covariance": "covariance_matrix",
        "covariance_matrix": "covariance_matrix",
        "precision": "precision_matrix",
        "precision_matrix": "precision_matrix",
    }
    (name,) = parameters.keys() & matrices.keys()
    lower = lower_triangular(parameters[name], dimension)
    matrix = lower if matrices[name] == "scale_tril" else lower + lower.tril(-1).mT
    mean = _mean(parameters)
    shape = torch.broadcast_shapes(mean.shape[:-1], matrix.shape[:-2])
    return distributions.MultivariateNormal(
        mean.expand(*shape, dimension),
        **{matrices[name]: matrix.expand(*shape, dimension, dimension)},
        validate_args=False,
    )


def lower_triangular(entries: Tensor, dimension: int) -> Tensor:
    """The matrix (..., d, d) whose lower triangle, row by row, is given (..., d (d + 1) / 2)."""
    matrix = entries.new_zeros(*entries.shape[:-1], dimension, dimension)
    rows, columns = torch.tril_indices(dimension, dimension, device=entries.device)
    matrix[..., rows, columns] = entries
    return matrix


def _von_mises_fisher(parameters: Parameters, dimension: int, lengths: Any) -> Distribution:
    if "natural" in parameters:
        eta = parameters["natural"]
        length = eta.norm(dim=-1, keepdim=True)
        return VonMisesFisher(eta / length.clamp(min=1e-30), length[..., 0])
    direction = functional.normalize(parameters["loc" if "loc" in parameters else "mean_direction"], dim=-1)
    concentration = parameters["concentration" if "concentration" in parameters else "kappa"][..., 0]
    shape = torch.broadcast_shapes(direction.shape[:-1], concentration.shape)
    return VonMisesFisher(direction.expand(*shape, dimension), concentration.expand(shape))


VECTORS: Mapping[str, Callable[[Parameters, int, Any], Distribution]] = {
    "categorical": _categorical,
    "multinomial": _counts,
    "multinomial_random_length": _counts,
    "dirichlet": _dirichlet,
    "isotropic_gaussian": _isotropic,
    "full_gaussian": _full_gaussian,
    "von_mises_fisher": _von_mises_fisher,
}


@cache
def field_facts(dimension: int, edges: tuple[tuple[int, int], ...]) -> TorchFamily:
    """A Markov random field with all its nodes."""
    if dimension > LARGEST_FIELD:
        raise Untrainable(f"a markov_random_field is trained with at most {LARGEST_FIELD} nodes, not {dimension}")
    return torch_family("markov_random_field", dimension=dimension, edges=edges)


def _field(dimension: int, edges: tuple[tuple[int, int], ...]) -> Callable[[Parameters], Law]:
    facts = field_facts(dimension, edges)

    def law(parameters: Parameters) -> Law:
        if "natural" in parameters:
            eta = parameters["natural"]
        else:
            both = [parameters["bias"], *([parameters["coupling"]] if edges else [])]
            shape = torch.broadcast_shapes(*(part.shape[:-1] for part in both))
            eta = torch.cat([part.expand(*shape, part.shape[-1]) for part in both], -1)
        return Law(Exponential(facts, eta, {}, is_vector=True), dimension)

    return law
