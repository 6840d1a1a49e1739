"""C1 in words: every natural parameter of the decoder is affine in the encoder's statistics."""

from __future__ import annotations

from tightcheck.account.case import Case
from tightcheck.account.equations import Equations, bits, cube, interactions
from tightcheck.account.words import listed
from tightcheck.design import Conditional, Map, Place
from tightcheck.joint.maps import natural
from tightcheck.joint.parts import Part
from tightcheck.kernel import Rejected
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.finite_chain import is_chain
from tightcheck.kernel.given import children, has_given
from tightcheck.kernel.tight import in_span_for_all
from tightcheck.span import combination
from tightcheck.verdict import Condition, Verdict


def equations(case: Case) -> Equations:
    """f = W psi + a for blocks whose map allows more than that, without the blocks of W that vanish."""
    if case.form is None or case.is_empty or is_chain(case.design):
        return Equations()
    lines: list[str] = []
    for observed in case.live:
        part = case.part(observed.block.name)
        if part is None or not part.groups:
            continue
        if observed.block.length == "random":
            lines.append(_words(case, observed, part))
        elif not is_affine(case, observed):
            lines += _maps(case, part)
    return Equations(tuple(lines))


def is_affine(case: Case, observed: Conditional) -> bool:
    """Whether every decoder of this block satisfies C1."""
    try:
        in_span_for_all(case.design, observed)
    except (Rejected, NotImplementedError):
        return _is_affine_in_values(case, observed)
    return True


def _is_affine_in_values(case: Case, observed: Conditional) -> bool:
    """Affine in the latent variables, each of which is a function in the span of its own statistics and 1 (a class)."""
    if observed.block.length == "random" or observed.inputs.kind != "identity":
        return False
    if any(function_class(observed, i).kind not in ("constant", "affine") for i in range(len(observed.natural))):
        return False
    families = [family_of(latent.block) for latent in case.design.encoder]
    return all(
        family.spans_all_functions
        or all(combination(v, family.statistics, family.variables) is not None for v in family.variables)
        for family in families
    )


def _maps(case: Case, part: Part) -> list[str]:
    """f = W z + a, one line for each group of statistics."""
    assert case.form is not None
    own = f"f_{part.name}" if len(case.form.observed) > 1 else "f"
    labels = [own if len(part.groups) == 1 else f"{own}_{k + 1}" for k in range(len(part.groups))]
    vectors = [natural(case.form, group, case.forced) for group in part.groups]
    return [f"{label} = {vector}" for label, vector in zip(labels, vectors, strict=True)]


def _words(case: Case, observed: Conditional, part: Part) -> str:
    """Counts whose total has its own law: the logarithms of the probabilities are affine in psi."""
    assert case.form is not None
    latent, count = case.form.latent[0], bits(case)
    is_affine = all(h.source.kind == "affine" for h in observed.heads if isinstance(h.source, Map))
    if count is not None and is_affine and observed.inputs.kind == "identity":
        name = latent.name
        return f"log sum_k exp(a_k + w_k {name}) is affine in {name} on {cube(latent)}: {interactions(count)}"
    return f"sum_k exp(({natural(case.form, part.groups[0], case.forced)})_k) = 1 for every {case.z}"


def holds(case: Case) -> bool:
    """Whether every decoder of the design satisfies C1."""
    return is_chain(case.design) or all(is_affine(case, observed) for observed in case.moving)


def condition(case: Case, asked: Equations) -> Condition:
    """C1 where no lemma removed anything."""
    psi = listed([case.statistics(latent.block.name) for latent in case.design.encoder])
    if not case.moving:
        return Condition("C1", "holds", f"No parameter of {case.x} is computed from {case.z}.")
    if is_chain(case.design):
        return Condition("C1", "holds", f"Every function of {case.z} is affine in the encoder's statistics.")
    if has_given(case.design) and case.verdict is not Verdict.TIGHT:
        return _of_given(case, asked)
    if case.verdict is Verdict.TIGHT or holds(case):
        return Condition("C1", "holds", f"Every decoder of the design has natural parameters affine in {psi}.")
    source, place = _guilty(case)
    if case.is_witnessed("C1") or _is_rich(case):
        sentence = f"The decoder's natural parameters must be affine in {psi}, and {_excess(case, source)}."
        term = "the code's one-hot vector" if _is_table(case, source) else _term(source)
        return Condition("C1", "restricts", sentence, asked.lines, term, place)
    sentence = f"Not shown: whether every decoder of the design has natural parameters affine in {psi}."
    return Condition("C1", "undecided", sentence, asked.lines, _term(source), place)


def _of_given(case: Case, asked: Equations) -> Condition:
    """C1 where an observed block is given another: the coefficient of the parent's value holds a log-partition."""
    child = children(case.design)[0].block
    parent = listed(child.given)
    shown = any(step["lemma"] == "given_nonmember" or step.get("condition") == "C1" for step in case.decision.steps)
    term = f"the log-partition of {child.name}"
    coefficient = f"log p({parent}|{case.z}) - A(f_{child.name}), the coefficient of each value of {parent}"
    why = f"{coefficient}, must be affine in the encoder's statistics"
    if shown:
        sentence = (
            f"{why}, as f_{child.name} must. For most models of the design they are not: the certificate holds one."
        )
        return Condition("C1", "restricts", sentence, asked.lines, term, child.place)
    return Condition("C1", "undecided", f"Not shown for every model: {why}.", asked.lines, term, child.place)


def _guilty(case: Case) -> tuple[Map | None, Place]:
    """The first map that sees z, and where it is written, or its link where the map itself is affine."""
    for observed in case.moving:
        for head in observed.heads:
            if isinstance(head.source, Map):
                if _is_table(case, head.source):
                    return head.source, observed.inputs.place
                is_link = head.source.kind == "affine" and head.place.file is not None
                return head.source, head.place if is_link else head.source.place
    return None, case.moving[0].place


def _is_table(case: Case, source: Map | None) -> bool:
    """Whether the map is affine in the one-hot vector of the whole code: any function of it."""
    own = [o for o in case.moving if any(head.source is source for head in o.heads)]
    return source is not None and source.kind == "affine" and any(o.inputs.kind == "one_hot" for o in own)


def _excess(case: Case, source: Map | None) -> str:
    """What the design's maps are instead."""
    if source is not None and source.kind == "mlp" and source.hidden:
        return f"most networks of {source.activation} units are not"
    if source is not None and source.kind == "unrestricted":
        return "most functions are not"
    if _is_table(case, source):
        return "the decoder has a free entry for each code: most such tables are not"
    if any(observed.block.length == "random" for observed in case.moving):
        return "they are the log softmax of the outputs, since the length has a law of its own: most are not affine"
    return "with this map and link most are not"


def _term(source: Map | None) -> str:
    if source is not None and source.kind == "mlp":
        return f"{source.activation} network in the decoder"
    return "unrestricted decoder" if source is not None and source.kind == "unrestricted" else "the decoder's link"


def _is_rich(case: Case) -> bool:
    """Whether some natural parameter runs through a set of functions that no finite set of statistics spans.

    A unit whose activation is no polynomial separates any finite set of points, so single units span every function
    on it. log(c + exp(w z)) is affine on no line, and adds two coordinates that are kept apart.
    """
    return any(_exceeds(case, observed) for observed in case.moving if observed.inputs.kind == "identity")


def _exceeds(case: Case, observed: Conditional) -> bool:
    if observed.block.length == "random":
        maps = [head.source for head in observed.heads if isinstance(head.source, Map)]
        is_free = all(source.kind in ("affine", "unrestricted") and source.bias for source in maps)
        return is_free and any(
            latent.block.copies > 1 or family_of(latent.block).support.cardinality == "continuum"
            for latent in case.design.encoder
        )
    classes = [function_class(observed, i) for i in range(len(observed.natural))]
    networks = [c.source for c in classes if c.kind == "mlp" and c.source is not None]
    return any(c.kind == "unrestricted" for c in classes) or any(
        source.hidden and source.activation != "identity" and source.bias for source in networks
    )
