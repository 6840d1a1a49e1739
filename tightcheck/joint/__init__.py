"""Theorem 1's form (7) for any pair of products of families: W block by block, what it implies, and its name."""

from __future__ import annotations

from tightcheck.design import Block, Design
from tightcheck.family import Family
from tightcheck.joint import formula, integrable, maps, marginals, names
from tightcheck.joint.domain import Sign, signs
from tightcheck.joint.form import Form, Interaction, assemble, form
from tightcheck.joint.parts import reduce
from tightcheck.verdict import Joint

__all__ = ["Form", "Interaction", "describe", "form", "joint", "pair", "pair_form"]


SENTENCES: dict[Sign, str] = {"= 0": "must be 0", "<= 0": "every entry <= 0", ">= 0": "every entry >= 0"}


def joint(design: Design) -> Joint | None:
    """The joint of the consistent models of a design (Theorem 1, equation (7)); sizes are printed, nothing is built.

    None where a side has no exponential family (see `Design.outside`), or nothing is left of it given the covariates.

    Only the families, the blocks' sizes and which parameters are constants matter, not the maps and not the prior.
    """
    joint_form = form(design)
    return describe(joint_form) if joint_form.observed and joint_form.latent else None


def pair(family_x: Family, family_z: Family, copies_x: int = 1, copies_z: int = 1) -> Joint:
    """The joint of `copies_x` draws x of one family and `copies_z` draws z of another, all their parameters free."""
    return describe(pair_form(family_x, family_z, copies_x, copies_z))


def pair_form(family_x: Family, family_z: Family, copies_x: int = 1, copies_z: int = 1) -> Form:
    """The same as data."""
    sides = (("x", family_x, copies_x), ("z", family_z, copies_z))
    x, z = (
        reduce(Block(name, family.name, copies, family.dimension), family, family.natural_parameters, set())
        for name, family, copies in sides
    )
    return assemble((x,), (z,))


def describe(joint_form: Form) -> Joint:
    """The form in words."""
    forced = signs(joint_form)
    return Joint(
        name=names.name(joint_form),
        formula=formula.plain(joint_form),
        latex=formula.latex(joint_form),
        blocks=tuple(_block(joint_form, interaction, forced) for interaction in joint_form.interactions),
        decoder=maps.describe(joint_form, joint_form.observed, "f", forced),
        encoder=maps.describe(joint_form, joint_form.latent, "g", forced),
        marginal_x=marginals.marginal(joint_form, forced),
        marginal_z=marginals.implied_prior(joint_form, forced),
        integrates=integrable.condition(joint_form),
    )


def _block(joint_form: Form, interaction: Interaction, forced: dict[str, Sign]) -> tuple[str, str, str]:
    """Row, column, and the name, size and forced sign of one block of W."""
    rows, columns = interaction.weight.shape
    size = f"{rows} x {columns}" if interaction.row and interaction.column else f"{rows * columns}"
    row = interaction.row.text if interaction.row else "1"
    column = interaction.column.text if interaction.column else "1"
    sign = forced.get(interaction.weight.name)
    shown = f"{interaction.weight.name}, {size}"
    return row, column, f"{shown}, {SENTENCES[sign]}" if sign else shown
