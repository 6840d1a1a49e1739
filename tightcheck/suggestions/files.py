"""A design's two files as plain data, which edits copy and change, and which are read like files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tightcheck.design import Design
from tightcheck.reading import models
from tightcheck.reading.nodes import Tree, read_tree
from tightcheck.reading.resolve import resolve
from tightcheck.reading.validate import At, validated

Part = Literal["encoder", "decoder"]
BLOCKS: Mapping[Part, str] = {"encoder": "latent", "decoder": "observed"}
"""The key of each part's blocks."""


@dataclass(frozen=True)
class Files:
    """The data of an encoder's and a decoder's file."""

    encoder: Mapping[str, Any]
    decoder: Mapping[str, Any]

    def part(self, name: Part) -> Mapping[str, Any]:
        """The data of one part."""
        return self.encoder if name == "encoder" else self.decoder

    def with_part(self, name: Part, **keys: Any) -> Files:
        """The files with these keys of one part replaced; None takes a key away."""
        data = {**self.part(name), **keys}
        kept = deepcopy({key: value for key, value in data.items() if value is not None})
        return Files(kept, self.decoder) if name == "encoder" else Files(self.encoder, kept)

    def blocks(self, name: Part) -> list[dict[str, Any]]:
        """The blocks of one part, one or several."""
        data = self.part(name)[BLOCKS[name]]
        return [dict(block) for block in data] if isinstance(data, list) else [dict(data)]

    def rows(self, name: Part, key: str) -> list[Any]:
        """What a key (map, output, features, input) says of each block of a part; None where it says nothing."""
        count, data = len(self.blocks(name)), self.part(name).get(key)
        if count == 1:
            return [data]
        return list(data) if isinstance(data, list) and len(data) == count else [data] * count

    def with_rows(self, name: Part, **rows: Sequence[Any]) -> Files:
        """The files with what keys say of each block replaced, the blocks themselves under `blocks`."""
        keys = {BLOCKS[name] if key == "blocks" else key: _joined(values) for key, values in rows.items()}
        return self.with_part(name, **keys)

    def design(self) -> Design:
        """The design that the data state. Raises DesignError where they state none."""
        encoder, decoder = At(Tree(self.encoder)), At(Tree(self.decoder))
        return resolve(
            validated(models.Encoder, encoder, dict(self.encoder)),
            encoder,
            validated(models.Decoder, decoder, dict(self.decoder)),
            decoder,
        )


def _joined(values: Sequence[Any]) -> Any:
    """One value by itself, several as a list; nothing where none is said."""
    if all(value is None for value in values):
        return None
    return values[0] if len(values) == 1 else list(values)


def read(encoder: str | Path, decoder: str | Path | None) -> Files:
    """The data of the files, one or two, that `read_design` has read as a design."""
    first = read_tree(encoder).data
    if "encoder" in first:
        return Files(first["encoder"], first["decoder"])
    assert decoder is not None
    return Files(first, read_tree(decoder).data)
