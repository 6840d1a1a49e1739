"""A certificate is a list of lemmas with their arguments; checking it is one pass over the list, without search.

{"format": 1, "design": {...}, "prior": "declared" | "implied" | "free", "verdict": word, "steps": [{"lemma": ..., ...}]}

tight       step `tight` or `written_tight` (and, for an implied prior, one of MEMBERS: some model is dependent and integrates)
collapse    zero lemmas until no entry of F is left, and `constants`: some model without dependence is consistent
impossible  zero lemmas until no entry is left, and `unreachable` or `never_constant`; or one of NO_MODEL alone
restricted  one of MEMBERS, and `out_of_reach` or `nonmember` (which may use entries that zero lemmas removed)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from tightcheck import serial
from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Design, Head, Map, PriorBlock
from tightcheck.kernel.additive import additive
from tightcheck.kernel.between import between
from tightcheck.kernel.classes import REPRESENTATIVE, all_entries, family_of
from tightcheck.kernel.conjugation import CONJUGATION_LEMMAS
from tightcheck.kernel.constants import constants_reachable, decoder_constants, unreachable
from tightcheck.kernel.contrast_member import contrast_member
from tightcheck.kernel.counterexample import nonmember
from tightcheck.kernel.decoder_maps import DECODER_LEMMAS
from tightcheck.kernel.dependence import may_depend
from tightcheck.kernel.encoder_maps import ENCODER_LEMMAS
from tightcheck.kernel.explicit import (
    written_conjugate,
    written_constant,
    written_member,
    written_nonmember,
    written_single,
    written_tight,
)
from tightcheck.kernel.finite_chain import finite_chain
from tightcheck.kernel.finite_data import finite_data
from tightcheck.kernel.forced import with_forced_values
from tightcheck.kernel.forms import well_formed_data
from tightcheck.kernel.formulas import has_model
from tightcheck.kernel.gaussian_member import gaussian_member
from tightcheck.kernel.given import PARTS, apart, has_given
from tightcheck.kernel.given_nonmember import given_nonmember
from tightcheck.kernel.joint_lemma import JOINT_LEMMAS
from tightcheck.kernel.links import LINK_LEMMAS
from tightcheck.kernel.member import member
from tightcheck.kernel.names import names_are_apart
from tightcheck.kernel.no_model import never_constant, prior_kink, prior_support, single
from tightcheck.kernel.one_unit import one_unit
from tightcheck.kernel.out_of_reach import out_of_reach
from tightcheck.kernel.parametrised import parametrisation_of
from tightcheck.kernel.pinned import pinned_equal, pinned_impossible, shared_precision
from tightcheck.kernel.prior_end import prior_end
from tightcheck.kernel.prior_tail import prior_tail
from tightcheck.kernel.rays import PRIOR_FREE_LEMMAS
from tightcheck.kernel.rejected import malformed_is_rejected, require
from tightcheck.kernel.slices import prior_block, prior_family, prior_in_span, prior_term, prior_values
from tightcheck.kernel.tight import integrates_for_some, tight
from tightcheck.kernel.zero import Entries
from tightcheck.verdict import Verdict

FORMAT = 1
ZERO_LEMMAS = {
    **CONJUGATION_LEMMAS,
    **ENCODER_LEMMAS,
    **DECODER_LEMMAS,
    **PRIOR_FREE_LEMMAS,
    **LINK_LEMMAS,
    **JOINT_LEMMAS,
    "pinned_equal": pinned_equal,
    "shared_precision": shared_precision,
    "written_constant": written_constant,
    "written_conjugate": written_conjugate,
    "finite_data": finite_data,
}
NO_MODEL = {
    "pinned_impossible": pinned_impossible,
    "prior_support": prior_support,
    "prior_kink": prior_kink,
    "prior_tail": prior_tail,
    "prior_end": prior_end,
    "written_single": written_single,
    "single": single,
}
WRITTEN = {
    "written_tight": written_tight,
    "written_member": written_member,
    "written_nonmember": written_nonmember,
}
LEMMAS = (
    *ZERO_LEMMAS,
    *PARTS,
    "tight",
    "finite_chain",
    "member",
    "gaussian_member",
    "contrast_member",
    "between",
    "nonmember",
    "out_of_reach",
    "additive",
    "given_nonmember",
    "one_unit",
    "constants",
    "unreachable",
    "never_constant",
    *WRITTEN,
    *NO_MODEL,
)
"""Every lemma the kernel knows: the trusted base, with the registry's facts."""

MEMBERS = frozenset(("member", "gaussian_member", "contrast_member", "between", "written_member"))
"""The lemmas that show a consistent model with dependence."""
NONMEMBERS = frozenset(
    ("nonmember", "out_of_reach", "additive", "given_nonmember", "one_unit", "between", "written_nonmember")
)
"""The lemmas that show a model that is not consistent."""


def check(certificate: Mapping[str, Any]) -> Verdict:
    """The verdict that the certificate proves; raises Rejected with the reason if it proves none."""
    with malformed_is_rejected():
        return _check(certificate)


def _check(certificate: Mapping[str, Any]) -> Verdict:
    require(
        set(certificate) == {"format", "design", "prior", "verdict", "steps"},
        "the certificate has other keys than it should",
    )
    require(certificate["format"] == FORMAT, f"format {certificate['format']!r} is not {FORMAT}")
    design = serial.design_from_json(certificate["design"])
    require(serial.normalised(design) == certificate["design"], "the design is not in its normal form")
    verdict = prove(design, certificate["prior"], list(certificate["steps"]))
    require(verdict.word == certificate["verdict"], f"the steps prove {verdict.word}")
    return verdict


def prove(design: Design, prior: str, steps: Sequence[Mapping[str, Any]]) -> Verdict:
    """The verdict that the steps prove about the design; raises Rejected."""
    require(not design.outside, "a part of the design is outside the theorem")
    well_formed(design)
    require(prior in ("declared", "implied", "free"), f"{prior!r} is no prior")
    require(prior in (design.prior.kind, "implied"), f"the design's prior is {design.prior.kind}")
    improper = prior == "declared" and any(has_infinite_mass(design, latent) for latent in design.encoder)
    require(not improper, "the prior is no density")
    zero, proved = _run_all(design, prior, steps)
    verdict = _conclusion(design, prior, zero, proved)
    require(verdict is not None, "the steps prove no verdict")
    assert verdict is not None
    return verdict


def well_formed(design: Design) -> None:
    """Require what every lemma takes for granted: heads that are a parametrisation, parents that are single finite draws."""
    well_formed_data(design)
    require(bool(design.decoder) and bool(design.encoder), "a side of the design is empty")
    names = [c.block.name for c in (*design.decoder, *design.encoder)]
    require(len(set(names)) == len(names), "two blocks have one name")
    require(names_are_apart(design), "a parameter has the name of another thing")
    for conditional in (*design.decoder, *design.encoder):
        parametrisation_of(conditional)
        require(conditional.block.copies >= 1, "a block has no copies")
        for head in conditional.heads:
            _well_formed_map(head.source)
            _well_formed_link(head, {*names, *design.covariates})
    for conditionals, inputs in ((design.decoder, design.encoder), (design.encoder, design.decoder)):
        for conditional in conditionals:
            _well_formed_formulas(conditional, inputs)
    for block in design.prior.blocks:
        _well_formed_prior(design, block)
    for latent in design.encoder:
        require(not has_impossible_point(design, latent), f"the prior of {latent.block.name} leaves out a point of z")
    parents = {name for latent in design.encoder for name in latent.block.given}
    for latent in design.encoder:
        is_finite = latent.block.copies == 1 and family_of(latent.block).spans_all_functions
        require(
            latent.block.name not in parents or is_finite,
            f"{latent.block.name} is given to another block and is no single finite draw",
        )


def _well_formed_map(source: Constant | Map) -> None:
    """A map is of a known kind, and has only what belongs to it."""
    if not isinstance(source, Map):
        return
    kinds = ("affine", "mlp", "unrestricted", "expression")
    words = source.kind in kinds and isinstance(source.activation, str)
    switches = isinstance(source.bias, bool) and source.batch_norm in (None, "eval")
    widths = all(isinstance(width, int) for width in source.hidden)
    require(words and switches and widths, "a map is not written as maps are")
    explicit = source.kind == "expression"
    require(
        explicit == (source.expression is not None) and (explicit or not source.parameters),
        "a map has a stray expression",
    )
    require(source.kind == "mlp" or not source.hidden, "a map has stray hidden layers")


def _well_formed_formulas(conditional: Conditional, inputs: Sequence[Conditional]) -> None:
    """What is written of the first components of a long vector is said of all: another vector has as many, and components
    that are named one by one are real numbers without a tie, as z_1 + z_2 + z_3 = 1 is one for three shares and not for four,
    nor a statistic of all of them, as |z|^2 is."""
    formulas = [h.source.expression for h in conditional.heads if isinstance(h.source, Map)]
    names = {s.name for formula in formulas if formula is not None for s in formula.free_symbols}
    for other in inputs:
        size = other.block.dimension or other.block.copies
        sizes = (conditional.block.dimension or size, size)
        is_short = max(sizes) <= REPRESENTATIVE or sizes[0] == sizes[1]
        require(is_short or other.block.name not in names, "a formula ties vectors of different lengths")
        is_cut = (other.block.dimension or 0) > REPRESENTATIVE
        is_named = any(name.startswith(f"{other.block.name}[") for name in names)
        family = family_of(other.block)
        untied = family.support.bounds or ((sp.Integer(0), sp.Integer(0)),)
        is_free = family.support.chart is None and all(ends == (-sp.oo, sp.oo) for ends in untied)
        is_free = is_free and all(len(statistic.free_symbols) < REPRESENTATIVE for statistic in family.statistics)
        require(is_free or not (is_cut and is_named), "a formula names components of a long vector that are tied")


def _well_formed_link(head: Head, known: set[str]) -> None:
    """A link is a function of the output; beside it stand blocks and covariates only."""
    link = OUTPUT if head.link is None else head.link
    foreign = {s.name.partition("[")[0] for s in link.free_symbols - {OUTPUT, SOFTMAX}} - known
    require(link.has(OUTPUT, SOFTMAX) and not foreign, f"the link of {head.symbol} is no function of an output")


def _well_formed_prior(design: Design, block: PriorBlock) -> None:
    """A mixture has a number of components and nothing else; a family's natural parameters are written in one of its ways."""
    alone = block.family is None and block.log_density is None and block.precision is None
    count = block.components
    require(count is None or (alone and type(count) is int and count >= 1), "a mixture is not written as they are")
    is_long = any(e.block.name == block.block and (e.block.dimension or 0) > REPRESENTATIVE for e in design.encoder)
    formula = block.log_density
    names_components = formula is not None and any("[" in s.name for s in formula.free_symbols)
    require(not (is_long and names_components), "a prior names components of a long vector, and may leave out others")
    names = set() if formula is None else {s.name.partition("[")[0] for s in formula.free_symbols}
    others = {*design.covariates, *(e.block.name for e in design.encoder)} - {block.block}
    require(not names & others, "a prior's formula names another block")
    is_written = _is_of_its_family(design, block)
    require(is_written, f"the natural parameters of {block.block}'s prior are not its family's")


def _is_of_its_family(design: Design, block: PriorBlock) -> bool:
    """Whether the prior's natural parameters are those of a way of writing its family, or 0 throughout."""
    if block.family is None or block.precision is not None:
        return not block.natural
    field = next((e.block for e in design.encoder if e.block.name == block.block and e.block.edges is not None), None)
    on_its_graph = field is not None and field.family == block.family
    family = family_of(field) if field and on_its_graph else prior_family(block.family, block.dimension)
    zeros = (sp.Integer(0),) * len(family.natural_parameters)
    return tuple(block.natural) in (zeros, *(tuple(way.natural) for way in family.parametrisations))


def has_impossible_point(design: Design, latent: Conditional) -> bool:
    """Whether the declared prior has an infinite natural parameter, or no real logarithm at a point of a finite support."""
    block = prior_block(design, latent.block.name)
    if design.prior.kind != "declared" or block is None:
        return False
    if block.family is not None and any(_is_no_number(value) for value in prior_values(block)):
        return True
    family, term = family_of(latent.block), prior_term(design, latent)
    points = family.support.points if family.support.is_finite and term is not None else ()
    places = [dict(zip(family.variables, point, strict=True)) for point in points]
    return term is not None and any(_is_no_number(term.xreplace(place)) for place in places)


def has_infinite_mass(design: Design, latent: Conditional) -> bool:
    """Whether the declared prior is h' exp(<c, psi>) with numbers c that are certainly outside the natural domain."""
    block = prior_block(design, latent.block.name)
    if block is None or block.log_density is None:
        return False
    family, c = family_of(latent.block), prior_in_span(design, latent)
    known = dict(zip(family.natural_parameters, (c or (0,))[1:], strict=False))
    return c is not None and any(relation.xreplace(known) == sp.false for relation in family.natural_domain)


def _is_no_number(value: sp.Expr) -> bool:
    """Whether a value is infinite, or not real."""
    return bool(value.has(sp.zoo, sp.nan, sp.oo)) or (bool(value.is_number) and not value.is_real)


def _run_all(design: Design, prior: str, steps: Sequence[Mapping[str, Any]]) -> tuple[Entries, set[str]]:
    """Every step in order: the entries shown to be zero, and the names of the lemmas that held."""
    zero: Entries = frozenset()
    require(len(steps) <= 100, "there are too many steps")
    for step in steps:
        zero = run(design, prior, step, zero)
    return zero, {step["lemma"] for step in steps}


NEED_A_DECLARED_PRIOR = frozenset(
    (*CONJUGATION_LEMMAS, "pinned_equal", "shared_precision", "written_conjugate", "finite_data")
)
NOT_OF_PARENTS = frozenset((*ENCODER_LEMMAS, "rays"))
"""Lemmas on g, which is not affine in nu for a block that others are given."""
ON_THE_INPUTS = frozenset(ENCODER_LEMMAS) - {"column", "line", "bounded_encoder"} | {"out_of_reach", "additive"}
"""Lemmas on how an encoder's network follows x, of which a covariate may tell it more where it is computed from x."""


OF_ALL_BLOCKS = frozenset(("finite_chain", "finite_data", "additive", "given_nonmember"))
"""Lemmas that hold as they are where an observed block is given another."""
OF_ONE_MODEL = frozenset(
    "member gaussian_member contrast_member nonmember out_of_reach constants unreachable prior_support".split()
)
"""Lemmas that show a model, or speak of the prior and the encoder alone: what they say of the design in which no observed block
looks at another holds of the design."""


def _of_part(design: Design, prior: str, step: Mapping[str, Any], zero: Entries) -> Entries:
    """What a lemma removes from a part of a design whose observed blocks are given others."""
    require(has_given(design), "no observed block is given another")
    inner = step["step"]
    require(inner["lemma"] in ZERO_LEMMAS, "the lemma says nothing of every consistent model")
    part, its_prior = PARTS[step["lemma"]](design, prior, zero)
    return run(part, its_prior, inner, zero & all_entries(part))


def run(design: Design, prior: str, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Check one step, once for a design in memory; the entries of F known to vanish after it. Raises Rejected."""
    known: dict[tuple[str, str, Entries], Entries] = vars(design).setdefault("_accepted_steps", {})
    asked = (prior, repr(step), zero)
    if asked not in known:
        known[asked] = _run(design, prior, step, zero)
    return known[asked]


def _run(design: Design, prior: str, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Check one step."""
    name = step["lemma"]
    require(name in LEMMAS, f"{name!r} is no lemma")
    if name in PARTS:
        return zero | _of_part(design, prior, step, zero)
    if has_given(design) and name not in OF_ALL_BLOCKS:
        require(name in OF_ONE_MODEL, "an observed block given another has statistics of both, which are not looked at")
        design = apart(design)
    require(prior == "declared" or name not in NEED_A_DECLARED_PRIOR, f"{name} needs a declared prior")
    parents = {parent for latent in design.encoder for parent in latent.block.given}
    is_parent = name in NOT_OF_PARENTS and step["latent"] in parents
    require(not is_parent, "log q(y|x) of a block that others are given is not affine in nu")
    shows_more = any(set(design.computed) & set(latent.inputs.covariates) for latent in design.encoder)
    require(not (name in ON_THE_INPUTS and shows_more), "the encoder is shown a covariate that is computed from x")
    if name in ZERO_LEMMAS:
        return zero | ZERO_LEMMAS[name](design, step, zero)
    if name == "tight":
        tight(with_forced_values(design) if prior == "implied" else design, prior)
    elif name == "finite_chain":
        finite_chain(design, prior)
    elif name == "one_unit":
        one_unit(design, prior, step)
    elif name == "between":
        between(design, prior, step)
    elif name == "additive":
        additive(design, prior, step)
    elif name == "given_nonmember":
        given_nonmember(design, prior, step)
    elif name == "member":
        member(design, prior, step)
    elif name == "nonmember":
        nonmember(design, prior, step, zero)
    elif name in WRITTEN:
        WRITTEN[name](design, prior, step)
    elif name == "contrast_member":
        contrast_member(design, prior, step)
    elif name == "gaussian_member":
        gaussian_member(design, prior, step)
    elif name == "out_of_reach":
        out_of_reach(design, prior, step)
    elif name == "constants":
        decoder_constants(design)
        for latent in design.encoder:
            constants_reachable(design, prior, latent)
    elif name == "unreachable":
        unreachable(design, prior, step)
    elif name == "never_constant":
        never_constant(design, prior, step)
    else:
        NO_MODEL[name](design, prior, step)
    return zero


def _conclusion(design: Design, prior: str, zero: Entries, proved: set[str]) -> Verdict | None:
    """What follows from the lemmas that held. A model of the design in which no observed block looks at another is one of it."""
    design = apart(design) if has_given(design) else design
    is_empty = all_entries(design) <= zero
    if proved & set(NO_MODEL) or (is_empty and proved & {"unreachable", "never_constant"}):
        return Verdict.IMPOSSIBLE
    needs_member = prior == "implied" and all_entries(design)
    if proved & {"tight", "finite_chain", "written_tight"} and (
        proved & MEMBERS if needs_member else has_model(design)
    ):
        return Verdict.TIGHT
    if needs_member and proved & {"tight", "finite_chain"} and may_depend(design) and integrates_for_some(design):
        return Verdict.TIGHT
    if is_empty and "constants" in proved and may_depend(design):
        return Verdict.COLLAPSE
    if proved & MEMBERS and proved & NONMEMBERS:
        return Verdict.RESTRICTED
    return None
