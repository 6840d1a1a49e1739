"""What Hypothesis calls when it is imported: `st.from_type` then draws our types by our strategies."""

from __future__ import annotations

import sys
from importlib import import_module

MODULES = ("tightcheck.design", "tightcheck.family")


def register() -> None:
    """Imports `tightcheck.strategies`, which registers them, where one of the types is there; else nothing is imported."""
    if not sys.modules.keys().isdisjoint(MODULES):
        import_module("tightcheck.strategies")
