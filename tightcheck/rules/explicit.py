"""Decoders that are written out, over a few finite latents. C1 and C2 are equations between numbers: the weights that annihilate
1 and psi on all latent points must annihilate every f_i, and P - A(f).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.explicit import Written, written
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.zero import Entries

CONDITION = "C1"
VALUES = ("1", "0", "-1", "2", "1/2")


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """A parameter that C1 forces to be 0."""
    model = _read(design)
    for symbol in sorted(model.parameters, key=str) if model else ():
        yield {"lemma": "written_constant", "parameter": symbol.name}
        if prior == "declared":
            yield {"lemma": "written_conjugate", "parameter": symbol.name}


def models(design: Design, lemma: str) -> Iterator[dict[str, Any]]:
    """Small values of the parameters, for members and counterexamples."""
    model = _read(design)
    if model is not None:
        names = sorted(s.name for s in model.parameters)
        for values in product(VALUES, repeat=min(len(names), 3)):
            padded = (*values, *("1",) * (len(names) - len(values)))
            yield {"lemma": lemma, "parameters": dict(zip(names, padded, strict=True))}


def members(design: Design) -> Iterator[dict[str, Any]]:
    """Candidates for consistent models."""
    yield from models(design, "written_member")


def counterexamples(design: Design) -> Iterator[dict[str, Any]]:
    """Candidates for models that are not; without parameters there is only one."""
    for step in models(design, "written_nonmember"):
        yield step if step["parameters"] else {"lemma": "written_single"}


def _read(design: Design) -> Written | None:
    """The design as values at points, where it is of that kind."""
    try:
        return written(design)
    except Rejected:
        return None
