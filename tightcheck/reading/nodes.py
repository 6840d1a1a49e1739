"""YAML as plain data in which every part knows its place. Aliases, tags, duplicate keys and excess are refused.

Numbers are exact: an integer, or a Decimal. Events are read one at a time, so a hostile file is refused where it starts
to be hostile, before anything is built.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from tightcheck.design import Place
from tightcheck.reading.errors import DesignError

LARGEST_FILE = 200_000  # bytes
DEEPEST_NESTING = 20
MOST_NODES = 20_000
LONGEST_NUMBER = 400  # characters

INTEGER = re.compile(r"[-+]?\d+", re.ASCII)
DECIMAL = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][-+]?\d{1,3})?", re.ASCII)
NO_NUMBER = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
WORDS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "~": None,
    "": None,
}

Path_ = tuple[str | int, ...]
Mark = Any  # where yaml read something: `line` and `index`, from 0


@dataclass
class Tree:
    """Plain data, and the place of each part by its path (keys and indices from the root)."""

    data: Any
    places: dict[Path_, Place] = field(default_factory=dict)

    def place(self, path: Path_) -> Place:
        """The place of the nearest part that has one."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place())


@dataclass
class _Open:
    """A collection whose end has not been read yet."""

    path: Path_
    value: dict[str, Any] | list[Any]
    start: Mark
    key: tuple[str, Mark] | None = None


def read_tree(path: str | Path) -> Tree:
    """The data of a YAML file. Raises DesignError for whatever cannot be read."""
    if not str(path):
        raise DesignError("the name of a file is empty; give the path of a YAML file")
    text = _text(Path(path))
    reader = _Reader(str(path), text)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            reader.take(event)
    except yaml.YAMLError as error:
        from tightcheck.reading.syntax import complaint

        raise complaint(error, str(path), text) from None
    if not isinstance(reader.tree.data, dict):
        found = "a list or a single value" if reader.nodes else "an empty file"
        raise DesignError(
            f"expected keys such as `latent:` or `observed:` but found {found}; write a design, for example "
            "`latent: {family: gaussian, dim: 20}` in the encoder's file",
            Place(str(path), 1),
        )
    return reader.tree


def _text(path: Path) -> str:
    where = Place(str(path), 1)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise DesignError(
            f"the file cannot be read ({reason}); give the path of a YAML file", Place(str(path))
        ) from None
    except ValueError:  # a null byte in the name
        raise DesignError("this is no file name; give the path of a YAML file", Place(repr(str(path))[:80])) from None
    if len(raw) > LARGEST_FILE:
        raise DesignError(f"the file is larger than {LARGEST_FILE} bytes; a design takes some twenty lines", where)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DesignError("the file is no text in UTF-8; save it as UTF-8", Place(str(path), line)) from None


def _keep(top: _Open) -> str:
    """What to do with a key's second place: encoder and decoder have the same keys, and a mapping for each."""
    if not top.path and {"latent", "observed"} <= {*top.value}:
        return "in a file with both parts write the encoder's under `encoder:` and the decoder's under `decoder:`"
    return "keep one"


class _Reader:
    """Builds the tree event by event, without recursion."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.tree = Tree(None)
        self.open: list[_Open] = []
        self.documents = self.nodes = 0

    def at(self, start: Mark, end: Mark = None) -> Place:
        if start is None:
            return Place(self.file, 1)
        stop = self.text.find("\n", start.index) if end is None else end.index
        words = " ".join(self.text[start.index : stop if stop >= 0 else None].split("#")[0].split())
        return Place(self.file, start.line + 1, words if len(words) <= 60 else words[:57] + "...")

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise DesignError("anchors and aliases are not read; write the part out", self.at(event.start_mark))
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise DesignError(
                    "a second document starts here; write one document per file", self.at(event.start_mark)
                )
        elif isinstance(event, yaml.NodeEvent):
            self.take_node(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = self.open.pop()
            self.place(closed.path, closed.start, event.end_mark)

    def take_node(self, event: yaml.NodeEvent) -> None:
        self.nodes += 1
        if getattr(event, "tag", None):
            raise DesignError("tags (`!...`) are not read; write the plain value", self.at(event.start_mark))
        if self.nodes > MOST_NODES or len(self.open) > DEEPEST_NESTING:
            raise DesignError(
                f"the file has more than {MOST_NODES} parts or nests more than "
                f"{DEEPEST_NESTING} deep; write a flat design",
                self.at(event.start_mark),
            )
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self.take_key(top, event)
        else:
            self.take_value(top, event)

    def take_key(self, top: _Open, event: yaml.NodeEvent) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise DesignError("a key must be a word; write `key: value`", self.at(event.start_mark))
        place = self.at(event.start_mark, event.end_mark)
        if event.value == "<<":
            raise DesignError("merge keys (`<<`) are not read; write the part out", place)
        if event.value in top.value:
            raise DesignError(f"the key {event.value[:60]!r} is written twice; {_keep(top)}", place)
        top.key = (event.value, event.start_mark)

    def take_value(self, top: _Open | None, event: yaml.NodeEvent) -> None:
        path, start = self.next_path(top, event)
        value: Any = (
            self.scalar(event)
            if isinstance(event, yaml.ScalarEvent)
            else {}
            if isinstance(event, yaml.MappingStartEvent)
            else []
        )
        if top is None:
            self.tree.data = value
        elif isinstance(top.value, dict):
            top.value[str(path[-1])] = value
            top.key = None
        else:
            top.value.append(value)
        if isinstance(value, (dict, list)):
            self.open.append(_Open(path, value, start))
        self.place(path, start, event.end_mark)

    def next_path(self, top: _Open | None, event: yaml.NodeEvent) -> tuple[Path_, Mark]:
        """The path of the part that starts here, and where its words start: at its key."""
        if top is None:
            return (), event.start_mark
        if top.key is not None:
            return (*top.path, top.key[0]), top.key[1]
        return (*top.path, len(top.value)), event.start_mark

    def place(self, path: Path_, start: Mark, end: Mark) -> None:
        self.tree.places[path] = self.at(start, end) if path else Place(self.file, start.line + 1)

    def scalar(self, event: yaml.ScalarEvent) -> str | int | Decimal | bool | None:
        text = str(event.value)
        if not event.implicit[0]:  # quoted
            return text
        if NO_NUMBER.fullmatch(text):
            place = self.at(event.start_mark, event.end_mark)
            raise DesignError(f"{text} is no number here; write a finite one", place)
        if text in WORDS:
            return WORDS[text]
        is_integer, is_decimal = INTEGER.fullmatch(text), DECIMAL.fullmatch(text)
        if not is_integer and not is_decimal:
            return text
        if len(text) > LONGEST_NUMBER or abs(Decimal(text).adjusted()) > LONGEST_NUMBER:
            raise DesignError("this number has too many digits; write a shorter one", self.at(event.start_mark))
        return int(text) if is_integer else Decimal(text)
