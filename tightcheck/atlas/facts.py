"""What is said about one pair of families, as plain data: shown by `tightcheck joint`, kept and drawn by the atlas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tightcheck.atlas.choices import Asked
from tightcheck.density import JointDensity, form_density
from tightcheck.density.certificate import certificate_of
from tightcheck.density.turned import turned
from tightcheck.design import Block
from tightcheck.joint import describe
from tightcheck.joint.form import Form, assemble
from tightcheck.joint.parts import Part, reduce
from tightcheck.verdict import Joint


@dataclass(frozen=True)
class Pair:
    """A pair of families with its joint (7) in words and the set of W that makes it a density.

    `decided`: the same pair with x and z exchanged, where that is the one that was decided.
    """

    x: Asked
    z: Asked
    joint: Joint
    density: JointDensity
    decided: Pair | None = None

    @cached_property
    def certificate(self) -> dict[str, Any] | None:
        """What the kernel re-checks without search; of the exchanged pair where that one was decided."""
        if self.decided is not None:
            return self.decided.certificate
        return certificate_of(self.density, self.x.side, self.z.side)

    @property
    def references(self) -> tuple[str, ...]:
        """The sources: the form, the joint's own name, and the families'."""
        return tuple(dict.fromkeys(_references(self)))


def pair(x: Asked, z: Asked) -> Pair:
    """The joint of x and z, and when it is a density: the pair in alphabetical order is decided, the other is the same."""
    is_single = x.copies == z.copies == 1 and not x.beside and not z.beside
    if is_single and x.family.name > z.family.name:
        return exchanged(pair(z, x))
    form = form_of(x, z)
    return Pair(x, z, describe(form), form_density(form))


def exchanged(found: Pair) -> Pair:
    """The same pair with x and z exchanged; nothing is decided again."""
    form = form_of(found.z, found.x)
    return Pair(found.z, found.x, describe(form), turned(found.density, form), found)


def form_of(x: Asked, z: Asked) -> Form:
    """Theorem 1's form of the pair."""
    return assemble(_parts("x", x), _parts("z", z))


def _parts(name: str, side: Asked) -> tuple[Part, ...]:
    """The blocks of one side; several are called x1, x2 and so on."""
    if not side.beside:
        return (_part(name, side),)
    return tuple(_part(f"{name}{k}", block) for k, block in enumerate(side.blocks, start=1))


def _part(name: str, side: Asked) -> Part:
    family = side.family
    return reduce(Block(name, family.name, side.copies, family.dimension), family, family.natural_parameters, set())


THEOREM = "Schlesinger, Shekhovtsov, Flach: VAE Approximation Error, Theorem 1 and equation (7)"
CONDITIONALS = "Arnold, Castillo, Sarabia: Conditional Specification of Statistical Models (1999)"


def _references(found: Pair) -> Iterator[str]:
    yield THEOREM
    name = found.joint.name or ""
    if "(" in name:
        yield name
    yield CONDITIONALS
    for side in (*found.x.blocks, *found.z.blocks):
        if side.family.reference:
            yield f"{words(side.family.name)}: {side.family.reference}"


def words(name: str) -> str:
    """A family's name as it is read."""
    return name.replace("_", " ")


def data(found: Pair) -> dict[str, Any]:
    """The facts as JSON data."""
    joint, density = found.joint, found.density
    return {
        "x": _side(found.x),
        "z": _side(found.z),
        "name": joint.name,
        "formula": joint.formula,
        "latex": joint.latex,
        "blocks": [dict(zip(("row", "column", "weight"), block, strict=True)) for block in joint.blocks],
        "entries": [
            {"name": e.symbol.name, "block": e.block, "row": e.row_statistic, "column": e.column_statistic}
            for e in density.entries
        ],
        "what": density.what.word,
        "sentences": list(density.sentences),
        "constraints": str(density.constraints).replace("**", "^"),
        "witness": [
            {"entries": [s.name for s in each.entries], "direction": each.direction, "rate": each.rate}
            for each in density.witness
        ],
        "cost": density.cost,
        "undecided_because": density.undecided_because,
        "decoder": joint.decoder,
        "encoder": joint.encoder,
        "marginal_x": joint.marginal_x,
        "implied_prior": joint.marginal_z,
        "references": list(found.references),
        "certificate": found.certificate,
        "certificate_note": certificate_note(found),
    }


def _side(side: Asked) -> dict[str, Any] | list[dict[str, Any]]:
    """The side as data; several blocks in a list."""
    found = [{"family": b.family.name, "copies": b.copies, "dimension": b.family.dimension} for b in side.blocks]
    return found if side.beside else found[0]


LEMMAS = {
    "cases": "the formula against the procedure in every case of the signs that it asks for",
    "each": "the conditions that are necessary, case by case; one W is tested by the procedure",
    "finite": "a finite side is summed out: every conditional of the other side is proper",
    "quadratic": "Gaussians: the zeros, and a positive definite precision matrix",
    "powers": "positive numbers with powers as base measures: sums of shapes",
    "pairs": "every pair's formula against the procedure, in every case; the conditions scale, so the pairs decide",
    "products": "what is zero in every density of a pair, pair by pair; one W is tested by the procedure",
}
"""What the kernel re-checks, by the certificate's lemma."""


def certificate_note(found: Pair) -> str:
    """What the certificate is about, in a sentence; empty where there is none."""
    if found.certificate is None:
        return ""
    words_ = LEMMAS[found.certificate["lemma"]]
    count = len(found.certificate["densities"])
    shown = f", and {count} exact example{'s' * (count > 1)} of a W that gives a density" if count else ""
    turned_ = " It is about x and z exchanged: the same set, W transposed." if found.decided else ""
    return f"Re-checked without search: {words_}{shown}.{turned_}"
