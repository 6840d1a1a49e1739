"""What is said of a text that is no YAML: the line at fault, what stands there, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import yaml

from tightcheck.design import Place
from tightcheck.reading.errors import DesignError

LONGEST_LINE = 60


def complaint(error: yaml.YAMLError, file: str, text: str) -> DesignError:
    """The complaint about the line at which the parser stopped."""
    if isinstance(error, yaml.MarkedYAMLError):
        return _parser(error, file, text.splitlines())
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        code = error.character if isinstance(error.character, int) else ord(error.character)
        message = f"the character U+{code:04X} has no place in a text; write the file as plain text"
        return DesignError(message, Place(file, line))
    return DesignError(f"this is no YAML ({str(error).splitlines()[0][:100]}); write a text file", Place(file, 1))


def _parser(error: yaml.MarkedYAMLError, file: str, lines: Sequence[str]) -> DesignError:
    """The parser's own words are about its inside; here the most frequent slips are told by the line they are on."""
    marks = [mark for mark in (error.problem_mark, error.context_mark) if mark is not None]
    if not marks:
        return DesignError(f"this is no YAML ({error.problem}); write `key: value` lines", Place(file, 1))
    stopped, opened = marks[0].line, marks[-1].line
    for pattern, (tell, is_where_opened) in SLIPS.items():
        found = re.search(pattern, str(error.problem))
        if found is not None:
            place = _place(file, lines, opened if is_where_opened else stopped)
            return DesignError(tell(place.text, found.group(0), stopped + 1), place)
    problem = " ".join(part for part in (error.context, error.problem) if part)
    return DesignError(f"this is no YAML ({problem}); write `key: value` lines", _place(file, lines, stopped))


def _character(line: str, found: str, stopped: int) -> str:
    if r"\t" in found:
        return "a tab stands in this line, and YAML is indented with spaces; write spaces"
    sign = found.split("'")[1]
    return f"no value starts with {sign}; leave it out, or put the value in quotes"


def _no_colon(line: str, found: str, stopped: int) -> str:
    word, *rest = re.split(r"[\s:=]+", line, maxsplit=1)
    value = rest[0] if rest and rest[0] else "..."
    return f"this line is no `key: value`; write `{word}: {value}`, with a colon and then a space"


def _second_colon(line: str, found: str, stopped: int) -> str:
    return (
        "a second `key: value` starts within this one; indent the line like the keys that it belongs with, write "
        "several keys as {key: value, key: value}, and a value that holds a colon in quotes"
    )


def _bracket(line: str, found: str, stopped: int) -> str:
    closing = "}" if "}" in found else "]"
    inside = "{key: value, key: value}" if closing == "}" else "[first, second]"
    return f"this bracket is not closed, or a comma is missing, up to line {stopped}; write {inside}"


def _indentation(line: str, found: str, stopped: int) -> str:
    return "this line belongs to nothing above it; indent it like the keys that it belongs with"


def _quote(line: str, found: str, stopped: int) -> str:
    return "the quote that opens here is not closed; close it, or leave it out"


SLIPS: Mapping[str, tuple[Callable[[str, str, int], str], bool]] = {
    r"found character '.*' that cannot start": (_character, False),
    r"could not find expected ':'": (_no_colon, True),
    r"mapping values are not allowed": (_second_colon, False),
    r"expected ',' or '[\]}]'": (_bracket, True),
    r"expected <block end>|expected '<document start>'": (_indentation, False),
    r"unexpected end of stream": (_quote, True),
}
"""The parser's words -> what is said of the line, and whether it is the line where the part opened."""


def _place(file: str, lines: Sequence[str], number: int) -> Place:
    """The line with this number, from 0."""
    words = lines[number].strip() if number < len(lines) else ""
    return Place(file, number + 1, words if len(words) <= LONGEST_LINE else f"{words[: LONGEST_LINE - 3]}...")
