"""Hypothesis strategies: families, designs, and models that are inside, outside and just outside the consistent set.

    from hypothesis import given
    from tightcheck import strategies

    @given(strategies.tight_models())
    def test_my_estimator(model):
        ...  # model.numbers() is a tightcheck.numeric.model.Model; repr(model) is what a failing test prints

All numbers are exact rationals until `numbers()` asks for floats, so a counterexample shrinks to one that can be read and
typed in again. Once this module is imported, `st.from_type(Design)` and `st.from_type(Family)` draw from `designs()` and
`families()`.
"""

from __future__ import annotations

from hypothesis import strategies as st

from tightcheck.design import Design
from tightcheck.family import Family
from tightcheck.strategies.designs import designs, plain_designs
from tightcheck.strategies.exact_models import ExactModel, boundary_models, loose_models, rationals, tight_models
from tightcheck.strategies.registered import families
from tightcheck.strategies.words import Words, WrittenDesign, text

__all__ = [
    "ExactModel",
    "Words",
    "WrittenDesign",
    "boundary_models",
    "designs",
    "families",
    "loose_models",
    "plain_designs",
    "rationals",
    "text",
    "tight_models",
]

st.register_type_strategy(Design, designs().map(WrittenDesign.design))
st.register_type_strategy(Family, families())
