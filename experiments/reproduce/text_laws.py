"""Laws of m bits: q of each document as a product over the bits or as a table over all codes, with exact expectations.

Codes come in the order of the numbers they write, first bit lowest, as `text_span.every_code` lists them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor

from tightcheck.experiments.reproduce.text_exact import log_code
from tightcheck.experiments.reproduce.text_model import divergence


@dataclass(frozen=True)
class Factorised:
    """q(z) ∝ exp <natural, z>, natural (B, m)."""

    natural: Tensor

    def expectation(self, values: Tensor) -> Tensor:
        """E_q of values (2^m, d), as (B, d): over the last bits first, so that no table over all codes is needed."""
        half = self.natural.shape[1] // 2
        low, high = (log_code(part).exp() for part in (self.natural[:, :half], self.natural[:, half:]))
        partial = (high @ values.view(high.shape[1], -1)).view(len(low), low.shape[1], -1)
        return (low[:, None, :] @ partial).squeeze(1)

    def entropy(self) -> Tensor:
        """-E log q, (B,)."""
        return self.natural.shape[1] * math.log(2) - divergence(self.natural)


@dataclass(frozen=True)
class Table:
    """q of any kind: log_q (B, 2^m)."""

    log_q: Tensor

    def expectation(self, values: Tensor) -> Tensor:
        """E_q of values (2^m, d), as (B, d)."""
        return self.log_q.exp() @ values

    def entropy(self) -> Tensor:
        """-E log q, (B,)."""
        return -(self.log_q.exp() * self.log_q).sum(1)


Law: TypeAlias = Factorised | Table
