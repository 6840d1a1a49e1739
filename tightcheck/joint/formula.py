"""Theorem 1's formula in plain text and in LaTeX."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from tightcheck.joint import show
from tightcheck.joint.form import Form, Interaction
from tightcheck.joint.kinds import covariance, has_known_covariance
from tightcheck.joint.maps import factor
from tightcheck.joint.parts import Part


def plain(form: Form) -> str:
    """`p(x, z) ∝ h(x) exp(x' W z + a' x + b' z), with h(x) = ...`."""
    exponent = " + ".join(_plain_term(interaction) for interaction in form.interactions)
    labels = {part.name: f"h({part.name})" for part in form.observed} | {
        part.name: f"h'({part.name})" for part in form.latent
    }
    measures = [f"{labels[part.name]} = {base_measure(part)}" for part in measured(form.parts)]
    factors = "".join(f"{labels[part.name]} " for part in measured(form.parts))
    measures += [f"l = sum_k {part.name}_k" for part in form.parts if part.length is not None]
    with_measures = f", with {' and '.join(measures)}" if measures else ""
    varying = f"; W and the margins may depend on {', '.join(form.covariates)}" if form.covariates else ""
    return f"p({variables(form.parts)}{given(form)}) ∝ {factors}exp({exponent}){with_measures}{varying}"


def latex(form: Form) -> str:
    """The same in LaTeX, for display mathematics."""
    exponent = " + ".join(_latex_term(interaction) for interaction in form.interactions)
    names = ", ".join(_latex_name(part.name) for part in form.parts)
    covariates = rf" \mid {', '.join(map(_latex_name, form.covariates))}" if form.covariates else ""
    measures = "".join(
        rf"h({_latex_name(part.name)})\, " if part in form.observed else rf"h'({_latex_name(part.name)})\, "
        for part in measured(form.parts)
    )
    return rf"p({names}{covariates}) \propto {measures}\exp\bigl({exponent}\bigr)"


def variables(parts: Iterable[Part]) -> str:
    """The blocks' names as the arguments of a density."""
    return ", ".join(part.name for part in parts)


def given(form: Form) -> str:
    """` | y` where there are covariates y."""
    return f" | {', '.join(form.covariates)}" if form.covariates else ""


def measured(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The blocks whose base measure is not constant."""
    return tuple(part for part in parts if _used(part.log_base_measure, part))


def base_measure(part: Part) -> str:
    """The base measure of a block up to a constant: a product over its copies."""
    one = _of_vector(part) if len(part.family.variables) > 1 else _of_number(part)
    return f"prod_i {one}" if part.block.copies > 1 else one


def _of_number(part: Part) -> str:
    (variable,) = part.family.variables
    named = sp.Symbol(part.name + ("_i" if part.block.copies > 1 else ""), **variable.assumptions0)
    return bracketed(_without_constant(part.log_base_measure, variable).subs(variable, named))


def _of_vector(part: Part) -> str:
    """A product over coordinates where it is one, at any dimension."""
    if has_known_covariance(part):
        return _gaussian_measure(part)
    if part.length is not None:
        return f"{'p' if part.length == 'random' else 'w'}(l) l! prod_k (1/{part.name}_k!)"
    symbol = sp.Symbol(f"{part.name}_k", **part.family.variables[0].assumptions0)
    terms = sp.Add.make_args(_without_constant(part.log_base_measure, *part.family.variables))
    shapes = {term.subs(dict.fromkeys(part.family.variables, symbol)) for term in terms if len(_used(term, part)) == 1}
    if len(shapes) == 1 and len(terms) == len(part.family.variables):
        return f"prod_k {bracketed(shapes.pop())}"
    return f"the base measure of the {part.family.name.replace('_', ' ')} family"


def _gaussian_measure(part: Part) -> str:
    """exp(-x' S^-1 x / 2)."""
    known, x = covariance(part), part.name
    if known.shape == "scalar":
        return show.text(sp.exp(-sp.Symbol(f"|{x}|^2") / (2 * known.entry)))
    return f"exp(-{x}' {known.inverse} {x}/2)"


def _used(term: sp.Expr, part: Part) -> set[sp.Basic]:
    return {variable for variable in part.family.variables if term.has(variable)}


def _without_constant(logarithm: sp.Expr, *variables_of: sp.Symbol) -> sp.Expr:
    return sp.expand(logarithm, deep=False).as_independent(*variables_of, as_Add=True)[1]


def bracketed(logarithm: sp.Expr) -> str:
    """exp of this as text, in brackets unless it is a single factor."""
    factor_ = show.exponential(logarithm)
    shown = show.text(factor_)
    return shown if isinstance(factor_, sp.exp) else f"({shown})"


def _plain_term(interaction: Interaction) -> str:
    """x' W z, a' x or b' z."""
    name, row, column = interaction.weight.name, interaction.row, interaction.column
    if row is not None and column is not None:
        left = row.text if row.text.isidentifier() else f"({row.text})"
        return f"{left}' {name} {factor(column)}"
    group = row or column
    assert group is not None
    return f"{name}' {factor(group)}"


def _latex_term(interaction: Interaction) -> str:
    name, row, column = interaction.weight.name, interaction.row, interaction.column
    name = name if "_" not in name else "{}_{{{}}}".format(*name.split("_"))
    if row is not None and column is not None:
        left = row.latex if row.text.isidentifier() else rf"\left({row.latex}\right)"
        return rf"{left}^\top {name}\, {column.latex}"
    group = row or column
    assert group is not None
    return rf"{name}^\top {group.latex}"


def _latex_name(name: str) -> str:
    return name if len(name) == 1 else rf"\mathit{{{name}}}".replace("_", r"\_")
