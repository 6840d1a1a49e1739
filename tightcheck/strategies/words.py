"""A design as the words of its two files."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tightcheck.design import Design

Words = dict[str, Any]


def text(words: Words) -> str:
    """The words as a design's file."""
    from tightcheck.reading.write import written

    return written(words)


class WrittenDesign(NamedTuple):
    """A design as its two files would state it; printed as these files."""

    encoder: Words
    decoder: Words

    def design(self) -> Design:
        """The design that the words state. Raises DesignError."""
        from tightcheck.read_yaml import design_of
        from tightcheck.reading.nodes import Tree

        return design_of(Tree(_exact(self.encoder)), Tree(_exact(self.decoder)))

    def __repr__(self) -> str:
        return f"# encoder.yaml\n{text(self.encoder)}# decoder.yaml\n{text(self.decoder)}"


def _exact(part: Any) -> Any:
    """The data as the reader has them: decimals are exact."""
    if isinstance(part, dict):
        return {key: _exact(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_exact(value) for value in part]
    return Decimal(str(part)) if isinstance(part, float) else part
