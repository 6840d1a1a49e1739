"""SymPy expressions as the words of a formula: plain text that reads well aloud, and LaTeX."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.str import StrPrinter


class _Text(StrPrinter):  # type: ignore[misc]
    """SymPy's own plain text with x! for factorials, |x| and the special functions' customary letters."""

    def _print_factorial(self, expression: Any) -> str:
        argument = self._print(expression.args[0])
        return f"{argument}!" if expression.args[0].is_Symbol else f"({argument})!"

    def _print_Abs(self, expression: Any) -> str:
        return f"|{self._print(expression.args[0])}|"

    def _print_besseli(self, expression: Any) -> str:
        order, argument = (self._print(part) for part in expression.args)
        return f"I_{order if order.isalnum() else f'{{{order}}}'}({argument})"

    def _print_gamma(self, expression: Any) -> str:
        return f"Gamma({self._print(expression.args[0])})"

    def _print_loggamma(self, expression: Any) -> str:
        return f"log(Gamma({self._print(expression.args[0])}))"

    def _print_polygamma(self, expression: Any) -> str:
        order, argument = (self._print(part) for part in expression.args)
        return f"psi({argument})" if order == "0" else f"psi_{order}({argument})"

    def _print_Sum(self, expression: Any) -> str:
        indices = ", ".join(self._print(limits[0]) for limits in expression.limits)
        below = indices if len(expression.limits) == 1 else f"{{{indices}}}"
        return f"sum_{below} {self._print(expression.function)}"

    def _print_Infinity(self, expression: Any) -> str:
        return "∞"

    def _print_NegativeInfinity(self, expression: Any) -> str:
        return "-∞"


def text(expression: sp.Expr) -> str:
    """One expression as plain text: x^2 for powers, a space for products."""
    shown = str(_Text({"order": "none"}).doprint(expression))
    return _single_brackets(shown.replace("**", "^").replace("*", " "))


def _single_brackets(shown: str) -> str:
    """exp((W z + a)) is written exp(W z + a): a pair of brackets right inside another one goes."""
    opened: list[int] = []
    partner: dict[int, int] = {}
    for place, character in enumerate(shown):
        if character == "(":
            opened.append(place)
        elif character == ")":
            partner[opened.pop()] = place
    doubled = {p for p, end in partner.items() if partner.get(p + 1) == end - 1}
    dropped = doubled | {partner[p] for p in doubled}
    return "".join(character for place, character in enumerate(shown) if place not in dropped)


def latex(expression: sp.Expr) -> str:
    """One expression as LaTeX."""
    return str(sp.latex(expression))


def exponential(logarithm: sp.Expr) -> sp.Expr:
    """exp of a sum of terms c log(u) and c loggamma(u), as a product of powers and gamma functions."""
    factors: list[sp.Expr] = []
    rest: list[sp.Expr] = []
    for term in sp.Add.make_args(sp.expand_mul(logarithm, deep=False)):
        power, function = _power_of_function(term)
        if isinstance(function, sp.log):
            factors.append(_hyperbolic(function.args[0]).replace(sp.gamma, _gamma) ** power)
        elif isinstance(function, sp.loggamma):
            factors.append(_gamma(function.args[0]) ** power)
        else:
            rest.append(term)
    return sp.Mul(sp.exp(sp.Add(*rest)), *factors)


def _power_of_function(term: sp.Expr) -> tuple[sp.Expr, sp.Expr | None]:
    """Term = power * function, where function is a log or a loggamma; None if there is none."""
    for factor in sp.Mul.make_args(term):
        if isinstance(factor, (sp.log, sp.loggamma)):
            return term / factor, factor
    return term, None


def _hyperbolic(expression: sp.Expr) -> sp.Expr:
    """exp(u) + exp(-u) = 2 cosh(u)."""
    terms = expression.args
    if expression.is_Add and len(terms) == 2 and all(isinstance(t, sp.exp) for t in terms) and terms[0] * terms[1] == 1:
        return 2 * sp.cosh(terms[0].exp)
    return expression


def _gamma(argument: sp.Expr) -> sp.Expr:
    """gamma(x + 1) = x! where x is a whole number."""
    return sp.factorial(argument - 1) if (argument - 1).is_integer else sp.gamma(argument)
