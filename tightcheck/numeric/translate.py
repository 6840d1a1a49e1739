"""SymPy expressions as functions of tensors: a walk over the expression, nothing is evaluated as code.

Equal subexpressions are computed once. What floating point would spoil is written another way: log of a sum of
exponentials, log(1 - e^u), log((e^u - 1) / u), differences of erf, Bessel functions. Every branch of a piecewise
expression sees a safe value wherever another branch is taken, so gradients stay finite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import sympy as sp
import torch
from torch import Tensor

from tightcheck.numeric import special

Values = list[Tensor]
Step = Callable[[Values, Tensor, Mapping[str, Tensor]], Tensor]

FUNCTIONS: Mapping[type[sp.Basic], Callable[..., Tensor]] = {
    sp.exp: torch.exp,
    sp.sin: torch.sin,
    sp.cos: torch.cos,
    sp.tan: torch.tan,
    sp.tanh: torch.tanh,
    sp.atanh: torch.atanh,
    sp.atan2: torch.atan2,
    sp.Abs: torch.abs,
    sp.erf: torch.erf,
    sp.loggamma: torch.lgamma,
    sp.StrictGreaterThan: torch.gt,
    sp.GreaterThan: torch.ge,
    sp.StrictLessThan: torch.lt,
    sp.LessThan: torch.le,
    sp.Eq: torch.eq,
    sp.Ne: torch.ne,
}
FOLDED: Mapping[type[sp.Basic], Callable[[Tensor, Tensor], Tensor]] = {
    sp.Max: torch.maximum,
    sp.Min: torch.minimum,
    sp.And: torch.logical_and,
    sp.Or: torch.logical_or,
}
SAFE = (
    sp.Integer(1),
    sp.Integer(-1),
    sp.Rational(1, 2),
    sp.Rational(-1, 2),
    sp.Integer(2),
    sp.Integer(-3),
    sp.Integer(0),
)


class Translated:
    """The expressions as one function from (..., number of columns) to (..., number of expressions).

    `columns` are the symbols along the last axis of the argument; every other symbol is a fixed parameter, given by
    name at the call and broadcast against the argument without its last axis.
    """

    def __init__(self, expressions: Sequence[sp.Basic], columns: Sequence[sp.Symbol]) -> None:
        self.columns = {symbol: k for k, symbol in enumerate(columns)}
        self.others = sorted({s.name for e in expressions for s in e.free_symbols - set(columns)})
        self._steps: list[Step] = []
        self._place: dict[object, int] = {}
        self._gathered = self._gather(expressions)
        self._results = [] if self._gathered is not None else [self._value(expression) for expression in expressions]

    def __call__(self, argument: Tensor, fixed: Mapping[str, Tensor] | None = None) -> Tensor:
        """The expressions' values, stacked along a new last axis."""
        if self._gathered is not None:
            return argument[..., self._gathered]
        known = self._known(fixed or {}, argument)
        values: Values = []
        for step in self._steps:
            values.append(step(values, argument, known))
        shape = torch.broadcast_shapes(argument.shape[:-1], *(value.shape for value in known.values()))
        results = [values[place].expand(shape) for place in self._results]
        return results[0][..., None] if len(results) == 1 else torch.stack(results, -1)

    def _known(self, fixed: Mapping[str, Tensor], argument: Tensor) -> Mapping[str, Tensor]:
        """The values of the symbols that are no columns."""
        if missing := [name for name in self.others if name not in fixed]:
            raise ValueError(f"the parameter {missing[0]} needs a value: write fixed={{{missing[0]!r}: ...}}.")
        return {
            name: torch.as_tensor(fixed[name], dtype=argument.dtype, device=argument.device) for name in self.others
        }

    def _gather(self, expressions: Sequence[sp.Basic]) -> list[int] | None:
        """Where the expressions are just some of the columns: their places."""
        return [self.columns[e] for e in expressions] if all(e in self.columns for e in expressions) else None

    def _add(self, key: object, step: Step) -> int:
        self._steps.append(step)
        self._place[key] = len(self._steps) - 1
        return self._place[key]

    def _applied(self, key: object, function: Callable[..., Tensor], *places: int) -> int:
        return self._add(key, lambda values, _, __: function(*(values[place] for place in places)))

    def _value(self, e: sp.Basic) -> int:
        """The place of the expression's value."""
        if e in self._place:
            return self._place[e]
        if e in self.columns:
            k = self.columns[e]
            return self._add(e, lambda _, argument, __: argument[..., k])
        if e.is_Symbol:
            name = e.name
            return self._add(e, lambda _, __, known: known[name])
        if e in (sp.true, sp.false):
            truth = bool(e)
            return self._add(e, lambda _, x, __: torch.tensor(truth, device=x.device))
        if e.is_number and not e.has(sp.zoo, sp.nan):
            number = float(e)
            return self._add(e, lambda _, x, __: torch.tensor(number, dtype=x.dtype, device=x.device))
        if isinstance(e, sp.log):
            return self._log(e.args[0])
        if e.is_Add or e.is_Mul:
            return self._applied(e, _sum if e.is_Add else _product, *map(self._value, e.args))
        if e.is_Pow:
            return self._power(e)
        if isinstance(e, sp.gamma):
            return self._applied(e, torch.exp, self._log(e))
        if isinstance(e, sp.Piecewise):
            return self._piecewise(e)
        if e.func in FOLDED:
            return self._applied(e, lambda *parts: _folded(FOLDED[e.func], parts), *map(self._value, e.args))
        if e.func in FUNCTIONS:
            return self._applied(e, FUNCTIONS[e.func], *map(self._value, e.args))
        raise NotImplementedError(f"{e.func.__name__} has no counterpart in PyTorch")

    def _power(self, e: sp.Pow) -> int:
        base, exponent = e.args
        if exponent == sp.Rational(1, 2):
            return self._applied(e, torch.sqrt, self._value(base))
        if exponent == -sp.Rational(1, 2):
            return self._applied(e, torch.rsqrt, self._value(base))
        if exponent == -1:
            return self._applied(e, torch.reciprocal, self._value(base))
        if exponent.is_number:
            number = int(exponent) if exponent.is_Integer else float(exponent)
            return self._applied(e, lambda value: value**number, self._value(base))
        return self._applied(e, torch.pow, self._value(base), self._value(exponent))

    def _log(self, e: sp.Expr) -> int:
        """The place of log e; e is known to be positive."""
        key = ("log", e)
        if key in self._place:
            return self._place[key]
        if e.is_number:
            return self._value(sp.log(e).evalf(30))
        if isinstance(e, sp.exp):
            return self._value(e.args[0])
        if isinstance(e, sp.gamma):
            return self._applied(key, torch.lgamma, self._value(e.args[0]))
        if e.is_Mul or isinstance(e, (sp.besseli, sp.besselk)) or (e.is_Pow and e.exp.is_number):
            return self._log_product(key, e)
        if e.is_Add:
            return self._log_sum(key, e)
        return self._applied(key, torch.log, self._value(e))

    def _log_product(self, key: object, e: sp.Expr) -> int:
        """log |e| as the sum of the factors' logarithms, powers of one base taken together."""
        if e.is_Mul and len(e.args) == 2 and e.args[0] == -1:
            return self._applied(key, torch.log, self._value(e))
        exponents: dict[sp.Expr, sp.Expr] = {}
        places: list[int] = []
        for factor in sp.Mul.make_args(e):
            base, exponent = factor.as_base_exp() if not isinstance(factor, sp.exp) else (factor, sp.Integer(1))
            if isinstance(base, sp.besseli):
                order, r = base.args
                square = sp.expand(r**2)
                places.append(self._bessel_i(order, square))
                base, exponent = square, order / 2
            elif base.is_Pow and base.exp == sp.Rational(1, 2):
                base, exponent = base.base, exponent / 2
            exponents[base] = exponents.get(base, sp.Integer(0)) + exponent
        for base in [b for b in exponents if _is_exp_minus_one(b)]:
            u = _exponent_of(base)
            if exponents.get(u) == -exponents[base]:
                places.append(self._scaled(special.log_exp_minus_one_over, u, exponents.pop(base)))
                del exponents[u]
        for base, exponent in exponents.items():
            if exponent != 0:
                places.append(self._scaled(torch.abs, base, exponent, is_log=True))
        return self._applied(key, _sum, *places)

    def _bessel_i(self, order: sp.Expr, square: sp.Expr) -> int:
        number = float(order)
        return self._applied(
            ("besseli", order, square), lambda s: special.log_scaled_bessel_i(number, s), self._value(square)
        )

    def _scaled(
        self, function: Callable[[Tensor], Tensor], base: sp.Expr, exponent: sp.Expr, is_log: bool = False
    ) -> int:
        """exponent * function(base); with `is_log`, exponent * log |base|."""
        key = ("power", function, base, exponent)
        if key in self._place:
            return self._place[key]
        if isinstance(base, sp.besselk):
            inner = self._applied(("besselk", base), special.log_bessel_k, *map(self._value, base.args))
        elif is_log and ((base.is_Add and not base.is_polynomial()) or base.is_positive or base.is_number):
            inner = self._log(sp.Abs(base) if base.is_number else base)
        elif is_log:
            inner = self._applied(("log abs", base), lambda value: torch.log(torch.abs(value)), self._value(base))
        else:
            inner = self._applied((function, base), function, self._value(base))
        return inner if exponent == 1 else self._applied(key, _product, inner, self._value(exponent))

    def _log_sum(self, key: object, e: sp.Add) -> int:
        """log of a sum: exponentials are added by their logarithms, differences by what they are."""
        if len(e.args) == 2:
            if _is_exp_minus_one(e):
                return self._applied(key, special.log_exp_minus_one, self._value(_exponent_of(e)))
            if _is_exp_minus_one(-e):
                return self._applied(key, special.log_one_minus_exp, self._value(_exponent_of(-e)))
            for kind, sign in ((sp.erf, -1), (sp.erfi, 1)):
                ends = _difference(e, kind)
                if ends is not None:
                    start, end = map(self._value, ends)
                    return self._applied(
                        key, lambda a, b, sign=sign: special.log_gaussian_interval(a, b, sign), start, end
                    )
        if e.has(sp.exp) and all(term.is_positive for term in e.args):
            return self._log_sum_exp(key, e.args)
        return self._applied(key, torch.log, self._value(e))

    def _log_sum_exp(self, key: object, terms: Sequence[sp.Expr]) -> int:
        """log of a sum of positive terms; exponentials of columns are gathered at once."""
        if len(terms) == 2:
            return self._applied(key, torch.logaddexp, *map(self._log, terms))
        plain = [self.columns[t.args[0]] for t in terms if isinstance(t, sp.exp) and t.args[0] in self.columns]
        others = [self._log(t) for t in terms if not (isinstance(t, sp.exp) and t.args[0] in self.columns)]

        def step(values: Values, argument: Tensor, _: Mapping[str, Tensor]) -> Tensor:
            rest = [values[place] for place in others]
            shape = torch.broadcast_shapes(argument.shape[:-1], *(value.shape for value in rest))
            gathered = argument[..., plain].expand(*shape, len(plain))
            return torch.logsumexp(torch.cat([gathered, *(v.expand(shape)[..., None] for v in rest)], -1), -1)

        return self._add(key, step)

    def _piecewise(self, e: sp.Piecewise) -> int:
        """The branches from the last to the first, each with safe columns where its condition fails."""
        columns = tuple(self.columns)
        branches = [
            (Translated([value], columns), Translated([condition], columns), _safe_point(condition, columns))
            for value, condition in _without_removable_point(e, columns)
        ]

        def step(_: Values, argument: Tensor, known: Mapping[str, Tensor]) -> Tensor:
            result = torch.full_like(argument[..., 0], torch.nan)
            for branch, condition, safe in reversed(branches):
                holds = condition(argument, known)[..., 0]
                point = torch.tensor(safe, dtype=argument.dtype, device=argument.device)
                inside = torch.where(holds[..., None], argument, point)
                result = torch.where(holds, branch(inside, known)[..., 0], result)
            return result

        return self._add(e, step)


def _sum(*parts: Tensor) -> Tensor:
    return _folded(torch.add, parts)


def _product(*parts: Tensor) -> Tensor:
    return _folded(torch.mul, parts)


def _folded(function: Callable[[Tensor, Tensor], Tensor], parts: Sequence[Tensor]) -> Tensor:
    result = parts[0]
    for part in parts[1:]:
        result = function(result, part)
    return result


def _is_exp_minus_one(e: sp.Expr) -> bool:
    """Whether e is e^u - 1."""
    return bool(e.is_Add and len(e.args) == 2 and e.args[0] == -1 and isinstance(e.args[1], sp.exp))


def _exponent_of(e: sp.Add) -> sp.Expr:
    return e.args[1].args[0]


def _difference(e: sp.Add, kind: type[sp.Function]) -> tuple[sp.Expr, sp.Expr] | None:
    """(start, end) where e is kind(end) - kind(start)."""
    signed = [term.as_coeff_Mul() for term in e.args]
    if {c for c, _ in signed} != {1, -1} or not all(isinstance(f, kind) for _, f in signed):
        return None
    (end,) = (f.args[0] for c, f in signed if c == 1)
    (start,) = (f.args[0] for c, f in signed if c == -1)
    return start, end


def _without_removable_point(e: sp.Piecewise, columns: Sequence[sp.Symbol]) -> list[tuple[sp.Expr, sp.Basic]]:
    """The branches, less a last number that only fills a hole of the branch before it, where that needs no filling.

    (e^u - 1) / u is 1 at u = 0 as it is computed here, and its slope there is right, which that of a constant is not.
    """
    branches = [(pair.args[0], pair.args[1]) for pair in e.args]
    (value, condition), (number, rest) = branches[-2:]
    if not (number.is_number and rest == sp.true and isinstance(condition, (sp.Ne, sp.StrictGreaterThan))):
        return branches
    hole = _safe_point(sp.Eq(*condition.args), columns)
    filled = Translated([value], columns)(torch.tensor(hole, dtype=torch.float64))
    return [*branches[:-2], (value, sp.true)] if abs(float(filled) - float(number)) < 1e-12 else branches


def _safe_point(condition: sp.Basic, columns: Sequence[sp.Symbol]) -> list[float]:
    """Values of the columns at which the condition holds (all 1 where it says nothing about them)."""
    asked = sorted(condition.free_symbols, key=str)
    alike = ((value,) * len(asked) for value in SAFE)
    for values in (*alike, *(product(SAFE, repeat=len(asked)) if len(asked) <= 4 else ())):
        if condition.subs(dict(zip(asked, values, strict=True))) == sp.true:
            known = dict(zip(asked, values, strict=True))
            return [float(known.get(symbol, 1)) for symbol in columns]
    raise NotImplementedError(f"no simple point satisfies {condition}")
