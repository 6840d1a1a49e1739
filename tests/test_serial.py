"""A design as plain data: exact round trips over the registry and the examples, and what the canonical form sees."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from tightcheck import registry
from tightcheck.design import (
    OUTPUT,
    SOFTMAX,
    Block,
    Conditional,
    Constant,
    Design,
    Head,
    Inputs,
    Map,
    Objective,
    Outside,
    Place,
    Prior,
    PriorBlock,
)
from tightcheck.expression import CoordinateSum
from tightcheck.read_yaml import read_design
from tightcheck.serial import design_from_json, design_to_json, normalised, representative_family, without_places

EXAMPLES = sorted(
    path.parent for path in (Path(__file__).parent.parent / "tightcheck" / "examples").glob("*/encoder.yaml")
)
x, z = sp.symbols("x z", real=True)
places = st.builds(Place, st.none() | st.just("encoder.yaml"), st.none() | st.integers(1, 99), st.text(max_size=5))
rationals = st.fractions(-5, 5, max_denominator=50).map(
    lambda number: sp.Rational(number.numerator, number.denominator)
)
constants = st.builds(Constant, st.none() | rationals, st.sampled_from(["fixed", "shared", "per_coordinate"]), places)
maps = st.one_of(
    st.builds(Map, st.just("affine"), bias=st.booleans(), place=places),
    st.builds(
        Map, st.just("mlp"), st.lists(st.integers(1, 9)).map(tuple), st.sampled_from(["relu", "tanh"]), place=places
    ),
    st.builds(
        lambda a: Map("expression", expression=a * z + sp.exp(-x), parameters=(a,)), st.just(sp.Symbol("a", real=True))
    ),
)
links = st.sampled_from([None, sp.log(1 + sp.exp(OUTPUT)), SOFTMAX * sp.Symbol("library", real=True), OUTPUT / 2 + 1])
bounds = st.none() | st.tuples(rationals, st.just(sp.oo))


@st.composite
def conditionals(draw: st.DrawFn) -> Conditional:
    """Any family of the registry, in any of its parametrisations."""
    name = draw(st.sampled_from(registry.names()))
    has_dimension = registry.load(name).dimension is not None and name != "matrix_normal"
    dimension = draw(st.integers(2, 50)) if has_dimension else None
    family = representative_family(name, dimension)
    way = draw(st.sampled_from(family.parametrisations))
    heads = tuple(Head(s, draw(constants | maps), draw(links), draw(bounds), draw(places)) for s in way.symbols)
    fixed = {parameter.symbol.name: draw(constants) for parameter in family.fixed}
    block = Block("b", name, draw(st.integers(1, 10**6)), dimension, fixed, edges=draw(st.none() | st.just(((0, 1),))))
    inputs = Inputs(
        draw(st.sampled_from(["identity", "expression"])), draw(st.sampled_from([None, x / CoordinateSum(x)]))
    )
    return Conditional(block, inputs, heads, way.natural, draw(places))


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """Any conditionals with any prior; whether they make sense is not asked."""
    gaussian = registry.load("gaussian").parametrisations[0]
    blocks = [
        PriorBlock(
            "b", "gaussian", {s.name: draw(constants) for s in gaussian.symbols}, gaussian.natural, given=("y",)
        ),
        PriorBlock("b", None, {}, log_density=-CoordinateSum(z**4) / draw(st.integers(1, 9))),
        PriorBlock(
            "b", "full_gaussian", {}, precision=sp.ImmutableMatrix([[2, 1], [1, sp.Rational(4, 3)]]), dimension=2
        ),
    ]
    return Design(
        decoder=tuple(draw(st.lists(conditionals(), max_size=2))),
        encoder=tuple(draw(st.lists(conditionals(), max_size=2))),
        prior=Prior(
            draw(st.sampled_from(["declared", "implied", "free"])), (draw(st.sampled_from(blocks)),), draw(places)
        ),
        objective=draw(
            st.sampled_from([Objective(), Objective("beta", sp.Rational(1, 3)), Objective("semi_supervised", "y")])
        ),
        covariates=("batch",),
        outside=(Outside("flow: iaf", "reason", "nearest", draw(places)),),
        remarks=((draw(places), "remark"),),
    )


@given(designs())
def test_round_trip_through_text(design):
    assert design_from_json(json.loads(json.dumps(design_to_json(design)))) == design


@given(designs(), places)
def test_the_canonical_form_forgets_places_and_remarks_and_nothing_else(design, place):
    moved = replace(design, prior=replace(design.prior, place=place), remarks=())
    assert normalised(moved) == normalised(design)
    assert normalised(replace(design, covariates=())) != normalised(design)
    assert design_from_json(normalised(design)) == replace(without_places(design), remarks=())


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_shipped_designs_round_trip(folder):
    design = read_design(folder / "encoder.yaml", folder / "decoder.yaml")
    assert design_from_json(json.loads(json.dumps(design_to_json(design)))) == design


@pytest.mark.parametrize("name", registry.names())
def test_every_way_to_write_a_family_round_trips(name):
    family = registry.load(name)
    dimension = None if name == "matrix_normal" else family.dimension
    for way in representative_family(name, dimension).parametrisations:
        heads = tuple(Head(symbol, Constant(None, "shared")) for symbol in way.symbols)
        conditional = Conditional(Block("b", name, 1, dimension), Inputs("identity"), heads, way.natural)
        assert design_from_json(design_to_json(Design((conditional,), (), Prior("free")))).decoder == (conditional,)


def test_symbols_come_back_with_their_assumptions():
    rate = registry.load("poisson").parametrisations[0].symbols[0]
    head = Head(rate, Map("affine"), link=SOFTMAX * OUTPUT)
    design = Design(
        (Conditional(Block("x", "poisson", 3), Inputs("identity"), (head,), (sp.log(rate),)),), (), Prior("free")
    )
    (read,) = design_from_json(design_to_json(design)).decoder[0].heads
    assert read.symbol.is_positive
    assert read.link.free_symbols == {SOFTMAX, OUTPUT}


CHANGES = {  # what is changed in the text VAE's files
    "family": ("family: bernoulli", "family: rademacher"),
    "size": ("dim: 64", "dim: 65"),
    "features": ("features: frequencies", "features: counts"),
    "width": ("[512, 512]", "[512, 511]"),
    "activation": ("relu", "tanh"),
    "length": ("length: random", "length: 7"),
    "prior": ("probs: 0.5", "probs: 0.25"),
    "objective": ("objective: elbo", "objective: {iwae: 2}"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_canonical_form_sees_every_change_and_no_layout(tmp_path, name):
    folder = next(path for path in EXAMPLES if path.name == "text-vae-frequencies")
    texts = [(folder / file).read_text() for file in ("encoder.yaml", "decoder.yaml")]
    old, new = CHANGES[name]
    assert any(old in text for text in texts)

    def form(*files):
        for file, text in zip(("encoder.yaml", "decoder.yaml"), files, strict=True):
            (tmp_path / file).write_text(text)
        return normalised(read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml"))

    assert form(*texts) == form(*("# moved\n\n" + text for text in texts))
    assert form(*texts) != form(*(text.replace(old, new) for text in texts))
