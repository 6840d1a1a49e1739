"""The consistent set S as equations: what vanishes, what C1 and C2 still ask of the rest, and how much is left."""

from __future__ import annotations

from dataclasses import dataclass

from tightcheck.account.case import Case
from tightcheck.design import Conditional, Constant, Map
from tightcheck.joint import marginals
from tightcheck.joint.domain import lives
from tightcheck.joint.integrable import condition
from tightcheck.joint.kinds import covariance, has_known_covariance, kind
from tightcheck.joint.maps import natural
from tightcheck.joint.parts import Part
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.slices import prior_block
from tightcheck.kernel.tight import spans_everything
from tightcheck.verdict import Verdict


@dataclass(frozen=True)
class Equations:
    """What one condition asks of the blocks of W that are left: formulas, the sentence that explains them, what remains."""

    lines: tuple[str, ...] = ()
    sentence: str = ""
    remaining: str = ""


def vanishing(case: Case) -> tuple[str, ...]:
    """W = 0 for every block that vanishes, and the signs that the natural domains force on the others."""
    if case.form is None:
        return ()
    names = {i.weight.name: lives(i, case.forced) for i in case.form.interactions if i.row and i.column}
    zero = [f"{name} = 0" for name, is_alive in names.items() if not is_alive and name in case.interactions]
    signed = [
        f"{name}_ij {case.forced[name]} for every i, j"
        for name in case.interactions
        if names[name] and name in case.forced
    ]
    return (*zero, *signed)


def linear(case: Case) -> Equations:
    """C1: f = W psi + a, for blocks whose map allows more than that."""
    if case.form is None or case.is_empty or spans_everything(case.design):
        return Equations()
    lines: list[str] = []
    words: tuple[str, ...] = ()
    for observed in case.live:
        part = case.part(observed.block.name)
        if part is None or not part.groups:
            continue
        if observed.block.length == "random":
            words = _words(case, observed, part)
        elif any(function_class(observed, i).kind not in ("affine", "constant") for i in range(len(observed.natural))):
            own = f"f_{part.name}" if len(case.form.observed) > 1 else "f"
            labels = [own if len(part.groups) == 1 else f"{own}_{k + 1}" for k in range(len(part.groups))]
            lines += [
                f"{label} = {natural(case.form, group, case.forced)}"
                for label, group in zip(labels, part.groups, strict=True)
            ]
    return Equations((*lines, *words))


def _words(case: Case, observed: Conditional, part: Part) -> tuple[str, ...]:
    """Counts whose total has its own law: the probabilities' logarithms are affine in psi."""
    assert case.form is not None
    bits = _bits(case)
    is_affine = all(isinstance(h.source, Map) and h.source.kind == "affine" for h in observed.heads)
    if bits is not None and is_affine and observed.inputs.kind == "identity":
        z = case.form.latent[0].name
        return (
            f"log sum_k exp(a_k + w_k {z}) is affine in {z} on {_cube(case.form.latent[0])}: {_interactions(bits)}",
        )
    inner = natural(case.form, part.groups[0], case.forced)
    return (f"sum_k exp(({inner})_k) = 1 for every {case.z}",)


def conjugate(case: Case) -> Equations:
    """C2 for the declared prior: the conjugation equation in this design's terms."""
    if (
        case.form is None
        or not case.is_declared
        or case.is_empty
        or case.verdict is Verdict.TIGHT
        or spans_everything(case.design)
    ):
        return Equations()
    if all(observed.block.length == "random" for observed in case.live):
        return Equations()
    gaussian = _gaussian(case)
    return gaussian if gaussian is not None else _written_out(case)


def _gaussian(case: Case) -> Equations | None:
    """A Gaussian decoder of known covariance, a Gaussian encoder and a Gaussian prior: C2 is about W' S W."""
    assert case.form is not None
    parts = [case.part(observed.block.name) for observed in case.live]
    latents = [part for part in case.form.latent if any(e[2] == part.name for e in case.entries - case.decision.zero)]
    if len(parts) != 1 or parts[0] is None or not has_known_covariance(parts[0]) or len(latents) != 1:
        return None
    latent, block = latents[0], prior_block(case.design, latents[0].name)
    is_quadratic = kind(latent) in ("gaussian", "gaussian_known_variance", "isotropic_gaussian")
    names = {
        i.weight.name
        for i in case.form.interactions
        if i.row and i.column and i.column.block == latent.name and i.row.block == parts[0].name
    }
    if (
        not is_quadratic
        or block is None
        or block.family != "gaussian"
        or len(names - {*case.dead}) != 1
        or case.form.covariates
    ):
        return None
    weight = (names - {*case.dead}).pop()
    product = covariance(parts[0]).between(f"{weight}'", weight).replace(f"{weight}' {weight}", f"{weight}'{weight}")
    is_plain = covariance(parts[0]).shape == "scalar"
    is_coupled = block.precision is not None and not block.precision.is_diagonal()
    shown = f"Lambda + {product}" if is_coupled else f"{weight}'{weight}" if is_plain else product
    size = latent.block.copies if latent.is_scalar else latent.block.dimension or 1
    pairs = size * (size - 1) // 2
    is_isotropic = latent.block.family == "isotropic_gaussian"
    words = f"The exact posterior's precision is the prior's plus {product}"
    if is_isotropic and size > 1:
        return Equations(
            (f"{shown} is a multiple of I",), f"{words}, and this encoder's is a multiple of the identity."
        )
    lines = (f"{shown} diagonal",) if pairs else ()
    lines += _fixed_variance(case, latent, product, is_coupled)
    if not lines:
        return Equations()
    sentence = f"{words}; the coordinates of {latent.name} are independent under q, so it must be diagonal."
    return Equations(lines, sentence, "" if is_coupled or len(lines) > 1 else _dimension(case, parts[0], weight, size))


def _fixed_variance(case: Case, latent: Part, product: str, is_coupled: bool) -> tuple[str, ...]:
    """What an encoder variance that is no output of the network asks of the diagonal."""
    heads = case.latent_named(latent.name).heads
    sharing = {
        h.source.sharing for h in heads if isinstance(h.source, Constant) and not h.symbol.name.startswith("mean")
    }
    block = prior_block(case.design, latent.name)
    if block is None or is_coupled or any(c.sharing == "per_coordinate" for c in block.parameters.values()):
        return ()
    if "fixed" in sharing:
        return (f"({product})_jj is the encoder's fixed precision minus the prior's, for every j",)
    if "shared" in sharing and latent.block.copies > 1:
        return (f"({product})_jj is the same for every j",)
    return ()


def _dimension(case: Case, part: Part, weight: str, columns: int) -> str:
    """How many dimensions the matrices with orthogonal columns have, where W itself is free."""
    observed = case.observed_named(part.name)
    is_free = (
        all(h.source.kind == "affine" for h in observed.heads if isinstance(h.source, Map))
        and observed.inputs.kind == "identity"
    )
    rows = part.groups[0].size
    equations = columns * (columns - 1) // 2
    if not is_free:
        return ""
    if rows < columns:
        return f"At most {rows} of the {columns} columns of {weight} are not zero, and those are orthogonal."
    return (
        f"{weight} has orthogonal columns: {equations} equations, {rows * columns - equations} of {rows * columns} dimensions left;"
        " its column lengths, the bias and the noise stay free."
    )


def _written_out(case: Case) -> Equations:
    """The declared prior must be one of the implied priors: log p = log h' + <c, psi> + A(f) up to a constant."""
    assert case.form is not None
    margins = [i.weight.name for i in case.form.interactions if i.row is None]
    line = f"{marginals.implied_prior(case.form, case.forced)} for some {', '.join(margins)}"
    bits = _bits(case)
    sentence = "The declared prior must itself be one of the priors that go with the decoder."
    if bits is None:
        return Equations((line,), sentence)
    return Equations((f"{line}: {_interactions(bits)} on {_cube(case.form.latent[0])}",), sentence, _parents(case))


def _parents(case: Case) -> str:
    """A = sum A_i(f_i): rows of W with one entry each have no interaction."""
    latent = case.form.latent[0] if case.form else None
    parts = [case.part(observed.block.name) for observed in case.live]
    if latent is None or any(part is None or not part.is_scalar or len(part.groups) != 1 for part in parts):
        return ""
    return f"It holds whenever every coordinate of {case.x} depends on at most one coordinate of {latent.name}; other solutions need cancellations."


def _bits(case: Case) -> int | None:
    """m where the latent space is {a, b}^m, m > 1."""
    if case.form is None or len(case.form.latent) != 1:
        return None
    latent = case.form.latent[0]
    return latent.block.copies if kind(latent) == "binary" and latent.block.copies > 1 else None


def _cube(latent: Part) -> str:
    low, high = (point[0] for point in latent.family.support.points[:2])
    return f"{{{low},{high}}}^{latent.block.copies}"


def _interactions(bits: int) -> str:
    """2^m - 1 - m, written out where that is a small number."""
    count = 2**bits - 1 - bits
    return f"{count} equation{'s' if count > 1 else ''}" if bits <= 10 else f"2^{bits} - 1 - {bits} equations"


def normalised(case: Case) -> Equations:
    """C4 for the implied prior: when the joint is a density."""
    if case.form is None or case.is_declared or case.is_empty:
        return Equations()
    words = "always" if all(o.block.length == "random" for o in case.live) else condition(case.form)
    if words in ("", "always"):
        return Equations((), words)
    return Equations((words.removeprefix("iff "),), words)


def constraints(case: Case) -> tuple[str, ...]:
    """All equations of S that are known, none where S = D or S is empty."""
    if case.verdict in (Verdict.TIGHT, Verdict.IMPOSSIBLE, Verdict.OUTSIDE):
        return ()
    lines = (*vanishing(case), *linear(case).lines, *conjugate(case).lines, *normalised(case).lines)
    return tuple(dict.fromkeys(lines))


def remaining(case: Case) -> str:
    """What is left of the design."""
    if case.verdict is Verdict.COLLAPSE:
        return _one_law(case)
    if case.verdict is not Verdict.RESTRICTED:
        return ""
    words = (conjugate(case).remaining, _example(case))
    return " ".join(word for word in words if word)


def _one_law(case: Case) -> str:
    """Without dependence p(x | z) = p(x)."""
    count = sum(
        group.size for observed in case.moving for group in getattr(case.part(observed.block.name), "groups", ())
    )
    count -= sum(1 for observed in case.moving if observed.block.length == "random")
    given = f" given {', '.join(case.design.covariates)}" if case.design.covariates else ""
    numbers = f", with at most {count} parameters" if count and not case.design.covariates else ""
    return f"One {case.decoder} law of {case.x}{given}, the same for every {case.z}{numbers}; the code carries nothing about {case.x}."


def _example(case: Case) -> str:
    """The consistent model that the certificate exhibits."""
    step = next((s for s in case.decision.steps if s["lemma"] == "member"), None)
    if step is None:
        return ""
    latent, observed = case.latent_named(step["latent"]), case.observed_named(step["observed"])
    each = " each" if step.get("spread") and latent.block.copies > 1 else ""
    subject = (
        f"the coordinates of {latent.block.name}{each} move"
        if each
        else f"one coordinate of {latent.block.name} moves"
        if latent.block.copies > 1
        else f"{latent.block.name} moves"
    )
    target = f"one of {observed.block.name}" if observed.block.copies > 1 else observed.block.name
    return f"A consistent model in which {subject} {target} is in the certificate."


__all__ = ["Equations", "conjugate", "constraints", "family_of", "linear", "normalised", "remaining", "vanishing"]
