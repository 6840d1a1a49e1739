"""Hypothesis strategies: families, designs, and models that are inside, outside and just outside the consistent set.

    from hypothesis import given
    from tightcheck import strategies

    @given(strategies.tight_models())
    def test_my_estimator(model):
        ...  # model.numbers() is a tightcheck.numeric.model.Model; repr(model) is what a failing test prints

All numbers are exact rationals until `numbers()` asks for floats, so a counterexample shrinks to one that can be read and
typed in again. Hypothesis finds these strategies by its entry point: with `tightcheck.design` or `tightcheck.family` imported,
`st.from_type(Design)` and `st.from_type(Family)` work. Importing this module imports Hypothesis alone.
"""

from __future__ import annotations

import sys


def register_types() -> None:
    """Hypothesis calls this when it is imported: `st.from_type` then knows the types, if their modules are there by then.

    It stands above the import of Hypothesis, which calls it in the middle of that import; nothing is there to register yet.
    """
    if "boundary_models" not in globals():
        return
    if "tightcheck.design" in sys.modules:
        from tightcheck.design import Design

        st.register_type_strategy(Design, designs().map(WrittenDesign.design))
    if "tightcheck.family" in sys.modules:
        from tightcheck.family import Family

        st.register_type_strategy(Family, families())


from hypothesis import strategies as st  # noqa: E402 (see register_types)

from tightcheck.strategies.designs import designs, plain_designs  # noqa: E402
from tightcheck.strategies.exact_models import (  # noqa: E402
    ExactModel,
    boundary_models,
    loose_models,
    rationals,
    tight_models,
)
from tightcheck.strategies.registered import families  # noqa: E402
from tightcheck.strategies.words import Words, WrittenDesign, text  # noqa: E402

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
    "register_types",
    "text",
    "tight_models",
]

register_types()
