"""The entries of W one by one, with names: W, W_12, a, b_1 and so on as in the joint form, an index for a vector's."""

from __future__ import annotations

import sympy as sp

from tightcheck.density.answer import Entry
from tightcheck.joint.form import Form
from tightcheck.joint.parts import Group, Part


def entries_of(form: Form) -> tuple[Entry, ...]:
    """All entries of W but the constant, in the order of the form's blocks."""
    rows, columns = _first_places(form, form.observed), _first_places(form, form.latent)
    found = []
    for block in form.interactions:
        height, width = block.weight.shape
        for i in range(int(height)):
            for j in range(int(width)):
                index = "" if height == width == 1 else f"[{i},{j}]" if block.row and block.column else f"[{max(i, j)}]"
                found.append(
                    Entry(
                        symbol=sp.Symbol(f"{block.weight.name}{index}", real=True),
                        block=block.weight.name,
                        row=rows[id(block.row)] + i if block.row else 0,
                        column=columns[id(block.column)] + j if block.column else 0,
                        row_statistic=_text(block.row, i),
                        column_statistic=_text(block.column, j),
                    )
                )
    return tuple(found)


def _first_places(form: Form, parts: tuple[Part, ...]) -> dict[int, int]:
    """Where each group begins in nu_e (or psi_e), whose entry 0 is the constant."""
    places, place = {}, 1
    for part in parts:
        for group in part.groups:
            places[id(group)] = place
            place += group.size
    return places


def _text(group: Group | None, index: int) -> str:
    if group is None:
        return "1"
    return group.text if group.size == 1 else f"{group.text}[{index}]"
