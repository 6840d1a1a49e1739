"""ARM, DisARM and leave-one-out REINFORCE: their expectation over their own noise is the enumerated gradient, exactly."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from tightcheck.training.estimators import arm, disarm, leave_one_out, rloo

Estimator = Callable[[Tensor, Callable[[Tensor], Tensor], Tensor], Tensor]


def table_function(values: Tensor) -> Callable[[Tensor], Tensor]:
    """f(b) = values[b], bits read as a binary number: every function of m bits is one of these."""
    powers = 2.0 ** torch.arange(len(values).bit_length() - 2, -1, -1, dtype=values.dtype)
    return lambda bits: values[(bits @ powers).long()]


def enumerated(logits: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """E[f(b)], by its definition."""
    codes = torch.tensor([*product((0.0, 1.0), repeat=logits.shape[-1])], dtype=logits.dtype)
    log_masses = -(torch.nn.functional.softplus(torch.where(codes == 1, -logits, logits))).sum(-1)
    return (log_masses.exp() * function(codes)).sum()


def cells(breaks: Tensor) -> list[tuple[float, float]]:
    """Midpoint and length of the intervals between 0, the breaks of one uniform number, and 1."""
    ends = [0.0, *sorted(breaks.tolist()), 1.0]
    return [((a + b) / 2, b - a) for a, b in pairwise(ends)]


def over_noise(estimator: Estimator, logits: Tensor, function: Callable[[Tensor], Tensor], draws: int) -> Tensor:
    """The exact expectation of the surrogate over its uniform noise, to be differentiated.

    The bits are constant on finitely many boxes of noise, and the surrogate is affine in each noise on a box, so its
    mean over a box is its value at the midpoint.
    """
    probability = torch.sigmoid(logits.detach())
    per_bit = [cells(torch.stack([1 - p, p]) if draws == 1 else p.reshape(1)) for p in probability]
    total = torch.zeros((), dtype=logits.dtype)
    for box in product(*(per_bit * draws)):
        volume = float(torch.tensor([length for _, length in box], dtype=torch.float64).prod())
        noise = torch.tensor([middle for middle, _ in box], dtype=logits.dtype)
        total = total + volume * estimator(logits, function, noise.reshape(-1, len(logits)) if draws > 1 else noise)
    return total


reals = st.floats(-3, 3, allow_nan=False, width=32)


@st.composite
def problems(draw: st.DrawFn, bits: int) -> tuple[Tensor, Tensor]:
    logits = draw(st.lists(reals, min_size=bits, max_size=bits))
    values = draw(st.lists(reals, min_size=2**bits, max_size=2**bits))
    return torch.tensor(logits, dtype=torch.float64), torch.tensor(values, dtype=torch.float64)


def assert_unbiased(estimator: Estimator, logits: Tensor, values: Tensor, draws: int) -> None:
    logits.requires_grad_()
    values.requires_grad_()
    exact = enumerated(logits, table_function(values))
    mean = over_noise(estimator, logits, table_function(values), draws)
    torch.testing.assert_close(mean, exact, rtol=0, atol=1e-12)
    for wanted, found in zip(
        torch.autograd.grad(exact, (logits, values)), torch.autograd.grad(mean, (logits, values)), strict=True
    ):
        torch.testing.assert_close(found, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("estimator", [arm, disarm])
@pytest.mark.parametrize("bits", [1, 2, 3])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_antithetic_estimators_are_unbiased(estimator: Estimator, bits: int, data: st.DataObject) -> None:
    assert_unbiased(estimator, *data.draw(problems(bits)), draws=1)


@pytest.mark.parametrize(("bits", "draws"), [(1, 2), (1, 4), (2, 2), (2, 3)])
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_leave_one_out_is_unbiased(bits: int, draws: int, data: st.DataObject) -> None:
    assert_unbiased(rloo, *data.draw(problems(bits)), draws=draws)


@pytest.mark.parametrize("estimator", [arm, disarm, rloo])
def test_a_function_that_depends_on_the_logits_is_differentiated_as_it_is(estimator: Estimator) -> None:
    """E[f(b) - log q(b)], as in an ELBO."""
    logits = torch.tensor([0.3, -1.2], dtype=torch.float64, requires_grad=True)
    values = torch.tensor([0.1, 2.0, -1.0, 0.7], dtype=torch.float64)

    def function(bits: Tensor) -> Tensor:
        log_q = -torch.nn.functional.softplus((1 - 2 * bits) * logits).sum(-1)
        return table_function(values)(bits) - log_q

    exact = torch.autograd.grad(enumerated(logits, function), logits)[0]
    mean = over_noise(estimator, logits, function, 2 if estimator is rloo else 1)
    torch.testing.assert_close(torch.autograd.grad(mean, logits)[0], exact, rtol=0, atol=1e-12)


@pytest.mark.parametrize("estimator", [arm, disarm, rloo])
def test_many_bits_and_many_examples_agree_with_enumeration(estimator: Estimator) -> None:
    """Eight bits, three examples at once, 40,000 draws: every component within 5 standard errors."""
    generator = torch.Generator().manual_seed(7)
    bits, draws = 8, 40_000
    logits = torch.randn(3, bits, generator=generator, dtype=torch.float64, requires_grad=True)
    values = torch.randn(2**bits, generator=generator, dtype=torch.float64)
    function = table_function(values)
    exact = torch.stack([torch.autograd.grad(enumerated(row, function), row)[0] for row in logits])
    shape = (2, draws, 3, bits) if estimator is rloo else (draws, 3, bits)
    noise = torch.rand(shape, generator=generator, dtype=torch.float64)
    repeated = logits.detach().expand(draws, 3, bits).clone().requires_grad_()
    each = torch.autograd.grad(estimator(repeated, function, noise).sum(), repeated)[0]
    standard_error = each.std(0) / draws**0.5
    assert ((each.mean(0) - exact).abs() < 5 * standard_error).all()


def test_disarm_varies_less_than_arm() -> None:
    """It is ARM's conditional expectation (Rao and Blackwell)."""
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(20_000, 4, generator=generator, dtype=torch.float64)
    logits = logits[:1].expand_as(logits).clone().requires_grad_()
    function = table_function(torch.randn(16, generator=generator, dtype=torch.float64))
    noise = torch.rand(logits.shape, generator=generator, dtype=torch.float64)
    spread = {e: torch.autograd.grad(e(logits, function, noise).sum(), logits)[0].var(0).sum() for e in (arm, disarm)}
    assert spread[disarm] < spread[arm]


def test_leave_one_out_needs_two_draws() -> None:
    with pytest.raises(ValueError, match="at least 2 draws"):
        leave_one_out(torch.zeros(1, 5))
