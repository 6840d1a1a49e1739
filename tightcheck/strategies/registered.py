"""Any family of the registry, with exact fixed parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from tightcheck.family import Family


@st.composite
def families(draw: st.DrawFn, largest: int = 4) -> Family:
    """Any family of the registry: vectors of 2 to `largest` components, fixed parameters at exact values."""
    import sympy as sp

    from tightcheck import registry

    name = draw(st.sampled_from(registry.names()))
    stated = registry.load(name)
    dimension = None if stated.dimension is None else draw(st.integers(2, _largest(name, largest)))
    family = registry.load(name, dimension)
    values = {}
    for parameter in family.fixed:
        step = draw(st.integers(0, 4))
        value = parameter.default + (step if parameter.symbol.is_integer else sp.Rational(step, 3))
        is_open = parameter.admits(value) and not family.is_settled(parameter)
        values[parameter.symbol.name] = value if is_open else parameter.default
    return family.with_fixed(values)


def _largest(name: str, largest: int) -> int:
    """Matrices are written out entry by entry: two rows are enough."""
    return 2 if name in ("wishart", "inverse_wishart", "matrix_normal", "full_gaussian") else largest
