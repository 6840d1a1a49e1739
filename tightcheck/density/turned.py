"""The set of W with x and z exchanged: the same set, W transposed. One of (x, z) and (z, x) is explored, both are said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import sympy as sp

from tightcheck.density.answer import Divergence, JointDensity
from tightcheck.density.entries import entries_of
from tightcheck.density.problem import problem_of
from tightcheck.density.words import tested_sentences
from tightcheck.joint.form import Form


def turned(found: JointDensity, form: Form) -> JointDensity:
    """What was found of one x and one z, for `form`, which has the same families with their sides exchanged."""
    entries = entries_of(form)
    there = {(entry.row, entry.column): entry.symbol for entry in entries}
    symbols = {entry.symbol: there[entry.column, entry.row] for entry in found.entries}
    names = {old.name: new.name for old, new in symbols.items()}
    before, after = (tested_sentences(problem_of(each))[0] for each in (found.form, form))
    tested = dict(zip(before, after, strict=True))
    known = symbols | {sp.Symbol(old): sp.Symbol(new) for old, new in tested.items()}
    test = found.test

    def tested_there(weights: Mapping[str, Fraction]) -> bool | None:
        assert test is not None
        return test({old: weights[new] for old, new in names.items() if new in weights})

    return replace(
        found,
        form=form,
        entries=entries,
        constraints=_renamed(found.constraints, known, names),
        sentences=tuple(tested.get(each) or _exchanged(each, names) for each in found.sentences),
        witness=tuple(
            Divergence(
                tuple(symbols[s] for s in each.entries), _exchanged(each.direction, {}), _exchanged(each.rate, {})
            )
            for each in found.witness
        ),
        zero=frozenset(symbols[each] for each in found.zero),
        test=tested_there if test is not None else None,
    )


def _renamed(condition: sp.Basic, known: Mapping[sp.Basic, sp.Basic], names: Mapping[str, str]) -> sp.Basic:
    """The condition with other symbols, and nothing evaluated on the way."""
    if isinstance(condition, sp.Symbol):
        return known.get(condition) or sp.Symbol(_exchanged(condition.name, names), **condition.assumptions0)
    if isinstance(condition, (sp.And, sp.Or, sp.core.relational.Relational)):
        return condition.func(*(_renamed(part, known, names) for part in condition.args), evaluate=False)
    return condition.xreplace({symbol: _renamed(symbol, known, names) for symbol in condition.free_symbols})


def _exchanged(text: str, names: Mapping[str, str]) -> str:
    """The text with x for z, shape_x for shape_z, and the entries' other names."""
    words = sorted(names, key=len, reverse=True)
    pattern = "|".join([*map(re.escape, words), r"[A-Za-z]\w*_[xz]", "[xz]"])
    sides = {"x": "z", "z": "x"}
    return re.sub(
        rf"(?<![\w\]])(?:{pattern})(?![\w\[])",
        lambda match: names.get(match[0]) or match[0][:-1] + sides[match[0][-1]],
        text,
    )
