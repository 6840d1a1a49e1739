"""The pytest plugin: designs and families as tests.

    from tightcheck.plugin import assert_consistent, assert_tight

    def test_our_vae():
        assert_tight("encoder.yaml", "decoder.yaml")          # or what else tightcheck.analyze takes, such as mappings
                                                               # with live modules; the failure carries the whole report

    @pytest.mark.tightcheck("encoder.yaml", "decoder.yaml")   # beside the test's file
    def test_its_posterior(tightcheck_design): ...

    from tightcheck.plugin import assert_lawful

    def test_our_family():
        assert_lawful("our_family")                            # every law of the registry; says what is wrong

In a continuous integration two lines are enough:

    pip install tightcheck
    tightcheck analyze encoder.yaml decoder.yaml --require tight

pytest loads a plugin in every run, so nothing but pytest is imported until an assertion or the fixture is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tightcheck.design import Design
    from tightcheck.family import Family

MARKER = (
    "tightcheck(encoder, decoder=None): the design that the fixture tightcheck_design reads, beside the test's file"
)


class DesignAssertionError(AssertionError):
    """A design is not what a test requires of it; the message ends with the report."""


class FamilyAssertionError(AssertionError):
    """A family breaks laws; the message says which, and what to look at in its file."""


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def tightcheck_design(request: pytest.FixtureRequest) -> Design:
    """The design of the test's marker `tightcheck`."""
    from tightcheck.read_yaml import DesignError, read_design

    marker = request.node.get_closest_marker("tightcheck")
    if marker is None:
        pytest.fail("tightcheck_design needs @pytest.mark.tightcheck('encoder.yaml', 'decoder.yaml').", pytrace=False)
    folder = Path(request.node.path).parent
    try:
        return read_design(*(folder / file for file in (*marker.args, *marker.kwargs.values())))
    except DesignError as error:
        pytest.fail(str(error), pytrace=False)


def assert_tight(
    design: str | Path | Design | Mapping[str, Any], decoder: str | Path | Mapping[str, Any] | None = None
) -> None:
    """Fails unless every model of the design is consistent; takes what `tightcheck.analyze` takes."""
    __tracebackhide__ = True
    _require(design, decoder, ("tight",), "tight: every model of it consistent")


def assert_consistent(
    design: str | Path | Design | Mapping[str, Any], decoder: str | Path | Mapping[str, Any] | None = None
) -> None:
    """Fails unless some model of the design is consistent and its z depends on x (tight, or restricted)."""
    __tracebackhide__ = True
    _require(design, decoder, ("tight", "restricted"), "consistent somewhere: a model in which x depends on z")


def assert_lawful(family: Family | str) -> None:
    """Fails unless the family (or that of this name) obeys every law of `tightcheck.laws`, and says which it breaks."""
    __tracebackhide__ = True
    from tightcheck import registry
    from tightcheck.laws import broken

    stated = registry.load(family) if isinstance(family, str) else family
    if found := broken(stated):
        lines = (f"{name}: {sentence}" for name, sentence in found.items())
        raise FamilyAssertionError("\n".join((f"{stated.name} is not the family that its file states.", *lines)))


def _require(
    design: str | Path | Design | Mapping[str, Any],
    decoder: str | Path | Mapping[str, Any] | None,
    accepted: tuple[str, ...],
    requirement: str,
) -> None:
    """Fails with the report unless the verdict under the declared prior is one of the words."""
    __tracebackhide__ = True
    import tightcheck

    found = tightcheck.analyze(design, decoder)
    word = found.verdict.word
    if word not in accepted:
        raise DesignAssertionError(f"the design should be {requirement}; it is {word}.\n\n{found}")
