"""Families on spheres."""

from __future__ import annotations

from functools import cache

import sympy as sp

from tightcheck.family import Family


@cache
def is_sphere(family: Family) -> bool:
    """Whether the statistics are the points of a sphere about 0 with its surface measure: cosine and sine, a unit vector."""
    if family.support.chart is not None:
        return family.statistics == family.variables and family.log_base_measure == 0
    x = family.variables[0]
    return family.statistics == (sp.cos(x), sp.sin(x)) and family.log_base_measure == 0


__all__ = ["is_sphere"]
