"""Unbiased gradients of E[f(b)] over independent bits b_i ~ Bernoulli(sigmoid(a_i)), a the logits.

Each function returns a surrogate: its value is a value of f, and its derivative is an unbiased estimate of the
derivative of E[f(b)], with respect to the logits and to whatever else f depends on, so that

    (-arm(logits, f, torch.rand_like(logits))).mean().backward()

is a step of stochastic ascent. `logits` have the shape (..., m): m bits for each of the leading indices. `noise` is
uniform on (0, 1); its own leading axes broadcast against those of the logits, so that several draws are a larger noise.
f maps bits (c, ..., m) of zeros and ones to values (c, ...), one for each vector of bits, and is called once; c is 2 or
the number of draws. Vectors of bits with different leading indices must not interact in f. f may depend on the logits
itself (through -log q(b)): that part is differentiated as it is.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Function = Callable[[Tensor], Tensor]


def arm(logits: Tensor, function: Function, noise: Tensor) -> Tensor:
    """Augment-REINFORCE-merge: (f(1[u > sigmoid(-a)]) - f(1[u < sigmoid(a)])) (u - 1/2), u the noise.

    Yin and Zhou, ARM: Augment-REINFORCE-Merge Gradient for Stochastic Binary Networks (ICLR 2019), Theorem 1.
    `noise` has the shape (..., m); the result has the shape (...).
    """
    values = function(_antithetic_bits(logits.detach(), noise))
    difference = (values[0] - values[1]).detach().unsqueeze(-1)
    return _surrogate(values.mean(0), difference * (noise - 0.5), logits)


def disarm(logits: Tensor, function: Function, noise: Tensor) -> Tensor:
    """DisARM: ARM's expectation given its two vectors of bits, b = 1[u > sigmoid(-a)] and c = 1[u < sigmoid(a)].

    The estimate is (f(b) - f(c)) (-1)^(c_i) 1[b_i != c_i] sigmoid(|a_i|) / 2.
    Dong, Mnih and Tucker, DisARM: An Antithetic Gradient Estimator for Binary Latent Variables (NeurIPS 2020),
    Equation 8; Yin et al. (2020) found the same as U2G. `noise` has the shape (..., m); the result has the shape (...).
    """
    fixed = logits.detach()
    bits = _antithetic_bits(fixed, noise)
    values = function(bits)
    half_difference = (values[0] - values[1]).detach().unsqueeze(-1) / 2
    sign = bits[0] - bits[1]  # (-1)^(c_i) where the bits differ, else 0
    return _surrogate(values.mean(0), half_difference * sign * torch.sigmoid(fixed.abs()), logits)


def rloo(logits: Tensor, function: Function, noise: Tensor) -> Tensor:
    """REINFORCE with the mean of the other draws as baseline: sum_l (f(b_l) - mean f) (b_l - sigmoid(a)) / (L - 1).

    Kool, van Hoof and Welling, Buy 4 REINFORCE Samples, Get a Baseline for Free! (2019), Equation 8.
    `noise` has the shape (L, ..., m) with L >= 2 draws; the result has the shape (...).
    """
    probability = torch.sigmoid(logits.detach())
    bits = (noise < probability).to(logits.dtype)
    values = function(bits)
    weights = leave_one_out(values.detach())
    return _surrogate(values.mean(0), (weights.unsqueeze(-1) * (bits - probability)).mean(0), logits)


def leave_one_out(values: Tensor) -> Tensor:
    """f_l minus the mean of the others, along the first axis, which has at least two entries."""
    draws = values.shape[0]
    if draws < 2:
        raise ValueError(f"leave-one-out needs at least 2 draws along the first axis, not {draws}.")
    return (values - values.mean(0)) * (draws / (draws - 1))


def _antithetic_bits(logits: Tensor, noise: Tensor) -> Tensor:
    """1[u > sigmoid(-a)] and 1[u < sigmoid(a)], each Bernoulli(sigmoid(a)): (2, ..., m)."""
    probability = torch.sigmoid(logits)
    return torch.stack([noise > 1 - probability, noise < probability]).to(logits.dtype)


def _surrogate(value: Tensor, gradient: Tensor, logits: Tensor) -> Tensor:
    """`value`, with `gradient` added to its derivative with respect to the logits."""
    return value + (gradient.detach() * (logits - logits.detach())).sum(-1)
