"""Finds the mathematics in a sentence of a report and writes it as LaTeX.

Sentences carry formulas in plain text: "C2 asks that log sum_k exp(a_k + w_k z) is affine on {0,1}^m; W'W diagonal".
`split` cuts them into words and formulas; a formula that is not recognised stays words, so nothing is ever lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

GREEK = {
    *(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
    ).split(),
    *("Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega").split(),
}
LARGE = {"sum": r"\sum", "prod": r"\prod", "integral": r"\int"}
FUNCTIONS = {"exp", "log", "max", "min", "sin", "cos", "tanh", "cosh", "sinh", "det"}
OPERATORS = {"diag", "softmax", "softplus", "sigmoid", "log1p", "tr", "sgn", "logit", "KL"}
SPECIAL = {"oo": r"\infty", "R": r"\mathbb{R}", "N": "N"}
CALLED = {"gamma": r"\Gamma", "N": r"\mathcal{N}"}
SIGNS = {
    "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "==": "=", "->": r"\to", "=>": r"\Rightarrow", "...": r"\dots",
    "*": r"\,", "||": r"\,\|\,", "~": r"\sim", "∝": r"\propto", "∘": r"\circ", "·": r"\cdot", "×": r"\times",
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "→": r"\to", "∈": r"\in", "∞": r"\infty", "⟨": r"\langle", "⟩": r"\rangle",
    "{": r"\{", "}": r"\}", "⊗": r"\otimes", "−": "-", "±": r"\pm",
}  # fmt: skip
MARKS = set("=<>~∝≤≥≠∈→+-−*/^(|'") | {"==", "<=", ">=", "!=", "->", "**", "||"}
"""Signs that make a formula of the letters around them."""
OPENING_ANGLE, CLOSING_ANGLE = r"\langle ", r"\rangle "
CLOSING = {")": "(", "]": "[", "}": "{"}
LONG = 40
"""Characters after which a formula may be broken over lines."""
ARTICLES = {"a", "A", "I"}
LABELS = {"C1", "C2", "C3", "C4"}

TOKEN = re.compile(
    r"""
      (?P<code>`[^`]*`|[^\s()]+\.(?:ya?ml|json|py)(?::\d+)?)
    | (?P<word>(?:i\.e\.|e\.g\.|cf\.)
        |(?:[^\W\d_]{2,}'(?:s|t|re)|[^\W\d_]'s|[^\W\d_]+(?:-[^\W\d_]+)+|[^\W_]+-[^\W\d_]{2,}[^\W_]*)(?![\w(]))
    | (?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w]))
    | (?P<name>[^\W\d_][^\W_]*(?:_(?:\{[^{}]*\}|\d+,\d+|[^\W_]+))*)
    | (?P<below>_(?:\{[^{}]*\}|\d+,\d+|[^\W_]+))
    | (?P<prime>')
    | (?P<sign>\*\*|<=|>=|!=|==|->|=>|\.\.\.|\|\||[-+*/^|=<>~∝∘·×≤≥≠→∈∞⟨⟩⊗−±()\[\]{},!])
    | (?P<space>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence: `kind` is "words", "code" or "formula" (then `latex` writes it)."""

    kind: str
    text: str
    latex: str = ""


@dataclass(frozen=True)
class Token:
    """A word, name, number, sign, prime or space of a sentence."""

    kind: str
    text: str


def split(sentence: str) -> tuple[Piece, ...]:
    """The sentence as words, code and formulas; the texts of the pieces joined give it back (without backquotes)."""
    pieces: list[Piece] = []
    for run in _runs(_tokens(sentence)):
        for piece in _pieces(run):
            if piece.kind == "words" and pieces and pieces[-1].kind == "words":
                pieces[-1] = Piece("words", pieces[-1].text + piece.text)
            elif piece.text:
                pieces.append(piece)
    return tuple(pieces)


def formula(text: str) -> str:
    """The whole text, which is known to be a formula, as LaTeX."""
    return to_latex(_tokens(text))


def _tokens(sentence: str) -> list[Token]:
    """The tokens, where a name that is no symbol of mathematics is a word unless it is called or an argument."""
    found = [Token(str(match.lastgroup), match.group()) for match in TOKEN.finditer(sentence)]
    return [
        Token("word", token.text)
        if token.kind == "name" and not (_is_symbol(token.text) or _stands_in_formula(found, position))
        else token
        for position, token in enumerate(found)
    ]


def _stands_in_formula(tokens: list[Token], position: int) -> bool:
    """A longer name that is called, an argument, one side of an equation, or a factor: `mean = W' genes + b`."""
    before, after = _sign_before(tokens, position), _sign_after(tokens, position)
    is_argument = before in {"(", ",", "|"} and after in {")", ",", "|"} and _is_in_call(tokens, position)
    is_transposed = (
        _at(tokens, position + 1) == "'"
        and tokens[position + 3 : position + 4] != []
        and _is_symbol(tokens[position + 3].text)
    )
    is_factor = before in {"'", "*"} and after in {"+", "-", "*", "/", ")"}
    is_factor = is_factor or (before in {"(", "/"} and _at(tokens, position + 1) == "!")
    return _at(tokens, position + 1) == "(" or after in {"=", "∝"} or is_argument or is_transposed or is_factor


def _sign_before(tokens: list[Token], position: int) -> str:
    return _at(tokens, position - 2) if _at(tokens, position - 1).isspace() else _at(tokens, position - 1)


def _sign_after(tokens: list[Token], position: int) -> str:
    return _at(tokens, position + 2) if _at(tokens, position + 1).isspace() else _at(tokens, position + 1)


def _is_in_call(tokens: list[Token], position: int) -> bool:
    """Whether the innermost open bracket before `position` follows a name without a space, as in p(genes, z)."""
    depth = 0
    for index in range(position - 1, -1, -1):
        depth += (tokens[index].text == ")") - (tokens[index].text == "(")
        if depth < 0:
            return index > 0 and tokens[index - 1].kind == "name"
    return False


def _is_symbol(name: str) -> bool:
    stem = name.split("_")[0]
    if name in LABELS:
        return False
    return (
        bool(re.fullmatch(r"[^\W\d_]\d*", stem))
        or "_" in name
        or stem in {*GREEK, *LARGE, *FUNCTIONS, *OPERATORS, "oo", "zz"}
    )


def _runs(tokens: list[Token]) -> Iterator[list[Token]]:
    """Stretches that can be one formula, cut at words and at commas outside brackets, and the tokens between them."""
    run: list[Token] = []
    depth = 0
    for position, token in enumerate(tokens):
        can_stand = token.kind in {"number", "name", "below", "prime", "sign", "space"}
        if not can_stand or (token.text == "," and depth == 0):
            yield run
            yield [token]
            run, depth = [], 0
            continue
        angle = _angle(token.text, _at(tokens, position - 1), _at(tokens, position + 1))
        opens = token.text in CLOSING.values() or angle == OPENING_ANGLE
        depth = max(0, depth + opens - (token.text in CLOSING or angle == CLOSING_ANGLE))
        run.append(token)
    yield run


def _pieces(run: list[Token]) -> Iterator[Piece]:
    """The formula in the run, if there is one, and what is cut off around it."""
    if len(run) == 1 and run[0].kind == "code":
        yield Piece("code", run[0].text.strip("`"))
        return
    start, end = _trimmed(run, 0, len(run))
    if not _is_balanced(run[start:end]):
        ends = (_trimmed(run, start + 1, end), _trimmed(run, start, end - 1))
        start, end = next(((s, e) for s, e in ends if s < e and _is_balanced(run[s:e])), (0, 0))
    if start < end and _starts_with_article(run[start:end]):
        start, end = _trimmed(run, start + 1, end)
    if end < len(run) and _ends_with_article(run[start:end]):
        start, end = _trimmed(run, start, end - 1)
    if not _is_formula(run[start:end]):
        start = end = len(run)
    yield Piece("words", _text(run[:start]))
    yield from _lines(run[start:end])
    yield Piece("words", _text(run[end:]))


def _lines(formula: list[Token]) -> Iterator[Piece]:
    """The formula in pieces between which a line may break, if it is long: after signs and factors outside brackets."""
    is_long = len(_text(formula)) > LONG
    piece: list[Token] = []
    depth = 0
    for position, token in enumerate(formula):
        depth += (token.text in CLOSING.values()) - (token.text in CLOSING)
        if is_long and depth == 0 and token.kind == "space" and _may_break(piece, _at(formula, position + 1)):
            yield Piece("formula", _text(piece), to_latex(piece))
            yield Piece("words", token.text)
            piece = []
        else:
            piece.append(token)
    if piece:
        yield Piece("formula", _text(piece), to_latex(piece))


def _trimmed(run: list[Token], start: int, end: int) -> tuple[int, int]:
    """The part without loose spaces and punctuation at its ends."""
    while start < end and (run[start].kind == "space" or run[start].text in {",", ")", "]", "!", "/", "'"}):
        start += 1
    while start < end and (run[end - 1].kind == "space" or run[end - 1].text in {",", "(", "[", "/"}):
        end -= 1
    return start, end


def _is_balanced(run: list[Token]) -> bool:
    stack: list[str] = []
    for token in run:
        if token.text in CLOSING.values():
            stack.append(token.text)
        elif token.text in CLOSING and (not stack or stack.pop() != CLOSING[token.text]):
            return False
    return not stack


def _starts_with_article(run: list[Token]) -> bool:
    """`a z_3` in `a model with a z_3 that collapses`; but not `a z + b`."""
    follows = [token.kind for token in run[1:3]]
    return run[0].text in ARTICLES and follows == ["space", "name"] and not any(token.text in MARKS for token in run)


def _ends_with_article(run: list[Token]) -> bool:
    """`A(f(z)) a` in `makes A(f(z)) a combination`; but not `z + a`."""
    return [token.kind for token in run[-2:]] == ["space", "name"] and (
        run[-1].text in ARTICLES and len(run) > 2 and run[-3].text not in MARKS - {"'"}
    )


def _is_formula(run: list[Token]) -> bool:
    """Not a lone article or number, and something besides punctuation."""
    names = [token.text for token in run if token.kind == "name"]
    has_marks = any(token.text in MARKS for token in run)
    return (bool(names) and (has_marks or names[0] not in ARTICLES)) or (
        has_marks and any(token.kind == "number" for token in run) and len(run) > 2
    )


def _may_break(line: list[Token], after: str) -> bool:
    if not line or after in MARKS - {"(", "|"}:
        return False
    return line[-1].text in MARKS | {")"} or after.split("_")[0] in LARGE


def _text(run: list[Token]) -> str:
    return "".join(token.text for token in run)


def _at(run: list[Token], position: int) -> str:
    return run[position].text if 0 <= position < len(run) else " "


def to_latex(run: list[Token]) -> str:
    """The tokens of a formula as LaTeX."""
    written: list[str] = []
    position = 0
    while position < len(run):
        if run[position].text in {"^", "**"}:
            end = _end_of_group(run, position + 1)
            written.append("^{" + to_latex(_without_brackets(run[position + 1 : end])) + "}")
            position = end
        elif run[position].text == "sqrt" and _at(run, position + 1) == "(":
            end = _end_of_group(run, position + 1)
            written.append(r"\sqrt{" + to_latex(_without_brackets(run[position + 1 : end])) + "}")
            position = end
        else:
            written.append(_write(run, position))
            position += 1
    return re.sub(r"\s+", " ", "".join(written)).strip()


def _end_of_group(run: list[Token], start: int) -> int:
    """Past the sign, and the name, number or bracket after it, that stand in an exponent."""
    end = start + (_at(run, start) in {"-", "+"})
    depth = 0
    while end < len(run):
        depth += (run[end].text in CLOSING.values()) - (run[end].text in CLOSING)
        end += 1
        if depth == 0:
            break
    return end


def _without_brackets(run: list[Token]) -> list[Token]:
    return run[1:-1] if run and run[0].text in {"(", "{"} and run[-1].text in {")", "}"} else run


def _write(run: list[Token], position: int) -> str:
    token, before, after = run[position], _at(run, position - 1), _at(run, position + 1)
    if token.kind == "prime":
        return r"^{\prime}" if before == "h" else r"^{\top}"
    if token.kind == "below":
        return f"_{{{_subscript(token.text[1:])}}}"
    if token.kind in {"space", "number"}:
        return token.text
    if token.kind == "name":
        is_times = token.text == "x" and all(_at(run, position + step).isdigit() for step in (-2, 2))
        return r"\times " if is_times else _name(token.text, is_called=after == "(")
    if token.text in {"<", ">"}:
        return _angle(token.text, before, after)
    if token.text == "|":
        return _bar(before, after)
    if token.text == "*" and before in {"g", "p"} and after == "(":
        return "^{*}"
    return f"{SIGNS.get(token.text, token.text)} "


def _angle(sign: str, before: str, after: str) -> str:
    """`<x, y>` is an inner product, `x < y` a relation: relations are written between spaces."""
    if sign == "<" and not after.isspace() and not (before[-1].isalnum() or before == ")"):
        return OPENING_ANGLE
    if sign == ">" and not before.isspace() and not (after[0].isalnum() or after == "("):
        return CLOSING_ANGLE
    return f" {sign} "


def _bar(before: str, after: str) -> str:
    """`p(x|z)` and `q(z | x)` against `|f|^2`."""
    is_between = before.isspace() == after.isspace() and before not in "([=+-*/" and after not in {*"^)],/", "**"}
    return r"\mid " if is_between else "| "


def _name(name: str, is_called: bool) -> str:
    stem, *subscripts = name.split("_")
    letters, digits = re.fullmatch(r"(.*?)(\d*)", stem, re.DOTALL).groups()  # type: ignore[union-attr]
    if len(letters) == 1 and digits:
        stem, subscripts = letters, [digits, *subscripts]
    if stem in FUNCTIONS and any(len(part) > 2 for part in subscripts):  # log_variance
        return rf"\mathrm{{{name.replace('_', '-')}}} "
    below = ",".join(_subscript(part) for part in subscripts if part)
    return f"{_stem(stem, is_called)}_{{{below}}}" if below else f"{_stem(stem, is_called)} "


def _subscript(text: str) -> str:
    text = text.strip("{}")
    if text in GREEK:
        return "\\" + text
    return text if len(text) <= 2 or not text.isalpha() else rf"\mathrm{{{text}}}"


def _stem(stem: str, is_called: bool) -> str:
    if stem in LARGE:
        return LARGE[stem]
    if is_called and stem in CALLED:
        return CALLED[stem]
    if stem in GREEK or stem in FUNCTIONS:
        return "\\" + stem
    if stem in SPECIAL:
        return SPECIAL[stem]
    if len(stem) == 1 or stem == "zz":
        return stem
    return rf"\operatorname{{{stem}}}" if is_called or stem in OPERATORS else rf"\mathrm{{{stem}}}"
