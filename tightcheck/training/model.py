"""K designs of one shape as one module: encoder q(z|x), decoder p(x|z) and prior p(z)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
import torch
from torch import Tensor, nn
from torch.nn import functional

from tightcheck import serial
from tightcheck.design import Block, Constant, Design, Map
from tightcheck.training import priors
from tightcheck.training.conditional import Side
from tightcheck.training.features import facts_of, points_of
from tightcheck.training.formula import Formula
from tightcheck.training.laws import Counts, Law
from tightcheck.training.networks import Piece
from tightcheck.training.sparse import SparseRows
from tightcheck.training.untrainable import Untrainable

Latents = dict[str, Tensor]
Lengths = Mapping[str, tuple[Tensor, Tensor]]
GAUSSIANS = ("gaussian", "isotropic_gaussian", "full_gaussian")


@dataclass(frozen=True)
class Draws:
    """Latent values (member, draw, example, coordinate), their log q, and log q of those that have no path (both summed).

    Where the examples' own value of a block is known, the draw is that value: `known` is log q of it, and it has no part
    in the other two.
    """

    z: Latents
    log_q: Tensor
    score: Tensor
    known: Tensor | float = 0.0


class Model(nn.Module):
    """The networks and constants of K designs that differ in constants' values only; built in double precision."""

    def __init__(
        self,
        designs: Sequence[Design],
        seeds: Sequence[int],
        covariates: Mapping[str, int] | None = None,
        lengths: Lengths | None = None,
    ) -> None:
        super().__init__()
        self.design = design = designs[0]
        require_trainable(designs)
        self.members = len(designs)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        widths = dict(covariates or {})
        latent, observed = design.latent, design.observed
        self.encoder = nn.ModuleList(
            Side([d.encoder[i] for d in designs], observed, latent[:i], widths, generators) for i in range(len(latent))
        )
        self.decoder = nn.ModuleList(
            Side(
                [d.decoder[i] for d in designs],
                latent,
                observed[:i],
                widths,
                generators,
                (lengths or {}).get(block.name),
            )
            for i, block in enumerate(observed)
        )
        _share(self.posterior)
        _share(self.likelihood)
        self.remarks: tuple[str, ...] = ()
        self.prior = self._prior(designs, generators)
        weights = [float(d.objective.value) if d.objective.kind == "beta" else 1.0 for d in designs]  # type: ignore[arg-type]
        self.register_buffer("beta", torch.tensor(weights, dtype=torch.float64)[:, None, None])

    def _prior(self, designs: Sequence[Design], generators: list[torch.Generator]) -> nn.Module:
        design = designs[0]
        if design.prior.kind == "declared":
            prior, self.remarks = priors.declared([d.prior.blocks for d in designs], design.latent, generators)
            return prior
        if design.prior.kind == "free":
            self.remarks = (priors.mixture_remark(", ".join(block.name for block in design.latent)),)
            return priors.Mixture(design.latent, generators)
        if design.covariates or any(block.given for block in (*design.latent, *design.observed)):
            raise Untrainable(
                "the implied prior is trained without covariates and without `given` blocks; leave them out"
            )
        return priors.Implied(design.latent, self._log_partition, _is_quadratic(design), len(designs))

    def _log_partition(self, z: Mapping[str, Tensor]) -> Tensor:
        """A(f(z)): (member, draw, example)."""
        total: Tensor = sum(log_partition(side, dict(z)) for side in self.likelihood)  # type: ignore[assignment]
        return total

    @staticmethod
    def _sides(modules: nn.ModuleList) -> list[Side]:
        return [side for side in modules if isinstance(side, Side)]

    @property
    def posterior(self) -> list[Side]:
        """The encoder's conditionals, in order."""
        return self._sides(self.encoder)

    @property
    def likelihood(self) -> list[Side]:
        """The decoder's conditionals, in order."""
        return self._sides(self.decoder)

    def see(self, data: dict[str, Tensor | SparseRows]) -> None:
        """Takes what features need (means, document frequencies) from training data (examples, coordinates)."""
        for side in (*self.posterior, *self.likelihood):
            side.see(data)

    def log_likelihood(self, x: dict[str, Piece], z: Mapping[str, Tensor]) -> Tensor:
        """log p(x | z), (member, draw, example)."""
        values: dict[str, Piece] = {**self._covariates(x), **z}
        total: Tensor | None = None
        for side in self.likelihood:
            part = side.law(values).log_prob(x[side.block.name])
            total = part if total is None else total + part
            values[side.block.name] = x[side.block.name]
        assert total is not None
        return total

    def log_joint(self, x: dict[str, Piece], z: Mapping[str, Tensor]) -> Tensor:
        """log p(x, z), (member, draw, example)."""
        log_joint: Tensor = self.log_likelihood(x, z) + self.prior(z)
        return log_joint

    def log_weights(self, x: dict[str, Piece], draws: Draws) -> Tensor:
        """log p(x | z) + beta (log p(z) - log q(z | x)), (member, draw, example)."""
        beta = self.beta
        assert isinstance(beta, Tensor)
        weights: Tensor = self.log_likelihood(x, draws.z) + beta * (self.prior(draws.z) - draws.log_q)
        return weights

    def draw(
        self, x: dict[str, Piece], count: int, is_linear: bool = True, bits: Mapping[str, Tensor] | None = None
    ) -> Draws:
        """`count` draws from q(z | x) for each example, differentiable where PyTorch's are.

        `is_linear`: the objective is linear in log q, whose derivative in the parameters then has mean zero and is left out
        (Roeder, Wu and Duvenaud 2017). `bits` are values of blocks that were drawn elsewhere.
        """
        values: dict[str, Piece] = dict(x)
        z: Latents = {}
        log_q: Tensor | float = 0.0
        score: Tensor | float = 0.0
        known: Tensor | float = 0.0
        for side in self.posterior:
            name = side.block.name
            parameters = side.parameters_at({**values, **z})
            law = side.make(parameters)
            is_known = x.get(f"known {name}")
            z[name] = bits[name] if bits and name in bits else law.draw(count)
            if is_known is not None:
                assert isinstance(is_known, Tensor)
                mask = is_known[..., 0]
                label = x[name]
                assert isinstance(label, Tensor)
                z[name] = torch.where(is_known > 0, label, z[name])
                known = known + law.log_prob(label) * mask
            shown = side.make({key: value.detach() for key, value in parameters.items()}) if is_linear else law
            own = shown.log_prob(z[name])
            free = law.log_prob(z[name].detach()) if not law.has_path else torch.zeros_like(own)
            if is_known is not None:
                own, free = own * (1 - mask), free * (1 - mask)
            log_q, score = log_q + own, score + free
        assert isinstance(log_q, Tensor) and isinstance(score, Tensor)
        return Draws(z, log_q, score, known)

    def log_posterior(self, x: dict[str, Piece], z: Mapping[str, Tensor]) -> Tensor:
        """log q(z | x), (member, draw, example)."""
        values: dict[str, Piece] = {**x, **z}
        total: Tensor = sum(side.law(values).log_prob(z[side.block.name]) for side in self.posterior)  # type: ignore[assignment]
        return total

    def _covariates(self, x: Mapping[str, Piece]) -> dict[str, Piece]:
        return {name: x[name] for name in self.design.covariates}


def _share(sides: Sequence[Side]) -> None:
    """A free parameter that the formulas of several blocks name is one number."""
    known: dict[str, nn.Module] = {}
    for side in sides:
        for name in tuple(side.free):
            side.free[name] = known.setdefault(name, side.free[name])


def log_partition(side: Side, values: dict[str, Any]) -> Tensor:
    """A at one conditional's parameters, summed over the copies: (member, draw, example)."""
    block, parameters = side.block, side.parameters_at(values)
    if block.dimension is None:
        fixed = {name: value for name, value in parameters.items() if name in block.fixed}
        partition: Tensor = facts_of(block).log_partition(natural_of(side, values), fixed).sum(-1)
        return partition
    if block.family not in ("categorical", "multinomial"):
        raise Untrainable(f"the implied prior of a {block.family} decoder is not computed here; write another prior")
    law: Law = side.make(parameters)
    if block.length == "random":
        return torch.zeros_like(next(iter(parameters.values()))[..., 0, 0])
    if isinstance(law.distribution, Counts) and block.length == "depends_on_z":
        return law.distribution.log_partition.sum(-1)
    logits = law.logits
    length = block.length if isinstance(block.length, int) else 1
    return (length * (torch.logsumexp(logits, -1) - logits[..., -1])).sum(-1)


def natural_of(side: Side, values: dict[str, Any]) -> Tensor:
    """The natural parameters of a scalar family: (member, draw, example, copy, statistics)."""
    parameters = side.parameters_at(values)
    like = next(iter(parameters.values()))
    return torch.stack([Formula(e)(parameters, like).expand(like.shape) for e in side.natural], -1)


def _is_quadratic(design: Design) -> bool:
    """Whether A(f(z)) is a quadratic function of Gaussian latent variables: Gaussian x, constant variance, affine mean."""
    if any(block.family not in GAUSSIANS for block in design.latent):
        return False
    for conditional in design.decoder:
        for head in conditional.heads:
            is_affine = isinstance(head.source, Map) and head.source.kind == "affine" and head.link is None
            if not (isinstance(head.source, Constant) or (head.symbol.name == "mean" and is_affine)):
                return False
        if (
            conditional.block.family not in ("gaussian", "gaussian_fixed_variance")
            or conditional.inputs.kind != "identity"
        ):
            return False
    return True


def require_trainable(designs: Sequence[Design]) -> None:
    """Raises Untrainable for what has no networks, and for designs that differ in more than constants' values."""
    for design in designs:
        refused = [o for o in design.outside if not o.name.startswith("batch_norm")]
        if refused:
            raise Untrainable(f"{refused[0].name} is outside the theorem and is not trained here: {refused[0].reason}")
        if design.objective.kind == "other":
            raise Untrainable(
                f"the loss {design.objective.value!s} is no bound on log p(x); write one of the objectives"
            )
    if len({_shape(design) for design in designs}) > 1:
        raise ValueError("the designs of an ensemble differ in the values of constants only; these differ in more.")


def _shape(design: Design) -> str:
    """The design without its constants' values."""
    return str(serial.normalised(_blank(design)))


def _blank(part: Any) -> Any:
    if isinstance(part, Constant):
        return replace(part, value=None if part.value is None else sp.Integer(0))
    if isinstance(part, tuple):
        return tuple(map(_blank, part))
    if isinstance(part, Mapping):
        return {key: _blank(value) for key, value in part.items()}
    if hasattr(part, "__dataclass_fields__"):
        blank = replace(part, **{name: _blank(getattr(part, name)) for name in part.__dataclass_fields__})
        return replace(blank, value=sp.Integer(2)) if getattr(part, "kind", "") == "beta" else blank
    return part


def bits_of(block: Block) -> bool:
    """Whether every copy of the block has two values."""
    points = points_of(block)
    return points is not None and points.shape == (2, 1)


def one_hot(labels: Tensor, block: Block) -> Tensor:
    """Class numbers (examples, copies) as the block's coordinates (examples, copies * classes); -1 is left as class 0."""
    assert block.dimension is not None
    return functional.one_hot(labels.clamp(min=0).long(), block.dimension).flatten(-2)
