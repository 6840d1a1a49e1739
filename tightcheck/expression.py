"""Formulas as text: a closed grammar read into SymPy and printed back. Text is never evaluated as code.

    sum    = term {("+" | "-") term}
    term   = signed {("*" | "/") signed}
    signed = {"+" | "-"} power
    power  = atom [("^" | "**") signed]                         right to left: 2^3^2 = 2^9, -z^2 = -(z^2)
    atom   = number | name ["[" index "]"] | function "(" sum ")" | "(" sum ")"

Decimals are exact rationals. `sum(u)` and `softmax(u)` run over the coordinates of the vector u. Every symbol of the
other side is real; `z[0]` is the symbol named "z[0]". Length, depth, exponents and the size of numbers are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches

import sympy as sp

LONGEST_TEXT = 4000
DEEPEST_NESTING = 24
LARGEST_EXPONENT = 1000
FINEST_EXPONENT = 10**6  # denominator
LONGEST_NUMBER = 4096  # bits


class ExpressionError(ValueError):
    """A text that the grammar refuses: `position` counts characters from 0; the message says what to write instead."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class UnknownName(ExpressionError):  # noqa: N818
    """A name that means nothing here."""

    def __init__(self, word: str, message: str, position: int) -> None:
        super().__init__(message, position)
        self.word = word


class CoordinateSum(sp.Function):  # type: ignore[misc]
    """The sum of its argument over the coordinates of the vector that it mentions."""

    nargs = 1
    is_real = True


class Softmax(sp.Function):  # type: ignore[misc]
    """The coordinate's exponential over the sum of all coordinates' exponentials."""

    nargs = 1
    is_positive = True


def _log1p(u: sp.Expr) -> sp.Expr:
    return sp.log(1 + u)


def _softplus(u: sp.Expr) -> sp.Expr:
    return sp.log(1 + _exponential(u))


def _sigmoid(u: sp.Expr) -> sp.Expr:
    return 1 / (1 + _exponential(-u))


def _exponential(u: sp.Expr) -> sp.Expr:
    if u.has(sp.log):  # SymPy turns exp(n log u) into u^n
        _bound_exponent(u)
    return sp.exp(u)


def _loggamma(u: sp.Expr) -> sp.Expr:
    if u.is_Integer and abs(u) > LARGEST_EXPONENT:  # SymPy writes out the factorial
        raise OverflowError(f"loggamma of a number larger than {LARGEST_EXPONENT}; write a smaller one")
    return sp.loggamma(u)


FUNCTIONS: Mapping[str, Callable[..., sp.Expr]] = {
    "exp": _exponential,
    "log": sp.log,
    "log1p": _log1p,
    "sqrt": sp.sqrt,
    "tanh": sp.tanh,
    "atanh": sp.atanh,
    "softplus": _softplus,
    "sigmoid": _sigmoid,
    "softmax": Softmax,
    "sum": CoordinateSum,
    "abs": sp.Abs,
    "sin": sp.sin,
    "cos": sp.cos,
    "loggamma": _loggamma,
}
CONSTANTS: Mapping[str, sp.Expr] = {"pi": sp.pi}
INFINITIES: Mapping[str, sp.Expr] = {"infinity": sp.oo, "-infinity": -sp.oo}
PRINTED = {  # SymPy class -> the grammar's word
    sp.exp: "exp",
    sp.log: "log",
    sp.tanh: "tanh",
    sp.atanh: "atanh",
    Softmax: "softmax",
    CoordinateSum: "sum",
    sp.Abs: "abs",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.loggamma: "loggamma",
}
TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>\*\*|[-+*/^()\[\]]))",
    re.ASCII,
)


class AnyName(dict[str, sp.Expr]):
    """A vocabulary in which every name not listed is a real symbol: for texts that `to_text` wrote."""

    def __missing__(self, name: str) -> sp.Expr:
        return sp.Symbol(name, real=True)


def parse(text: str, names: Mapping[str, sp.Expr], sizes: Mapping[str, int] | None = None) -> sp.Expr:
    """The formula `text` in the symbols `names`; `sizes` says how many coordinates an indexed name has.

    Raises ExpressionError, never anything else, whatever the text holds.
    """
    return _parse(text, names, sizes, DEEPEST_NESTING, LONGEST_TEXT)


def parse_printed(text: str, names: Mapping[str, sp.Expr]) -> sp.Expr:
    """The expression that `to_text` printed as `text`; names that `names` lacks are real symbols.

    `infinity` alone is allowed. Printing spells sigmoid and softplus out, so deeper and longer texts are accepted.
    Raises ExpressionError.
    """
    if text in INFINITIES:
        return INFINITIES[text]
    return _parse(text, AnyName(names), None, 4 * DEEPEST_NESTING, 100 * LONGEST_TEXT)


def _parse(
    text: str, names: Mapping[str, sp.Expr], sizes: Mapping[str, int] | None, deepest: int, longest: int
) -> sp.Expr:
    if len(text) > longest:
        raise ExpressionError(f"this formula has {len(text)} characters; write one of at most {longest}", 0)
    parser = _Parser(_tokens(text), names, sizes, deepest)
    result = parser.sum()
    parser.expect_end()
    if result.has(sp.I, sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise ExpressionError("this formula has no real value; write one that is real wherever it is used", 0)
    parser.guard(0, _bound_all, result)
    return result


def real_coordinate(name: str, index: int) -> sp.Symbol:
    """The symbol of one coordinate of a vector: `z[0]`."""
    return sp.Symbol(f"{name}[{index}]", real=True)


def _tokens(text: str) -> list[tuple[str, str, int]]:
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = TOKEN.match(text, position)
        if match is None:
            position += len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(
                f"{text[position]!r} means nothing in a formula; write numbers, names, + - "
                "* / ^, parentheses and functions such as exp(z)",
                position,
            )
        kind = match.lastgroup or ""
        tokens.append((kind, match.group(kind), match.start(kind)))
        position = match.end()
    return [*tokens, ("end", "", len(text))]


def _bound_exponent(exponent: sp.Expr) -> None:
    for number in exponent.atoms(sp.Rational):
        if abs(number) > LARGEST_EXPONENT or number.q > FINEST_EXPONENT:
            raise OverflowError(
                f"an exponent here is larger than {LARGEST_EXPONENT} or finer than "
                f"1/{FINEST_EXPONENT}; write a smaller or rounder one"
            )


def _bound_numbers(expression: sp.Expr) -> sp.Expr:
    if any(max(abs(n.p), n.q).bit_length() > LONGEST_NUMBER for n in expression.atoms(sp.Rational)):
        raise OverflowError(f"a number here has more than {LONGEST_NUMBER} binary digits; write a smaller one")
    return expression


def _bound_all(expression: sp.Expr) -> None:
    _bound_numbers(expression)
    for power in expression.atoms(sp.Pow):
        if power.base != sp.E:
            _bound_exponent(power.exp)


def _power(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    _bound_exponent(exponent)
    _bound_all(base)
    if base.is_zero and not exponent.is_positive:
        raise ZeroDivisionError("0 to a power that is not positive has no value; write a base other than 0")
    return sp.Pow(base, exponent)


class _Parser:
    """Recursive descent over a token list; the recursion is bounded by DEEPEST_NESTING."""

    def __init__(
        self,
        tokens: list[tuple[str, str, int]],
        names: Mapping[str, sp.Expr],
        sizes: Mapping[str, int] | None,
        deepest: int,
    ) -> None:
        self.tokens, self.names, self.sizes, self.deepest = tokens, names, sizes, deepest
        self.next, self.depth = 0, 0

    @property
    def word(self) -> str:
        kind, word, _ = self.tokens[self.next]
        return word if kind == "sign" else ""

    @property
    def position(self) -> int:
        return self.tokens[self.next][2]

    def take(self) -> tuple[str, str, int]:
        token = self.tokens[self.next]
        self.next = min(self.next + 1, len(self.tokens) - 1)
        return token

    def expect(self, sign: str) -> None:
        kind, word, position = self.take()
        if kind != "sign" or word != sign:
            found = f"found {word!r}" if word else "the formula ends"
            raise ExpressionError(f"expected '{sign}' but {found}; write '{sign}' here", position)

    def expect_end(self) -> None:
        kind, word, position = self.tokens[self.next]
        if kind != "end":
            raise ExpressionError(
                f"{word!r} does not continue the formula; write an operator such as * before it or leave it out",
                position,
            )

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > self.deepest:
            raise ExpressionError(
                f"this formula is nested more than {self.deepest} deep; write a flatter one", self.position
            )

    def sum(self) -> sp.Expr:
        terms = [self.term()]
        while self.word in ("+", "-"):
            is_minus = self.take()[1] == "-"
            terms.append(-self.term() if is_minus else self.term())
        return sp.Add(*terms)

    def term(self) -> sp.Expr:
        factors = [self.signed()]
        while self.word in ("*", "/"):
            _, operator, position = self.take()
            factor = self.signed()
            factors.append(self.guard(position, _power, factor, sp.Integer(-1)) if operator == "/" else factor)
        return sp.Mul(*factors)

    def signed(self) -> sp.Expr:
        is_negative = False
        while self.word in ("+", "-"):
            is_negative ^= self.take()[1] == "-"
        value = self.power()
        return -value if is_negative else value

    def power(self) -> sp.Expr:
        base = self.atom()
        if self.word not in ("^", "**"):
            return base
        position = self.take()[2]
        self.deeper()
        exponent = self.signed()
        self.depth -= 1
        return self.guard(position, _power, base, exponent)

    def atom(self) -> sp.Expr:
        if self.word == "(":
            return self.parenthesis()
        kind, word, position = self.take()
        if kind == "number":
            return self.guard(position, _number, word)
        if kind == "name":
            return self.call(word, position) if self.word == "(" else self.name(word, position)
        found = f"found {word!r}" if word else "the formula ends"
        raise ExpressionError(f"expected a number, a name or '(' but {found}; write one here", position)

    def call(self, word: str, position: int) -> sp.Expr:
        if word not in FUNCTIONS:
            raise ExpressionError(
                f"there is no function {word!r}; write one of {', '.join(FUNCTIONS)}{_nearest(word, FUNCTIONS)}",
                position,
            )
        return self.guard(position, FUNCTIONS[word], self.parenthesis())

    def parenthesis(self) -> sp.Expr:
        self.expect("(")
        self.deeper()
        value = self.sum()
        self.expect(")")
        self.depth -= 1
        return value

    def name(self, word: str, position: int) -> sp.Expr:
        if word in CONSTANTS:
            return CONSTANTS[word]
        try:
            symbol = self.names[word]
        except KeyError:
            known = ", ".join([*self.names, *CONSTANTS])
            message = f"{word!r} is not known here; write one of {known}{_nearest(word, self.names)}"
            raise UnknownName(word, message, position) from None
        return self.coordinate(word) if self.word == "[" else symbol

    def coordinate(self, word: str) -> sp.Symbol:
        self.take()
        kind, index, position = self.take()
        size = 10**9 if self.sizes is None else self.sizes.get(word, 0)
        if kind != "number" or not index.isdecimal() or len(index) > 9 or int(index) >= size:
            allowed = f"from 0 to {size - 1}" if size else "only for names with several coordinates"
            raise ExpressionError(f"{word}[{index}] does not exist; write an index {allowed}", position)
        self.expect("]")
        return real_coordinate(word, int(index))

    def guard(self, position: int, build: Callable[..., sp.Expr], *arguments: object) -> sp.Expr:
        try:
            return build(*arguments)
        except ArithmeticError as error:  # the sizes above, division by zero
            raise ExpressionError(str(error), position) from None


def _number(word: str) -> sp.Rational:
    mantissa, _, exponent = word.lower().partition("e")
    if len(mantissa) > 1000 or (exponent and (len(exponent) > 5 or abs(int(exponent)) > 300)):
        raise OverflowError("this number is too long; write at most 1000 digits and a power of ten of at most 300")
    whole, _, decimals = mantissa.partition(".")
    power = (int(exponent) if exponent else 0) - len(decimals)
    return sp.Rational(int(whole + decimals) * 10 ** max(power, 0), 10 ** max(-power, 0))


def _nearest(word: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(word, list(known), 1)
    return f" (nearest: {close[0]})" if close else ""


def to_text(expression: sp.Expr) -> str:
    """The formula in the grammar, exactly: `parse_printed(to_text(e), {}) == e` when e's symbols are real.

    Raises TypeError for an expression that the grammar has no words for.
    """
    for word, infinity in INFINITIES.items():
        if expression == infinity:
            return word
    return _sum_text(expression)


def _sum_text(e: sp.Expr) -> str:
    if not isinstance(e, sp.Add):
        return _product_text(e)
    pieces = [_product_text(term) for term in e.args]
    return pieces[0] + "".join(f" - {piece[1:]}" if piece.startswith("-") else f" + {piece}" for piece in pieces[1:])


def _product_text(e: sp.Expr) -> str:
    if isinstance(e, sp.Rational):
        return str(e)
    if not isinstance(e, sp.Mul):
        return _power_text(e)
    coefficient, factors = e.args[0], list(e.args)
    sign = ""
    if isinstance(coefficient, sp.Rational):
        factors = factors[1:]
        sign = "-" if coefficient == -1 else f"{coefficient}*"
    return sign + "*".join(_power_text(factor) for factor in factors)


def _power_text(e: sp.Expr) -> str:
    if isinstance(e, sp.Pow) and not isinstance(e, sp.exp):
        return f"{_atom_text(e.base)}^{_atom_text(e.exp)}"
    return _atom_text(e)


def _atom_text(e: sp.Expr) -> str:
    if isinstance(e, sp.Symbol):
        return str(e.name)
    if isinstance(e, sp.Integer) and e >= 0:
        return str(e)
    for name, constant in CONSTANTS.items():
        if e == constant:
            return name
    if e == sp.E:
        return "exp(1)"
    if e.func in PRINTED:
        return f"{PRINTED[e.func]}({', '.join(_sum_text(argument) for argument in e.args)})"
    if isinstance(e, (sp.Add, sp.Mul, sp.Pow, sp.Rational)):
        return f"({_sum_text(e)})"
    raise TypeError(f"no words for {type(e).__name__}")
