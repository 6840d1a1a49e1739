"""A design: everything that decides tightness, free of YAML and of PyTorch, every part with its place.

    decoder   p(x | z) = prod over observed blocks,   encoder   q(z | x) = prod over latent blocks,   prior p(z)

A *block* is `copies` independent draws of one registry family. A *conditional* gives the natural parameters of every
copy of a block as SymPy expressions in *heads*; a head is a constant or an output of the conditional's map. The network
of a conditional sees `inputs`, functions of the other side's variables.

In a formula a block's or covariate's name is a real symbol: its coordinate, or under `sum` and `softmax` each of its
coordinates in turn; `z[0]` is one coordinate. A vector family's formulas are those of dimension min(dimension, 3) (and
of a chain, for a Markov random field), whose heads `mean_1`, `mean_2`, ... share one map and link: the coordinates
beyond the third repeat them. A constant that is fixed without a value (None) is a list of values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import sympy as sp


@dataclass(frozen=True)
class Place:
    """Where a part was written: file (None for designs built in Python), line from 1, and the words there."""

    file: str | None = None
    line: int | None = None
    text: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.file and self.line else self.file or "the design"
        return f"{where} ({self.text})" if self.text else where


NOWHERE = Place()


@dataclass(frozen=True)
class Constant:
    """A parameter that depends on neither x nor z: `value` exactly, or learned (value None)."""

    value: sp.Expr | None
    sharing: Literal["fixed", "shared", "per_coordinate"]
    place: Place = NOWHERE


@dataclass(frozen=True)
class Map:
    """A class of functions from the inputs to one real output per copy (and per component of a vector head).

    affine        every W phi + b
    mlp           every network with these hidden widths and activation, affine last layer; `bias` everywhere; a
                  "layer-normalised relu" has a layer normalisation before or after the activation of each hidden layer
    unrestricted  every (measurable) function of the inputs
    expression    the functions `expression`, in the other side's variables and in free `parameters`
    """

    kind: Literal["affine", "mlp", "unrestricted", "expression"]
    hidden: tuple[int, ...] = ()
    activation: str = "relu"
    bias: bool = True
    batch_norm: Literal["train", "eval"] | None = None
    expression: sp.Expr | None = None
    parameters: tuple[sp.Symbol, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True)
class Head:
    """One parameter of a family as the design computes it: `symbol` = link(output of the map), within `bounds`.

    `link` is an expression in `OUTPUT` (this coordinate's map output), `SOFTMAX` (the map's outputs through a softmax
    over the copies), and variables of the other side; None is the identity. `source` is a Constant or a Map.
    """

    symbol: sp.Symbol
    source: Constant | Map
    link: sp.Expr | None = None
    bounds: tuple[sp.Expr, sp.Expr] | None = None
    place: Place = NOWHERE


OUTPUT = sp.Symbol("output", real=True)
SOFTMAX = sp.Symbol("softmax", positive=True)


@dataclass(frozen=True)
class Block:
    """`copies` independent draws of a family. `dimension` is the size of one draw of a vector family, else None.

    `fixed` holds the family's fixed parameters (a negative binomial's r). `length` is a multinomial's: a number,
    "random" (p(l) > 0 for l = 1, 2, ... independent of z) or "depends_on_z" (the paper's (23)). `domain` names what the
    data are when that is not the family's support. `given` names blocks whose value picks the statistics (z given y).
    """

    name: str
    family: str
    copies: int
    dimension: int | None = None
    fixed: Mapping[str, Constant] = field(default_factory=dict)
    length: int | Literal["random", "depends_on_z"] | None = None
    domain: str | None = None
    given: tuple[str, ...] = ()
    edges: tuple[tuple[int, int], ...] | None = None
    place: Place = NOWHERE


@dataclass(frozen=True)
class Inputs:
    """What a network is shown of the other side.

    `kind` is a keyword (identity, counts, frequencies, tfidf, log1p, standardize, softmax, layer_norm, one_hot,
    statistics) or "expression", then `expression` is a function of one coordinate. `covariates` are shown as well.
    Of a block x, frequencies are x_i / sum(x), and tfidf idf_i x_i / sum(x) with weights idf_i > 0.
    """

    kind: str
    expression: sp.Expr | None = None
    covariates: tuple[str, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True)
class Conditional:
    """The family of one block given the other side: `natural[k]` is eta_k in the symbols of `heads`."""

    block: Block
    inputs: Inputs
    heads: tuple[Head, ...]
    natural: tuple[sp.Expr, ...]
    place: Place = NOWHERE


@dataclass(frozen=True)
class PriorBlock:
    """The prior of one latent block: a registry family with constant parameters, or any log-density.

    `natural` are eta_k in the symbols of `parameters`, which hold the family's fixed parameters as well.
    `log_density` (in the block's variable) replaces the family: with a `sum` or an index it is that of the vector,
    otherwise that of each coordinate. With neither, nothing is stated but that the density is positive. `precision` is
    the precision matrix of a Gaussian prior that couples the block's coordinates. `dimension` is the size of one draw
    of a vector family; `given` names latent blocks and covariates whose value picks the parameters. `components` is the number of
    members in any mixture of the encoder's own family, each a vector of independent draws, weights and parameters learned.
    """

    block: str
    family: str | None
    parameters: Mapping[str, Constant]
    natural: tuple[sp.Expr, ...] = ()
    log_density: sp.Expr | None = None
    precision: sp.ImmutableMatrix | None = None
    dimension: int | None = None
    given: tuple[str, ...] = ()
    components: int | None = None
    place: Place = NOWHERE


@dataclass(frozen=True)
class Prior:
    """The prior: declared block by block, implied (tied to the decoder: the joint (7)), or free (any density)."""

    kind: Literal["declared", "implied", "free"]
    blocks: tuple[PriorBlock, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True)
class Objective:
    """elbo; beta (value: the weight of the KL term); iwae (value: samples); semi_supervised (value: the label block).

    `other` is a loss that is no bound on log p(x), in the writer's words.
    """

    kind: Literal["elbo", "beta", "iwae", "semi_supervised", "other"] = "elbo"
    value: sp.Expr | str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True)
class Outside:
    """A named thing that is no exponential-family design: what it is, why it is outside, the nearest thing inside."""

    name: str
    reason: str
    nearest: str
    place: Place = NOWHERE


def _text(words: str) -> str:
    return rf"\text{{{words.replace('_', ' ')}}}"


def _draws(block: Block) -> str:
    """The family of a block with its copies above and its dimension below, as LaTeX."""
    above = f"^{{{block.copies}}}" if block.copies > 1 else ""
    below = f"_{{{block.dimension}}}" if block.dimension is not None else ""
    return f"{_text(block.family)}{below}{above}"


def _distributed(names: Sequence[str], given: Sequence[str], law: str) -> str:
    """Names | given ~ law, as LaTeX."""
    known = r" \mid ".join(
        ", ".join(name if len(name) == 1 else _text(name) for name in side) for side in (names, given) if side
    )
    return rf"{known} &\sim {law}"


@dataclass(frozen=True)
class Design:
    """A VAE design; `outside` names its parts that are outside the theorem, the others are filled in all the same.

    `computed` are the covariates that the design says are computed from the data; conditions take them as given.
    """

    decoder: tuple[Conditional, ...]
    encoder: tuple[Conditional, ...]
    prior: Prior
    objective: Objective = Objective()
    covariates: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    outside: tuple[Outside, ...] = ()
    remarks: tuple[tuple[Place, str], ...] = ()

    def _repr_latex_(self) -> str:
        """Encoder, decoder and prior by their families, copies above and dimensions below them, for a notebook."""
        latent, observed = ([block.name for block in side] for side in (self.latent, self.observed))
        lines = [_distributed([block.name], [*block.given, *observed], _draws(block)) for block in self.latent]
        lines += [_distributed([block.name], [*block.given, *latent], _draws(block)) for block in self.observed]
        priors = [([prior.block], prior.given, prior.family or "a prior of its own") for prior in self.prior.blocks]
        for names, given, words in priors or [(latent, (), f"the {self.prior.kind} prior")]:
            lines.append(_distributed(names, given, _text(words)))
        return r"$\displaystyle \begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}$"

    @property
    def observed(self) -> tuple[Block, ...]:
        """The observed blocks, in order."""
        return tuple(conditional.block for conditional in self.decoder)

    @property
    def latent(self) -> tuple[Block, ...]:
        """The latent blocks, in order."""
        return tuple(conditional.block for conditional in self.encoder)
