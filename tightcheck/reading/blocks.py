"""Blocks: which family, how many draws, and which of its parameters are constants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from tightcheck import registry
from tightcheck.design import Block, Constant, Outside, Place
from tightcheck.expression import CONSTANTS, FUNCTIONS
from tightcheck.family import Family, FixedParameter
from tightcheck.reading import models
from tightcheck.reading.errors import DesignError, nearest
from tightcheck.reading.outside import refused
from tightcheck.reading.shape import keys
from tightcheck.reading.validate import At
from tightcheck.reading.values import constant, listed, read_constant
from tightcheck.serial import representative_family

COVARIANCES = ("fixed", "diagonal", "isotropic", "full")
DOMAINS = (
    "binary",
    "unit_interval",
    "bounded",
    "real",
    "positive",
    "nonnegative",
    "integers",
    "counts",
    "sphere",
    "simplex",
)
ENDS = {  # of one number in these domains
    "real": (-sp.oo, sp.oo),
    "positive": (0, sp.oo),
    "nonnegative": (0, sp.oo),
    "unit_interval": (0, 1),
}
CONTINUOUS_DOMAINS = ("unit_interval", "bounded", "real", "positive", "nonnegative", "simplex")
WHOLE = {"trials"}  # fixed parameters that count
SPREADS = ("variance", "scale", "precision")
AT_LEAST_TWO = ("categorical", "multinomial", "dirichlet", "von_mises_fisher", "markov_random_field")
GRAPHS = ("chain", "cycle", "star", "complete")


@dataclass
class Notes:
    """What is said about a design besides the design."""

    outside: list[Outside] = field(default_factory=list)
    remarks: list[tuple[Place, str]] = field(default_factory=list)

    def remark(self, at: At, sentence: str) -> None:
        """A remark about one part of a file."""
        self.remarks.append((at.place, sentence))


@dataclass(frozen=True)
class Written:
    """A block with what its conditional still needs: the family's facts (None: refused) and constant parameters."""

    block: Block
    family: Family | None
    constants: Mapping[str, Constant]
    at: At


def read_blocks(data: models.Blocks, at: At, default: str, notes: Notes) -> list[Written]:
    """The blocks under `latent` or `observed`; a single one without a name is called `default`."""
    if isinstance(data, models.Block):
        return [_read_block(data, at, data.name or default, notes)]
    if not data:
        raise at.error("this list of blocks is empty; write at least one block {family: ..., dim: ...}")
    return [
        _read_block(item, at / i, item.name or (default if len(data) == 1 else f"{default}_{i + 1}"), notes)
        for i, item in enumerate(data)
    ]


def check_names(names: Iterable[tuple[str, At]]) -> None:
    """Block and covariate names must be names of formulas and differ."""
    seen: set[str] = set()
    for name, at in names:
        if (
            not re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]{0,59}", name)
            or name in FUNCTIONS
            or name in CONSTANTS
            or name == "output"
        ):
            raise at.error(
                f"{name[:60]!r} cannot name a variable; write letters, digits and _ that are no function's name"
            )
        if name in seen:
            raise at.error(f"the name {name!r} is used twice; give each block and covariate its own")
        seen.add(name)


def _read_block(data: models.Block, at: At, name: str, notes: Notes) -> Written:
    family = _family(data, at, notes)
    if family is None:
        return Written(Block(name, data.family, data.copies or data.dim or 1, place=at.place), None, {}, at)
    copies, dimension = _sizes(data, family, at)
    constants = _constants(data, at, family, notes)
    if family.name in ("isotropic_gaussian", "full_gaussian") and _has_known_spread(constants, family):
        family, copies, dimension = registry.load("gaussian"), copies * (dimension or 1), None
    fixed, constants = split_fixed(family, constants)
    edges = _edges(data, at, family, dimension)
    family = load_with(family.name, dimension, fixed, at, edges)
    _say_domain(data, family, at, notes)
    block = Block(
        name=name,
        family=family.name,
        copies=copies,
        dimension=dimension,
        fixed=fixed,
        length=_length(data, at, family),
        domain=data.domain,
        given=tuple(listed(data.given)),
        edges=edges,
        place=at.place,
    )
    return Written(block, family, constants, at)


def _family(data: models.Block, at: At, notes: Notes) -> Family | None:
    """The family that the name and a Gaussian's covariance pick; None when it is no exponential family."""
    try:
        family = registry.load(data.family)
    except registry.RefusedFamily as error:
        notes.outside.append(refused(data.family, error.refusal, at / "family"))
        return None
    except registry.UnknownFamily as error:
        raise (at / "family").error(str(error)) from None
    if family.name == "matrix_normal":
        raise (at / "family").error(
            "a matrix normal is written as a gaussian with `covariance: full` and a fixed covariance"
        )
    if data.covariance is None:
        return family
    if family.name != "gaussian":
        raise (at / "covariance").error(f"a {family.name} has no covariance to choose; leave this key out")
    if isinstance(data.covariance, str) and data.covariance not in COVARIANCES:
        raise (at / "covariance").error(
            f"{data.covariance[:60]!r} is no covariance; {nearest(data.covariance, COVARIANCES)}, "
            f"or {{fixed: 1}} or {{learned: shared}}"
        )
    kinds = {"full": "full_gaussian", "isotropic": "isotropic_gaussian"}
    return registry.load(kinds.get(str(data.covariance), "gaussian"))


def load_with(
    name: str,
    dimension: int | None,
    fixed: Mapping[str, Constant],
    at: At,
    edges: tuple[tuple[int, int], ...] | None = None,
) -> Family:
    """The family at its representative dimension, with the values of its fixed parameters that are known."""
    for key in fixed.keys() & WHOLE:
        value = fixed[key].value
        if value is None or not (value.is_Integer and value > 0):
            raise DesignError(f"`{key}` must be a positive whole number; write `{key}: 10`", fixed[key].place)
    values = {key: value.value for key, value in fixed.items() if value.value is not None}
    try:
        return representative_family(name, dimension, values, edges)
    except ValueError as error:
        raise at.error(f"{str(error).rstrip('.')}; write other sizes or constants") from None


def _sizes(data: models.Block, family: Family, at: At) -> tuple[int, int | None]:
    """How many draws, and the dimension of one draw of a vector family."""
    if data.categories is not None and family.name != "categorical":
        raise (at / "categories").error(f"a {family.name} has no categories; leave this key out")
    if family.dimension is None:
        return (data.dim or 1) * (data.copies or 1), None
    copies, dimension = data.copies or 1, data.dim
    if data.categories is not None:
        copies, dimension = copies * (data.dim or 1), data.categories
    if dimension is None:
        raise at.error(f"a {family.name} needs the size of one draw; write `dim: 10`")
    if dimension < 2 and family.name in AT_LEAST_TWO:
        raise at.error(f"a {family.name} of dimension {dimension} has only one point; write a dimension of at least 2")
    return copies, dimension


def _constants(data: models.Block, at: At, family: Family, notes: Notes) -> dict[str, Constant]:
    """The constants under the block: those of the covariance, and every key that names a parameter."""
    constants = {}
    if data.covariance == "fixed":
        notes.remark(at / "covariance", "The fixed variance has no value here; it is taken as 1.")
        constants["variance"] = Constant(sp.Integer(1), "fixed", (at / "covariance").place)
    elif isinstance(data.covariance, models.Constant):
        constants["variance"] = constant(data.covariance, at / "covariance")
    known = {name for way in family.parametrisations for name in way.parameters}
    known |= {name for parameter in fixed_parameters(family.name) for name in ways_to_write(parameter)}
    for key, value in data.further.items():
        if key not in known:
            every = [*sorted(known), *keys(models.Block)]
            is_of_part = key in {**keys(models.Encoder), **keys(models.Decoder)}
            mend = "it belongs beside this block: indent it less" if is_of_part else nearest(key, every)
            raise (at / key).error(f"the key {key[:60]!r} is not known for a {family.name}; {mend}")
        constants[key] = read_constant(value, at / key)
    return constants


def _has_known_spread(constants: Mapping[str, Constant], family: Family) -> bool:
    return family.name == "isotropic_gaussian" and any(name.removeprefix("log_") in SPREADS for name in constants)


def split_fixed(family: Family, constants: dict[str, Constant]) -> tuple[dict[str, Constant], dict[str, Constant]]:
    """The family's fixed parameters under their own names, and the other constants."""
    fixed = {}
    rest = dict(constants)
    for parameter in fixed_parameters(family.name):
        for name in ways_to_write(parameter).keys() & rest.keys():
            fixed[parameter.symbol.name] = as_fixed(parameter, name, rest.pop(name))
    return fixed, rest


def fill_fixed(family: str, fixed: dict[str, Constant], at: At, notes: Notes) -> None:
    """Fixed parameters that were not written take the family's defaults, and this is said."""
    for parameter in fixed_parameters(family):
        name = parameter.symbol.name
        if name not in fixed:
            fixed[name] = Constant(parameter.default, "fixed", at.place)
            notes.remark(at, f"The {family}'s {name} is not given here; it is taken as {parameter.default}.")


def fixed_parameters(family: str) -> tuple[FixedParameter, ...]:
    """The family's fixed parameters, also those that have a value; a multinomial's length is a matter of the block."""
    return () if family == "multinomial" else registry.load(family).fixed


def ways_to_write(parameter: FixedParameter) -> dict[str, sp.Expr]:
    """Each name of a fixed parameter, with the parameter in the symbol of that name."""
    return {parameter.symbol.name: parameter.symbol, **parameter.other_names}


def as_fixed(parameter: FixedParameter, name: str, written: Constant) -> Constant:
    """The fixed parameter when `name`, one of its names, was given the constant `written`."""
    way = ways_to_write(parameter)[name]
    if written.value is None:
        return written
    return replace(written, value=way.xreplace(dict.fromkeys(way.free_symbols, written.value)))


def _length(data: models.Block, at: At, family: Family) -> Any:
    if data.length is None:
        if family.name == "multinomial":
            raise at.error("a multinomial needs the length of its documents; write `length: random` or `length: 100`")
        return None
    if family.name != "multinomial":
        raise (at / "length").error(f"a {family.name} has no length; leave this key out or write `family: multinomial`")
    return "depends_on_z" if isinstance(data.length, models.Length) else data.length


def _edges(data: models.Block, at: At, family: Family, dimension: int | None) -> tuple[tuple[int, int], ...] | None:
    has_graph = data.graph is not None or data.edges is not None
    if family.name != "markov_random_field":
        if has_graph:
            where = at / ("graph" if data.graph else "edges")
            raise where.error("only a markov_random_field has a graph; leave this key out")
        return None
    assert dimension is not None
    if not has_graph:
        raise at.error("a markov_random_field needs its graph; write `graph: chain` or `edges: [[0, 1], [1, 2]]`")
    if data.edges is not None:
        for i, (a, b) in enumerate(data.edges):
            if a == b or max(a, b) >= dimension:
                raise (at / "edges" / i).error(
                    f"[{a}, {b}] joins no two different nodes 0, ..., {dimension - 1}; write an edge of the graph"
                )
        return tuple((min(edge), max(edge)) for edge in data.edges)
    assert data.graph is not None
    return _graph(data.graph, dimension, at / "graph")


def _graph(name: str, size: int, at: At) -> tuple[tuple[int, int], ...]:
    if name not in GRAPHS:
        raise at.error(f"{name[:60]!r} is no known graph; {nearest(name, GRAPHS)}, or list the `edges`")
    if size > 1000 or (name == "complete" and size > 60):
        raise at.error("this graph has too many edges to be held; list the `edges` of a smaller one")
    if name == "complete":
        return tuple((i, j) for j in range(size) for i in range(j))
    if name == "star":
        return tuple((0, i) for i in range(1, size))
    chain = tuple((i, i + 1) for i in range(size - 1))
    return (*chain, (0, size - 1)) if name == "cycle" and size > 2 else chain


def _say_domain(data: models.Block, family: Family, at: At, notes: Notes) -> None:
    if data.domain is None:
        return
    if data.domain not in DOMAINS:
        raise (at / "domain").error(f"{data.domain[:60]!r} is no known domain; {nearest(data.domain, DOMAINS)}")
    if family.support.is_discrete and data.domain in CONTINUOUS_DOMAINS:
        instead = (
            "; the family on [0, 1] with the same statistic is the continuous_bernoulli"
            if family.name == "bernoulli"
            else ""
        )
        notes.remark(
            at / "domain",
            f"Data in {data.domain} under a {family.name} loss have no likelihood: "
            "its masses sum to 1 over the family's own "
            f"points and do not integrate to 1 there{instead}. The analysis is "
            f"that of the {family.name} on its own support.",
        )
    elif not family.support.is_discrete and not _is_own(data.domain, family):
        notes.remark(
            at / "domain",
            f"The {family.name} is analysed on its own support. On data in {data.domain} alone, where that is "
            "smaller, it is no density, and more models can be consistent.",
        )


def _is_own(domain: str, family: Family) -> bool:
    """Whether a continuous family's support is this domain; simplex and sphere have no simple bounds."""
    ends = ENDS.get(domain)
    return ends is None or (family.support.bounds is not None and all(b == ends for b in family.support.bounds))


def read_covariates(data: Any, at: At, notes: Notes) -> dict[str, At]:
    """The covariates' names and places; one computed from the data is remarked on."""
    if not isinstance(data, dict):
        return {name: at / i if isinstance(data, list) else at for i, name in enumerate(listed(data))}
    for name, value in data.items():
        if value is not None and value.computed_from is not None:
            notes.remark(
                at / name,
                f"The covariate {name} is computed from {value.computed_from}, so "
                "what the decoder states is no density of "
                f"{value.computed_from}; the analysis takes {name} as given.",
            )
    return {name: at / name for name in data}


def computed(*parts: Any) -> set[str]:
    """The covariates that the parts say are computed from the data."""
    written = [item for data in parts if isinstance(data, dict) for item in data.items()]
    return {name for name, value in written if value is not None and value.computed_from is not None}
