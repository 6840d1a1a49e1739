"""The quick reader of shapes takes exactly what pydantic takes, and reads the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from tightcheck.reading import models
from tightcheck.reading.shape import Misfit, Shape, keys, model, read

SHAPES = [models.Encoder, models.Decoder, models.Both, models.Block, models.Map, models.Output, models.Constant]
WORDS = sorted({key for shape in SHAPES for key in keys(shape)} | {"random", "eval", "shared", "depends_on", "mean"})
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.just(10**13)
    | st.just(Decimal("0.5"))
    | st.just("")
    | st.sampled_from(WORDS)
)
data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=9,
)


def plain(part: Any) -> Any:
    """The keys that were written, as plain data."""
    if isinstance(part, Shape):
        return {key: plain(value) for key, value in vars(part).items()}
    if isinstance(part, BaseModel):
        written = {key: getattr(part, key) for key in part.model_fields_set}
        return {key: plain(value) for key, value in {**written, **(part.model_extra or {})}.items()}
    if isinstance(part, dict):
        return {key: plain(value) for key, value in part.items()}
    return [plain(item) for item in part] if isinstance(part, list) else part


def by_hand(shape: type[Shape], written: Any) -> Any:
    try:
        return plain(read(shape, written))
    except Misfit:
        return Misfit


def by_pydantic(shape: type[Shape], written: Any) -> Any:
    try:
        return plain(model(shape).model_validate(written))
    except ValidationError:
        return Misfit


def written_for(shape: type[Shape]) -> st.SearchStrategy[dict[str, Any]]:
    """Data with the keys of the shape, so that much of it fits."""
    likely = {
        "family": st.just("gaussian"),
        "kind": st.just("mlp"),
        "latent": data | written_block,
        "observed": data | written_block,
    }
    return st.fixed_dictionaries({}, optional={key: likely.get(key, data) for key in keys(shape)}).filter(bool)


written_block = st.fixed_dictionaries(
    {"family": st.just("gaussian")}, optional={key: data for key in keys(models.Block) if key != "family"}
)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape.__name__))
@settings(max_examples=150)
@given(draw=st.data())
def test_both_readers_agree(shape: type[Shape], draw: st.DataObject) -> None:
    written = draw.draw(written_for(shape) | data)
    assert by_hand(shape, written) == by_pydantic(shape, written)


def test_both_kinds_of_data_are_met() -> None:
    assert by_hand(models.Map, {"kind": "mlp", "hidden": [3]}) == {"kind": "mlp", "hidden": [3]}
    assert by_hand(models.Map, {"kind": "mlp", "hidden": [0]}) is Misfit
    assert by_hand(models.Map, {"kind": "mlp", "bias": 1}) is Misfit
    assert by_hand(models.Map, {"hidden": [3]}) is Misfit
    assert by_hand(models.Block, {"family": "gaussian", "r": 3}) == {"family": "gaussian", "r": 3}
