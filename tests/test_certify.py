"""Certificates in Coq: the file is about the design, Coq accepts it, and refuses it with another verdict or other numbers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tightcheck import coq
from tightcheck.commands.certify import command
from tightcheck.coq import library
from tightcheck.coq.theorems import THEOREMS
from tightcheck.decide import decide
from tightcheck.read_yaml import read_design
from tightcheck.verdict import Verdict

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "tightcheck" / "examples"
needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="Coq is not installed (apt-get install coq)")

COVERED = {
    "text-vae-frequencies": ("frequencies", Verdict.COLLAPSE),
    "nash": ("frequencies", Verdict.COLLAPSE),
    "text-vae-counts": ("bits", Verdict.RESTRICTED),
    "bernoulli-vae": ("bits", Verdict.RESTRICTED),
    "sigmoid-belief-net": ("bits", Verdict.RESTRICTED),
    "gaussian-vae-images": ("diagonal", Verdict.RESTRICTED),
    "ppca-diagonal": ("diagonal", Verdict.RESTRICTED),
    "factor-analysis": ("diagonal", Verdict.RESTRICTED),
    "one-bernoulli-latent": ("one_draw", Verdict.TIGHT),
    "gaussian-mixture": ("one_draw", Verdict.TIGHT),
    "ppca-full": ("full", Verdict.TIGHT),
    "rbm": ("implied", Verdict.TIGHT),
    "gaussian-bernoulli-rbm": ("implied", Verdict.TIGHT),
    "rate-adapting-poisson": ("implied", Verdict.TIGHT),
    "mnist-bernoulli-vae": ("growth", Verdict.COLLAPSE),
    "mnist-grey-bernoulli-vae": ("growth", Verdict.COLLAPSE),
    "aevb-mnist": ("growth", Verdict.COLLAPSE),
    "beta-vae": ("growth", Verdict.COLLAPSE),
    "iwae": ("growth", Verdict.COLLAPSE),
    "mult-vae": ("growth", Verdict.COLLAPSE),
    "nvdm": ("growth", Verdict.COLLAPSE),
}
"""Published designs with the theorem that proves their verdict."""


def files(name: str) -> tuple[str, str]:
    return str(EXAMPLES / name / "encoder.yaml"), str(EXAMPLES / name / "decoder.yaml")


def written(name: str) -> str:
    return coq.write(read_design(*files(name)), COVERED[name][1])


def test_every_theorem_has_a_published_design() -> None:
    named = {theorem.__name__ for theorems in THEOREMS.values() for theorem in theorems}
    assert named == {theorem for theorem, _ in COVERED.values()}


@pytest.mark.parametrize("name", COVERED)
def test_the_file_states_the_verdict_and_the_size_of_the_design(name: str) -> None:
    design, text = read_design(*files(name)), written(name)
    verdict = COVERED[name][1]
    assert decide(design, design.prior.kind).verdict is verdict
    assert re.search(rf"^Theorem verdict : (forall .*, )?{verdict.word} ", text, re.MULTILINE)
    x, z = design.decoder[0].block, design.encoder[0].block
    sizes = {int(size) for size in re.findall(r"_size : nat := (\d+)\.", text)}
    latent_size = {"categorical": (z.dimension or 1) - 1, "full_gaussian": z.dimension}.get(z.family, z.copies)
    assert sizes == {x.dimension or x.copies, latent_size}
    assert all(
        str(width) in text for head in design.encoder[0].heads[:1] for width in getattr(head.source, "hidden", ())
    )
    assert not re.search(r"\b(Admitted|admit|Axiom|Parameter|Hypothesis|Variable)\b", text)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of proofs, compiled once."""
    folder = tmp_path_factory.mktemp("library")
    for file in library.needed():
        shutil.copy(library.PROOFS / f"{file}.v", folder)
        done = run(folder, folder / f"{file}.v")
        assert done.returncode == 0, done.stderr
    return folder


def run(folder: Path, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["coqc", "-q", "-Q", str(folder), "tightcheck", str(file)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def accepts(compiled: Path, folder: Path, text: str) -> bool:
    file = folder / "out.v"
    file.write_text(text)
    return run(compiled, file).returncode == 0


FIRST = [*{theorem: name for name, (theorem, _) in reversed(COVERED.items())}.values()]


@needs_coq
@pytest.mark.parametrize("name", FIRST)
def test_coq_accepts_the_file(name: str, compiled: Path, tmp_path: Path) -> None:
    assert accepts(compiled, tmp_path, written(name))


@needs_coq
@pytest.mark.long
@pytest.mark.parametrize("name", sorted(COVERED.keys() - set(FIRST)))
def test_coq_accepts_every_file(name: str, compiled: Path, tmp_path: Path) -> None:
    assert accepts(compiled, tmp_path, written(name))


@needs_coq
@pytest.mark.parametrize("name", ["text-vae-frequencies", "sigmoid-belief-net", "rbm"])
def test_another_verdict_does_not_compile(name: str, compiled: Path, tmp_path: Path) -> None:
    word = COVERED[name][1].word
    other = "restricted" if word != "restricted" else "tight"
    text = re.sub(rf"^(Theorem verdict : (?:forall .*, )?){word} ", rf"\1{other} ", written(name), flags=re.MULTILINE)
    assert text != written(name)
    assert not accepts(compiled, tmp_path, text)


@needs_coq
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("text-vae-frequencies", "observed_size : nat := 10000", "observed_size : nat := 1"),
        ("text-vae-frequencies", "(fun x => (fun u => u) (frequencies x)) plain", "word_counts plain"),
        ("sigmoid-belief-net", "latent_size : nat := 200", "latent_size : nat := 1"),
        ("gaussian-vae-images", "latent_size : nat := 100", "latent_size : nat := 1"),
        ("gaussian-vae-images", "(every_number (1 / 400))", "(every_number (-1 / 400))"),
        ("bernoulli-vae", "[200; 200]", "[200; 1]"),
        ("rbm", "encoder := computed (affine observed_size latent_size)", "encoder := computed (affine 1 latent_size)"),
    ],
)
def test_other_numbers_do_not_compile(name: str, old: str, new: str, compiled: Path, tmp_path: Path) -> None:
    text = written(name)
    assert old in text
    assert not accepts(compiled, tmp_path, text.replace(old, new))


@needs_coq
def test_the_printed_command_compiles_the_library_and_the_file(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [*files("one-bernoulli-latent"), "--coq", str(tmp_path / "out.v")])
    assert done.exit_code == 0
    assert done.output.startswith("tight: ")
    line = done.output.strip().splitlines()[-1]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    checked = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert (tmp_path / "out.vo").exists()


def test_what_no_theorem_covers_falls_back_to_the_kernel(tmp_path: Path) -> None:
    out = tmp_path / "out.v"
    done = CliRunner().invoke(command, [*files("gamma-poisson"), "--coq", str(out)])
    assert done.exit_code == 1
    assert "not in Coq" in done.output
    assert not out.exists()
    certificate = json.loads(out.with_suffix(".json").read_text())
    assert certificate["verdict"] == "tight"
    again = [sys.executable, "-m", "tightcheck", "check", str(out.with_suffix(".json")), *files("gamma-poisson")]
    assert subprocess.run(again, check=False, capture_output=True).returncode == 0


def test_an_undecided_design_has_nothing_to_certify(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [*files("vq-vae"), "--coq", str(tmp_path / "out.v")])
    assert done.exit_code == 3
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["my-file.v", "1.v", "out.txt"])
def test_a_name_that_coq_does_not_take_is_told(name: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [*files("rbm"), "--coq", str(tmp_path / name)])
    assert done.exit_code == 2
    assert "file name" in done.output
