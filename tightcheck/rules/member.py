"""A consistent model in which x depends on z. Let f = F psi + f_0 move with one latent coordinate and move one observed
coordinate (or, spread, each latent copy an observed copy of its own). If P and A(f) are in span(psi, 1) for that
coordinate, the posterior is in the encoder family and g* = F' nu + c. A coordinate whose statistics span every function of
it (Bernoulli, categorical) always works; otherwise F is looked for among small rational matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain, combinations, islice, product
from operator import mul
from typing import Any

import sympy as sp

from tightcheck.design import OUTPUT, Conditional, Constant, Design, Map
from tightcheck.expression import to_text
from tightcheck.family import Family
from tightcheck.kernel.classes import family_of, function_class, substituted, varying_heads
from tightcheck.kernel.constants import is_any_member
from tightcheck.kernel.integrability import holds, holds_on, in_domain, integrates
from tightcheck.kernel.member import ALIKE, decoder_contains
from tightcheck.kernel.model import decoder_side, is_explicit, statistics_of, temperature, total_log_partition
from tightcheck.kernel.pair_density import is_density_of_pair
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.slices import combined, on_support, prior_block, prior_term
from tightcheck.kernel.tight import in_variables
from tightcheck.kernel.zero import Entries
from tightcheck.once import once
from tightcheck.span import combination, is_refuted, is_zero, normal_form

CONDITION = "exists"
VALUES = (sp.Integer(1), sp.Integer(-1), -sp.Rational(1, 2))
ORIGINS = (sp.Integer(0), sp.Integer(-1), -sp.Rational(1, 2), sp.Integer(1))
PARAMETERS = (1, 0, -1, 2)
ONE = sp.Integer(1)
MOST_CONSTANTS = 6
TOLERANCE = 1e-9
MORE_POINTS = 6
MOST_OF_A_PAIR = 60
"""How many single models of one latent and one observed block are tried."""


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """Candidate models, simplest first."""
    for latent in design.encoder:
        for observed in design.decoder:
            yield from islice(_of_pair(design, prior, latent, observed, zero), MOST_OF_A_PAIR)


def _of_pair(
    design: Design, prior: str, latent: Conditional, observed: Conditional, zero: Entries
) -> Iterator[dict[str, Any]]:
    """Candidate models in which one latent block moves one observed block; a log-partition that is a series is in no span."""
    if family_of(observed.block).series is not None:
        return
    term = prior_term(design, latent) if prior == "declared" else None
    block = prior_block(design, latent.block.name) if prior == "declared" else None
    is_learned = prior == "declared" and is_any_member(block, latent)
    is_chosen = prior != "declared" or (is_learned and block is not None and block.components is not None)
    beta = temperature(design)
    told: set[str] = set()
    for F, f0, parameters in islice(candidates(latent, observed, zero, term), MOST_OF_A_PAIR):
        base = {
            "lemma": "member",
            "latent": latent.block.name,
            "observed": observed.block.name,
            "F": [[to_text(entry) for entry in row] for row in F],
            "f0": [to_text(entry) for entry in f0],
            "parameters": {name: str(value) for name, value in parameters.items()},
        }
        refusal = _refusal(latent, observed, F, f0, parameters)
        if refusal is not None:
            if refusal not in told:  # once for the trace
                yield {**base, "mode": "one", "c": []}
            told.add(refusal)
            continue
        is_enough = family_of(latent.block).support.is_finite  # any c integrates
        barren: set[bool] = set()  # whether all copies move together is all that the constants ask of a mode
        for mode in _modes(latent, observed):
            if (mode == "together") in barren:
                continue
            constants = proper_constants(latent, observed, F, f0, mode, True, beta) if is_chosen else iter(((),))
            if is_learned and not is_chosen and _is_held(latent):  # the prior that meets the encoder's own constants
                constants = chain(constants, proper_constants(latent, observed, F, f0, mode, True, beta))
            first = next(constants, None)
            if first is None:
                barren.add(mode == "together")
                continue
            for c in (first,) if is_enough else chain((first,), constants):
                yield {**base, "mode": mode, "c": [to_text(value) for value in c]}


def _is_held(latent: Conditional) -> bool:
    """Whether the encoder has a constant that is not free."""
    return any(isinstance(head.source, Constant) and head.source.sharing == "fixed" for head in latent.heads)


def _refusal(
    latent: Conditional,
    observed: Conditional,
    F: list[list[sp.Expr]],
    f0: list[sp.Expr],
    parameters: dict[str, sp.Expr],
) -> str | None:
    """Why the decoder does not hold f, or A(f) is not known, whatever the encoder's constants and the copies that move."""
    eta = _natural(family_of(latent.block), F, f0)
    rank = min(sum(map(any, F)), sum(map(any, zip(*F, strict=True))))
    try:
        decoder_contains(observed, eta, decoder_side(observed, latent), rank, parameters)
        _energy(observed, eta)
    except Rejected as error:
        return str(error)
    return None


def _natural(fz: Family, F: Sequence[Sequence[sp.Expr]], f0: Sequence[sp.Expr]) -> tuple[sp.Expr, ...]:
    """f = F psi + f_0."""
    rows = zip(F, f0, strict=True)
    return tuple(sp.Add(start, *(w * t for w, t in zip(row, fz.statistics, strict=True))) for row, start in rows)


@once
def _energy(observed: Conditional, eta: tuple[sp.Expr, ...]) -> sp.Expr:
    """A(f); raises Rejected where it is not known in the design's dimension."""
    return total_log_partition(observed, eta)


def _modes(latent: Conditional, observed: Conditional) -> tuple[str, ...]:
    """Which copies may move; "together" matters where the other observed copies cannot be constant."""
    if is_explicit(observed):
        return ("one",)
    spread = ("spread",) if latent.block.copies > 1 else ()
    biased = all(head.source.bias for head in observed.heads if isinstance(head.source, Map))
    components = ("components",) if family_of(latent.block).name in ALIKE else ()
    return ("one", *spread, *components) if biased else ("one", *spread, *components, "together")


Candidate = tuple[list[list[sp.Expr]], list[sp.Expr], dict[str, sp.Expr]]


def candidates(latent: Conditional, observed: Conditional, zero: Entries, term: sp.Expr | None) -> Iterator[Candidate]:
    """F and f_0 for which f stays in the natural domain and P - A(f) is in span(psi, 1); `term` is P, if declared."""
    fz, fx = family_of(latent.block), family_of(observed.block)
    rows, columns = len(statistics_of(observed)), len(fz.statistics)
    if observed.block.length == "random":
        yield from _probabilities(fz, rows)
        return
    classes = [function_class(observed, i) for i in range(rows)]
    if any(c.kind == "expression" for c in classes):
        yield from _expressions(latent, observed)
        return
    free = [
        (i, k)
        for i, k in product(range(rows), range(columns))
        if classes[i].kind != "constant" and (observed.block.name, i, latent.block.name, k) not in zero
    ]
    for F in (*_pinned(latent, observed, term), *_matrices(free, rows, columns, fz)):
        for f0, eta in _origins(fx, observed, F, fz):
            alone = any(e.free_symbols & set(fz.variables[1:]) for e in eta) or fz.dimension is None
            if term is None or not alone or _is_conjugate(observed, eta, fz, term):
                yield F, f0, {}
                if not fz.support.is_finite and term is not None:
                    break  # another f_0 is as good; on a finite side links may still refuse this one


def _is_violated(
    condition: sp.Basic, fx: Family, fz: Family, F: Sequence[Sequence[sp.Expr]], f0: Sequence[sp.Expr]
) -> bool:
    """Whether numbers at some points of the support show that f, as far as it is chosen, violates a condition of its domain."""
    excess = _excess(fx, condition)
    if excess is None or any(not entry.is_Rational for row in (*F[: len(f0)], f0) for entry in row):
        return False
    slopes, unchosen = [[float(w) for w in row] for row in F[: len(f0)]], [0.0] * (len(F) - len(f0))
    return any(
        excess(*(float(start) + sum(map(mul, row, psi)) for start, row in zip(f0, slopes, strict=True)), *unchosen)
        > TOLERANCE
        for psi in _statistics_at_points(fz)
    )


@cache
def _excess(family: Family, condition: sp.Basic) -> Callable[..., float] | None:
    """By how much natural parameters violate a condition of the domain, where that is an inequality of polynomials."""
    eta = family.natural_parameters
    if not isinstance(condition, (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)):
        return None
    difference = condition.lts - condition.gts
    is_plain = difference.is_polynomial(*eta) and difference.free_symbols <= set(eta)
    compiled: Callable[..., float] | None = sp.lambdify(eta, difference, "math") if is_plain else None
    return compiled


@cache
def _statistics_at_points(family: Family) -> tuple[tuple[float, ...], ...]:
    """The statistics' values at exact points of the support, as floats; none where they, or its ends, hold unknown parameters."""
    if {symbol for statistic in family.statistics for symbol in statistic.free_symbols} - set(family.variables):
        return ()
    points = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
    if len(family.variables) > 1 and not family.support.is_discrete:
        points += [_within(family, k) for k in range(MORE_POINTS)]
    values = [[s.xreplace(point) for s in family.statistics] for point in points if point]
    return tuple(tuple(map(float, row)) for row in values if all(value.is_number for value in row))


def _within(family: Family, k: int) -> dict[sp.Symbol, sp.Expr]:
    """The k-th of some points within the bounds, coordinates of both signs; nothing where the support has none."""
    point: dict[sp.Symbol, sp.Expr] = {}
    for j, (x, bounds) in enumerate(zip(family.variables, family.support.bounds or (), strict=False)):
        low, high = (sp.sympify(end).xreplace(point) for end in bounds)
        step = sp.Rational(1 + (5 * k + 3 * j) % 7, 4)
        if low.is_finite and high.is_finite:
            point[x] = low + (high - low) * step / 2
        elif low.is_finite or high.is_finite:
            point[x] = low + step if low.is_finite else high - step
        else:
            point[x] = step * (-1) ** (j + k)
    return point


def _is_conjugate(observed: Conditional, eta: Sequence[sp.Expr], fz: Family, term: sp.Expr) -> bool:
    """Whether P - A(f) is in span(psi, 1); a coordinate that spans every function is left to the kernel."""
    if fz.support.is_finite and fz.spans_all_functions:
        return True
    log_partition, symbols = _log_partition(family_of(observed.block))
    known = dict(zip(symbols, eta, strict=True))
    if fz.support.chart is None and is_refuted(term - log_partition, fz.statistics, fz.variables, known):
        return False
    try:
        energy = _energy(observed, tuple(eta))
    except Rejected:
        return False
    return combined(term - energy, fz) is not None


@cache
def _log_partition(family: Family) -> tuple[sp.Expr, tuple[sp.Symbol, ...]]:
    """A in symbols of its own."""
    symbols = tuple(sp.Dummy(eta.name, real=True) for eta in family.natural_parameters)
    return family.log_partition.xreplace(dict(zip(family.natural_parameters, symbols, strict=True))), symbols


def _pinned(latent: Conditional, observed: Conditional, term: sp.Expr | None) -> Iterator[list[list[sp.Expr]]]:
    """Where a Gaussian encoder's variance is a number: the weight of z with which A(f) makes up for the prior's."""
    fz, fx = family_of(latent.block), family_of(observed.block)
    known = function_class(latent, 1).value if fz.name == "gaussian" else None
    if known is None:
        return
    others = [constant_value(observed, i) for i in range(1, len(fx.statistics))]
    coefficients = None if term is None else combination(term, fz.statistics, fz.variables)
    if coefficients is None or None in others:
        return
    constants = dict(zip(fx.natural_parameters[1:], others, strict=True))
    curvature = sp.diff(fx.log_partition, fx.natural_parameters[0], 2).xreplace(constants)
    square = 2 * (coefficients[2] - known) / curvature
    if square.is_number and square.is_positive:
        yield [[sp.sqrt(square), sp.Integer(0)], *([sp.Integer(0)] * 2 for _ in others)]


def _matrices(free: list[tuple[int, int]], rows: int, columns: int, fz: Family) -> Iterator[list[list[sp.Expr]]]:
    """Matrices with one, two or a contrast of non-zero entries at the free places."""

    def filled(entries: dict[tuple[int, int], sp.Expr]) -> list[list[sp.Expr]]:
        return [[entries.get((i, k), sp.Integer(0)) for k in range(columns)] for i in range(rows)]

    for place in free[:12]:
        for value in VALUES:
            yield filled({place: value})
    if fz.support.is_finite:
        for place in free[:1]:
            yield filled({place: sp.Rational(1, 2)})
        return
    if rows < columns and set(product(range(rows), range(columns))) <= set(free):
        yield filled(
            {**{(i, i): sp.Integer(1) for i in range(rows)}, **{(i, columns - 1): sp.Integer(-1) for i in range(rows)}}
        )
    if rows == columns and rows > 1:
        yield filled({(i, i): sp.Integer(1) for i in range(rows)})
    for places in combinations(free[:6], 2):
        for values in product(VALUES, repeat=2):
            yield filled(dict(zip(places, values, strict=True)))


def _origins(
    fx: Family, observed: Conditional, F: list[list[sp.Expr]], fz: Family
) -> Iterator[tuple[list[sp.Expr], list[sp.Expr]]]:
    """f_0 and f in the natural domain, f_0 of the design's constants where they are given, else of small numbers.

    The rows are chosen one after another, and a condition is asked once all natural parameters in it are chosen.
    """
    choices: list[Sequence[sp.Expr]] = []
    for i, row in enumerate(F):
        stated = constant_value(observed, i)
        choices.append(ORIGINS if stated is None else (stated,))
        if stated is None and any(row) and fz.support.is_finite:
            choices[-1] = (*ORIGINS, sp.Rational(1, 4))
        if any(row) and stated is None and not fz.support.is_finite:
            choices[-1] = ORIGINS[:2]
    linear = [sp.Add(*(w * t for w, t in zip(row, fz.statistics, strict=True))) for row in F]
    asked = _asked(fx)

    def chosen(f0: list[sp.Expr], eta: list[sp.Expr]) -> Iterator[tuple[list[sp.Expr], list[sp.Expr]]]:
        known = dict(zip(fx.natural_parameters, eta, strict=False))
        conditions = asked[len(f0)]
        if any(
            _is_violated(each, fx, fz, F, f0) or not holds_on(each, known, [(fz.variables, fz)]) for each in conditions
        ):
            return
        if len(f0) == len(F):
            yield f0, eta
            return
        for start in choices[len(f0)]:
            yield from chosen([*f0, start], [*eta, linear[len(f0)] + start])

    yield from chosen([], [])


@cache
def _asked(family: Family) -> tuple[tuple[sp.Basic, ...], ...]:
    """The conditions of the natural domain, by how many natural parameters have to be known to ask them."""
    eta = family.natural_parameters
    last = {
        condition: max((k for k, e in enumerate(eta, start=1) if e in condition.free_symbols), default=0)
        for condition in family.natural_domain
    }
    return tuple(tuple(c for c, known in last.items() if known == k) for k in range(len(eta) + 1))


def constant_value(observed: Conditional, i: int) -> sp.Expr | None:
    """The value of a constant natural parameter at valid values of the learned constants."""
    if function_class(observed, i).kind != "constant":
        return None
    return substituted(observed, i).xreplace(_learned(observed))


MOST_GUESSES = 64


@once
def _learned(observed: Conditional) -> dict[sp.Basic, sp.Expr]:
    """Values 1, 0 or 1/2 of the learned constants with which the constant natural parameters are valid, if there are any."""
    symbols = [h.symbol for h in observed.heads if isinstance(h.source, Constant) and h.source.value is None]
    family = family_of(observed.block)
    constants = {
        eta: substituted(observed, i)
        for i, eta in enumerate(family.natural_parameters[: len(observed.natural)])
        if function_class(observed, i).kind == "constant"
    }
    conditions = [c for c in family.natural_domain if c.free_symbols <= set(constants)]
    zeros_and_ones = islice(product((sp.Integer(1), sp.Integer(0)), repeat=len(symbols)), MOST_GUESSES)
    halves = (sp.Rational(1, 2),) * len(symbols)
    guesses = [dict(zip(symbols, values, strict=True)) for values in (*zeros_and_ones, halves)]
    for guess in guesses:
        known = {eta: value.xreplace(guess) for eta, value in constants.items()}
        if all(value.is_finite is not False for value in known.values()) and all(holds(c, known) for c in conditions):
            return guess
    return guesses[0]


def _probabilities(fz: Family, words: int) -> Iterator[Candidate]:
    """Word probabilities that move with a two-valued statistic, or are the shares z themselves, for a multinomial of random
    length."""
    shares = sp.Add(*map(sp.exp, fz.statistics)) - 1
    if len(fz.statistics) == words and is_zero(on_support(shares, fz)):
        yield [[sp.Integer(int(i == k)) for k in range(words)] for i in range(words)], [sp.Integer(0)] * words, {}
    if not fz.spans_all_functions:
        return
    start = [sp.Rational(1, words)] * words
    moved = [sp.Rational(1, 2 * words), *start[1:-1], sp.Rational(3, 2 * words)]
    first = fz.statistics[0]
    low, high = _two_values(fz, first)
    slope = [sp.log(m / s) / (high - low) for s, m in zip(start, moved, strict=True)]
    F = [[w, *[sp.Integer(0)] * (len(fz.statistics) - 1)] for w in slope]
    yield F, [sp.log(s) - w * low for s, w in zip(start, slope, strict=True)], {}


def _two_values(fz: Family, statistic: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The two values of a statistic that takes two."""
    values = sorted({statistic.xreplace(dict(zip(fz.variables, p, strict=True))) for p in fz.support.points})
    return values[0], values[-1]


def _expressions(latent: Conditional, observed: Conditional) -> Iterator[Candidate]:
    """An expression map at small parameters, read off as F psi + f_0."""
    fz = family_of(latent.block)
    rows = range(len(observed.natural))
    try:
        formulas = [
            in_variables(observed, i, latent)
            if function_class(observed, i).kind == "expression"
            else constant_value(observed, i) or sp.Integer(0)
            for i in rows
        ]
    except Rejected:
        return
    parameters = sorted({s for f in formulas for s in f.free_symbols - set(fz.variables)}, key=str)
    exponents = [_exponents(formulas, parameter, fz) for parameter in parameters]
    for values in product(*((*map(sp.Integer, PARAMETERS), *more) for more in exponents)):
        known = dict(zip(parameters, values, strict=True))
        solved = [combination(f.xreplace(known), fz.statistics, fz.variables) for f in formulas]
        if any(c is None or any(not (e.is_number and e.is_real) or e.is_finite is False for e in c) for c in solved):
            continue
        names = {s.name: v for s, v in zip(parameters, values, strict=True)}
        yield [list(c[1:]) for c in solved if c], [c[0] for c in solved if c], names


def _exponents(formulas: Sequence[sp.Expr], parameter: sp.Symbol, fz: Family) -> list[sp.Expr]:
    """Values of a parameter at which a power of z becomes z or 1/z."""
    found = {
        (sign - power.exp.subs(parameter, 0)) / slope
        for formula in formulas
        for power in normal_form(formula).atoms(sp.Pow)
        if power.base in fz.variables
        for slope in (sp.diff(power.exp, parameter),)
        if slope.is_Rational and slope != 0
        for sign in (sp.Integer(1), -sp.Integer(1))
    }
    return sorted(value for value in found if value.is_Rational and value not in PARAMETERS)


def proper_constants(
    latent: Conditional,
    observed: Conditional,
    F: list[list[sp.Expr]],
    f0: list[sp.Expr],
    mode: str,
    within_reach: bool = True,
    beta: sp.Expr = ONE,
) -> Iterator[tuple[sp.Expr, ...]]:
    """c of an implied prior that integrates: a point deep inside the natural domain, less what A(f) adds to it; the encoder's own
    constants where it has some, if c is to be within its reach."""
    fz = family_of(latent.block)
    eta = _natural(fz, F, f0)
    copies = sp.Integer(observed.block.copies if mode == "together" or is_explicit(observed) else 1) / beta
    try:
        energy = _energy(observed, eta)
    except Rejected:
        return
    added = combined(copies * energy, fz) or (sp.Integer(0),) * (len(fz.statistics) + 1)
    held = [within_reach and not varying_heads(latent, k) for k in range(len(fz.statistics))]
    stated = [function_class(latent, k).value if is_held else None for k, is_held in enumerate(held)]
    for inside in (*_middle(latent), *_constants(fz)) if within_reach else _constants(fz):
        free = [a - b for a, b in zip(inside, added[1:], strict=True)]
        c = tuple(a if value is None else value for a, value in zip(free, stated, strict=True))
        fx = family_of(observed.block)
        if integrates(fz, fx, energy, eta, F, c, copies) or is_density_of_pair(fz, fx, F, f0, c, copies):
            yield c


def _middle(latent: Conditional) -> list[tuple[sp.Expr, ...]]:
    """The encoder's natural parameters where its maps put out 0, or the middle of their bounds, if some are kept out."""
    if all(head.link is None and head.bounds is None for head in latent.heads):
        return []
    values: dict[sp.Basic, sp.Basic] = {}
    for head in latent.heads:
        at_zero = (OUTPUT if head.link is None else head.link).xreplace({OUTPUT: sp.Integer(0)})
        middle = at_zero if head.bounds is None else (head.bounds[0] + head.bounds[1]) / 2
        constant = head.source.value if isinstance(head.source, Constant) else middle
        values[head.symbol] = sp.Integer(1) if constant is None else constant
    eta = tuple(sp.sympify(entry).xreplace(values) for entry in latent.natural)
    inside = all(bool(entry.is_number) and bool(entry.is_finite) for entry in eta) and in_domain(
        family_of(latent.block), eta
    )
    return [eta] if inside else []


@cache
def _constants(family: Family) -> tuple[tuple[sp.Expr, ...], ...]:
    """Points deep inside the natural domain."""
    size = len(family.statistics)
    shapes = [
        [
            sp.Integer(0) if _is_cross(family, k) else sp.Integer(first if _is_first(family, k) else other)
            for k in range(size)
        ]
        for first, other in ((0, -1), (0, -8), (-8, -8), (2, -8), (1, 1), (0, 0))
    ]
    if size <= 3:
        shapes += [list(map(sp.Integer, values)) for values in product((0, 1, -1, -8), repeat=size)]
    found = tuple(islice((tuple(eta) for eta in shapes if in_domain(family, eta)), MOST_CONSTANTS))
    if found or size > 4:
        return found
    others = (tuple(map(sp.Integer, values)) for values in product((0, -1, 1, -8), repeat=size))
    return tuple(islice((eta for eta in others if in_domain(family, eta)), MOST_CONSTANTS))


def _is_first(family: Family, k: int) -> bool:
    """Whether statistic k is the first of its variable (z before z^2)."""
    return family.statistics[k].is_Symbol or k == 0


def _is_cross(family: Family, k: int) -> bool:
    """Whether statistic k is a product of two different variables."""
    return len(family.statistics[k].free_symbols) > 1 and family.statistics[k].is_Mul
