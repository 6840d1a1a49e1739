"""Plain data back to YAML: what `read_tree` reads again as the same data."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml

from tightcheck.reading.nodes import DECIMAL, INTEGER, NO_NUMBER, WORDS


class _Dumper(yaml.SafeDumper):
    """Numbers as they were written, no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Every part is written out: aliases are not read."""
        return True


_Dumper.add_representer(
    Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", _decimal(value))
)


_Dumper.add_representer(
    str, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", value, style=_quotes(value))
)


def _quotes(text: str) -> str | None:
    """Quotes where the text alone would be read as a number, a truth value or nothing."""
    is_other = text in WORDS or any(pattern.fullmatch(text) for pattern in (INTEGER, DECIMAL, NO_NUMBER))
    return "'" if is_other else None


def _decimal(value: Decimal) -> str:
    """A decimal that is read as one: with a point or an exponent."""
    text = str(value)
    return text if any(sign in text for sign in ".eE") else f"{text}.0"


def written(data: Mapping[str, Any], remarks: tuple[str, ...] = ()) -> str:
    """The YAML text of a design's file, after comment lines with the remarks."""
    text = yaml.dump(
        dict(data), Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True
    )
    return "".join(f"# {remark}\n" for remark in remarks) + text
