"""Whether data that say what a design is say one: parts of known kinds, numbers in their ranges, names that name something.

A design file is held to this where it is read; a certificate brings its own design.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sympy as sp

from tightcheck import registry
from tightcheck.design import Block, Conditional, Constant, Design, Head, Map, PriorBlock
from tightcheck.kernel.classes import LAYER_NORMALISED, LIPSCHITZ_ACTIVATIONS
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import prior_family, prior_values
from tightcheck.kernel.valid import has_valid_constants

INPUTS = frozenset(
    "identity counts frequencies tfidf log1p standardize softmax layer_norm one_hot statistics expression".split()
)
ACTIVATIONS = LIPSCHITZ_ACTIVATIONS | {"identity"}
SHARINGS = frozenset(("fixed", "shared", "per_coordinate"))


def well_formed_data(design: Design) -> None:
    """Require that every part is written as such parts are."""
    require(len(set(design.covariates)) == len(design.covariates), "a covariate is named twice")
    require(set(design.computed) <= set(design.covariates), "what is computed from the data is no covariate")
    _objective(design)
    for side in (design.decoder, design.encoder):
        earlier: list[str] = []
        for conditional in side:
            require(conditional.block.name not in design.covariates, "a block has the name of a covariate")
            _block(conditional.block, earlier)
            _conditional(conditional, design.covariates)
            earlier.append(conditional.block.name)
    latents = {c.block.name: c.block for c in design.encoder}
    require(design.prior.kind in ("declared", "implied", "free"), "the prior is of no kind")
    named = [block.block for block in design.prior.blocks]
    require(len(set(named)) == len(named) and set(named) <= set(latents), "a prior is of no block")
    require(design.prior.kind != "declared" or set(named) == set(latents), "a block has no prior")
    for prior in design.prior.blocks:
        _prior(prior, latents[prior.block], {*latents, *design.covariates} - {prior.block})


def _objective(design: Design) -> None:
    kind, value = design.objective.kind, design.objective.value
    number = sp.sympify(value) if isinstance(value, sp.Expr) else sp.nan
    known: Mapping[str, bool] = {
        "elbo": value is None,
        "beta": bool(number.is_positive),
        "iwae": bool(number.is_positive and number.is_Integer),
        "semi_supervised": isinstance(value, str),
        "other": isinstance(value, str),
    }
    require(known.get(kind, False), "the objective is not written as objectives are")


def _block(block: Block, earlier: Collection[str]) -> None:
    """A whole number of draws, of a size where the family's draws have one; its fixed parameters in their ranges."""
    require(type(block.copies) is int and block.copies >= 1, "a block has no whole number of copies")
    generic = registry.load(block.family)
    has_size = type(block.dimension) is int and block.dimension >= 1
    require(has_size if generic.dimension is not None else block.dimension is None, "a draw has a wrong size")
    has_length = block.length in ("random", "depends_on_z") or (type(block.length) is int and block.length >= 1)
    is_text = generic.name.startswith("multinomial")
    require(has_length if is_text else block.length is None, "a multinomial has a length, and nothing else has")
    is_field = generic.name == "markov_random_field"
    require(is_field == (block.edges is not None), "a graph belongs to a Markov random field")
    require(set(block.given) <= set(earlier), "a block is given no earlier one")
    known = {parameter.symbol.name: parameter for parameter in generic.fixed if not is_text}
    require(set(block.fixed) == set(known), "a fixed parameter is missing")
    for name, constant in block.fixed.items():
        _constant(constant)
        require(constant.value is None or known[name].admits(constant.value), f"{name} is out of its range")
        is_open = constant.value is None and generic.is_settled(known[name])
        require(not is_open, f"{name} is built into the facts of the family, and has no value")


def _constant(constant: Constant) -> None:
    """A real number that is fixed, a list of them, or what is learned."""
    value = constant.value
    is_number = value is None or bool(value.is_number and value.is_real and value.is_finite)
    require(constant.sharing in SHARINGS and is_number, "a constant is not written as constants are")
    require(value is None or constant.sharing == "fixed", "a constant is fixed and learned")


def _conditional(conditional: Conditional, covariates: Collection[str]) -> None:
    """Each parameter once; inputs of a known kind."""
    inputs = conditional.inputs
    is_written = (inputs.kind == "expression") == (inputs.expression is not None)
    require(inputs.kind in INPUTS and is_written, "the inputs are not written as inputs are")
    require(set(inputs.covariates) <= set(covariates), "a network is shown what is no covariate")
    symbols = [head.symbol for head in conditional.heads]
    require(len(set(symbols)) == len(symbols), "a parameter is computed twice")
    for head in conditional.heads:
        _head(head)
    require(has_valid_constants(conditional), "a constant is out of its range")


def _head(head: Head) -> None:
    """A constant without a link or bounds; widths that are positive; a lower bound below the upper one."""
    if isinstance(head.source, Constant):
        _constant(head.source)
        require(head.link is None and head.bounds is None, "a constant has a link or bounds")
        return
    assert isinstance(head.source, Map)
    require(all(type(width) is int and width >= 1 for width in head.source.hidden), "a layer has no units")
    require(head.source.activation in ACTIVATIONS, "an activation is not known")
    alone = head.source.activation in LAYER_NORMALISED and 1 in head.source.hidden
    require(not alone, "a layer normalisation of one unit is 0")
    if head.bounds is not None:
        low, high = head.bounds
        require(bool(low.is_number and high.is_number) and bool((high - low).is_positive), "bounds are not an interval")


def _prior(prior: PriorBlock, latent: Block, names: Collection[str]) -> None:
    """A family with all its parameters, in their ranges and where it has a density; or a formula; or a precision matrix."""
    require(set(prior.given) <= set(names), "a prior is given what is not there")
    require(prior.family is None or prior.log_density is None, "a prior is written twice")
    require(prior.dimension in (None, latent.dimension or latent.copies), "a prior's draws are of another size")
    for constant in prior.parameters.values():
        _constant(constant)
    if prior.precision is not None:
        matrix, size = prior.precision, latent.dimension or latent.copies
        require(matrix.shape == (size, size) and matrix.is_symmetric(), "a precision matrix is of the wrong shape")
        return
    if prior.family is None:
        return
    is_field = prior.family == "markov_random_field"  # any numbers on its graph
    family, values = prior_family(prior.family, None if is_field else prior.dimension), prior_values(prior)
    free = {s.name for value in prior.natural for s in sp.sympify(value).free_symbols}
    require(free <= set(prior.parameters), "a prior's parameter is missing")
    signs = [(s, prior.parameters[s.name].value) for eta in prior.natural for s in sp.sympify(eta).free_symbols]
    positive = all(value is None or not s.is_positive or bool(value.is_positive) for s, value in signs)
    require(positive, "a prior's parameter is out of its range")
    known = dict(zip(family.natural_parameters, values, strict=False))
    outside = any(relation.xreplace(known) == sp.false for relation in family.natural_domain)
    require(not outside, "a prior is no density")
