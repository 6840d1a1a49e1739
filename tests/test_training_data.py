"""Data files: what is read, and what is said of those that do not fit; the command from files to a report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from scipy import sparse

from tightcheck.cli import main
from tightcheck.design import Design
from tightcheck.read_yaml import read_design
from tightcheck.training.data import DataError, checked, read_data
from tightcheck.training.sparse import SparseRows


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def text(observed: str, output: str = "logits", more: str = "") -> str:
    return f"""
encoder:
  latent: {{family: bernoulli, dim: 1}}
  map: {{kind: affine}}
  output: logits
decoder:
  observed: {observed}
  map: {{kind: affine}}
  output: {output}
  prior: {{family: bernoulli, probs: 0.5}}
{more}"""


def design(folder: Path, observed: str, output: str = "logits", more: str = "") -> Design:
    (folder / "design.yaml").write_text(text(observed, output, more))
    return read_design(folder / "design.yaml")


BITS = "{family: bernoulli, dim: 3}"
TWO = "[{name: a, family: bernoulli, dim: 2}, {name: b, family: poisson, dim: 1}]"


@pytest.mark.parametrize("suffix", ["npy", "npz", "csv", "sparse.npz"])
def test_every_kind_of_file_holds_the_same_numbers(suffix: str, tmp_path: Path) -> None:
    numbers = np.array([[0, 1, 1], [1, 0, 0.0]])
    file = tmp_path / f"x.{suffix}"
    if suffix == "npy":
        np.save(file, numbers)
    elif suffix == "npz":
        np.savez(file, x=numbers)
    elif suffix == "csv":
        file.write_text("one,two,three\n0,1,1\n1,0,0\n")
    else:
        sparse.save_npz(file, sparse.csr_array(numbers))
    data = read_data(design(tmp_path, BITS), [str(file)])
    assert isinstance(data.arrays["x"], torch.Tensor)
    assert data.arrays["x"].tolist() == numbers.tolist()


def test_blocks_come_from_a_folder_or_by_name(tmp_path: Path) -> None:
    two = design(tmp_path, TWO, "[logits, log_rate]")
    (tmp_path / "data").mkdir()
    np.save(tmp_path / "data" / "a.npy", np.array([[0, 1], [1, 1]]))
    (tmp_path / "data" / "b.csv").write_text("3\n0\n")
    by_folder = read_data(two, [str(tmp_path / "data")])
    by_name = read_data(two, [f"a={tmp_path}/data/a.npy", f"b={tmp_path}/data/b.csv"])
    assert by_folder.fingerprint() == by_name.fingerprint()
    with pytest.raises(DataError, match=r"no data for b; write --data b=FILE"):
        read_data(two, [f"a={tmp_path}/data/a.npy"])
    with pytest.raises(DataError, match=r"no block 'c'; its names are a, b"):
        read_data(two, [f"c={tmp_path}/data/a.npy"])


def test_counts_stay_sparse(tmp_path: Path) -> None:
    words = design(tmp_path, "{family: multinomial, dim: 5, length: random}")
    file = tmp_path / "x.npz"
    sparse.save_npz(file, sparse.csr_array(np.array([[0, 2, 0, 0, 1], [1, 0, 0, 0, 0]])))
    assert isinstance(read_data(words, [str(file)]).arrays["x"], SparseRows)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match=r"is no .npy file of numbers"):
        read_data(design(tmp_path, BITS), [str(tmp_path / "x.npy")])


@pytest.mark.parametrize(
    ("observed", "output", "rows", "sentence"),
    [
        (BITS, "logits", [[0, 1]], "have 2 columns where the design has 3"),
        (
            BITS,
            "logits",
            [[0, 1, 0], [0, 0, 2]],
            "x, row 2, column 3: found 2; a bernoulli is a whole number from 0 to 1",
        ),
        (BITS, "logits", [[0, np.nan, 0]], "row 1, column 2: found nan; every value is a finite number"),
        ("{family: poisson, dim: 1}", "log_rate", [[2], [0.5]], "row 2, column 1: found 0.5"),
        ("{family: gamma, dim: 1}", "[shape, rate]", [[0]], "found 0; a gamma is a number above 0."),
        ("{family: poisson, dim: 1}", "log_rate", [[-1]], "found -1; a poisson is a whole number from 0."),
        ("{family: gamma, dim: 1}", "[log_shape, log_rate]", [[0.0]], "row 1, column 1: found 0"),
        ("{family: rademacher, dim: 1}", "logits", [[0]], "a rademacher is -1 or 1"),
        ("{family: categorical, dim: 3}", "logits", [[1, 1, 0]], "one 1 among zeros"),
        ("{family: categorical, dim: 3}", "logits", [[3]], "a class of x is a number from 0 to 2"),
        ("{family: multinomial, dim: 3, length: 4}", "logits", [[2, 1, 1], [1, 1, 1]], "row 2: found 3 words"),
        ("{family: multinomial, dim: 3, length: random}", "logits", [[0, 0, 0]], "row 1: found 0 words"),
        ("{family: dirichlet, dim: 2}", "log_concentration", [[0.5, 0.6]], "add up to 1"),
        (BITS, "logits", np.zeros((0, 3)), "has no rows"),
        (BITS, "logits", np.zeros((2, 2, 2, 3)), "has 4 axes"),
        (BITS, "logits", np.array([["a", "b", "c"]]), "write numbers"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(
    observed: str, output: str, rows: object, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=sentence):
        checked(design(tmp_path, observed, output), {"x": np.asarray(rows)})


def test_sparse_counts_are_checked_too(tmp_path: Path) -> None:
    words = design(tmp_path, "{family: multinomial, dim: 3, length: random}")
    with pytest.raises(DataError, match=r"x, row 2, column 3: found 0\.5"):
        checked(words, {"x": sparse.csr_array(np.array([[1, 0, 0], [0, 0, 0.5]]))})


def test_class_numbers_are_the_indicators(tmp_path: Path) -> None:
    classes = design(tmp_path, "{family: categorical, categories: 3, dim: 2}")
    numbers = checked(classes, {"x": np.array([[0, 2]])})
    indicators = checked(classes, {"x": np.array([[1, 0, 0, 0, 0, 1]])})
    assert numbers.fingerprint() == indicators.fingerprint()


def run(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["train", str(folder / "design.yaml"), *options])


def test_the_command_prints_measured_beside_predicted(tmp_path: Path) -> None:
    design(tmp_path, BITS)
    np.save(tmp_path / "x.npy", np.random.default_rng(0).integers(0, 2, (20, 3)))
    options = ["--data", str(tmp_path / "x.npy"), "--out", str(tmp_path / "out"), "--epochs", "3"]
    result = run(tmp_path, *options)
    assert result.exit_code == 0, result.output
    assert "predicted  tight" in result.output
    assert "exact sum over z" in result.output
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["verdict"] == "tight" and report["estimator"] == "arm" and len(report["objectives"]) == 3
    lines = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    again = run(tmp_path, *options)
    assert again.exit_code == 2 and "write --resume" in again.output
    longer = run(tmp_path, *options[:-1], "5", "--resume", "--json")
    assert longer.exit_code == 0 and len(json.loads(longer.output)["objectives"]) == 5
    other = run(tmp_path, *options[:-1], "5", "--resume", "--batch", "7")
    assert other.exit_code == 2 and "belongs to other settings" in other.output


def test_a_resumed_training_is_that_of_the_same_data(tmp_path: Path) -> None:
    design(tmp_path, BITS)
    np.save(tmp_path / "x.npy", np.zeros((4, 3)))
    options = ["--data", str(tmp_path / "x.npy"), "--out", str(tmp_path / "out"), "--epochs", "1"]
    assert run(tmp_path, *options).exit_code == 0
    np.save(tmp_path / "x.npy", np.ones((4, 3)))
    result = run(tmp_path, *options, "--resume")
    assert result.exit_code == 2 and "belongs to other data" in result.output
    (tmp_path / "out" / "checkpoint.pt").write_bytes(b"no checkpoint")
    broken = run(tmp_path, *options, "--resume")
    assert broken.exit_code == 2 and "is no checkpoint" in broken.output


def test_a_missing_device_is_said_in_a_sentence(tmp_path: Path) -> None:
    design(tmp_path, BITS)
    np.save(tmp_path / "x.npy", np.zeros((4, 3)))
    device = run(tmp_path, "--data", str(tmp_path / "x.npy"), "--device", "nowhere")
    assert device.exit_code == 2 and "--device nowhere cannot be used" in device.output


def test_what_is_not_trained_ends_in_a_sentence(tmp_path: Path) -> None:
    design(tmp_path, "{family: student_t, dim: 2}", "loc")
    np.save(tmp_path / "x.npy", np.zeros((4, 2)))
    result = run(tmp_path, "--data", str(tmp_path / "x.npy"))
    assert result.exit_code == 2 and "Traceback" not in result.output and "student_t" in result.output
