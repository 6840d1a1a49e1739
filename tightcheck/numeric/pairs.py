"""A proved lower bound of the smallest KL(q || p(z | x)) over all product distributions q on bits.

Leaving out all coordinates but two never raises KL, so the smallest KL is at least min KL(a x b || p_ij) for every pair. With
a = q(z_i = 1) the best b is known: phi(a) = -H(a) - log sum_b exp(E_a log p(., b)). On an interval -H, convex, is above its
tangent and the second term, concave, above its chord; both are linear, so phi is at least the smaller end of their sum.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tightcheck.numeric.measure import LogSum, Measure
from tightcheck.numeric.model import Model

INTERVALS = 2048
MOST_BITS = 24


def pair_bound(model: Model, x: Tensor, measure: Measure) -> Tensor:
    """(data); 0 where the latents are no product of at least two bits."""
    sizes = [family.family.support.cardinality for family, copies in model.latent.parts for _ in range(copies)]
    if measure.nodes is not None or set(sizes) != {2} or not 2 <= len(sizes) <= MOST_BITS:
        return x.new_zeros(len(x))
    total = LogSum()
    for z, _ in measure.blocks():
        ones = _is_high(model, z)
        count = ones.shape[1]
        pairs = torch.combinations(torch.arange(count, device=x.device))
        left, right = ones[:, pairs[:, 0]], ones[:, pairs[:, 1]]
        corners = torch.cat([(1 - left) * (1 - right), (1 - left) * right, left * (1 - right), left * right], 1)
        total.add(model.log_scores(x, z), corners)
    masses = total.means.unflatten(-1, (4, -1)).clamp(min=1e-300)  # (data, corner, pair)
    log_p = torch.log(masses / masses.sum(-2, keepdim=True)).movedim(-2, -1)
    return torch.stack([_product_kl_bound(log_p[:, k]) for k in range(log_p.shape[1])]).amax(0).clamp(min=0.0)


def _is_high(model: Model, z: Tensor) -> Tensor:
    """Each bit's place among its family's two points: (states, bits)."""
    columns = []
    for (family, copies), piece in model.latent.split(z):
        first = family.points.to(z)[0]
        columns.append((piece != first).any(-1).to(z).reshape(len(z), copies))
    return torch.cat(columns, 1)


def _product_kl_bound(log_p: Tensor) -> Tensor:
    """min over a, b of KL(a x b || p), from below: log_p is (data, 4), corners 00, 01, 10, 11."""
    ends = torch.linspace(0.0, 1.0, INTERVALS + 1, dtype=log_p.dtype, device=log_p.device)
    p00, p01, p10, p11 = log_p.unbind(-1)
    mixed = torch.stack([(1 - ends) * low[:, None] + ends * high[:, None] for low, high in ((p00, p10), (p01, p11))])
    concave = -torch.logsumexp(mixed, 0)
    start, stop = ends[:-1], ends[1:]
    middle = ((start + stop) / 2).clamp(min=1e-12, max=1 - 1e-12)
    at = torch.xlogy(middle, middle) + torch.xlogy(1 - middle, 1 - middle)
    slope = torch.log(middle) - torch.log1p(-middle)
    first = at + slope * (start - middle) + concave[:, :-1]
    last = at + slope * (stop - middle) + concave[:, 1:]
    return torch.minimum(first, last).amin(-1)
