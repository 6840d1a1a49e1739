"""The exact encoder g* = F' nu + c: its natural parameters and the outputs that the design calls by other names."""

from __future__ import annotations

import sympy as sp

from tightcheck.account import tempered
from tightcheck.account.case import Case
from tightcheck.joint import show
from tightcheck.joint.form import Form
from tightcheck.joint.maps import natural
from tightcheck.joint.parts import Part
from tightcheck.kernel import Rejected
from tightcheck.kernel.parametrised import parametrisation_of
from tightcheck.verdict import Verdict


def exact_encoder(case: Case) -> str:
    """One line for each statistic of each latent block, then the design's own outputs."""
    if case.form is None or case.verdict is Verdict.OUTSIDE:
        return ""
    z, x = (", ".join(block.name for block in side) for side in (case.design.latent, case.design.observed))
    alike = [f"q({z} | {x}) = p({z}) for every {x}"] if case.verdict is Verdict.COLLAPSE else []
    return "\n".join([*alike, *(line for part in case.form.latent for line in _part(case, case.form, part))])


def _part(case: Case, form: Form, part: Part) -> list[str]:
    name = f"g_{part.name}" if len(form.latent) > 1 else "g"
    vectors = [tempered.encoder(case.design, natural(form, group, case.forced)) for group in part.groups]
    labels = [name if len(part.groups) == 1 else f"{name}_{k + 1}" for k in range(len(part.groups))]
    lines = [
        f"{label} = {vector}  (natural parameter of {group.text})"
        for label, vector, group in zip(labels, vectors, part.groups, strict=True)
    ]
    return lines + (_outputs(case, part, vectors) if part.configurations == 1 and part.is_scalar else [])


def _outputs(case: Case, part: Part, vectors: list[str]) -> list[str]:
    """The parameters in which the design writes its encoder, where they are not the natural ones."""
    try:
        way = parametrisation_of(case.latent_named(part.name))
    except Rejected:
        return []
    values = {
        eta: sp.Symbol(f"({vector})" if " " in vector else vector, real=True)
        for eta, vector in zip(part.natural, vectors, strict=True)
    }
    outputs = {
        symbol: sp.sympify(inverse).subs(part.substitution)
        for symbol, inverse in zip(way.symbols, way.inverse, strict=True)
    }
    moving = {symbol: inverse for symbol, inverse in outputs.items() if inverse.free_symbols & set(values)}
    shown = [f"{symbol.name} = {_unbracketed(show.text(inverse.subs(values)))}" for symbol, inverse in moving.items()]
    if not shown:
        return []
    return [", ".join(shown) + (", coordinate by coordinate" if part.block.copies > 1 else "")]


def _unbracketed(shown: str) -> str:
    """One sum in brackets, and nothing else, without them."""
    inner = shown[1:-1]
    return inner if shown == f"({inner})" and not set(inner) & set("()") else shown
