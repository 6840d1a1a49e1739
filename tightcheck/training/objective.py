"""The declared objective of each example as a surrogate: its value, and a derivative whose mean is the objective's."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from torch import Tensor

from tightcheck.training.estimators import arm, disarm, leave_one_out
from tightcheck.training.features import joint_values
from tightcheck.training.model import Draws, Model, bits_of
from tightcheck.training.networks import Piece
from tightcheck.training.priors import LARGEST_SUM
from tightcheck.training.untrainable import Untrainable

Estimator = Literal["path", "arm", "disarm", "rloo", "exact"]
ESTIMATORS: tuple[Estimator, ...] = ("path", "arm", "disarm", "rloo", "exact")
GROUPS = 2
"""Independent draws of leave-one-out REINFORCE."""


def default_estimator(model: Model, x: dict[str, Piece]) -> Estimator:
    """Paths where every latent block has one, ARM for bits, else leave-one-out REINFORCE."""
    if not pathless(model, x):
        return "path"
    return "arm" if not _why_no_bits(model, x) else "rloo"


def pathless(model: Model, x: dict[str, Piece]) -> tuple[str, ...]:
    """The latent blocks whose draws are no differentiable functions of the parameters."""
    names = []
    values: dict[str, Piece] = dict(x)
    was_training = model.training
    model.eval()
    with torch.no_grad(), seeded_draws(0, next(model.parameters()).device):
        for side in model.posterior:
            law = side.law(values)
            values[side.block.name] = law.draw(1)
            names += [side.block.name] if not law.has_path else []
    model.train(was_training)
    return tuple(names)


def _why_no_bits(model: Model, x: dict[str, Piece]) -> str:
    """Why ARM does not apply; empty if it does."""
    names = pathless(model, x)
    blocks = {block.name: block for block in model.design.latent}
    if model.design.objective.kind == "semi_supervised":
        return "some examples have labels"
    for name in names:
        if not bits_of(blocks[name]):
            return f"the block {name} is not made of bits"
        if set(blocks[name].given) & set(names):
            return f"the block {name} is given another discrete block"
    return "" if names else "no latent block is discrete"


def check_estimator(model: Model, estimator: Estimator, x: dict[str, Piece]) -> None:
    """Raises Untrainable where the estimator does not apply to the design."""
    if estimator == "path" and pathless(model, x):
        raise Untrainable(
            f"draws of the latent block {pathless(model, x)[0]} have no derivative; write --estimator arm, disarm or rloo"
        )
    if estimator in ("arm", "disarm") and _why_no_bits(model, x):
        instead = "rloo" if pathless(model, x) else "path"
        raise Untrainable(
            f"{estimator} needs independent bits, and {_why_no_bits(model, x)}; write --estimator {instead}"
        )
    if estimator == "exact":
        if joint_values(model.design.latent, LARGEST_SUM) is None:
            raise Untrainable(f"the sum over all z has more than {LARGEST_SUM} terms; write another --estimator")
        if model.design.objective.kind not in ("elbo", "beta"):
            raise Untrainable(
                f"the objective {model.design.objective.kind} is no sum over z; write another --estimator"
            )


def objective(model: Model, x: dict[str, Piece], estimator: Estimator, draws: int = 1) -> Tensor:
    """The objective of each example, to be increased: (member, example). `draws` are per example (an iwae has its own)."""
    if model.design.objective.kind == "iwae":
        draws = int(model.design.objective.value)  # type: ignore[arg-type]
    if estimator == "exact":
        return _exact(model, x)
    if estimator == "path":
        drawn = model.draw(x, draws, _is_linear(model))
        return _reduced(model, model.log_weights(x, drawn), 1) + _known(drawn)
    if estimator == "rloo":
        return _leave_one_out(model, x, draws)
    return _antithetic(model, x, estimator, draws)


def _is_linear(model: Model) -> bool:
    return model.design.objective.kind != "iwae"


def _reduced(model: Model, weights: Tensor, axis: int) -> Tensor:
    """The mean over draws, or of an importance-weighted bound log mean exp."""
    if _is_linear(model):
        return weights.mean(axis)
    return weights.logsumexp(axis) - math.log(weights.shape[axis])


def _known(drawn: Draws) -> Tensor | float:
    """log q of the labels that are known."""
    return drawn.known.mean(1) if isinstance(drawn.known, Tensor) else 0.0


def _leave_one_out(model: Model, x: dict[str, Piece], draws: int) -> Tensor:
    """REINFORCE for the blocks without a path, each group of draws with the other's value as its baseline."""
    drawn = model.draw(x, GROUPS * draws, _is_linear(model))
    values = _reduced(model, model.log_weights(x, drawn).unflatten(1, (GROUPS, draws)), 2)
    score = drawn.score.unflatten(1, (GROUPS, draws)).sum(2)
    weights = leave_one_out(values.detach().movedim(1, 0)).movedim(0, 1)
    surrogate: Tensor = (values + weights * (score - score.detach())).mean(1)
    return surrogate + _known(drawn)


def _antithetic(model: Model, x: dict[str, Piece], estimator: Estimator, draws: int) -> Tensor:
    """ARM or DisARM for the bits of all blocks and all draws together; the other blocks are drawn given them."""
    names = pathless(model, x)
    laws = {side.block.name: side.law(dict(x)) for side in model.posterior if side.block.name in names}
    logits = [laws[name].logits for name in names]
    sizes = [each.shape[-1] for each in logits]
    joined = torch.cat(logits, -1).squeeze(1)  # (member, example, bits)
    repeated = joined.repeat(1, 1, draws)

    def weights(bits: Tensor) -> Tensor:
        each = (
            bits.unflatten(-1, (draws, -1)).permute(1, 0, 3, 2, 4).flatten(1, 2)
        )  # (member, 2 * draws, example, bits)
        parts = {n: laws[n].from_value(b) for n, b in zip(names, each.split(sizes, -1), strict=True)}
        drawn = model.draw(x, 2 * draws, _is_linear(model), parts)
        return _reduced(model, model.log_weights(x, drawn).unflatten(1, (2, draws)), 2).movedim(1, 0)

    gradient = arm if estimator == "arm" else disarm
    return gradient(repeated, weights, torch.rand_like(repeated))


def _exact(model: Model, x: dict[str, Piece]) -> Tensor:
    """sum_z q(z | x) (log p(x | z) + beta (log p(z) - log q(z | x))), every z listed."""
    z = all_latents(model, LARGEST_SUM)
    assert z is not None
    log_q = model.log_posterior(x, z)
    return (log_q.exp() * model.log_weights(x, Draws(z, log_q, log_q))).sum(1)


def all_latents(model: Model, largest: int) -> dict[str, Tensor] | None:
    """Every z along the axis of draws, (1, values, 1, coordinate); None where there are more than `largest`."""
    values = joint_values(model.design.latent, largest)
    if values is None:
        return None
    like = model.beta
    assert isinstance(like, Tensor)
    return {name: points[None, :, None].to(like) for name, points in values.items()}


@contextmanager
def seeded_draws(seed: int, device: torch.device) -> Iterator[None]:
    """PyTorch's random numbers from this seed on; its own state is put back afterwards."""
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield
