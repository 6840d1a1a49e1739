"""The set of W for a form."""

from __future__ import annotations

from functools import cache

from tightcheck.density.answer import Entry, JointDensity, What
from tightcheck.density.entries import entries_of
from tightcheck.design import Block
from tightcheck.family import Family
from tightcheck.joint.form import Form, assemble
from tightcheck.joint.parts import Part, reduce


def joint_density(x: Family, z: Family, copies_x: int = 1, copies_z: int = 1) -> JointDensity:
    """The set of W for `copies_x` draws x of one family and `copies_z` draws z of another, all parameters free."""
    return form_density(assemble((_part("x", x, copies_x),), (_part("z", z, copies_z),)))


def form_density(form: Form) -> JointDensity:
    """The set of W for any form: several named blocks on either side."""
    entries: tuple[Entry, ...] = entries_of(form)
    return JointDensity(form, entries, What.UNDECIDED, undecided_because="no rule reaches this pair")


@cache
def _part(name: str, family: Family, copies: int) -> Part:
    return reduce(Block(name, family.name, copies, family.dimension), family, family.natural_parameters, set())
