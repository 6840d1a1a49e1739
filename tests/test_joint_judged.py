"""Every decided pair of families against the outside judge, at random W on both sides of the boundary of its set."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from tests.oracle.joint_judge import Weights, judge
from tightcheck import registry
from tightcheck.atlas.example import inner_point
from tightcheck.density import JointDensity, What, joint_density
from tightcheck.family import Family

Values = Mapping[str, Fraction]

ENTRIES = tuple(Fraction(n, 4) for n in (-8, -4, -2, -1, 1, 2, 4, 8))
HALVINGS = 7
WORDS = {True: "finite", False: "infinite"}
FEW = (
    *("bernoulli", "beta", "exponential", "gamma", "gaussian", "gaussian_fixed_variance", "geometric", "inverse_gamma"),
    *("inverse_gaussian", "log_normal", "negative_binomial", "poisson", "von_mises", "dirichlet", "full_gaussian"),
)
"""The families of the default profile: those of the literature on conditionally specified distributions, mostly."""


@cache
def family(name: str) -> Family:
    """The family, its fixed parameters at their defaults."""
    found = registry.load(name)
    return found.with_fixed({parameter.symbol.name: parameter.default for parameter in found.fixed})


@cache
def density(x: str, z: str) -> JointDensity:
    return joint_density(family(x), family(z))


def order(found: JointDensity) -> tuple[list[int], list[int]]:
    """For each side the place in the family's statistics of each place in nu_e or psi_e."""
    return tuple(  # type: ignore[return-value]
        [part.family.natural_parameters.index(eta) for group in part.groups for eta in group.natural]
        for part in (found.form.observed[0], found.form.latent[0])
    )


def weights(found: JointDensity, values: Values) -> Weights:
    """W as the judge reads it: by the families' own order of statistics."""
    rows, columns = order(found)
    between = [[Fraction(0)] * len(columns) for _ in rows]
    margins = [Fraction(0)] * len(rows), [Fraction(0)] * len(columns)
    for entry in found.entries:
        value = values.get(entry.symbol.name, Fraction(0))
        if entry.is_interaction:
            between[rows[entry.row - 1]][columns[entry.column - 1]] = value
        elif entry.row:
            margins[0][rows[entry.row - 1]] = value
        else:
            margins[1][columns[entry.column - 1]] = value
    return Weights(tuple(map(tuple, between)), tuple(margins[0]), tuple(margins[1]))


def independent(found: JointDensity) -> dict[str, Fraction]:
    """Natural parameters inside both domains, and no interaction; 0 where no simple ones are known."""
    rows, columns = order(found)
    values = {}
    for entry in found.entries:
        if not entry.is_interaction:
            side, place = (found.form.observed[0], rows[entry.row - 1]) if entry.row else (None, 0)
            side, place = (side, place) if side else (found.form.latent[0], columns[entry.column - 1])
            point = inner_point(side.family)
            values[entry.symbol.name] = point[place] if point else Fraction(0)
    return values


@st.composite
def drawn(draw: st.DrawFn, found: JointDensity) -> dict[str, Fraction]:
    """Margins about those of independence, and a few entries of the interaction that are not 0."""
    values = independent(found)
    for name in values:
        values[name] += draw(st.sampled_from((0, 0, 0, *ENTRIES)))
    names = [entry.symbol.name for entry in found.entries if entry.is_interaction]
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)):
        values[name] = draw(st.sampled_from(ENTRIES))
    return values


def between(first: Values, second: Values, share: Fraction) -> dict[str, Fraction]:
    names = first.keys() | second.keys()
    none = Fraction(0)
    return {n: (1 - share) * first.get(n, none) + share * second.get(n, none) for n in names}


def sides(found: JointDensity, first: Values, second: Values) -> list[dict[str, Fraction]]:
    """The two W nearest to the boundary, one on each side of it, on the line between one inside and one outside."""
    low, high = Fraction(0), Fraction(1)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_inside = found.holds(between(first, second, middle))
        low, high = (middle, high) if is_inside == found.holds(first) else (low, middle)
    return [between(first, second, low), between(first, second, high)]


def compare(found: JointDensity, values: Values) -> None:
    """What the set says of W is what the judge says, if both say anything."""
    said = found.holds(values)
    if said is None:
        event("not decided")
        return
    x, z = found.form.observed[0].family, found.form.latent[0].family
    told = judge(x, z, weights(found, values))
    if told.word not in ("cannot tell", WORDS[said]):
        told = judge(x, z, weights(found, values), is_far=True)
    event(f"{said}: {told.word}")
    moved = {name: str(value) for name, value in values.items() if value}
    assert told.word in ("cannot tell", WORDS[said]), f"{x.name} x {z.name} at {moved}: {told.word}, {told.reason}"


def check(found: JointDensity, values: Values) -> None:
    """One drawn W, and if it is on the other side than independence the two next to the boundary between them."""
    if found.what is What.UNDECIDED:
        return
    compare(found, values)
    start = independent(found)
    if found.holds(start) is True and found.holds(values) is False:
        for near in sides(found, start, values):
            note(str(near))
            compare(found, near)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_decided_pairs_agree_with_the_judge(data: st.DataObject) -> None:
    x, z = data.draw(st.sampled_from(FEW)), data.draw(st.sampled_from(FEW))
    found = density(x, z)
    check(found, data.draw(drawn(found)))


PAIRS = [(x, z) for x in registry.names() for z in registry.names() if x <= z]


@pytest.mark.long
@pytest.mark.parametrize(("x", "z"), PAIRS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_decided_pair_agrees_with_the_judge(x: str, z: str, data: st.DataObject) -> None:
    found = density(x, z)
    check(found, data.draw(drawn(found)))


@pytest.mark.parametrize(("x", "z"), [("beta", "pareto"), ("beta", "laplace")])
def test_open_fixed_parameters_have_their_defaults_where_a_number_is_tested(x: str, z: str) -> None:
    """A Pareto's minimum is a letter in the answer, and 1 where one W is tested."""
    found = joint_density(registry.load(x), registry.load(z))
    assert found.holds(independent(found)) is True
