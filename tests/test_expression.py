"""Formulas: their meaning against Python's own arithmetic, exact round trips, and the texts that are refused."""

from __future__ import annotations

import math

import pytest
import sympy as sp
from hypothesis import event, given
from hypothesis import strategies as st

from tightcheck.expression import CoordinateSum, ExpressionError, Softmax, parse, parse_printed, to_text

a, z = sp.symbols("a z", real=True)
NAMES = {"a": a, "z": z}
SIZES = {"z": 2}

MEANINGS = {
    "0.1 + 0.2": sp.Rational(3, 10),
    "1e-3": sp.Rational(1, 1000),
    "2^3^2": sp.Integer(512),
    "-2^2": sp.Integer(-4),
    "2**-1": sp.Rational(1, 2),
    "6 / 2 / 3": sp.Integer(1),
    "1 - 2 - 3": sp.Integer(-4),
    "--z": z,
    "log1p(z^2)": sp.log(1 + z**2),
    "softplus(z)": sp.log(1 + sp.exp(z)),
    "sigmoid(z)": 1 / (1 + sp.exp(-z)),
    "sqrt(8)": 2 * sp.sqrt(2),
    "abs(z)": sp.Abs(z),
    "pi": sp.pi,
    "z[1] * a": sp.Symbol("z[1]", real=True) * a,
    "sum(z^2)": CoordinateSum(z**2),
    "softmax(a*z)": Softmax(a * z),
    "loggamma(5)": sp.log(24),
}


@pytest.mark.parametrize(("text", "meaning"), MEANINGS.items())
def test_a_formula_means(text, meaning):
    assert parse(text, NAMES, SIZES) == meaning


REFUSED = {
    "__import__('os')": (11, "means nothing"),
    "z.subs": (1, "means nothing"),
    "lambda": (0, "not known"),
    "exec(z)": (0, "no function"),
    "zz": (0, "nearest: z"),
    "sofplus(z)": (0, "nearest: softplus"),
    "z z": (2, "does not continue"),
    "2z": (1, "does not continue"),
    "(z": (2, "')'"),
    "z +": (3, "the formula ends"),
    "": (0, "the formula ends"),
    "z[2]": (2, "from 0 to 1"),
    "z[-1]": (2, "from 0 to 1"),
    "a[0]": (2, "only for names"),
    "9**9**9": (1, "an exponent"),
    "exp(10^9*log(9))": (0, "an exponent"),
    "(z^900)^900*1": (0, "an exponent"),
    "((2^900)^4)^900": (0, "more than 4096 binary digits"),
    "1e999999999": (0, "too long"),
    "loggamma(10^9)": (0, "loggamma of a number"),
    "1/0": (1, "0 to a power"),
    "0^-z": (1, "0 to a power"),
    "log(-1)": (0, "no real value"),
    "sqrt(-z^2)": (0, "no real value"),
    "nan": (0, "not known"),
    "infinity": (0, "not known"),
    "(" * 10**3: (25, "nested"),
    "(" * 10**6: (0, "characters"),
    "^".join("2" * 1000): (50, "nested"),
    "-" * 3990 + "z(": (3990, "no function"),
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_refused_with_its_position_and_what_to_write(text):
    position, words = REFUSED[text]
    with pytest.raises(ExpressionError) as error:
        parse(text, NAMES, SIZES)
    assert error.value.position == position
    assert words in str(error.value)
    assert "write" in str(error.value)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> tuple[str, float]:
    """A formula in z = 0.7, a = -1.3 with its value by Python's arithmetic."""
    if depth == 0 or draw(st.booleans()):
        number = draw(st.integers(0, 9))
        return draw(
            st.sampled_from([("z", 0.7), ("a", -1.3), (str(number), float(number)), (f"{number}.25", number + 0.25)])
        )
    text, value = draw(trees(depth - 1))
    other_text, other = draw(trees(depth - 1))
    choices = [
        (f"({text} + {other_text})", value + other),
        (f"({text} - {other_text})", value - other),
        (f"({text}) * ({other_text})", value * other),
        (f"tanh({text})", math.tanh(value)),
        (f"sigmoid(tanh({text}))", 1 / (1 + math.exp(-math.tanh(value)))),
        (f"softplus(tanh({text}))", math.log1p(math.exp(math.tanh(value)))),
        (f"exp(tanh({text}))", math.exp(math.tanh(value))),
        (f"log(1 + abs({text}))", math.log1p(abs(value))),
        (f"-({text})^2", -(value**2)),
        (f"({text}) / (1 + ({other_text})^2)", value / (1 + other**2)),
        (f"sqrt(({text})^2 + 1)", math.sqrt(value**2 + 1)),
    ]
    return draw(st.sampled_from(choices))


@given(trees())
def test_values_agree_with_python(tree):
    text, value = tree
    numbers = {z: sp.Rational(7, 10), a: sp.Rational(-13, 10)}
    assert float(parse(text, NAMES).subs(numbers)) == pytest.approx(value, rel=1e-9, abs=1e-9)


@given(trees())
def test_printing_and_parsing_give_the_same_expression(tree):
    expression = parse(tree[0], NAMES)
    assert parse_printed(to_text(expression), {}) == expression


@pytest.mark.parametrize(
    "text", ["sum(z^2)/2 - loggamma(a)", "softmax(z[0]) + exp(1)", "sin(a)*cos(z)", "2^(1/2)*pi", "3^z"]
)
def test_round_trip_of_the_other_functions(text):
    expression = parse(text, NAMES, SIZES)
    assert parse_printed(to_text(expression), {}) == expression


def test_infinite_ends_round_trip():
    assert [parse_printed(to_text(end), {}) for end in (sp.oo, -sp.oo)] == [sp.oo, -sp.oo]


def test_an_expression_without_words_is_no_text():
    with pytest.raises(TypeError, match="zeta"):
        to_text(sp.zeta(z))


@given(st.text(alphabet="z0123456789.+-*/^()[]e xpsumlog,'\"_\\\n", max_size=60))
def test_any_text_is_parsed_or_refused(text):
    try:
        expression = parse(text, NAMES, SIZES)
    except ExpressionError as error:
        event(f"refused at the end: {error.position == len(text)}")
    else:
        assert parse_printed(to_text(expression), {}) == expression
