"""The pytest plugin, used as a user would: a file of tests run in a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tightcheck import plugin, registry
from tightcheck.plugin import DesignAssertionError, assert_consistent, assert_tight

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "tightcheck" / "examples"
TIGHT, RESTRICTED, COLLAPSE = (
    (EXAMPLES / name / "encoder.yaml", EXAMPLES / name / "decoder.yaml")
    for name in ("one-bernoulli-latent", "text-vae-counts", "mnist-bernoulli-vae")
)


def test_a_tight_design_passes() -> None:
    assert_tight(*TIGHT)
    assert_consistent(*TIGHT)


def test_mappings_do_as_well_as_files() -> None:
    encoder = {"latent": {"family": "bernoulli"}, "map": "affine", "output": "logits"}
    decoder = {"observed": {"family": "poisson", "dim": 3}, "map": "affine", "output": "log_rate", "prior": "uniform"}
    assert_tight(encoder, decoder)
    with pytest.raises(DesignAssertionError, match="it is restricted"):
        assert_tight({**encoder, "latent": {"family": "bernoulli", "dim": 2}}, decoder)


def test_a_restricted_design_is_consistent_and_not_tight() -> None:
    assert_consistent(*RESTRICTED)
    with pytest.raises(DesignAssertionError, match=r"it is restricted\.\n\n"):
        assert_tight(*RESTRICTED)


def test_the_failure_carries_the_report() -> None:
    from tightcheck import analysis
    from tightcheck.read_yaml import read_design
    from tightcheck.report import text

    design = read_design(*COLLAPSE)
    with pytest.raises(DesignAssertionError) as failure:
        assert_consistent(design)
    assert text.render(analysis.analyze(design)) in str(failure.value)


def run(folder: Path, tests: str) -> subprocess.CompletedProcess[str]:
    """pytest with this plugin alone on a file of tests."""
    (folder / "test_user.py").write_text(tests)
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-p", "tightcheck.plugin", "--strict-markers", "-q", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)


MARKED = """
import pytest

@pytest.mark.tightcheck("encoder.yaml", decoder="decoder.yaml")
def test_reads(tightcheck_design):
    assert tightcheck_design.latent[0].family == "bernoulli"

def test_asks(tightcheck_design):
    pass

@pytest.mark.tightcheck("encoder.yaml", "nowhere.yaml")
def test_misses(tightcheck_design):
    pass

def test_fails():
    from tightcheck.plugin import assert_tight
    assert_tight({encoder!r}, {decoder!r})
"""


def test_the_fixture_reads_files_beside_the_test_and_failures_show_no_inner_frames(tmp_path: Path) -> None:
    for file in TIGHT:
        (tmp_path / file.name).write_text(file.read_text())
    encoder, decoder = map(str, RESTRICTED)
    found = run(tmp_path, MARKED.replace("{encoder!r}", repr(encoder)).replace("{decoder!r}", repr(decoder)))
    assert "1 passed" in found.stdout and "1 failed" in found.stdout and "2 errors" in found.stdout, found.stdout
    assert "needs @pytest.mark.tightcheck" in found.stdout
    assert "nowhere.yaml: the file cannot be read" in found.stdout
    assert "def read_tree" not in found.stdout
    assert "it is restricted." in found.stdout
    assert "def _require" not in found.stdout


def test_the_plugin_imports_nothing_heavy() -> None:
    code = (
        "import sys, tightcheck.plugin\n"
        "sys.exit(repr({'sympy', 'torch', 'numpy', 'hypothesis', 'yaml', 'pydantic', 'click'} & sys.modules.keys()) != 'set()')"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_entry_points_name_what_there_is() -> None:
    import tomllib
    from importlib import import_module

    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    for group in ("pytest11", "hypothesis"):
        module, _, name = points[group]["tightcheck"].partition(":")
        assert not name or callable(getattr(import_module(module), name))


def test_a_lawless_family_fails_with_what_to_look_at() -> None:
    stated = registry.load("exponential")
    plugin.assert_lawful("exponential")
    with pytest.raises(plugin.FamilyAssertionError, match="`log_partition`"):
        plugin.assert_lawful(replace(stated, log_partition=2 * stated.log_partition))
