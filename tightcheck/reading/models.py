"""What may be written in a design file: the shape that is validated and published as a JSON Schema.

Only shapes are checked here; which words a family knows is a matter of the registry (resolve).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from tightcheck.reading.shape import Limits, Shape

LARGEST_SIZE = 10**12

Size = Annotated[int, Limits(gt=0, le=LARGEST_SIZE)]
Number = int | Decimal
Formula = Annotated[str, Limits("a formula in the closed grammar, such as `library * softmax`", min_length=1)]
Amount = Number | Formula
Bounds = Annotated[list[Amount], Limits(min_length=2, max_length=2)]
Names = str | list[str]


class Constant(Shape):
    """A parameter that depends on neither side: exactly one of the two keys."""

    fixed: Amount | list[Amount | list[Amount]] | None = None
    learned: Literal["shared", "per_coordinate"] | None = None


class Output(Constant):
    """One parameter of a family: a constant, or an output of the map with a link and bounds."""

    link: Formula | None = None
    bounds: Bounds | None = None
    map: str | Map | None = None


OutputValue = Amount | Output
Outputs = str | dict[str, OutputValue] | list[str | dict[str, OutputValue] | list[str | dict[str, OutputValue]]]


class Map(Shape):
    """The class of functions that the network computes."""

    kind: Annotated[str, Limits("affine, mlp, unrestricted, expression, or an architecture")]
    hidden: list[Size] = []
    activation: str = "relu"
    bias: bool = True
    batch_norm: Literal["train", "eval"] | None = None
    layer_norm: bool = False
    expression: Amount | None = None
    parameters: Names = []


Maps = str | Map | list[str | Map | list[str | Map]]


class Length(Shape):
    """A length that depends on the latent variables."""

    depends_on: str


class Block(Shape, is_open=True):
    """Independent draws of one family. Further keys are parameters of the family that are constants."""

    family: str
    name: str | None = None
    dim: Size | None = None
    copies: Size | None = None
    categories: Size | None = None
    length: Size | Literal["random"] | Length | None = None
    covariance: str | Constant | None = None
    domain: str | None = None
    given: Names = []
    graph: str | None = None
    edges: list[Annotated[list[Annotated[int, Limits(ge=0)]], Limits(min_length=2, max_length=2)]] | None = None


Blocks = Block | list[Block]


class Covariate(Shape):
    """A covariate; `computed_from` says that it is a function of the observed data."""

    computed_from: str | None = None


class Part(Shape):
    """What encoder and decoder have in common."""

    map: Maps | None = None
    output: Outputs | None = None
    bounds: dict[str, Bounds] = {}
    given: Names = []
    covariates: Names | dict[str, Covariate | None] = []
    batch_norm: Literal["train", "eval"] | None = None


class Encoder(Part):
    """q(z|x)."""

    latent: Blocks
    features: str | list[str] = "identity"
    flow: str | None = None
    hierarchical: str | None = None


class Decoder(Part):
    """p(x|z), p(z) and the objective."""

    observed: Blocks
    input: str | list[str] = "identity"
    prior: str | dict[str, Any] | list[str | dict[str, Any]] | None = None
    objective: str | dict[str, Any] = "elbo"
    flow: str | None = None
    hierarchical: str | None = None


class Both(Shape):
    """One file with both parts."""

    encoder: Encoder
    decoder: Decoder
