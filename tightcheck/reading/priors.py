"""Priors: declared block by block, implied, or free."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

import sympy as sp

from tightcheck import registry
from tightcheck.design import Constant, Prior, PriorBlock
from tightcheck.expression import CoordinateSum
from tightcheck.family import Family, Parametrisation
from tightcheck.parametrise import SPELLINGS, find
from tightcheck.reading.blocks import Notes, Written, fill_fixed, fixed_parameters, load_with, split_fixed
from tightcheck.reading.errors import nearest
from tightcheck.reading.heads import Scope, no_parametrisation
from tightcheck.reading.validate import At
from tightcheck.reading.values import check_lengths, check_values, formula, listed, read_constant

WORDS = ("implied", "free", "standard_normal", "uniform", "vampprior")
SHAPES = ("family", "learned", "mixture", "log_density", "vampprior")
CUSTOMARY: Mapping[str, Mapping[str, int]] = {"gaussian": {"mean": 0, "variance": 1}}
LARGEST_MATRIX = 20
Y, DEGREES = sp.Symbol("y", real=True), sp.Symbol("df", positive=True)
DENSITIES: Mapping[str, Callable[[], sp.Expr]] = {
    "cauchy": lambda: -sp.log(1 + Y**2),
    "student_t": lambda: -(DEGREES + 1) / 2 * sp.log(1 + Y**2 / DEGREES),
    "logistic": lambda: -Y - 2 * sp.log(1 + sp.exp(-Y)),
    "gumbel": lambda: -Y - sp.exp(-Y),
}
"""log p(y), y = (z - loc) / scale, up to a constant, of densities on the line that are no exponential family."""


def read_prior(data: Any, at: At, latents: list[Written], notes: Notes, covariates: Collection[str] = ()) -> Prior:
    """The prior over the latent blocks. Raises DesignError."""
    if data in ("implied", "free"):
        return Prior(data, (), at.place)
    if data is None:
        data = "standard_normal" if all(_is_gaussian(w) for w in latents) else "uniform"
        notes.remark(at, f"No prior is written; it is taken to be {data.replace('_', ' ')}.")
    rows = _rows(data, at, latents)
    return Prior(
        "declared",
        tuple(_block(item, where, written, latents, notes, covariates) for item, where, written in rows),
        at.place,
    )


def _rows(data: Any, at: At, latents: list[Written]) -> list[tuple[Any, At, Written]]:
    """Each latent block with its part of the prior: by order in a list, by name in a mapping, or the same for all."""
    names = [w.block.name for w in latents]
    if isinstance(data, list):
        if len(data) != len(latents):
            raise at.error(
                f"there are {len(data)} priors for {len(latents)} latent blocks; write one for each, in their order"
            )
        for i, item in enumerate(data):
            if isinstance(item, dict) and item.get("name", names[i]) != names[i]:
                raise (at / i).error(f"this is the place of {names[i]}'s prior; write the priors in the blocks' order")
        return [(item, at / i, written) for i, (item, written) in enumerate(zip(data, latents, strict=True))]
    if isinstance(data, dict) and not data.keys() & {*SHAPES} and data.keys() & {*names}:
        for key in data:
            if key not in names:
                raise (at / key).error(f"{key[:60]!r} is no latent block; {nearest(key, names)}")
        missing = [name for name in names if name not in data]
        if missing:
            raise at.error(f"the block {missing[0]} has no prior; write `{missing[0]}: ...`")
        return [(data[w.block.name], at / w.block.name, w) for w in latents]
    suits_all = data == "uniform" or (data == "standard_normal" and all(_is_gaussian(w) for w in latents))
    if len(latents) > 1 and not suits_all:
        raise at.error("there are several latent blocks; write the prior as a list with one entry for each")
    return [(data, at, w) for w in latents]


def _is_gaussian(written: Written) -> bool:
    return written.block.family in ("gaussian", "full_gaussian", "isotropic_gaussian")


def _block(
    data: Any, at: At, written: Written, latents: list[Written], notes: Notes, covariates: Collection[str]
) -> PriorBlock:
    name = written.block.name
    if isinstance(data, str):
        return _word(data, at, written, notes)
    data = {key: value for key, value in data.items() if key != "name"}
    given = tuple(listed(data.pop("given", [])))
    for other in given:
        if other not in [*(w.block.name for w in latents), *covariates] or other == name:
            raise (at / "given").error(
                f"{str(other)[:60]!r} is no other latent block and no covariate; write the name of one"
            )
    shapes = [key for key in SHAPES if key in data]
    if len(shapes) != 1:
        unknown = next((key for key in data if key not in SHAPES), None)
        where = at if unknown is None else at / unknown
        raise where.error(
            f"a prior is written with exactly one of the keys {', '.join(SHAPES)}; "
            f"write {{family: gaussian, mean: 0, variance: 1}}"
        )
    read = {
        "family": _family,
        "learned": _learned,
        "mixture": _mixture,
        "log_density": _density,
        "vampprior": _vampprior,
    }
    prior = read[shapes[0]](data, at, written, notes)
    if not given:  # else a value for each value of what is given
        check_lengths(written.block, prior.parameters)
    return PriorBlock(**{**vars(prior), "given": given})


def _word(word: str, at: At, written: Written, notes: Notes) -> PriorBlock:
    if word == "standard_normal":
        return _family({"family": "gaussian", "mean": 0, "variance": 1}, at, written, notes)
    if word == "uniform":
        return _uniform(at, written)
    if word == "vampprior":
        return _vampprior({"vampprior": None}, at, written, notes)
    try:
        family = registry.load(word).name
    except (registry.RefusedFamily, registry.UnknownFamily):
        family = ""
    instead = f"write {{family: {family}, ...}} with its parameters, or {{learned: {family}}}"
    others = f"{nearest(word, WORDS)}, or {{family: ..., ...}} or {{learned: ...}}"
    raise at.error(f"{word[:60]!r} is no known prior; {instead if family else others}")


def _uniform(at: At, written: Written) -> PriorBlock:
    """Equal density everywhere: the natural parameter 0 where the base measure is constant, else a log-density."""
    family, name = written.family, written.block.name
    if family is None:
        return PriorBlock(name, None, {}, log_density=sp.Integer(0), place=at.place)
    bounded = family.support.bounds is None or not sp.Tuple(*family.support.bounds).has(sp.oo)
    if not bounded:
        raise at.error(
            f"no uniform density exists on the support of a {family.name}; write {{family: {family.name}, ...}}"
        )
    at_zero = dict.fromkeys(family.natural_parameters, 0)
    if family.log_base_measure.free_symbols or not all(c.subs(at_zero) == sp.true for c in family.natural_domain):
        return PriorBlock(name, None, {}, log_density=sp.Integer(0), place=at.place)
    zeros = (sp.Integer(0),) * len(family.natural_parameters)
    return PriorBlock(name, family.name, {}, zeros, dimension=written.block.dimension, place=at.place)


def _load(
    name: Any, at: At, written: Written, notes: Notes, fixed: Mapping[str, Constant] = MappingProxyType({})
) -> tuple[Family, int | None] | None:
    """The prior's family and the size of one draw; None for no exponential family (any density may be a prior)."""
    if not isinstance(name, str):
        raise at.error("the family of a prior is a word; write {family: gaussian, mean: 0, variance: 1}")
    try:
        family = registry.load(name)
    except registry.RefusedFamily:
        notes.remark(at, f"The prior {name} is no exponential family; only that its density is positive is used.")
        return None
    except registry.UnknownFamily as error:
        raise at.error(str(error)) from None
    size = None if family.dimension is None else written.block.dimension or written.block.copies
    edges = written.block.edges if family.name == "markov_random_field" else None  # the block's own graph
    return load_with(family.name, size, fixed, at, edges), size


def _family(data: dict[str, Any], at: At, written: Written, notes: Notes) -> PriorBlock:
    name = written.block.name
    if data.keys() == {"family", "components", "of"} and data["family"] == "mixture":
        of = _load(data["of"], at / "of", written, notes)
        if of is not None and of[0].name == written.block.family:
            return _learned_mixture(data["components"], at / "components", written, notes)
    density = _named_density(data, at, written)
    if density is not None:
        return PriorBlock(name, None, {}, log_density=density, place=at.place)
    loaded = _load(data["family"], at / "family", written, notes)
    if loaded is None:
        return PriorBlock(name, None, {}, place=at.place)
    family, size = loaded
    rest = {key: value for key, value in data.items() if key != "family"}
    matrix = next((key for key in ("precision", "covariance") if isinstance(rest.get(key), list)), None)
    if matrix is not None and family.name in ("gaussian", "full_gaussian"):
        return _correlated(rest, matrix, at, written)
    if rest.get("covariance") == "full" and family.name == "gaussian":
        return _learned({"learned": "full_gaussian"}, at, written, notes)
    if rest == {"concentration": 0}:  # on a circle or a sphere
        return _uniform(at, written)
    rest = rest or {**CUSTOMARY.get(family.name, {})}
    fixed, constants = split_fixed(family, {key: read_constant(value, at / key) for key, value in rest.items()})
    fixed = {**(written.block.fixed if written.block.family == family.name else {}), **fixed}
    fill_fixed(family.name, fixed, at, notes)
    family = load_with(family.name, size, fixed, at, written.block.edges) if fixed else family
    way = _way(family, constants, at)
    spelled = {key if key in way.parameters else SPELLINGS[key]: value for key, value in constants.items()}
    check_values(family, way, spelled)
    parameters = {symbol.name: spelled[key] for key in way.parameters for symbol in way.symbols_of(key)}
    return PriorBlock(name, family.name, {**fixed, **parameters}, way.natural, dimension=size, place=at.place)


def _named_density(data: dict[str, Any], at: At, written: Written) -> sp.Expr | None:
    """The log-density of a real latent number under a named density whose location and scale are numbers; else None."""
    word = data["family"]
    named = DENSITIES.get(word.strip().lower().replace("-", "_")) if isinstance(word, str) else None
    if named is None or written.block.family != "gaussian":
        return None
    density = named()
    symbols = {"loc", "scale", *(symbol.name for symbol in density.free_symbols - {Y})}
    values: dict[str, sp.Expr | None] = {}
    for key in (key for key in data if key != "family"):
        name = SPELLINGS.get(key, key).replace("mean", "loc")
        if name not in symbols:
            raise (at / key).error(f"a {word} has no {key[:30]!r}; write {', '.join(sorted(symbols))}")
        value = values[name] = read_constant(data[key], at / key).value
        if name != "loc" and value is not None and not value > 0:
            raise (at / key).error(f"{key} must be positive; write a positive number")
    values = {"loc": sp.Integer(0), "scale": sp.Integer(1), **values}
    known = {name: value for name, value in values.items() if value is not None}
    if not symbols <= known.keys():
        return None
    y = (sp.Symbol(written.block.name, real=True) - known["loc"]) / known["scale"]
    return density.xreplace({Y: y, DEGREES: known.get("df", DEGREES)})


def _way(family: Family, constants: dict[str, Constant], at: At) -> Parametrisation:
    """The parametrisation with these names; a Gaussian's mean alone has variance 1, its spread alone mean 0."""
    way = find(family, constants)
    if way is None and family.name == "gaussian" and len(constants) == 1:
        name, value = ("variance", 1) if "mean" in (*constants, SPELLINGS.get(*constants)) else ("mean", 0)
        constants[name] = Constant(sp.Integer(value), "fixed", at.place)
        way = find(family, constants)
    if way is None and "dim" in constants:
        raise (at / "dim").error("a prior has the `dim` of its latent block; leave this key out")
    if way is None:
        raise at.error(no_parametrisation(family, constants, hint=""))
    return way


def _correlated(rest: dict[str, Any], key: str, at: At, written: Written) -> PriorBlock:
    """A Gaussian prior that couples the coordinates, by an exact precision or covariance matrix."""
    where = at / key
    size = written.block.dimension or written.block.copies
    rows = rest[key]
    if len(rows) != size or any(not isinstance(row, list) or len(row) != size for row in rows):
        raise where.error(f"this matrix must be {size} by {size} as the block is; write a list of {size} rows")
    if size > LARGEST_MATRIX:
        raise where.error(f"a matrix of more than {LARGEST_MATRIX} rows is not read; write {{learned: full_gaussian}}")
    entries = [[read_constant(v, where / i / j).value for j, v in enumerate(row)] for i, row in enumerate(rows)]
    if any(entry is None or not entry.is_Rational for row in entries for entry in row):
        raise where.error("the entries of this matrix must be rational numbers; write 0.5 or 1/2")
    matrix = sp.ImmutableMatrix(entries)
    if not matrix.is_symmetric() or not all(matrix[:k, :k].det() > 0 for k in range(1, size + 1)):
        raise where.error("this matrix must be symmetric and positive definite; write one that is")
    for other in rest:
        if other not in ("mean", key):
            raise (at / other).error(f"{other[:60]!r} does not go with a matrix; write `mean` and `{key}`")
    mean = read_constant(rest.get("mean", 0), at / "mean")
    precision = matrix if key == "precision" else matrix.inv()
    return PriorBlock(
        written.block.name, "full_gaussian", {"mean": mean}, precision=precision, dimension=size, place=at.place
    )


def _learned(data: dict[str, Any], at: At, written: Written, notes: Notes) -> PriorBlock:
    """Every parameter learned, coordinate by coordinate."""
    word = data["learned"]
    loaded = _load(word, at / "learned", written, notes)
    if len(data) > 1:
        key = next(key for key in data if key != "learned")
        raise (at / key).error(
            f"`learned` stands alone; write {{family: ..., {key[:30]}: ...}}, or leave {key[:30]} out"
        )
    if loaded is None:
        return PriorBlock(written.block.name, None, {}, place=at.place)
    family, size = loaded
    way, place = family.parametrisations[0], (at / "learned").place
    names = [
        symbol.name for symbol in (*way.symbols, *(parameter.symbol for parameter in fixed_parameters(family.name)))
    ]
    parameters = {name: Constant(None, "per_coordinate", place) for name in names}
    return PriorBlock(written.block.name, family.name, parameters, way.natural, dimension=size, place=at.place)


def _density(data: dict[str, Any], at: At, written: Written, notes: Notes) -> PriorBlock:
    """A log-density: of one coordinate, or of the whole vector where it holds a `sum` or an index."""
    if len(data) > 1:
        raise at.error("`log_density` stands alone; leave the other keys out")
    scope = Scope.of([written], ())
    value = data["log_density"]
    if not isinstance(value, (str, int)):
        raise (at / "log_density").error(
            f"a log-density is a formula in {written.block.name}; write one such as -{written.block.name}^2/2"
        )
    density = formula(value, at / "log_density", scope.names, scope.sizes)
    return PriorBlock(written.block.name, None, {}, log_density=density, place=at.place)


def _vampprior(data: dict[str, Any], at: At, written: Written, notes: Notes) -> PriorBlock:
    notes.remark(
        at, "The prior is a mixture of encoders at learned inputs; it is treated as a density of no stated form."
    )
    return PriorBlock(written.block.name, None, {}, place=at.place)


def _mixture(data: dict[str, Any], at: At, written: Written, notes: Notes) -> PriorBlock:
    """log sum_k w_k p_k(z), exactly where every component is fixed and scalar; else a density of no stated form."""
    where = at / "mixture"
    components = data["mixture"]
    name = written.block.name
    if isinstance(components, list) and components and all(isinstance(c, dict) and "family" in c for c in components):
        densities = [_component(dict(c), where / i, written, notes) for i, c in enumerate(components)]
        if None not in densities:
            return PriorBlock(name, None, {}, log_density=sp.log(sp.Add(*densities)), place=at.place)
    elif not isinstance(components, (int, str)):
        raise where.error(
            "a mixture is a list of components or their number; write [{weight: 1/2, "
            "family: gaussian, mean: 0, variance: 1}, ...]"
        )
    if isinstance(components, int):
        return _learned_mixture(components, where, written, notes)
    notes.remark(
        where, "The mixture prior is learned or without one formula; it is treated as a density of no stated form."
    )
    return PriorBlock(name, None, {}, place=at.place)


def _learned_mixture(components: Any, at: At, written: Written, notes: Notes) -> PriorBlock:
    """A learned mixture of so many members of the encoder's own family."""
    if not isinstance(components, int) or isinstance(components, bool) or components < 1:
        raise at.error("a mixture has a whole number of components; write one from 1")
    if components == 1 and written.family is not None:
        return _learned({"learned": written.family.name}, at, written, notes)
    notes.remark(
        at,
        f"The prior is any mixture of {components} members of the encoder's family for {written.block.name}, each a "
        "vector of independent coordinates; weights and parameters are learned.",
    )
    return PriorBlock(written.block.name, None, {}, components=components, place=at.place)


def _component(data: dict[str, Any], at: At, written: Written, notes: Notes) -> sp.Expr | None:
    """weight * density of one component in the block's variable, summed over its coordinates in the exponent."""
    weight = read_constant(data.pop("weight", 1), at / "weight").value
    prior = _family(data, at, written, notes)
    loaded = _load(data["family"], at / "family", written, notes)
    values = {key: c.value for key, c in prior.parameters.items()}
    if weight is None or loaded is None or loaded[1] is not None or None in values.values() or not prior.natural:
        return None
    fixed = {p.symbol.name: prior.parameters[p.symbol.name] for p in loaded[0].fixed}
    family = load_with(loaded[0].name, None, fixed, at, None)
    known = {symbol: values[symbol.name] for eta in prior.natural for symbol in eta.free_symbols}
    natural = dict(zip(family.natural_parameters, (eta.subs(known) for eta in prior.natural), strict=True))
    exponent = sp.Add(*(e * t for e, t in zip(natural.values(), family.statistics, strict=True)))
    log_density = (exponent + family.log_base_measure - family.log_partition.subs(natural)).subs(
        family.variables[0], sp.Symbol(written.block.name, real=True)
    )
    return weight * sp.exp(CoordinateSum(log_density) if written.block.copies > 1 else log_density)
