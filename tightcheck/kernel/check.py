"""A certificate is a list of lemmas with their arguments; checking it is one pass over the list, without search.

{"format": 1, "design": {...}, "prior": "declared" | "implied" | "free", "verdict": word, "steps": [{"lemma": ..., ...}]}

tight       step `tight` or `written_tight` (and, for an implied prior, one of MEMBERS: some model is dependent and integrates)
collapse    zero lemmas until no entry of F is left, and `constants`: some model without dependence is consistent
impossible  zero lemmas until no entry is left, and `unreachable` or `never_constant`; or one of NO_MODEL alone
restricted  one of MEMBERS, and `out_of_reach` or `nonmember` (which may use entries that zero lemmas removed)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tightcheck import serial
from tightcheck.design import Design
from tightcheck.kernel.additive import additive
from tightcheck.kernel.between import between
from tightcheck.kernel.classes import all_entries
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
from tightcheck.kernel.formulas import has_model
from tightcheck.kernel.gaussian_member import gaussian_member
from tightcheck.kernel.given import PARTS, apart, has_given
from tightcheck.kernel.given_nonmember import given_nonmember
from tightcheck.kernel.joint_lemma import JOINT_LEMMAS
from tightcheck.kernel.links import LINK_LEMMAS
from tightcheck.kernel.member import member
from tightcheck.kernel.no_model import never_constant, prior_kink, prior_support, single
from tightcheck.kernel.one_unit import one_unit
from tightcheck.kernel.out_of_reach import out_of_reach
from tightcheck.kernel.pinned import pinned_equal, pinned_impossible, shared_precision
from tightcheck.kernel.prior_end import prior_end
from tightcheck.kernel.prior_tail import prior_tail
from tightcheck.kernel.rays import PRIOR_FREE_LEMMAS
from tightcheck.kernel.rejected import malformed_is_rejected, require
from tightcheck.kernel.tight import integrates_for_some, tight
from tightcheck.kernel.well_formed import has_infinite_mass, well_formed
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


def _tight(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    tight(with_forced_values(design) if prior == "implied" else design, prior)


def _finite_chain(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    finite_chain(design, prior)


def _constants(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    decoder_constants(design)
    for latent in design.encoder:
        constants_reachable(design, prior, latent)


SHOWN: Mapping[str, Callable[[Design, str, Mapping[str, Any]], None]] = {
    "tight": _tight,
    "finite_chain": _finite_chain,
    "written_tight": written_tight,
    "member": member,
    "gaussian_member": gaussian_member,
    "contrast_member": contrast_member,
    "written_member": written_member,
    "between": between,
    "out_of_reach": out_of_reach,
    "additive": additive,
    "given_nonmember": given_nonmember,
    "one_unit": one_unit,
    "written_nonmember": written_nonmember,
    "constants": _constants,
    "unreachable": unreachable,
    "never_constant": never_constant,
    **NO_MODEL,
}
"""The lemmas that show something else than zeros of F: a model, or that there is none, or that all are consistent."""
LEMMAS = (*ZERO_LEMMAS, *PARTS, "nonmember", *SHOWN)
"""Every lemma the kernel knows: the trusted base, with the registry's facts."""

MEMBERS = frozenset(("member", "gaussian_member", "contrast_member", "between", "written_member"))
"""The lemmas that show a consistent model with dependence."""
NONMEMBERS = frozenset(
    ("nonmember", "out_of_reach", "additive", "given_nonmember", "one_unit", "between", "written_nonmember")
)
"""The lemmas that show a model that is not consistent."""
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


def _run_all(design: Design, prior: str, steps: Sequence[Mapping[str, Any]]) -> tuple[Entries, set[str]]:
    """Every step in order: the entries shown to be zero, and the names of the lemmas that held."""
    zero: Entries = frozenset()
    require(len(steps) <= 100, "there are too many steps")
    for step in steps:
        zero = run(design, prior, step, zero)
    return zero, {step["lemma"] for step in steps}


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
    if name == "nonmember":
        nonmember(design, prior, step, zero)
    else:
        SHOWN[name](design, prior, step)
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
