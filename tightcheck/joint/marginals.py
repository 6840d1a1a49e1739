"""The implied prior p(z) ∝ h'(z) exp(<c, psi> + A(f(z))) and the marginal p(x) ∝ h(x) exp(<a, nu> + B(g(x)))."""

from __future__ import annotations

import sympy as sp

from tightcheck.joint import show
from tightcheck.joint.domain import Sign
from tightcheck.joint.form import Form
from tightcheck.joint.formula import base_measure, bracketed, given, measured
from tightcheck.joint.kinds import covariance, has_known_covariance, is_finite_choice, is_transformed, kind
from tightcheck.joint.maps import entry, factor, natural
from tightcheck.joint.parts import Part


def implied_prior(form: Form, signs: dict[str, Sign]) -> str:
    """p(z): the other side summed out."""
    if is_finite_choice(form.latent):
        return f"{_density(form, form.latent)}: any distribution on the {form.latent[0].points} values"
    return _gaussian(form, of_latent=True) or _marginal(form, form.latent, form.observed, signs)


def marginal(form: Form, signs: dict[str, Sign]) -> str:
    """p(x): the latent side summed out."""
    if is_finite_choice(form.latent):
        return _mixture(form)
    return _gaussian(form, of_latent=False) or _marginal(form, form.observed, form.latent, signs)


def _density(form: Form, parts: tuple[Part, ...]) -> str:
    """The left-hand side p(x), or p(x | y) with covariates y."""
    return f"p({', '.join(part.name for part in parts)}{given(form)})"


def log_factor(part: Part, symbols: tuple[sp.Symbol, ...]) -> sp.Expr:
    """A of one copy in the given symbols, without terms that are constant."""
    in_symbols = part.log_partition.xreplace(dict(zip(part.natural, symbols, strict=True)))
    return sp.expand(in_symbols, deep=False).as_independent(*symbols, as_Add=True)[1]


def _marginal(form: Form, kept: tuple[Part, ...], summed: tuple[Part, ...], signs: dict[str, Sign]) -> str:
    """Margins x base measure x one factor exp A per copy of every block that is summed out."""
    margins = " + ".join(
        f"{interaction.weight.name}' {factor(group)}"
        for part in kept
        for group in part.groups
        for interaction in form.weights_of(group)
        if interaction.row is None or interaction.column is None
    )
    words = (f"exp({margins})", *map(base_measure, measured(kept)), *_factors(form, summed, signs))
    return f"{_density(form, kept)} ∝ " + " ".join(word for word in words if word)


def _factors(form: Form, summed: tuple[Part, ...], signs: dict[str, Sign]) -> list[str]:
    """Independent blocks give a factor each; blocks that others are given are summed over, those inside the sum."""
    names = {name for part in summed if part.configurations > 1 for name in part.block.given}
    parents = tuple(part for part in summed if part.name in names)
    free = [_factor(form, part, signs, "") for part in summed if part not in parents and part.configurations == 1]
    if not parents:
        return free
    values = ", ".join(part.name for part in parents)
    energy = " + ".join(
        f"({natural(form, group, signs)})' {factor(group)}" for part in parents for group in part.groups
    )
    inside = [_factor(form, part, signs, values) for part in summed if part not in parents and part.configurations > 1]
    return [*free, f"sum_{{{values}}} " + " ".join((f"exp({energy})", *map(base_measure, measured(parents)), *inside))]


def _factor(form: Form, part: Part, signs: dict[str, Sign], values: str) -> str:
    """The factor of one block: prod over its copies of exp A at its natural parameters (those for the given values)."""
    if not part.is_scalar:
        return _vector_factor(form, part, signs)
    copy = "" if part.block.copies == 1 else "i" if part in form.observed else "j"
    index = ",".join(word for word in (values.replace(" ", ""), copy) if word)
    symbols = tuple(entry(form, group, signs, index) for group in part.groups)
    if part.log_partition.has(sp.Piecewise, sp.Sum):
        shown = f"exp(A_{part.name}({', '.join(symbol.name for symbol in symbols)}))"
    else:
        shown = bracketed(log_factor(part, symbols))
    return f"prod_{copy} {shown}" if copy else shown


def _vector_factor(form: Form, part: Part, signs: dict[str, Sign]) -> str:
    """Softmax families and Gaussians of known covariance have a formula for every dimension; others name their A."""
    vectors = [natural(form, group, signs) for group in part.groups]
    one = vectors[0] if len(vectors) == 1 and part.configurations == 1 else ""
    copy = "" if part.block.copies == 1 else "i" if part in form.observed else "j"
    if part.length == "random":
        return ""
    if one and part.length == "depends_on_z":
        return f"sum_l w(l) (sum_k exp(({one})_k))^l"
    if one and has_known_covariance(part):
        return _gaussian_factor(part, one)
    if one and (power := _softmax_power(part)) is not None:
        factor_of_copy = f"(1 + sum_k exp(({one})_{copy}k))" + ("" if power == 1 else f"^{show.text(power)}")
        return f"prod_{copy} {factor_of_copy}" if copy else factor_of_copy
    return f"exp(A_{part.name}({', '.join(vectors)}))"


def _gaussian_factor(part: Part, vector: str) -> str:
    """exp(f' S f / 2)."""
    known = covariance(part)
    if known.shape == "scalar":
        return f"exp({known.times(f'|{vector}|^2')}/2)"
    transposed = f"({vector})'"
    return f"exp({known.between(transposed, f'({vector})')}/2)"


def _softmax_power(part: Part) -> sp.Expr | None:
    """l with exp A = (1 + sum_k exp eta_k)^l: categorical and multinomial."""
    power = part.log_partition / sp.log(1 + sp.Add(*map(sp.exp, part.natural)))
    return None if power.free_symbols & set(part.natural) else power


def _mixture(form: Form) -> str:
    """One component per value of a single finite latent."""
    (latent,) = form.latent
    components = " ".join(f"p({part.name} | {latent.name} = k)" for part in form.observed)
    return f"{_density(form, form.observed)} = sum_k p({latent.name} = k) {components}, {latent.points} components"


def _gaussian(form: Form, of_latent: bool) -> str | None:
    """The marginals of a joint Gaussian: x given z has the known covariance S, z given x a constant precision Q."""
    if len(form.parts) != 2 or kind(form.observed[0]) != "gaussian_known_variance":
        return None
    precision = _latent_precision(form.latent[0])
    if precision is None:
        return None
    (x,), (z,) = form.observed, form.latent
    noise = covariance(x)
    if of_latent:
        seen, shift = noise.between("W'", "W"), noise.between("W'", "a")
        subject = f"{_density(form, (z,))}: {z.groups[0].text} is" if is_transformed(z) else f"{_density(form, (z,))} ="
        return f"{subject} N(m, P^-1) with P = {precision} - {seen} and m = P^-1 (b + {shift})"
    seen = f"P = {noise.inverse} - W Q^-1 W', Q = {precision}"
    return f"{_density(form, (x,))} = N(m, P^-1) with {seen} and m = P^-1 (a + W Q^-1 b)"


def _latent_precision(latent: Part) -> str | None:
    """The precision of z given x; None unless it is the same for every x."""
    if kind(latent) == "gaussian_known_variance":
        return covariance(latent).inverse
    return {"gaussian": "-2 diag(c)", "full_gaussian": "-2 C"}.get(kind(latent))
