"""The implied maps f = W psi + a and g = W' nu + b, as sums of named blocks, in natural and in customary parameters."""

from __future__ import annotations

import sympy as sp

from tightcheck.joint import show
from tightcheck.joint.domain import Sign, lives
from tightcheck.joint.form import Form, Interaction
from tightcheck.joint.kinds import covariance, has_known_covariance
from tightcheck.joint.parts import Group, Part


def natural(form: Form, group: Group, signs: dict[str, Sign]) -> str:
    """The natural parameters of a group as text: `W z + a` for an observed group, `W' x + b` for a latent one."""
    terms = [_term(interaction, group) for interaction in form.weights_of(group) if lives(interaction, signs)]
    return " + ".join(terms)


def entry(form: Form, group: Group, signs: dict[str, Sign], index: str) -> sp.Symbol:
    """One coordinate of these natural parameters, a symbol that prints as `(W z + a)_i`; all of them without index."""
    vector = natural(form, group, signs)
    shown = f"({vector})" if " " in vector else vector
    return sp.Symbol(f"{shown}_{index}" if index else shown, real=True)


def describe(form: Form, parts: tuple[Part, ...], name: str, signs: dict[str, Sign]) -> str:
    """The map of one side: every group's natural parameters, then the customary parameters of its family."""
    lines = []
    for part in parts:
        own = f"{name}_{part.name}" if len(parts) > 1 else name
        labels = [own if len(part.groups) == 1 else f"{own}_{k + 1}" for k in range(len(part.groups))]
        vectors = [natural(form, group, signs) for group in part.groups]
        lines += [
            f"{label} = {vector}  (natural parameter of {group.text})"
            for label, vector, group in zip(labels, vectors, part.groups, strict=True)
        ]
        lines += customary(part, vectors)
        if part.configurations > 1:
            lines.append(
                f"where 1[{', '.join(part.block.given)}] picks the entries: {part.configurations} copies of each"
            )
        if part.length == "random":
            lines.append(f"with sum_k exp({own}_k) = 1 for every value: the length does not depend on it")
    return "\n".join(lines)


def customary(part: Part, vectors: list[str]) -> list[str]:
    """The first way to write the parameters that is not the natural one (mean and variance), where it has a formula."""
    if part.configurations > 1 or part.length is not None or not part.natural:
        return []
    if not part.is_scalar:
        return _mean(part, vectors[0]) if has_known_covariance(part) else []
    values = {
        eta: sp.Symbol(f"({vector})" if " " in vector else vector, real=True)
        for eta, vector in zip(part.natural, vectors, strict=True)
    }
    for parametrisation in part.family.parametrisations:
        if set(parametrisation.inverse) <= set(part.family.natural_parameters):
            continue
        inverses = [inverse.subs(part.substitution) for inverse in parametrisation.inverse]
        shown = [
            f"{symbol.name} = {show.text(inverse.subs(values))}"
            for symbol, inverse in zip(parametrisation.symbols, inverses, strict=True)
            if inverse.free_symbols & set(values)
        ]
        return [", ".join(shown) + (", coordinate by coordinate" if part.block.copies > 1 else "")]
    return []


def _mean(part: Part, vector: str) -> list[str]:
    """A Gaussian of known covariance S has the mean S f."""
    known = covariance(part)
    return [f"mean = {known.times(vector if known.entry == 1 else f'({vector})')}"]


def _term(interaction: Interaction, group: Group) -> str:
    """This block of W times the other side's statistic: W z, W' x, or the margin alone."""
    if interaction.row is None or interaction.column is None:
        return str(interaction.weight.name)
    if group == interaction.row:
        return f"{interaction.weight.name} {factor(interaction.column)}"
    return f"{interaction.weight.name}' {factor(interaction.row)}"


def factor(group: Group) -> str:
    """A statistic as a factor on the right, in brackets unless it is one word."""
    depth, open_space = 0, False
    for character in group.text:
        depth += (character == "(") - (character == ")")
        open_space |= character == " " and depth == 0
    return f"({group.text})" if open_space else group.text
