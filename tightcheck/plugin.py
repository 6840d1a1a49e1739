"""The pytest plugin: designs as tests.

    from tightcheck.plugin import assert_consistent, assert_tight

    def test_our_vae():
        assert_tight("encoder.yaml", "decoder.yaml")          # or a Design; the failure carries the whole report

    @pytest.mark.tightcheck("encoder.yaml", "decoder.yaml")   # beside the test's file
    def test_its_posterior(tightcheck_design): ...

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
    from tightcheck.design import Design

MARKER = (
    "tightcheck(encoder, decoder=None): the design that the fixture tightcheck_design reads, beside the test's file"
)


class DesignAssertionError(AssertionError):
    """A design is not what a test requires of it; the message ends with the report."""


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def tightcheck_design(request: pytest.FixtureRequest) -> Design:
    """The design of the test's marker `tightcheck`."""
    from tightcheck.read_yaml import read_design

    marker = request.node.get_closest_marker("tightcheck")
    if marker is None:
        raise pytest.UsageError("tightcheck_design needs @pytest.mark.tightcheck('encoder.yaml', 'decoder.yaml').")
    folder = Path(request.node.path).parent
    return read_design(*(folder / file for file in (*marker.args, *marker.kwargs.values())))


def assert_tight(design: Design | str | Path, decoder: str | Path | None = None) -> None:
    """Fails unless every model of the design is consistent; takes a Design, or its files."""
    __tracebackhide__ = True
    _require(design, decoder, ("tight",), "tight: every model of it consistent")


def assert_consistent(design: Design | str | Path, decoder: str | Path | None = None) -> None:
    """Fails unless some model of the design is consistent and its z depends on x (tight, or restricted)."""
    __tracebackhide__ = True
    _require(design, decoder, ("tight", "restricted"), "consistent somewhere: a model in which x depends on z")


def _require(
    design: Design | str | Path, decoder: str | Path | None, accepted: tuple[str, ...], requirement: str
) -> None:
    """Fails with the report unless the verdict under the declared prior is one of the words."""
    __tracebackhide__ = True
    from tightcheck import analysis
    from tightcheck.read_yaml import read_design
    from tightcheck.report import text

    if isinstance(design, str | Path):
        design = read_design(design, decoder)
    found = analysis.analyze(design)
    word = found.verdict.word
    if word not in accepted:
        raise DesignAssertionError(f"the design should be {requirement}; it is {word}.\n\n{text.render(found)}")
