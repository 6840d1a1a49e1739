"""From maps and outputs to the heads of a block's family and its natural parameters in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import sympy as sp

from tightcheck import registry
from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Head, Inputs, Map, Outside
from tightcheck.expression import FUNCTIONS
from tightcheck.family import Family, Parametrisation
from tightcheck.kernel.classes import REPRESENTATIVE
from tightcheck.parametrise import SPELLINGS, find
from tightcheck.reading import models
from tightcheck.reading.blocks import (
    SPREADS,
    Notes,
    Written,
    as_fixed,
    fill_fixed,
    fixed_parameters,
    load_with,
    ways_to_write,
)
from tightcheck.reading.errors import nearest
from tightcheck.reading.outside import AUTOREGRESSIVE, BATCH_NORM, WORDS, outside_word
from tightcheck.reading.validate import At
from tightcheck.reading.values import bounds, check_lengths, check_values, constant, entries_of, formula, listed
from tightcheck.serial import representative_family

MAP_KINDS = ("affine", "mlp", "unrestricted", "expression")
ARCHITECTURES = frozenset(
    "network conv conv1d conv2d cnn convolutional deconvolutional resnet residual unet densenet transformer attention "
    "lstm gru rnn recurrent graph_network gnn gcn deep_sets gated highway".split()
)
"""Networks of which only the inputs are written: they stand as unrestricted, and this is said."""
SEQUENTIAL = frozenset("lstm gru rnn recurrent transformer attention".split())
"""Architectures that, as decoders, are shown the coordinates before the one that they put out."""
ACTIVATIONS = (
    *("relu", "leaky_relu", "elu", "selu", "celu", "softplus", "silu", "gelu", "mish", "tanh", "sigmoid"),
    *("hardtanh", "relu6", "softsign", "identity"),
)
ACTIVATION_SPELLINGS = {
    "swish": "silu",
    "lrelu": "leaky_relu",
    "leakyrelu": "leaky_relu",
    "logistic": "sigmoid",
    "hard_tanh": "hardtanh",
    "linear": "identity",
    "none": "identity",
}
CUSTOMARY = {  # where the first parametrisation of the registry is not what networks put out
    "gaussian": ("mean", "log_variance"),
    "isotropic_gaussian": ("mean", "log_variance"),
}
LINK_WORDS: Mapping[str, sp.Expr] = {
    "output": OUTPUT,
    "identity": OUTPUT,
    "softmax": SOFTMAX,
    **{word: FUNCTIONS[word](OUTPUT) for word in ("exp", "softplus", "sigmoid", "tanh")},
}


WEIGHTS = "; a weight of the map is declared beside the formula, as `parameters: [{name}]`"
CONSTANT_OR_OUTPUT = " (each an output of the map, or a constant such as {fixed: 1})"


@dataclass(frozen=True)
class Scope:
    """The names that a formula may use, and how many coordinates each has."""

    names: Mapping[str, sp.Expr]
    sizes: Mapping[str, int]

    @classmethod
    def of(cls, blocks: Iterable[Written], covariates: Iterable[str]) -> Scope:
        """Every block and covariate as a real symbol."""
        sizes = {w.block.name: w.block.copies * max(w.block.dimension or 1, _width(w)) for w in blocks}
        return cls({name: sp.Symbol(name, real=True) for name in (*sizes, *covariates)}, sizes)


def _width(written: Written) -> int:
    """How many numbers one draw is."""
    family, dimension = written.family, written.block.dimension
    if family is None or (dimension or 0) > REPRESENTATIVE:
        return dimension or 1
    if dimension is not None:
        family = representative_family(family.name, dimension, edges=written.block.edges)
    return len(family.variables)


@dataclass
class _Output:
    """One parameter as written: a constant, or a link and bounds on a map's output."""

    at: At
    source: Constant | Map | None = None
    link: sp.Expr | None = None
    bounds: tuple[sp.Expr, sp.Expr] | None = None


def _read_map(data: str | models.Map, at: At, scope: Scope, side: Side) -> Map:
    """The map that was written; a kind outside the theorem is noted and stands as unrestricted."""
    spec = models.Map(kind=data) if isinstance(data, str) else data
    kind_at = at if isinstance(data, str) else at / "kind"
    if spec.kind in WORDS["kind"]:
        side.notes.outside.append(outside_word("kind", spec.kind, kind_at))
        return Map("unrestricted", place=at.place)
    spec = _known_kind(spec, kind_at, side)
    _check_keys(spec, at)
    activation = _activation(spec, at)
    if spec.layer_norm:
        activation = _normalised(spec, activation, at / "layer_norm")
    expression, parameters = _expression(spec, at, scope)
    batch_norm = spec.batch_norm or side.part.batch_norm
    if batch_norm == "train":
        side.notes.outside.append(Outside("batch_norm: train", *BATCH_NORM, kind_at.place))
    return Map(
        kind=spec.kind,  # type: ignore[arg-type]
        hidden=tuple(spec.hidden),
        activation=activation,
        bias=spec.bias,
        batch_norm=batch_norm,
        expression=expression,
        parameters=parameters,
        place=at.place,
    )


def _known_kind(spec: models.Map, at: At, side: Side) -> models.Map:
    """The map, or an unrestricted one in place of an architecture of which only the inputs are written."""
    kind = spec.kind.lower().replace("-", "_")
    if kind in SEQUENTIAL and isinstance(side.part, models.Decoder):
        near = "unrestricted, where all of x is put out from z at once"
        side.notes.outside.append(Outside(f"kind: {spec.kind}", AUTOREGRESSIVE[0], near, at.place))
        return models.Map(kind="unrestricted")
    if kind in ARCHITECTURES:
        word = "" if kind == "network" else f"{spec.kind} "
        side.notes.remark(
            at,
            f"The {word}network is taken for one that can compute every function of its inputs. A collapse or an "
            "impossible holds for it all the same, if it can put out constants; a tight or restricted needs one that is "
            "large enough.",
        )
        return models.Map(kind="unrestricted")
    if spec.kind not in MAP_KINDS:
        raise at.error(
            f"{spec.kind[:60]!r} is no known kind of map; {nearest(spec.kind, MAP_KINDS)} "
            "(a network of another architecture is covered by `unrestricted` if it can compute every function)"
        )
    return spec


def _check_keys(spec: models.Map, at: At) -> None:
    """Refuse a kind without what it needs, and what belongs to another kind."""
    for key, kind, example in (("hidden", "mlp", "[512]"), ("expression", "expression", "a*x + b, parameters: [a, b]")):
        has_it = bool(getattr(spec, key) or (key == "expression" and spec.expression is not None))
        if has_it and spec.kind != kind:
            raise (at / key).error(f"`{key}` belongs to `kind: {kind}`, not to {spec.kind!r}; write both or neither")
        if spec.kind == kind and not has_it:
            raise at.error(f"`kind: {kind}` needs `{key}`; write {{kind: {kind}, {key}: {example}}}")


def _activation(spec: models.Map, at: At) -> str:
    """The activation by the name that it has here."""
    word = spec.activation.lower().replace("-", "_")
    activation = ACTIVATION_SPELLINGS.get(word, word)
    if activation not in ACTIVATIONS:
        raise (at / "activation").error(
            f"{spec.activation[:60]!r} is no known activation; {nearest(spec.activation, ACTIVATIONS)}"
        )
    return activation


def _normalised(spec: models.Map, activation: str, at: At) -> str:
    """The activation after a layer normalisation, which only hidden layers of several units have."""
    if spec.kind != "mlp":
        raise at.error(f"`layer_norm` belongs to `kind: mlp`, not to {spec.kind!r}; leave it out")
    if 1 in spec.hidden:
        raise at.error("a layer normalisation of one unit is 0; write a wider layer, or leave `layer_norm` out")
    return f"layer-normalised {activation}"


def _expression(spec: models.Map, at: At, scope: Scope) -> tuple[sp.Expr | None, tuple[sp.Symbol, ...]]:
    names = listed(spec.parameters)
    if spec.expression is None:
        if names:
            raise (at / "parameters").error("`parameters` belongs to `kind: expression`; leave it out")
        return None, ()
    for name in names:
        if not name.isidentifier() or name in scope.names or name in FUNCTIONS:
            raise (at / "parameters").error(
                f"{name[:60]!r} cannot name a parameter; write letters that name nothing else here"
            )
    parameters = {name: sp.Symbol(name, real=True) for name in names}
    known = {**scope.names, **parameters}
    expression = formula(spec.expression, at / "expression", known, scope.sizes, WEIGHTS)
    return expression, tuple(parameters.values())


@dataclass
class Side:
    """One half of the design while it is read; `bounded` collects the outputs that found their bounds."""

    part: models.Part
    at: At
    notes: Notes
    bounded: set[str] = field(default_factory=set)


def read_conditional(
    side: Side, written: Written, inputs: Inputs, scope: Scope, maps: tuple[Any, At], outputs: tuple[Any, At]
) -> Conditional:
    """The conditional of one block: the outputs' names pick the parametrisation, its symbols become heads."""
    named = {name: _read_output(value, at, scope, side) for name, value, at in _outputs(*outputs)}
    if isinstance(side.part, models.Decoder):  # an isotropic encoder keeps its one statistic |z|^2
        written = _independent(written, named)
    block = written.block
    named, fixed = _take_fixed(named, written, side.notes)
    for name, value in written.constants.items():
        if name in named:
            raise named[name].at.error(f"{name} is written here and under the block; keep one of them")
        named[name] = _Output(written.at / name, source=value)
    family = load_with(block.family, block.dimension, fixed, written.at, block.edges)
    way = _parametrisation(family, named, written, outputs[1], side.notes)
    named = {_spelled(name, way): value for name, value in named.items()}
    constants = {name: v.source for name, v in named.items() if isinstance(v.source, Constant)}
    check_values(family, way, constants)
    check_lengths(block, {**fixed, **constants})
    _give_maps(named, way, *maps, scope, side)
    _give_bounds(named, side)
    is_whole = family.dimension == block.dimension  # a large vector is looked at in a few coordinates
    heads = tuple(
        Head(symbol, source, value.link, value.bounds, value.at.place)
        for name in way.parameters
        for value in (named[name],)
        for symbol, source in _sources(value, way.symbols_of(name), is_whole)
    )
    return Conditional(replace(block, fixed=fixed), inputs, heads, way.natural, outputs[1].place)


def _sources(
    value: _Output, symbols: Sequence[sp.Symbol], is_whole: bool
) -> Iterator[tuple[sp.Symbol, Constant | Map]]:
    """What each symbol of a parameter is computed from, or is."""
    source = value.source
    if isinstance(source, Constant) and is_whole:
        yield from zip(symbols, entries_of(source, symbols), strict=True)
    elif source is not None:
        yield from ((symbol, source) for symbol in symbols)


def _independent(written: Written, named: Mapping[str, _Output]) -> Written:
    """An isotropic Gaussian with a constant spread is a product of Gaussians on the line with that spread."""
    constants = {name: value.source for name, value in named.items() if isinstance(value.source, Constant)}
    constant_spread = any(
        SPELLINGS.get(name, name).removeprefix("log_") in SPREADS and value.sharing != "per_coordinate"
        for name, value in {**written.constants, **constants}.items()
    )
    if written.family is None or written.family.name != "isotropic_gaussian" or not constant_spread:
        return written
    size = written.block.copies * (written.block.dimension or 1)
    block = replace(written.block, family="gaussian", copies=size, dimension=None)
    return replace(written, block=block, family=registry.load("gaussian"))


def _outputs(data: Any, at: At) -> list[tuple[str, Any, At]]:
    """The outputs in order: name, what is said about it (None: nothing), place."""
    if data is None:
        return []
    if isinstance(data, str):
        return [(data, None, at)]
    if isinstance(data, dict):
        return [(name, value, at / name) for name, value in data.items()]
    rows = []
    for i, item in enumerate(data):
        if isinstance(item, list):
            raise (at / i).error(
                "there is one block here, so `output` is a list of its parameters; write names, not lists"
            )
        rows += _outputs(item, at / i)
    names = [name for name, _, _ in rows]
    for name, _, where in rows:
        if names.count(name) > 1:
            raise where.error(f"the output {name[:60]!r} is written twice; keep one")
    return rows


def _read_output(value: Any, at: At, scope: Scope, side: Side) -> _Output:
    if value is None:
        return _Output(at)
    if value == "normalize":
        side.notes.remark(at, "The map's outputs, divided by their length, are taken for any direction.")
        return _Output(at, source=Map("unrestricted", place=at.place))
    if not isinstance(value, models.Output):
        return _Output(at, link=_link(value, at, scope))
    if value.fixed is not None or value.learned is not None:
        return _Output(at, source=constant(value, at))
    return _Output(
        at,
        source=None if value.map is None else _read_map(value.map, at / "map", scope, side),
        link=None if value.link is None else _link(value.link, at / "link", scope),
        bounds=None if value.bounds is None else bounds(value.bounds, at / "bounds"),
    )


DECLARED = (
    "; a covariate is declared first, as `covariates: [{name}]` where it is given, or as "
    "`covariates: {{name}: {computed_from: x}}` where it is computed from x"
)


def _link(value: models.Amount, at: At, scope: Scope) -> sp.Expr | None:
    """The link, or None for the identity."""
    link = formula(value, at, {**LINK_WORDS, **scope.names}, scope.sizes, DECLARED)
    if not link.has(OUTPUT, SOFTMAX):
        raise at.error(
            "this does not mention the map's output; write a formula in `output` "
            "or `softmax`, or {fixed: ...} for a constant"
        )
    return None if link == OUTPUT else link


def _take_fixed(
    named: dict[str, _Output], written: Written, notes: Notes
) -> tuple[dict[str, _Output], dict[str, Constant]]:
    """The outputs that are no fixed parameters, and the fixed parameters with what the outputs say about them."""
    family, fixed, rest = written.block.family, dict(written.block.fixed), dict(named)
    for parameter in fixed_parameters(family):
        own = parameter.symbol.name
        for name in ways_to_write(parameter).keys() & named.keys():
            output = rest.pop(name)
            if isinstance(output.source, Constant):
                fixed[own] = as_fixed(parameter, name, output.source)
            else:
                reason = f"a {family} is an exponential family only while its {own} is a constant"
                near = f"{name}: {{learned: per_coordinate}}"
                notes.outside.append(Outside(f"{family} with {name} an output", reason, near, output.at.place))
                fixed[own] = Constant(None, "per_coordinate", output.at.place)
    fill_fixed(family, fixed, written.at, notes)
    return rest, fixed


def _parametrisation(
    family: Family, named: dict[str, _Output], written: Written, at: At, notes: Notes
) -> Parametrisation:
    """The one way of writing the family's parameters that has exactly these names."""
    found = find(family, named)
    if found is not None:
        return found
    if any(value.source is None or isinstance(value.source, Map) for value in named.values()):
        raise at.error(no_parametrisation(family, named))
    names = _customary(family, named)
    if names is None:
        raise at.error(no_parametrisation(family, named))
    found = find(family, names)
    assert found is not None
    missing = [name for name in found.parameters if name not in named]
    for name in missing:
        named[name] = _Output(written.at)
    notes.remark(written.at, f"No output is named for {written.block.name}; it is taken to be {', '.join(missing)}.")
    return found


def _customary(family: Family, constants: Iterable[str]) -> Collection[str] | None:
    """The customary parametrisation that holds these constants."""
    spelled = {SPELLINGS.get(name, name) for name in constants}
    first = find(family, CUSTOMARY.get(family.name, ()))
    ways = list(family.parametrisations) if first is None else [first, *family.parametrisations]
    for way in ways:
        if spelled <= way.parameters.keys():
            return way.parameters
    return None


def _linked(family: Family) -> str:
    """A parameter that stands alone and is put out through a link: probs, rate, or else the mean."""
    alone = [way for way in family.parametrisations if len(way.parameters) == 1]
    positive = [name for way in alone for name in way.parameters if all(s.is_positive for s in way.symbols)]
    return next((name for name in ("probs", "rate", *positive) if name in positive), "mean")


def no_parametrisation(family: Family, named: Iterable[str], hint: str = CONSTANT_OR_OUTPUT) -> str:
    """The complaint that no parametrisation of the family has exactly these names."""
    names = list(named)
    written = ", ".join(names)
    if len(names) == 1 and "," in written:
        return f"several outputs are a list, and {written[:80]!r} is one word; write [{written[:80]}]"
    if len(names) == 1 and written in LINK_WORDS:
        return (
            f"`{written}` is a link, and no parameter of a {family.name}; write the parameter with its link, such as "
            f"{{{_linked(family)}: {written}}}"
        )
    return (
        f"no way to write a {family.name} has exactly the parameters {written[:80]!r}; write one of "
        f"[{'], ['.join(_nearest_ways(family, names))}]{hint}"
    )


def _nearest_ways(family: Family, names: Sequence[str]) -> list[str]:
    """Four ways to write the family: the customary one first where it holds these names, or none does."""
    ways = [", ".join(way.parameters) for way in family.parametrisations]
    known = {name for way in family.parametrisations for name in way.parameters}
    is_known = not known.isdisjoint(names)
    near = get_close_matches(", ".join(names), ways, 4, 0) if is_known else ways
    customary = CUSTOMARY.get(family.name, ())
    first = [", ".join(customary)] if customary and ({*names} <= {*customary} or not is_known) else []
    return list(dict.fromkeys([*first, *near]))[:4]


def _spelled(name: str, parametrisation: Parametrisation) -> str:
    return name if name in parametrisation.parameters else SPELLINGS[name]


def _give_maps(named: Mapping[str, _Output], way: Parametrisation, maps: Any, at: At, scope: Scope, side: Side) -> None:
    """Each output that is no constant gets its map: the block's one, or the one at its place in the list."""
    free = [value for value in named.values() if value.source is None]
    if isinstance(maps, list):
        if len(maps) not in (len(free), 1):
            raise at.error(f"there are {len(maps)} maps for {len(free)} outputs; write one map, or one for each output")
        for i, value in enumerate(free):
            j = min(i, len(maps) - 1)
            if isinstance(maps[j], list):
                raise (at / j).error("there is one block here; write one map, or one for each output")
            value.source = _read_map(maps[j], at / j, scope, side)
    elif free:
        shared = _read_map(maps, at, scope, side)
        for value in free:
            value.source = shared
    for name, value in named.items():
        is_bare = isinstance(value.source, Map) and value.source.kind != "expression" and value.link is None
        if is_bare and way.symbols_of(name)[0].is_positive:
            side.notes.remark(value.at, f"The map's output is {name} as it is: {_what_is_left(name, way)}")


def _what_is_left(name: str, way: Parametrisation) -> str:
    """Which maps a design has where nothing makes their outputs parameters."""
    if name.startswith("prob") and len(way.symbols_of(name)) > 1:
        return (
            "only maps whose outputs are positive and add up to 1 for every input are in the design. A network that is"
            f" normalised is written `{{{name}: softmax}}`, or `logits`."
        )
    return "only maps with positive outputs are in the design."


def _give_bounds(named: Mapping[str, _Output], side: Side) -> None:
    for name, value in side.part.bounds.items():
        output = named.get(name) or named.get(SPELLINGS.get(name, name))
        if output is not None:
            output.bounds = bounds(value, side.at / "bounds" / name)
            side.bounded.add(name)
