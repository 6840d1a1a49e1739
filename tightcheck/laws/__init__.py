"""What every exponential family satisfies, as functions that raise AssertionError for a family that does not.

    from tightcheck.laws import broken

    assert not broken(registry.load("my_family"))      # or, in pytest: tightcheck.plugin.assert_lawful("my_family")

Needs `pip install 'tightcheck[train]'` (SciPy, and PyTorch for families with a twin there).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from tightcheck.family import Family

LAWS: Mapping[str, tuple[str, str]] = {
    "minimality": (
        "laws.statistics_are_minimal",
        "take out of `statistics` what is a combination of the others and 1, and its natural parameter",
    ),
    "mass": (
        "laws.mass_is_one",
        "`log_partition`, `log_base_measure` or the support is wrong, or `natural_domain` too large: A(eta) is the"
        " logarithm of the sum or integral of exp(log_base_measure + <eta, statistics>)",
    ),
    "moments": (
        "laws.moments_are_derivatives",
        "`log_partition` is wrong, or `log_base_measure`: the gradient of A is the mean of the statistics",
    ),
    "boundary": (
        "laws.boundary_has_two_sides",
        "`natural_domain` is wrong: it holds exactly the eta at which exp(log_base_measure + <eta, statistics>) can be"
        " summed or integrated",
    ),
    "parametrisations": (
        "laws.parametrisations_return",
        "in that parametrisation `natural` and `inverse` do not undo each other: one of them is wrong",
    ),
    "mean": ("laws.mean_is_the_mean", "the parameter called `mean` is another number: its `inverse` is E[x]"),
    "slices": (
        "laws.slices_stay_and_separate",
        "`slices` are curves within the support that tell all statistics apart",
    ),
    "kind": ("kinds.partition_is_of_its_kind", "`partition` names another kind of function than `log_partition` is"),
    "torch": (
        "twins.agrees_with_torch",
        "`torch` is another distribution, or its arguments are other functions of eta",
    ),
    "scipy": (
        "twins.agrees_with_scipy",
        "`scipy` is another distribution, or its arguments are other functions of eta",
    ),
}
"""Law -> where it is, and what to look at in the file of a family that breaks it."""


def broken(family: Family) -> dict[str, str]:
    """The laws that the family breaks, each with a sentence: what was found, and what is wrong in the family's file.

    All other laws are about families in minimal form: where that one is broken they are not asked.
    """
    from tightcheck.laws.numeric import in_general_position

    found: dict[str, str] = {}
    general = in_general_position(family)
    for name, (_, remedy) in LAWS.items():
        try:
            law(name)(general, generator(family.name))
        except AssertionError as error:
            what = str(error).partition("\n")[0] or f"{family.name}: the law does not hold"
            found[name] = f"{what}; {remedy}."
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            found[name] = f"{family.name}: the law cannot be evaluated ({type(error).__name__}: {error}); {remedy}."
        if "minimality" in found:
            break
    return found


def law(name: str) -> Callable[[Family, np.random.Generator], None]:
    """The law of this name; it raises AssertionError, with a sentence, for a family that breaks it."""
    module, function = LAWS[name][0].split(".")
    found: Callable[[Family, np.random.Generator], None] = getattr(import_module(f"tightcheck.laws.{module}"), function)
    return found


def generator(name: str) -> np.random.Generator:
    """A generator of its own for each family."""
    import numpy as np

    return np.random.default_rng(zlib.crc32(name.encode()))
