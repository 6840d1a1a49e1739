"""The observed side of a design: its space, statistics, log-partition and decoder, with the lemmas about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from tightcheck.coq.terms import natural_map, real
from tightcheck.coq.unwritten import Unwritten, need
from tightcheck.design import Conditional, Constant, Map
from tightcheck.kernel.classes import substituted

N = "observed_size"
"""The name that the file gives to the number of coordinates (or words)."""


@dataclass(frozen=True)
class Observed:
    """Coq terms for one observed block; the fields after `source` are proofs of what the theorems ask.

    `shown` is how many of the statistics an encoder sees that is shown x, and `link` one member of the class `links`.
    """

    size: int
    space: str
    statistics: str
    nu: str
    partition: str
    links: str
    link: str
    outputs: str
    source: Map
    looks: str
    valid: str = "(fun _ => True)"
    is_valid: str = "exact I"
    rigid: str = ""
    link_moves: str = "apply plain_moves; number"
    link_looks: str = "apply plain_looks"
    shown: str = "reals"
    is_shown: str = "intros; reflexivity"
    is_linked: str = "reflexivity"
    respects: str = "intros l <- o o' H; split; [exact H|{looks}]"
    hidden: str = "intros; lia"
    affine: str = "intros l H i; apply affine_link_plain; exact H"
    interacts: dict[tuple[int, int], str] | None = None
    first_moves: str = "apply first_output_moves; [number|lra]"


def observed(conditional: Conditional) -> Observed:
    """The observed block in Coq; raises Unwritten."""
    block = conditional.block
    is_grey = block.domain == "unit_interval" and block.family == "bernoulli"
    need(block.domain is None or is_grey, "data on another set than the family's support")
    writer = FAMILIES.get(block.family)
    if writer is None:
        raise Unwritten(f"no observed family {block.family} in samples.v")
    found = writer(conditional)
    if is_grey:
        space = "nat -> { r : R | 0 <= r <= 1 }"
        return replace(found, space=space, nu="grey", shown="grey")
    return found


def _two_valued(conditional: Conditional) -> Observed:
    low = 0 if conditional.block.family == "bernoulli" else -1
    lemma = "bits_interact" if low == 0 else "spins_interact"
    partition = f"bernoulli_partition ({low}) 1 {N}"
    return Observed(
        size=conditional.block.copies,
        space="nat -> bool",
        statistics=N,
        nu=f"(code ({low}) 1)",
        partition=f"({partition})",
        links="plain",
        link="(fun o => o)",
        outputs=N,
        source=natural_map(conditional, range(1)),
        looks="now apply bernoulli_looks",
        rigid="apply bernoulli_rigid; lra",
        shown=f"(code ({low}) 1)",
        interacts={(low, 1): f"right; apply {lemma}; number"},
    )


def _poisson(conditional: Conditional) -> Observed:
    lemma = "right; apply poisson_interacts; [number|lra]"
    return Observed(
        size=conditional.block.copies,
        space="nat -> nat",
        statistics=N,
        nu="numbers",
        partition=f"(poisson_partition {N})",
        links="plain",
        link="(fun o => o)",
        outputs=N,
        source=natural_map(conditional, range(1)),
        looks="now apply poisson_looks",
        rigid="apply poisson_rigid",
        shown="numbers",
        interacts={(0, 1): lemma, (-1, 1): lemma},
    )


def _words(conditional: Conditional) -> Observed:
    block = conditional.block
    need(block.copies == 1, "several multinomial draws")
    assert block.dimension is not None
    source = natural_map(conditional, range(len(conditional.natural)))
    length = 1 if block.family == "categorical" else block.length
    if length == "random":
        return _documents(block.dimension, source)
    need(isinstance(length, int), "a length that depends on z")
    assert isinstance(length, int)
    return _fixed_documents(length, block.dimension, source)


def _documents(size: int, source: Map) -> Observed:
    """Texts over `size` words whose length has a law of its own: log softmax of the outputs."""
    interacts = "left; apply log_softmax_interacts; [number|lra]"
    return Observed(
        size=size,
        space=f"documents {N}",
        statistics=N,
        nu="word_counts",
        partition="(fun _ => 0)",
        links=f"(softmax_of {N})",
        link=f"(log_softmax {N})",
        outputs=N,
        source=source,
        looks="reflexivity",
        valid=f"(probabilities {N})",
        is_valid="apply log_softmax_probabilities; number",
        rigid="apply softmax_rigid",
        link_moves="apply log_softmax_moves; number",
        link_looks="apply log_softmax_looks",
        shown="word_counts",
        respects="intros l <- o o' H; split; [now apply log_softmax_looks|reflexivity]",
        affine="",
        interacts={(0, 1): interacts, (-1, 1): interacts},
        first_moves="apply first_log_softmax_moves; [number|lra]",
    )


def _fixed_documents(length: int, size: int, source: Map) -> Observed:
    """Texts of `length` words over `size` words: contrasts of the outputs."""
    return Observed(
        size=size - 1,
        space=f"fixed_documents {length} (S {N})",
        statistics=N,
        nu="fixed_counts",
        partition=f"(multinomial_partition {length} {N})",
        links=f"(contrast_of {N})",
        link=f"(contrast {N})",
        outputs=f"(S {N})",
        source=source,
        looks="now apply multinomial_looks",
        rigid="apply multinomial_rigid; number",
        link_moves="apply contrast_moves; number",
        link_looks="apply contrast_looks",
        shown="fixed_counts",
        respects="intros l <- o o' H; split; [now apply contrast_looks|apply multinomial_looks; now apply contrast_looks]",
        affine="",
    )


def _gaussian(conditional: Conditional) -> Observed:
    variance = sp.simplify(-1 / (2 * substituted(conditional, 1)))
    means = [head for head in conditional.heads if isinstance(head.source, Map)]
    need(len(means) == 1 and means[0].link is None and means[0].bounds is None, "a mean that is no plain output")
    need(
        sp.simplify(substituted(conditional, 0) * variance - means[0].symbol) == 0,
        "a Gaussian without a head for its mean",
    )
    assert isinstance(means[0].source, Map)
    noise, value = constants(conditional, variance)
    respects = f"intros l H o o' E; exact (mean_over_looks {N} {noise} l H o o' E)"
    base = Observed(
        size=conditional.block.copies,
        space="nat -> R",
        statistics=f"({N} + {N})",
        nu=f"(moments {N})",
        partition=f"(gaussian_partition {N})",
        links=f"(mean_link {N} {noise})",
        link=f"(mean_over {N} (fun _ => {value}))",
        outputs=N,
        source=means[0].source,
        looks="",
    )
    return replace(
        base,
        is_shown="apply moments_shown",
        is_linked="apply mean_link_exists; intros; [real_number|lra]",
        respects=respects,
        hidden=f"intros l H; exact (mean_hidden_rows {N} {noise} l H)",
        affine=f"intros l H i; exact (affine_link_mean {N} {noise} i l H)",
    )


def constants(conditional: Conditional, value: sp.Expr) -> tuple[str, str]:
    """The class of positive constants that the value stands for, and one member."""
    learned = {head for head in conditional.heads if head.symbol in value.free_symbols}
    if not value.free_symbols:
        return f"(every_number {real(value)})", real(value)
    need(len(learned) == 1, "a variance made of several constants")
    source = learned.pop().source
    need(isinstance(source, Constant), "a variance that depends on the other side")
    assert isinstance(source, Constant)
    return sharing_class(source.sharing), "1"


def sharing_class(sharing: str) -> str:
    """The vectors of learned constants."""
    names = {"shared": "one_number", "per_coordinate": "any_numbers"}
    need(sharing in names, "constants that are fixed without a value")
    return names[sharing]


FAMILIES = {
    "bernoulli": _two_valued,
    "rademacher": _two_valued,
    "poisson": _poisson,
    "multinomial": _words,
    "categorical": _words,
    "gaussian": _gaussian,
}
