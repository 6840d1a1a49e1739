"""A design of the same kind, small enough to be looked at in numbers. Its verdict is decided anew and attacked."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from tightcheck.design import Block, Conditional, Constant, Design, Map
from tightcheck.kernel.classes import REPRESENTATIVE

MOST_LATENT, MOST_OBSERVED = 4, 6
"""How many copies of a latent and of an observed block are kept."""


def reduced(design: Design) -> Design:
    """The design with fewer copies and vectors of three components; the same one where it is small or names coordinates."""
    if _names_coordinates(design):
        return design
    return replace(
        design,
        decoder=tuple(_conditional(c, MOST_OBSERVED) for c in design.decoder),
        encoder=tuple(_conditional(c, MOST_LATENT) for c in design.encoder),
        prior=replace(
            design.prior,
            blocks=tuple(
                block if block.dimension is None else replace(block, dimension=min(block.dimension, REPRESENTATIVE))
                for block in design.prior.blocks
            ),
        ),
    )


def _conditional(conditional: Conditional, most: int) -> Conditional:
    return replace(conditional, block=_block(conditional.block, most))


def _block(block: Block, most: int) -> Block:
    if block.edges is not None:
        return block
    dimension = None if block.dimension is None else min(block.dimension, REPRESENTATIVE)
    length = min(block.length, 5) if isinstance(block.length, int) else block.length
    return replace(block, copies=min(block.copies, most), dimension=dimension, length=length)


def _names_coordinates(design: Design) -> bool:
    """Whether a formula mentions one coordinate, a list of values is meant, or a matrix couples coordinates."""
    formulas: list[sp.Expr | None] = [block.log_density for block in design.prior.blocks]
    constants: list[Constant] = [c for block in design.prior.blocks for c in block.parameters.values()]
    for conditional in (*design.decoder, *design.encoder):
        formulas.append(conditional.inputs.expression)
        for head in conditional.heads:
            formulas.append(head.link)
            if isinstance(head.source, Map):
                formulas.append(head.source.expression)
            else:
                constants.append(head.source)
    has_index = any("[" in symbol.name for f in formulas if f is not None for symbol in f.free_symbols)
    has_matrix = any(block.precision is not None for block in design.prior.blocks)
    has_list = any(c.value is None and c.sharing == "fixed" for c in constants)
    return has_index or has_matrix or has_list
