"""A design with its decision and Theorem 1's form: which blocks of W are zero, and what everything is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tightcheck.account.words import listed, spoken
from tightcheck.decide import Decision
from tightcheck.design import Conditional, Design, Place
from tightcheck.joint import form as joint_form
from tightcheck.joint.domain import Sign, signs
from tightcheck.joint.form import Form, Interaction
from tightcheck.joint.parts import Group, Part
from tightcheck.kernel.classes import all_entries
from tightcheck.kernel.zero import Entries, Entry
from tightcheck.verdict import Verdict


@dataclass(frozen=True)
class Case:
    """One prior's decision about a design; `form` is None where the joint has no form that is known here."""

    design: Design
    decision: Decision
    form: Form | None

    @property
    def verdict(self) -> Verdict:
        """The verdict that was proved."""
        return self.decision.verdict

    @property
    def is_declared(self) -> bool:
        """Whether this is the answer for a prior that the design states."""
        return self.decision.prior == "declared"

    @cached_property
    def entries(self) -> Entries:
        """Every place where the decoder may depend on z."""
        return all_entries(self.design)

    @property
    def is_empty(self) -> bool:
        """Whether no consistent model depends on z."""
        return self.entries <= self.decision.zero

    @property
    def x(self) -> str:
        """The observed variables' names."""
        return listed([block.name for block in self.design.observed])

    @property
    def z(self) -> str:
        """The latent variables' names."""
        return listed([block.name for block in self.design.latent])

    @cached_property
    def moving(self) -> tuple[Conditional, ...]:
        """The observed blocks whose parameters are computed from z."""
        names = {entry[0] for entry in self.entries}
        return tuple(observed for observed in self.design.decoder if observed.block.name in names)

    @property
    def live(self) -> tuple[Conditional, ...]:
        """The observed blocks that may depend on z in a consistent model."""
        names = {entry[0] for entry in self.entries - self.decision.zero}
        return tuple(observed for observed in self.design.decoder if observed.block.name in names)

    @property
    def decoder(self) -> str:
        """The families of what depends on z."""
        return listed([spoken(observed.block.family) for observed in self.moving or self.design.decoder])

    @property
    def encoder(self) -> str:
        """The families of the code."""
        return listed([spoken(latent.block.family) for latent in self.design.encoder])

    def is_witnessed(self, condition: str) -> bool:
        """Whether the certificate holds a model that violates the condition."""
        return any(s["lemma"] == "nonmember" and s.get("condition") == condition for s in self.decision.steps)

    def part(self, name: str) -> Part | None:
        """A block as Theorem 1 sees it; None for a block that counts as a covariate."""
        return next((part for part in self.form.parts if part.name == name), None) if self.form else None

    def has_full_domain(self, name: str) -> bool:
        """Whether every real value of the block's free natural parameters is allowed."""
        part = self.part(name)
        return part is not None and not part.natural_domain

    def statistics(self, name: str) -> str:
        """psi (or nu) of one block in words: z, z^2."""
        part = self.part(name)
        return ", ".join(group.text for group in part.groups) if part else name

    def interaction(self, entry: Entry) -> Interaction | None:
        """The block of W that an entry of F belongs to; None where a statistic belongs to the base measure."""
        if self.form is None:
            return None
        pair = self._group(entry[0], entry[1]), self._group(entry[2], entry[3])
        return next((i for i in self.form.interactions if i.row and i.column and (i.row, i.column) == pair), None)

    def _group(self, name: str, k: int) -> Group | None:
        """The group of the block's k-th statistic."""
        part = self.part(name)
        if part is None or not part.groups:
            return None
        if part.length is not None:
            return part.groups[0]
        symbol = part.family.natural_parameters[k]
        linked = {symbol} | (part.substitution[symbol].free_symbols if symbol in part.substitution else set())
        return next((group for group in part.groups if set(group.natural) & linked), None)

    @cached_property
    def interactions(self) -> dict[str, frozenset[Entry]]:
        """Every block of W between x and z, by name, with the entries of F that it stands for."""
        found: dict[str, set[Entry]] = {}
        for entry in sorted(self.entries):
            interaction = self.interaction(entry)
            if interaction is not None:
                found.setdefault(interaction.weight.name, set()).add(entry)
        order = [interaction.weight.name for interaction in self.form.interactions] if self.form else []
        return {name: frozenset(found[name]) for name in order if name in found}

    @cached_property
    def dead(self) -> tuple[str, ...]:
        """The blocks of W that vanish in every consistent model, by name."""
        return tuple(name for name, members in self.interactions.items() if members <= self.decision.zero)

    def dead_among(self, entries: Iterable[Entry]) -> tuple[str, ...]:
        """The vanishing blocks of W that these entries belong to."""
        members = frozenset(entries)
        return tuple(name for name in self.dead if self.interactions[name] & members)

    @cached_property
    def forced(self) -> dict[str, Sign]:
        """The signs that hold for blocks of W in every consistent model."""
        known = dict(signs(self.form)) if self.form else {}
        zero: Sign = "= 0"
        return {**known, **dict.fromkeys(self.dead, zero)}

    def prior_place(self, latent: str | None = None) -> Place:
        """Where the prior of a latent block is written."""
        found = [block.place for block in self.design.prior.blocks if block.block == latent and block.place.file]
        return found[0] if found else self.design.prior.place

    def observed_named(self, name: str) -> Conditional:
        """The observed block of this name."""
        return next(observed for observed in self.design.decoder if observed.block.name == name)

    def latent_named(self, name: str) -> Conditional:
        """The latent block of this name."""
        return next(latent for latent in self.design.encoder if latent.block.name == name)


UNFORESEEN = (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError)
"""What writing the joint of an unforeseen pair may raise: the verdict stands without it."""


def case_of(design: Design, decision: Decision) -> Case:
    """The case, with the form where the design's two sides have one."""
    if design.outside or not (design.encoder and design.decoder):
        return Case(design, decision, None)
    try:
        found = joint_form(design)
    except UNFORESEEN:
        return Case(design, decision, None)
    return Case(design, decision, found if found.observed and found.latent else None)
