"""The beta-weighted objective in words: the encoder is fitted to the posterior proportional to p(z) p(x | z)^(1/beta).

Theorem 1 then holds for p(x | z)^(1/beta): C2 and the implied prior have A / beta for A, and g* = F' nu / beta + c.
"""

from __future__ import annotations

import sympy as sp

from tightcheck.design import Design
from tightcheck.joint import show


def beta(design: Design) -> str:
    """The weight of the KL term as text; empty where it is 1."""
    return show.text(sp.sympify(design.objective.value)) if design.objective.kind == "beta" else ""


def scaled(design: Design, formula: str) -> str:
    """A formula linear in A, or in F' nu, divided by beta."""
    weight = beta(design)
    return f"(1/{weight if weight.isdigit() else f'({weight})'}) {formula}" if weight else formula


def prior(design: Design, margins: str) -> str:
    """p(z) ∝ h'(z) exp(margins + A(f(z)) / beta)."""
    z = ", ".join(block.name for block in design.latent)
    given = f" | {', '.join(design.covariates)}" if design.covariates else ""
    return f"p({z}{given}) ∝ h'({z}) exp({margins} + {scaled(design, f'A(f({z}))')})"


def encoder(design: Design, vector: str) -> str:
    """W' x + b with W'/beta for every block of W."""
    if not beta(design):
        return vector
    return " + ".join(scaled(design, term) if "' " in term else term for term in vector.split(" + "))
