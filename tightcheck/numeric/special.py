"""Logarithms of integrals that PyTorch does not have, each differentiable in all that it takes."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

FALL = 745.0
"""exp(-FALL) is the smallest positive number in double precision."""


class _SumSoftplus(torch.autograd.Function):
    """sum max(u, 0) - log prod sigmoid(|u|): no factor is below 1/2, so one logarithm serves as many as do not underflow."""

    generate_vmap_rule = True

    @staticmethod
    def forward(u: Tensor) -> Tensor:
        """One buffer of the size of u is written three times over."""
        factors = -math.frexp(torch.finfo(u.dtype).tiny)[1]
        buffer = u.abs().sigmoid_()
        total = -sum(torch.log(part.prod(-1)) for part in buffer.split(factors, -1))
        return buffer.copy_(u).relu_().sum(-1) + total

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0])

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Tensor:
        (u,) = ctx.saved_tensors
        return slope[..., None] * torch.sigmoid(u)


def sum_softplus(u: Tensor) -> Tensor:
    """The sum of log(1 + e^u) over the last axis, to two units in the last place of 1 for each number and of its value.

    Few logarithms are taken, so this costs little beside a matrix product over the same numbers. Infinite u are allowed.
    """
    value: Tensor = _SumSoftplus.apply(u)  # type: ignore[no-untyped-call]
    return value


def log_one_minus_exp(u: Tensor) -> Tensor:
    """log(1 - e^u) for u < 0, to full relative accuracy at both ends."""
    near, far = torch.clamp(u, min=-math.log(2.0)), torch.clamp(u, max=-math.log(2.0))
    return torch.where(u > -math.log(2.0), torch.log(-torch.expm1(near)), torch.log1p(-torch.exp(far)))


def log_exp_minus_one(u: Tensor) -> Tensor:
    """log(e^u - 1) for u > 0."""
    return u + log_one_minus_exp(-u)


def log_exp_minus_one_over(u: Tensor) -> Tensor:
    """log((e^u - 1) / u), 0 at u = 0; near it u/2 + u^2/24 - u^4/2880 + u^6/181440 - ..."""
    is_small = u.abs() < 0.1
    square = torch.where(is_small, u, torch.zeros_like(u)) ** 2
    near = square * (1 / 24 + square * (-1 / 2880 + square * (1 / 181440 + square * (-1 / 9676800))))
    size = torch.where(is_small, torch.ones_like(u), u).abs()
    far = size / 2 + torch.log(-torch.expm1(-size)) - torch.log(size)
    return u / 2 + torch.where(is_small, near, far)


def log_cosh(u: Tensor) -> Tensor:
    """log cosh u, with an accurate slope at 0."""
    size = u.abs()
    near, far = torch.clamp(size, max=1.0), torch.clamp(size, min=1.0)
    return torch.where(
        size < 1.0, torch.log1p(2 * torch.sinh(near / 2) ** 2), far + torch.log1p(torch.exp(-2 * far)) - math.log(2.0)
    )


class _LogScaledBesselI(torch.autograd.Function):
    """L(v, s) = log(I_v(sqrt s) s^(-v/2)), entire in s; dL/ds = exp(L(v + 1, s) - L(v, s)) / 2 (DLMF 10.29.4)."""

    generate_vmap_rule = True

    @staticmethod
    def forward(order: float, square: Tensor) -> Tensor:
        """The integral of sech(y)^(2 v + 1) cosh(r tanh y) by the trapezoidal rule (DLMF 10.32.2, t = tanh y)."""
        reach = 2.0 + 0.5 * math.log1p(1e8 / (2 * order + 1)) + 40.0 / (2 * order + 1)
        y = torch.linspace(0.0, reach, 200 + int(16 * reach), dtype=square.dtype, device=square.device)
        log_sech = -(y + torch.log1p(torch.exp(-2 * y)) - math.log(2.0))
        terms = (2 * order + 1) * log_sech + log_cosh(square.sqrt()[..., None] * torch.tanh(y))
        weights = torch.full_like(y, math.log(2.0) + math.log(float(y[1] - y[0])))
        weights[0] -= math.log(2.0)
        constant = 0.5 * math.log(math.pi) + order * math.log(2.0) + math.lgamma(order + 0.5)
        return torch.logsumexp(terms + weights, -1) - constant

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[float, Tensor], output: Tensor) -> None:
        ctx.order = inputs[0]
        ctx.save_for_backward(inputs[1])

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[None, Tensor]:
        (square,) = ctx.saved_tensors
        return None, slope * log_scaled_bessel_i_slope(ctx.order, square)


def log_scaled_bessel_i(order: float, square: Tensor) -> Tensor:
    """log(I_v(sqrt s) s^(-v/2)) for s >= 0, v >= 0: -v log 2 - log gamma(v + 1) at s = 0."""
    value: Tensor = _LogScaledBesselI.apply(order, square)  # type: ignore[no-untyped-call]
    return value


def log_scaled_bessel_i_slope(order: float, square: Tensor) -> Tensor:
    """Its derivative in s."""
    return torch.exp(log_scaled_bessel_i(order + 1, square) - log_scaled_bessel_i(order, square)) / 2


def log_bessel_k(order: Tensor, x: Tensor) -> Tensor:
    """log K_v(x), x > 0: the integral of exp(-x cosh t) cosh(v t) over t > 0 by the trapezoidal rule (DLMF 10.32.9)."""
    order, x = torch.broadcast_tensors(order, x)
    with torch.no_grad():
        reach = torch.acosh(1 + FALL / x)
        for _ in range(3):
            reach = torch.acosh(1 + (FALL + order.abs() * reach) / x)
    share = torch.linspace(0.0, 1.0, 601, dtype=x.dtype, device=x.device)
    t = reach[..., None] * share
    weights = torch.zeros_like(share)
    weights[0] = weights[-1] = -math.log(2.0)
    terms = weights - x[..., None] * torch.cosh(t) + log_cosh(order[..., None] * t)
    return torch.logsumexp(terms, -1) + torch.log(reach / 600)


def log_gaussian_interval(start: Tensor, end: Tensor, sign: int) -> Tensor:
    """log of 2 / sqrt(pi) times the integral of exp(sign t^2) from start to end: a difference of erf or erfi."""
    start, end = torch.broadcast_tensors(start, end)
    if sign < 0:  # what is FALL below the largest value adds nothing
        nearest = torch.where(start * end < 0, torch.zeros_like(start), torch.minimum(start.abs(), end.abs()))
        reach = torch.sqrt(nearest.detach() ** 2 + FALL)
        start, end = torch.clamp(start, min=-reach), torch.clamp(end, max=reach)
    node, weight = legendre(256, start)
    t = start[..., None] + (end - start)[..., None] * node
    return (
        torch.logsumexp(sign * t**2 + torch.log(weight), -1) + torch.log(end - start) + math.log(2 / math.sqrt(math.pi))
    )


def legendre(count: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Gauss-Legendre nodes and weights on [0, 1]."""
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(count)
    return tuple(torch.as_tensor(part, dtype=like.dtype, device=like.device) for part in ((nodes + 1) / 2, weights / 2))  # type: ignore[return-value]
