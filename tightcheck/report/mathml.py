"""LaTeX formulas as MathML, for the LaTeX that reports and SymPy write; an unknown command stands as its name."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

LETTERS = {
    name: chr(code)
    for first, names in (
        (0x3B1, "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho"),
        (0x3C3, "sigma tau upsilon phi chi psi omega"),
        (0x391, "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho"),
        (0x3A3, "Sigma Tau Upsilon Phi Chi Psi Omega"),
    )
    for code, name in enumerate(names.split(), start=first)
} | {"varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "ell": "ℓ", "infty": "∞", "emptyset": "∅", "Re": "Re"}
OPERATORS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "to": "→", "rightarrow": "→", "mapsto": "↦",
    "Rightarrow": "⇒", "Leftrightarrow": "⇔", "propto": "∝", "sim": "∼", "approx": "≈", "equiv": "≡", "in": "∈",
    "notin": "∉",
    "subset": "⊂", "subseteq": "⊆", "cup": "∪", "cap": "∩", "cdot": "⋅", "times": "×", "circ": "∘", "otimes": "⊗",
    "oplus": "⊕", "odot": "⊙", "pm": "±", "dots": "…", "ldots": "…", "cdots": "⋯", "forall": "∀", "exists": "∃",
    "prec": "≺", "succ": "≻", "preceq": "⪯", "succeq": "⪰", "partial": "∂", "nabla": "∇", "mid": "∣", "colon": ":",
    "wedge": "∧",
}  # fmt: skip
FENCES = {
    "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "{": "{", "}": "}",
    "vert": "|", "lvert": "|", "rvert": "|", "Vert": "‖", "lVert": "‖", "rVert": "‖", "|": "‖",
}  # fmt: skip
LARGE = {"sum": "∑", "prod": "∏", "int": "∫", "bigcup": "⋃"}
LIMITS = {"max", "min", "sup", "inf", "lim", "argmax", "argmin"}
FUNCTIONS = {"log", "ln", "exp", "sin", "cos", "tan", "tanh", "cosh", "sinh", "det", "tr", "arg", "dim", *LIMITS}
SPACES = {
    ",": "0.167em", ":": "0.222em", ";": "0.278em", " ": "0.333em", "quad": "1em", "qquad": "2em", "!": "-0.167em",
}  # fmt: skip
ACCENTS = {"bar": "¯", "overline": "¯", "hat": "^", "tilde": "~", "vec": "→"}
STYLES = {"mathbf", "boldsymbol", "mathbb", "mathcal"}
UPRIGHT = {"mathrm", "operatorname", "mathit", "operatorname*"}
IGNORED = set("displaystyle textstyle limits nolimits big Big bigg Bigg bigl bigr Bigl Bigr".split())
BLACKBOARD = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "E": "𝔼", "P": "ℙ", "C": "ℂ", "1": "𝟙"}
RELATIVES = "=<>≤≥≠→∝∼∈,;(|∣⟨[{+−⋅×∘⊗"
NO_FACTOR = {"", "(", "[", r"\left", r"\bigl", r"\Bigl", "{", ")", "}", ",", "&", r"\\", r"\right"}
BRACKETS = {"pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "cases": ("{", "")}
"""What stands around an environment's rows; nothing around a matrix or an array."""
TOKEN = re.compile(r"\\(?:text|textrm|mbox)\s*\{[^{}]*\}|\\[A-Za-z]+\*?|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)


def mathml(latex: str, text: str, display: str = "inline") -> str:
    """The formula as a `math` element, `display` "inline" or "block", with `text` for programs that cannot show it."""
    root = ET.Element("math", {"display": display, "alttext": text})
    root.append(_mrow(_Reader(latex).row(())))
    return ET.tostring(root, encoding="unicode")


def _leaf(tag: str, text: str, **attributes: str) -> ET.Element:
    element = ET.Element(tag, attributes)
    element.text = text
    return element


def _mrow(elements: list[ET.Element]) -> ET.Element:
    if len(elements) == 1:
        return elements[0]
    row = ET.Element("mrow")
    row.extend(elements)
    return row


def _of(tag: str, *children: ET.Element | None) -> ET.Element:
    element = ET.Element(tag)
    element.extend(child for child in children if child is not None)
    return element


class _Reader:
    """A recursive descent over the tokens; what is left open at the end is closed there."""

    def __init__(self, latex: str) -> None:
        self.tokens = [token for token in TOKEN.findall(latex) if not token.isspace()]
        self.position = 0

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.position += 1
        return token

    def row(self, until: tuple[str, ...]) -> list[ET.Element]:
        """Everything up to one of the tokens `until` (which is left) or the end."""
        elements: list[ET.Element] = []
        while self.peek() and self.peek() not in until:
            if self.peek() == "}" and "}" not in until:
                self.take()
                continue
            elements += self.scripted(elements[-1] if elements else None)
        return elements

    def scripted(self, before: ET.Element | None) -> list[ET.Element]:
        """One atom with its scripts, and the thin spaces around a function's name."""
        base = self.atom(before)
        if base is None:
            return []
        is_function = base.tag == "mi" and base.get("class") == "function"
        base.attrib.pop("class", None)
        has_limits = base.tag == "mo" and base.get("movablelimits") == "true"
        below = above = None
        while self.peek() in {"^", "_", "'"}:
            mark = self.take()
            if mark == "_":
                below = self.argument()
            else:
                raised = _leaf("mo", "′") if mark == "'" else self.argument()
                above = raised if above is None else _of("mrow", above, raised)
        element = _with_scripts(base, below, above, has_limits)
        if not is_function:
            return [element]
        comes_after_factor = before is not None and before.tag not in {"mo", "mspace"}
        is_before_factor = self.peek() not in NO_FACTOR
        return [*_thin_space(comes_after_factor), element, *_thin_space(is_before_factor)]

    def argument(self) -> ET.Element:
        """What a command or script applies to: a group or one atom."""
        if self.peek()[:1].isdigit():  # x^12 is x^1 2, as in LaTeX
            digits = self.take()
            self.tokens[self.position : self.position] = [digits[1:]] if digits[1:] else []
            return _leaf("mn", digits[0])
        element = self.atom(None)
        return ET.Element("mrow") if element is None else element

    def atom(self, before: ET.Element | None) -> ET.Element | None:
        token = self.take()
        if token == "{":
            inner = self.row(("}",))
            self.take()
            return _mrow(inner)
        if token.startswith("\\"):
            return self.command(token[1:])
        if token[:1].isdigit():
            return _leaf("mn", token)
        if token.isalpha():
            return _leaf("mi", token)
        if token in {"", "&"}:
            return None
        return _sign(token, before)

    def command(self, name: str) -> ET.Element | None:
        if name in {"frac", "tfrac", "dfrac"}:
            return _of("mfrac", self.argument(), self.argument())
        if name == "binom":
            return self.binomial()
        if name.endswith("}") and len(name) > 1:
            return _leaf("mtext", re.sub(r"^\w+\s*\{|\}$", "", name).replace(" ", "\N{NO-BREAK SPACE}"))
        if name == "sqrt":
            return _of("msqrt", self.argument())
        if name == "left":
            return self.fenced()
        if name == "begin":
            return self.environment()
        if name in UPRIGHT:
            return self.upright()
        if name in STYLES:
            return _styled(name, self.argument())
        if name in ACCENTS:
            return _of("mover", self.argument(), _leaf("mo", ACCENTS[name]))
        return None if name in IGNORED else _symbol(name)

    def fenced(self) -> ET.Element:
        """\\left( ... \\right), whose fences grow with what they hold."""
        left = _fence(self.take(), "prefix")
        inner = self.row((r"\right",))
        self.take()
        right = _fence(self.take(), "postfix")
        return _mrow([*left, *inner, *right])

    def binomial(self) -> ET.Element:
        """n over k without a line, in brackets."""
        column = _of("mfrac", self.argument(), self.argument())
        column.set("linethickness", "0")
        return _mrow([*_fence("(", "prefix"), column, *_fence(")", "postfix")])

    def environment(self) -> ET.Element:
        """A matrix or cases: rows parted by \\\\, cells by &."""
        name = self.group_text()
        if name == "array" and self.peek() == "{":
            self.group_text()
        table, cells = ET.Element("mtable"), ET.Element("mtr")
        while self.peek() and self.peek() != r"\end":
            cells.append(_of("mtd", *self.row(("&", r"\\", r"\end"))))
            if self.peek() != "&":
                table.append(cells)
                cells = ET.Element("mtr")
            if self.peek() != r"\end":
                self.take()
        self.take()
        self.group_text()
        opening, closing = BRACKETS.get(name, ("", ""))
        return _mrow([*_fence(opening, "prefix"), table, *_fence(closing, "postfix")])

    def group_text(self) -> str:
        """The letters of a group {name}."""
        return "".join(self.group_tokens())

    def group_tokens(self) -> list[str]:
        if self.peek() != "{":
            return [self.take()]
        self.take()
        inner, depth = [], 1
        while self.peek():
            token = self.take()
            depth += (token == "{") - (token == "}")
            if depth == 0:
                break
            inner.append(token)
        return inner

    def upright(self) -> ET.Element:
        """\\mathrm and \\operatorname: letters as a word."""
        word = "".join(token.lstrip("\\") or " " for token in self.group_tokens())
        return _leaf("mi", word, mathvariant="normal", **{"class": "function"})


def _thin_space(is_needed: bool) -> list[ET.Element]:
    return [ET.Element("mspace", {"width": "0.167em"})] if is_needed else []


def _symbol(name: str) -> ET.Element:
    if name in LETTERS:
        return _leaf("mi", LETTERS[name], mathvariant="normal") if name[0].isupper() else _leaf("mi", LETTERS[name])
    if name in LARGE:
        return _leaf("mo", LARGE[name], largeop="true", movablelimits="false" if name == "int" else "true")
    if name in LIMITS:
        return _leaf("mo", name, movablelimits="true", lspace="0", rspace="0.167em")
    if name in FUNCTIONS:
        return _leaf("mi", name, **{"class": "function"})
    if name in SPACES:
        return ET.Element("mspace", {"width": SPACES[name]})
    if name == "top":
        return _leaf("mo", "⊤", form="infix", lspace="0", rspace="0")
    if name == "prime":
        return _leaf("mo", "′")
    if name in FENCES:
        return _leaf("mo", FENCES[name], stretchy="false")
    return _leaf("mo", OPERATORS[name]) if name in OPERATORS else _leaf("mi", name.rstrip("*"), mathvariant="normal")


def _sign(token: str, before: ET.Element | None) -> ET.Element:
    text = {"-": "−", "*": "∗"}.get(token, token)
    if text in "()[]|/":
        return _leaf("mo", text, stretchy="false", **({"lspace": "0", "rspace": "0"} if text in "|/" else {}))
    is_prefix = text in "−+" and (before is None or (before.tag == "mo" and (before.text or " ") in RELATIVES))
    return _leaf("mo", text, form="prefix") if is_prefix else _leaf("mo", text)


def _fence(token: str, form: str) -> list[ET.Element]:
    text = FENCES.get(token.lstrip("\\"), token) if token.startswith("\\") else token
    return (
        []
        if text in {"", "."}
        else [_leaf("mo", text, fence="true", stretchy="true", form=form, lspace="0", rspace="0")]
    )


def _styled(style: str, element: ET.Element) -> ET.Element:
    """Bold, blackboard and script letters by their own code points, which every browser shows."""
    for leaf in element.iter():
        if leaf.text and len(leaf.text) == 1:
            leaf.text = _styled_letter(style, leaf.text)
            if style != "mathcal":
                leaf.set("mathvariant", "normal")
    return element


def _styled_letter(style: str, letter: str) -> str:
    if style == "mathbb":
        return BLACKBOARD.get(letter, letter)
    if letter.isdigit() and style != "mathcal":
        return chr(0x1D7CE + int(letter))
    if not (letter.isascii() and letter.isalpha()):
        return letter
    offset = ord(letter) - (ord("A") if letter.isupper() else ord("a") - 26)
    if style == "mathcal":
        return {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}.get(
            letter, chr(0x1D49C + offset)
        )
    return chr(0x1D400 + offset)


def _with_scripts(base: ET.Element, below: ET.Element | None, above: ET.Element | None, has_limits: bool) -> ET.Element:
    if below is None and above is None:
        return base
    under, over, both = ("munder", "mover", "munderover") if has_limits else ("msub", "msup", "msubsup")
    if above is None:
        return _of(under, base, below)
    return _of(over, base, above) if below is None else _of(both, base, below, above)
