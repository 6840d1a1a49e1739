"""The answers of a procedure in every case of the signs that it asks for. Lemma `joint`, (i)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tightcheck.kernel.joint_numbers import WORK, ZERO, Contradiction, Number, Unreached
from tightcheck.kernel.joint_signs import Branch, Path


@dataclass(frozen=True)
class Leaf:
    """An answer: True, False, or None with the sentence where the rules stop."""

    answer: bool | None
    why: str = ""


@dataclass(frozen=True)
class Split:
    """Three cases by the sign of a number."""

    number: Number
    negative: Tree
    zero: Tree
    positive: Tree

    @property
    def cases(self) -> tuple[tuple[int, Tree], ...]:
        """Each sign with its subtree."""
        return ((-1, self.negative), (0, self.zero), (1, self.positive))


Tree = Leaf | Split


CONTRADICTION = "the case is empty"


MOST_WORK = 40_000
"""How many products of terms an exploration may take: a fraction of a second."""


LAST_ZERO = (-1, 1, 0)
"""The order of the cases: `reached` hears early of densities in which little is zero."""


class TooMany(Exception):  # noqa: N818
    """There are more cases than wanted."""


def explore(
    procedure: Callable[[Path], bool],
    positive: frozenset[str],
    most: int,
    reached: Callable[[Path, Leaf], None] = lambda path, leaf: None,
    work: int = MOST_WORK,
) -> Tree:
    """The answers of a procedure in every case; raises TooMany beyond `most` leaves or `work` products of terms.

    Some cases may be contradictory. `reached` is told each leaf in turn; it may end the exploration by an exception.
    """
    count = 0
    limit = WORK[0] + work

    def visit(path: Path) -> Tree:
        nonlocal count
        if WORK[0] > limit:
            raise TooMany
        leaf: Leaf | None
        number = ZERO
        try:
            leaf = _answer(procedure, path)
        except Branch as unknown:
            leaf, number = None, unknown.number
        if leaf is None:
            below = {sign: visit(path.assuming(number, sign)) for sign in LAST_ZERO}
            return Split(number, below[-1], below[0], below[1])
        count += 1
        if count > most:
            raise TooMany
        reached(path, leaf)
        return leaf

    return visit(Path({}, positive))


def _answer(procedure: Callable[[Path], bool], path: Path) -> Leaf:
    """The procedure's answer in one case. What was remembered may carry terms that have since become 0: then again."""
    try:
        try:
            answer = procedure(path)
        except Unreached:
            path = path.forgetting()
            answer = procedure(path)
    except Unreached as reason:
        return Leaf(None, str(reason))
    except Contradiction:
        return Leaf(False, CONTRADICTION)
    return Leaf(answer, "" if answer else "; ".join(path.noted))


def leaves(
    tree: Tree, path: tuple[tuple[Number, int], ...] = ()
) -> Iterator[tuple[tuple[tuple[Number, int], ...], Leaf]]:
    """Every leaf with the signs on its way."""
    if isinstance(tree, Leaf):
        yield path, tree
        return
    for sign, below in tree.cases:
        yield from leaves(below, (*path, (tree.number, sign)))


__all__ = ["CONTRADICTION", "LAST_ZERO", "MOST_WORK", "Leaf", "Split", "TooMany", "Tree", "explore", "leaves"]
