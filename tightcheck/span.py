"""One operation under C1, C2, minimality and the linear part of C3: is t in the span of given functions on a set?

yes   exact coefficients c with t = c_0 + sum c_k b_k as expressions (SymPy's algebra: structural, never numeric)
no    points x_0, ..., x_k at which det [1, b_1, ..., b_k, t] is not zero (ball arithmetic: the ball excludes 0);
      a function of the span would make the last column a combination of the others
else  not shown: failing to simplify is no "no", and a small determinant is no "yes"
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import comb, prod
from typing import TYPE_CHECKING, Any

import sympy as sp

if TYPE_CHECKING:
    from flint import arb

Point = Mapping[sp.Symbol, Any]
"""Exact numbers, or balls that hold them."""
ATTEMPTS = 12
"""Generic points separate at the first attempt; a few more meet points that happen to be special."""
PRECISION = 200  # bits
LARGEST_DEGREE = 60
"""Of polynomials in exponentials that are factored; beyond, a logarithm stays as it is written."""
MOST_OPERATIONS = 100
"""Of sums under a logarithm that are factored."""
MOST_TERMS = 500
"""Of sums that are written out; beyond, products and powers stay as they are."""


@dataclass(frozen=True)
class Membership:
    """The outcome: `coefficients` (c_0, c_1, ..., c_k) for yes, `witness` points for no, neither for not shown."""

    coefficients: tuple[sp.Expr, ...] | None = None
    witness: tuple[Point, ...] | None = None

    @property
    def holds(self) -> bool | None:
        """True, False, or None where nothing was shown."""
        return True if self.coefficients is not None else False if self.witness is not None else None


def decide(
    target: sp.Expr, basis: Sequence[sp.Expr], variables: Sequence[sp.Symbol], points: Iterable[Point]
) -> Membership:
    """Whether `target` is in span(basis, 1) as functions of `variables`; other symbols are constants.

    `points` are exact members of the set; a witness is looked for among subsets of len(basis) + 2 of them.
    """
    coefficients = combination(target, basis, variables)
    if coefficients is not None:
        return Membership(coefficients=coefficients)
    return Membership(witness=separating_points(target, basis, list(points)))


@cache
def is_zero(expression: sp.Expr) -> bool:
    """Whether the expression reduces to 0 by rules that preserve value on real arguments (False: not shown)."""
    if expression == 0:
        return True
    if expression.has(sp.Function) and _is_somewhere_nonzero(expression):
        return False
    reduced = normal_form(expression)
    symbols = sorted(reduced.free_symbols, key=str)
    value = reduced.xreplace({symbol: sp.Rational(k, k + 1) for k, symbol in enumerate(symbols, start=1)})
    if value.is_Rational:  # where it is not 0, no rule makes it 0
        return bool(value == 0) and bool(sp.cancel(sp.together(reduced)) == 0)
    return bool(sp.cancel(sp.together(reduced)) == 0)


def _is_somewhere_nonzero(expression: sp.Expr) -> bool:
    """Whether a ball shows, before any algebra, that the expression is not 0 at numbers its symbols may stand for."""
    from flint import ctx

    try:
        with ctx.workprec(PRECISION):
            ball = enclose(expression, {symbol: _number(symbol, 0) for symbol in expression.free_symbols})
    except (ValueError, ZeroDivisionError, NotImplementedError):
        return False
    return bool(ball.is_finite()) and not ball.contains(0)


NORMAL_FORMS: dict[sp.Expr, sp.Expr] = {}
"""What `normal_form` has worked out; a normal form is its own."""


def normal_form(expression: sp.Expr) -> sp.Expr:
    """Logarithms of products split, log and exp cancelled, products expanded; valid where all logarithms are real."""
    if expression not in NORMAL_FORMS:
        reduced = _reduced(expression) if expression.has(sp.exp, sp.log) else _expanded(expression)
        NORMAL_FORMS[expression] = NORMAL_FORMS[reduced] = reduced
    return NORMAL_FORMS[expression]


def _reduced(expression: sp.Expr) -> sp.Expr:
    """The rules of `normal_form`, until nothing changes."""
    previous = None
    while previous != expression:
        previous = expression
        expression = _expanded(expression.replace(sp.exp, _exp).replace(sp.log, _log))
        expression = _split_logarithms(expression)
    return expression


def _expanded(expression: sp.Expr) -> sp.Expr:
    """Products and powers of sums written out, where that is not too long."""
    return expression if _terms(expression) > MOST_TERMS else expression.expand(power_exp=False, log=False, basic=False)


def _terms(expression: sp.Expr) -> int:
    """How many terms the expression has when it is written out, or a part of it that has more than are written out."""
    counts = [_terms(part) for part in expression.args]
    if expression.is_Add:
        return sum(counts)
    if expression.is_Mul:
        return prod(counts)
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 1:
        return comb(counts[0] + min(int(expression.exp), MOST_TERMS) - 1, counts[0] - 1)
    return longest if (longest := max(counts, default=1)) > MOST_TERMS else 1


def _split_logarithms(expression: sp.Expr) -> sp.Expr:
    """log(a b^c) = log a + c log b wherever it stands; everything else stays as it is."""
    kept = dict.fromkeys(("mul", "power_exp", "power_base", "multinomial", "basic"), False)
    return expression.expand(log=True, force=True, **kept)


def _exp(argument: sp.Expr) -> sp.Expr:
    """exp(c log g + rest) = g^c exp(rest)."""
    powers, rest = [], []
    for term in sp.Add.make_args(_split_logarithms(sp.expand(argument))):
        coefficient, logarithm = (
            term.as_coeff_Mul() if isinstance(term.as_coeff_Mul()[1], sp.log) else _log_factor(term)
        )
        powers.append(logarithm.args[0] ** coefficient) if logarithm is not None else rest.append(term)
    return sp.Mul(*powers) * sp.exp(sp.Add(*rest))


def _log_factor(term: sp.Expr) -> tuple[sp.Expr, sp.Expr | None]:
    """The term as c * log(g), with c free of g's symbols, or (term, None)."""
    logarithms = [factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.log)]
    if len(logarithms) == 1:
        coefficient = term / logarithms[0]
        if not coefficient.has(sp.log) and not coefficient.free_symbols & logarithms[0].free_symbols:
            return coefficient, logarithms[0]
    return term, None


def _log(argument: sp.Expr) -> sp.Expr:
    """log |a|, factored: log(a z + a) = log a + log(z + 1), log(1 + 1/z) = log(1 + z) - log z."""
    is_long = sp.count_ops(argument) > MOST_OPERATIONS or _terms(argument) > MOST_TERMS
    if not argument.is_Add or is_long or _degree_in_exponentials(argument) > LARGEST_DEGREE:
        return sp.log(argument)
    numerator, denominator = sp.fraction(sp.factor(sp.together(argument)))
    return _log_polynomial(numerator) - _log_polynomial(denominator)


def _degree_in_exponentials(expression: sp.Expr) -> int:
    """The degree as a polynomial in the roots of its exponentials: e^(1 - 1/10000) is of degree 9999 in e^(1/10000)."""
    coefficients: dict[sp.Expr, list[sp.Expr]] = {}
    for exponential in expression.atoms(sp.exp):
        for term in sp.Add.make_args(exponential.args[0]):
            coefficient, rest = term.as_coeff_Mul()
            if coefficient.is_Rational:
                coefficients.setdefault(rest, []).append(coefficient)
    return max((_degree(values) for values in coefficients.values()), default=0)


def _degree(exponents: Sequence[sp.Expr]) -> int:
    """The largest of the exponents once all are whole numbers."""
    return int(max(map(abs, exponents)) * sp.ilcm(1, *(value.q for value in exponents)))


def _log_polynomial(polynomial: sp.Expr) -> sp.Expr:
    """The logarithm of a product of polynomials, each with the sign that SymPy counts as positive."""
    logarithms = []
    if polynomial.is_Add:  # SymPy multiplies a number into a lone sum
        content, polynomial = polynomial.as_content_primitive()
        logarithms.append(sp.log(content))
    for factor in sp.Mul.make_args(polynomial):
        base, exponent = factor.as_base_exp() if factor.is_Pow and factor.exp.is_Integer else (factor, sp.Integer(1))
        is_negated = base.is_negative or (not base.is_positive and base.could_extract_minus_sign())  # |1 - e| = e - 1
        base = -base if is_negated else base
        logarithms.append(exponent * sp.log(base))
    return sp.Add(*logarithms)


@cache
def atoms_of(expression: sp.Expr, variables: tuple[sp.Symbol, ...]) -> Mapping[sp.Expr, sp.Expr]:
    """An expression as sum of coefficient * atom: atoms are products that contain variables (1 for the constant)."""
    terms: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(normal_form(expression)):
        coefficient, atom = term.as_independent(*variables, as_Add=False)
        terms[atom] = terms.get(atom, sp.Integer(0)) + coefficient
    return {atom: coefficient for atom, coefficient in terms.items() if coefficient != 0}


def combination(
    target: sp.Expr, basis: Sequence[sp.Expr], variables: Sequence[sp.Symbol]
) -> tuple[sp.Expr, ...] | None:
    """Coefficients (c_0, ..., c_k) with target = c_0 + sum c_k basis_k identically, or None if none were found."""
    return _combination(sp.sympify(target), tuple(map(sp.sympify, basis)), tuple(variables))


@cache
def _combination(
    target: sp.Expr, basis: tuple[sp.Expr, ...], variables: tuple[sp.Symbol, ...]
) -> tuple[sp.Expr, ...] | None:
    """Elimination, one atom of one column after another, those first that no other column has."""
    if target.has(sp.Function) and is_refuted(target, basis, variables):
        return None
    columns = dict(enumerate([{sp.Integer(1): sp.Integer(1)}, *(dict(atoms_of(b, variables)) for b in basis)]))
    right, coefficients = dict(atoms_of(target, variables)), dict.fromkeys(columns, sp.Integer(0))
    eliminated: list[tuple[int, sp.Expr, dict[int, sp.Expr]]] = []
    while (pivot := _pivot(columns)) is not None:
        k, atom = pivot
        column = columns.pop(k)
        shares = {j: _expanded(other[atom] / column[atom]) for j, other in columns.items() if atom in other}
        columns |= {j: _minus(columns[j], share, column, atom) for j, share in shares.items()}
        eliminated.append((k, _expanded(right.get(atom, sp.Integer(0)) / column[atom]), shares))
        right = _minus(right, eliminated[-1][1], column, atom)
    if any(columns.values()):
        return _solved(target, basis, variables)
    if not all(map(is_zero, right.values())):
        return _over_one_denominator(target, basis, variables)
    for k, value, shares in reversed(eliminated):
        coefficients[k] = _expanded(value - sum((c * coefficients[j] for j, c in shares.items()), sp.Integer(0)))
    return tuple(coefficients.values())


def _over_one_denominator(
    target: sp.Expr, basis: tuple[sp.Expr, ...], variables: tuple[sp.Symbol, ...]
) -> tuple[sp.Expr, ...] | None:
    """`combination` where rational functions and the rest are matched apart, the rational ones times all
    denominators."""
    rational, rest = zip(*(_rational_part(e, variables) for e in (target, *basis)), strict=True)
    if rational[0] == 0 or (all(r.is_polynomial(*variables) for r in rational) and rational[0] + rest[0] == target):
        return None
    denominators = [sp.denom(sp.together(r)) for r in rational]
    common = sp.lcm_list([d for d in denominators if d.free_symbols & set(variables)] or [sp.Integer(1)])
    if any(r != 0 != e for r, e in zip(rational[1:], rest[1:], strict=True)):
        return None
    of_rational = _over(common, rational, variables)
    of_rest = combination(rest[0], rest[1:], variables)
    if of_rational is None or of_rest is None:
        return None
    slopes = (a if r != 0 else b for r, a, b in zip(rational[1:], of_rational[1:], of_rest[1:], strict=True))
    return (of_rational[0] + of_rest[0], *slopes)


def _over(common: sp.Expr, functions: Sequence[sp.Expr], variables: Sequence[sp.Symbol]) -> tuple[sp.Expr, ...] | None:
    """`combination` of the first function in the others, polynomials over one denominator."""
    target, *basis = (sp.cancel(common * function) for function in functions)
    if not common.free_symbols & set(variables):
        return combination(target, basis, variables)
    found = combination(target, (common, *basis), variables)
    return None if found is None or found[0] != 0 else found[1:]


def _rational_part(expression: sp.Expr, variables: tuple[sp.Symbol, ...]) -> tuple[sp.Expr, sp.Expr]:
    """The terms that are rational in the variables and move with them, and the others."""
    terms = sp.Add.make_args(normal_form(expression))
    chosen = [t for t in terms if t.free_symbols & set(variables) and t.is_rational_function(*variables)]
    return sp.cancel(sp.together(sp.Add(*chosen))), sp.Add(*(t for t in terms if t not in chosen))


def is_refuted(
    target: sp.Expr,
    basis: tuple[sp.Expr, ...],
    variables: tuple[sp.Symbol, ...],
    inner: Mapping[sp.Symbol, sp.Expr] | None = None,
) -> bool:
    """Whether numbers show, before any algebra, that there is no combination: sum w_i target(x_i) is certainly not 0.

    The symbols of `inner` stand for functions of the variables that are not written into the target.
    """
    from flint import arb, ctx

    constants = {symbol: _number(symbol, 0) for symbol in target.free_symbols}
    for points, weights in _annihilators(basis, variables):
        try:
            with ctx.workprec(PRECISION):
                total = arb(0)
                for w, x in zip(weights, points, strict=True):
                    values = {symbol: enclose(f, {**constants, **x}) for symbol, f in (inner or {}).items()}
                    total += w * enclose(target, {**constants, **x, **values})
        except (ValueError, ZeroDivisionError, NotImplementedError):
            return False
        if total.is_finite() and not total.contains(0):
            return True
    return False


def is_refuted_at(points: Sequence[Point], target: sp.Expr, basis: Sequence[sp.Expr]) -> bool:
    """Whether some of these points show that there is no combination; symbols without a value there are constants."""
    symbols = target.free_symbols.union(*(f.free_symbols for f in basis))
    constants = {symbol: _number(symbol, 0) for symbol in symbols}
    return separating_points(target, basis, [{**constants, **point} for point in points], attempts=2) is not None


@cache
def _annihilators(
    basis: tuple[sp.Expr, ...], variables: tuple[sp.Symbol, ...]
) -> list[tuple[list[dict[sp.Symbol, sp.Expr]], list[arb]]]:
    """Points x_i and weights w_i with sum w_i f(x_i) = 0 for every f in span(basis, 1)."""
    from flint import arb, arb_mat, ctx

    rows = [{v: _number(v, k) for v in variables} for k in range(1, len(basis) + 3)]
    inside = [{v: value / (1 if v.is_integer else len(variables)) for v, value in row.items()} for row in rows]
    dominant = [{v: value + 1 if v.is_positive else value for v, value in row.items()} for row in rows]
    constants = {symbol: _number(symbol, 0) for f in basis for symbol in f.free_symbols}
    found = []
    for points in (inside, dominant) if len(variables) > 1 else (inside,):  # in a simplex; definite matrices
        try:
            with ctx.workprec(PRECISION):
                values = [[enclose(f, {**constants, **x}) for x in points] for f in (sp.Integer(1), *basis)]
                last = arb_mat([[-row.pop()] for row in values])
                weights = [*arb_mat(values).solve(last).entries(), arb(1)]
        except (ValueError, ZeroDivisionError, NotImplementedError):
            continue
        found.append((points, weights))
    return found


@cache
def _number(symbol: sp.Symbol, row: int) -> sp.Rational:
    """A number that the symbol may stand for: a small integer, or between -1 and 1; another in each row."""
    draw = random.Random(f"{symbol.name} {row}")
    number = sp.Integer(draw.randint(1, 40)) if symbol.is_integer else sp.Rational(draw.randint(1, 996), 997)
    signs = (1,) if symbol.is_nonnegative else (-1,) if symbol.is_nonpositive else (1, -1)
    return number * draw.choice(signs)


def _minus(
    left: Mapping[sp.Expr, sp.Expr], factor: sp.Expr, column: Mapping[sp.Expr, sp.Expr], atom: sp.Expr
) -> dict[sp.Expr, sp.Expr]:
    """left - factor * column, in which the atom cancels."""
    if factor == 0:
        return {a: value for a, value in left.items() if a != atom}
    changed = {a: _expanded(left.get(a, sp.Integer(0)) - factor * value) for a, value in column.items() if a != atom}
    return {a: value for a, value in {**left, **changed}.items() if a != atom and value != 0}


def _pivot(columns: Mapping[int, Mapping[sp.Expr, sp.Expr]]) -> tuple[int, sp.Expr] | None:
    """A column and an atom with a coefficient that is not zero, if possible an atom that no other column has."""
    seen = Counter(atom for column in columns.values() for atom in column)
    certain = [
        (seen[atom], k, atom)
        for k, column in columns.items()
        for atom, value in column.items()
        if not value.is_Add or value.is_zero is False
    ]
    return min(certain, key=lambda found: found[:2])[1:] if certain else None


def _solved(
    target: sp.Expr, basis: tuple[sp.Expr, ...], variables: tuple[sp.Symbol, ...]
) -> tuple[sp.Expr, ...] | None:
    """`combination` by one linear system over all atoms."""
    columns = [{sp.Integer(1): sp.Integer(1)}, *(atoms_of(b, variables) for b in basis)]
    right = atoms_of(target, variables)
    rows = list(dict.fromkeys([a for column in columns for a in column] + list(right)))
    matrix = sp.Matrix([[column.get(a, 0) for column in columns] for a in rows])
    vector = sp.Matrix([right.get(a, 0) for a in rows])
    unknowns = [sp.Dummy() for _ in columns]
    solutions = sp.linsolve((matrix, vector), *unknowns)
    if not solutions:
        return None
    solution = next(iter(solutions)).subs(dict.fromkeys(unknowns, 0))
    residual = target - solution[0] - sum(c * b for c, b in zip(solution[1:], basis, strict=True))
    return tuple(solution) if is_zero(residual) else None


def separating_points(
    target: sp.Expr, basis: Sequence[sp.Expr], points: Sequence[Point], attempts: int = ATTEMPTS
) -> tuple[Point, ...] | None:
    """len(basis) + 2 points at which (1, basis, target) are independent, proved by ball arithmetic, or None."""
    size, draw = len(basis) + 2, random.Random(0)
    if len(points) < size:
        return None
    for _ in range(attempts if len(points) > size else 1):
        chosen = tuple(draw.sample(points, size))
        if separates(target, basis, chosen):
            return chosen
    return None


def separates(target: sp.Expr, basis: Sequence[sp.Expr], points: Sequence[Point]) -> bool:
    """Whether det [1, basis, target] at these points certainly is not zero: target is outside span(basis, 1)."""
    from flint import arb_mat, ctx

    if len(points) != len(basis) + 2:
        return False
    try:
        with ctx.workprec(PRECISION):
            rows = [[enclose(f, point) for f in (sp.Integer(1), *basis, target)] for point in points]
            determinant = arb_mat(rows).det()
        return bool(determinant.is_finite()) and not determinant.contains(0)
    except (ValueError, ZeroDivisionError, NotImplementedError):
        return False


BALL_METHODS: Mapping[type[sp.Function], str] = {
    sp.exp: "exp",
    sp.log: "log",
    sp.tanh: "tanh",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.loggamma: "lgamma",
    sp.gamma: "gamma",
    sp.erf: "erf",
    sp.Abs: "__abs__",
    sp.atan: "atan",
}
"""The functions of one argument that FLINT encloses."""


def enclose(expression: sp.Expr, point: Point) -> arb:
    """A ball that contains the value of the expression at an exact point.

    Raises NotImplementedError for a function without a ball version, ValueError for a symbol without a value.
    """
    from flint import arb, fmpq

    if expression.is_Symbol:
        if expression not in point:
            raise ValueError(f"{expression} has no value")
        value = point[expression]
        return value if isinstance(value, arb) else enclose(value, {})
    if expression.is_Rational:
        return arb(fmpq(int(expression.p), int(expression.q)))
    if expression is sp.pi:
        return arb.pi()
    if expression is sp.E:
        return arb(1).exp()
    if isinstance(expression, sp.Piecewise):
        return enclose(_case(expression, point), point)
    arguments = [enclose(argument, point) for argument in expression.args]
    if expression.is_Add:
        return sum(arguments[1:], arguments[0])
    if expression.is_Mul:
        product = arguments[0]
        for factor in arguments[1:]:
            product = product * factor
        return product
    if expression.is_Pow:
        exponent = expression.exp
        return arguments[0] ** (int(exponent) if exponent.is_Integer else arguments[1])
    if isinstance(expression, sp.Max):
        return max_ball(arguments)
    if expression.func in BALL_METHODS:
        ball: arb = getattr(arguments[0], BALL_METHODS[expression.func])()
        return ball
    if expression.func in (sp.besseli, sp.besselk):
        method = arguments[1].bessel_i if expression.func is sp.besseli else arguments[1].bessel_k
        return method(arguments[0])
    raise NotImplementedError(f"no ball arithmetic for {expression.func}")


def _case(expression: sp.Piecewise, point: Point) -> sp.Expr:
    """The first case whose condition certainly holds, where those before certainly do not."""
    for value, condition in expression.args:
        if condition == sp.true:
            return value
        if not isinstance(condition, (sp.StrictLessThan, sp.StrictGreaterThan)):
            raise NotImplementedError(f"no ball arithmetic for {condition}")
        excess = enclose(condition.gts - condition.lts, point)
        if excess > 0:
            return value
        if not excess < 0:
            raise ValueError(f"{condition} is not certain")
    raise ValueError(f"no case of {expression} holds")


def max_ball(arguments: Sequence[arb]) -> arb:
    """max(a, b) = (a + b + |a - b|) / 2, folded."""
    largest = arguments[0]
    for other in arguments[1:]:
        largest = (largest + other + abs(largest - other)) / 2
    return largest
