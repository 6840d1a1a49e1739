"""Sweeps: the runs that a file asks for, and that whatever is killed no finished run is lost and none done twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tightcheck import cli
from tightcheck.sweep import tasks
from tightcheck.sweep.plan import read_plan
from tightcheck.sweep.records import IsRunningError, Records
from tightcheck.sweep.run import Run

ENCODER = """\
latent: {family: bernoulli, dim: 3}
features: counts
map: {kind: affine}
output: logits
"""
DECODER = """\
observed: {family: multinomial, dim: 5, length: random}
map: {kind: affine}
output: logits
prior: {family: bernoulli, probs: 0.5}
"""
SWEEP = """\
designs:
  - {encoder: encoder.yaml, decoder: decoder.yaml}
grid:
  encoder.latent.dim: [2, 3]
  encoder.features: [counts, frequencies]
seeds: SEEDS
task: analyze
"""


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    (tmp_path / "encoder.yaml").write_text(ENCODER)
    (tmp_path / "decoder.yaml").write_text(DECODER)
    return written(tmp_path, SWEEP.replace("SEEDS", "2"))


def written(folder: Path, text: str) -> Path:
    (folder / "sweep.yaml").write_text(text)
    return folder / "sweep.yaml"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["sweep", *arguments])


def lines(folder: Path) -> list[dict[str, object]]:
    table = folder / "results.jsonl"
    return [json.loads(line) for line in table.read_text().splitlines()] if table.exists() else []


def test_a_sweep_is_every_point_of_the_grid_with_every_seed(sweep: Path) -> None:
    runs = read_plan(sweep).runs
    points = {(r.point["encoder.latent.dim"], r.point["encoder.features"], r.seed) for r in runs}
    assert points == {(d, f, s) for d in (2, 3) for f in ("counts", "frequencies") for s in (0, 1)}
    assert len({r.key for r in runs}) == len(runs) == 8


def test_a_run_is_known_by_what_determines_it_and_by_nothing_else(sweep: Path) -> None:
    before = {r.key for r in read_plan(sweep).runs}
    (sweep.parent / "encoder.yaml").write_text("# the same\n" + ENCODER)
    more = written(sweep.parent, SWEEP.replace("[2, 3]", "[3, 2, 4]").replace("SEEDS", "[1, 0]"))
    after = {r.key for r in read_plan(more).runs}
    assert before < after
    (sweep.parent / "decoder.yaml").write_text(DECODER.replace("0.5", "0.25"))
    assert not before & {r.key for r in read_plan(more).runs}


def test_one_file_may_hold_both_parts(sweep: Path) -> None:
    both = "".join(f"{part}:\n{indented}" for part, indented in (("encoder", ENCODER), ("decoder", DECODER)))
    text = "\n".join(line if line.endswith("coder:") else f"  {line}" for line in both.splitlines())
    (sweep.parent / "both.yaml").write_text(text)
    single = SWEEP.replace("encoder: encoder.yaml, decoder: decoder.yaml", "encoder: both.yaml").replace("SEEDS", "2")
    keys = {r.key for r in read_plan(sweep).runs}
    assert {r.key for r in read_plan(written(sweep.parent, single)).runs} == keys


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("encoder.latent.dim", "encoder.latent.dm", "sweep.yaml:4 (2): the key 'dm' is not known"),
        ("encoder.latent.dim", "latent.dim", "'latent.dim' names no part of a design"),
        ("encoder.latent.dim", "encoder.latents.dim", "there is no 'latents'"),
        ("encoder.latent.dim", "encoder.output.dim", "goes into a part that holds no others"),
        ("frequencies]", "frequences]", "sweep.yaml:5 (frequences): 'frequences' is no known input"),
        ("seeds: 2", "seeds: [1, 1]", "sweep.yaml:6 (seeds: [1, 1]): the seeds must be"),
        ("seeds: 2", "seeds: 0", "the seeds must be"),
        ("seeds: 2", "seeds: 100000", "this is a sweep of 400000 runs"),
        ("task: analyze", "task: analyse", "`task` must be analyze or train"),
        ("task: analyze", "task: analyze\noptions: {epochs: 3}", "the task 'analyze' has no options"),
        ("decoder: decoder.yaml", "decoder: nothing.yaml", "nothing.yaml: the file cannot be read"),
        (", decoder: decoder.yaml", "", "it does not hold both parts"),
    ],
)
def test_a_bad_sweep_is_told_before_anything_runs(sweep: Path, old: str, new: str, said: str) -> None:
    text = sweep.read_text()
    assert old in text
    result = run(str(written(sweep.parent, text.replace(old, new))))
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (sweep.parent / "sweep").exists()


def test_numbers_in_a_grid_may_be_decimal(sweep: Path) -> None:
    text = sweep.read_text().replace("encoder.latent.dim: [2, 3]", "decoder.prior.probs: [0.25, 0.5]")
    assert {r.point["decoder.prior.probs"] for r in read_plan(written(sweep.parent, text)).runs} == {0.25, 0.5}


def test_the_verdicts_of_the_grid_are_the_paper_s_example_3(sweep: Path, tmp_path: Path) -> None:
    assert run(str(sweep), "--processes", "1").exit_code == 0
    assert {(line["encoder.features"], line["verdict"]) for line in lines(tmp_path / "sweep")} == {
        ("counts", "restricted"),
        ("frequencies", "collapse"),
    }
    again = run(str(sweep), "--processes", "1")
    assert "8 runs, 8 of them finished before" in again.output
    assert len(lines(tmp_path / "sweep")) == 8


def test_a_finished_run_is_not_done_again(sweep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = read_plan(sweep).runs[0]
    folder = tmp_path / "records"
    with Records(folder).driven():
        tasks.finish(one, str(folder))
    monkeypatch.setattr(tasks, "TASKS", {})
    with Records(folder).driven() as table:
        assert tasks.finish(one, str(folder)) is None
        assert table.keys == {one.key}


def test_where_the_folder_is_not_seen_the_record_comes_back(sweep: Path, tmp_path: Path) -> None:
    one = read_plan(sweep).runs[0]
    record = tasks.finish(one, str(tmp_path / "elsewhere"))
    assert record is not None
    assert (record["key"], record["verdict"]) == (one.key, "restricted")


def test_the_first_record_of_a_run_stays(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.keep("a", {"key": "a", "value": 1})
    records.keep("a", {"key": "a", "value": 2})
    with records.driven():
        pass
    assert lines(tmp_path) == [{"key": "a", "value": 1}]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_line_that_a_kill_has_cut_is_written_again(tmp_path: Path, cut: int) -> None:
    records = Records(tmp_path)
    for key in "ab":
        records.keep(key, {"key": key})
    with records.driven():
        pass
    whole = records.table.read_bytes()
    records.table.write_bytes(whole[:-cut])
    with records.driven():
        pass
    assert records.table.read_bytes() == whole


def test_two_drivers_do_not_share_a_folder(tmp_path: Path) -> None:
    with Records(tmp_path).driven(), pytest.raises(IsRunningError), Records(tmp_path).driven():
        pass


def test_a_failed_run_is_told_and_tried_again(sweep: Path, tmp_path: Path) -> None:
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / "records").write_text("in the way")
    result = run(str(sweep), "--processes", "1")
    assert result.exit_code == 1
    assert "failed: {'design': 'encoder.yaml', 'encoder.latent.dim': 2" in result.stderr
    (tmp_path / "sweep" / "records").unlink()
    assert run(str(sweep), "--processes", "1").exit_code == 0


TRAINING = """\
designs:
  - {encoder: encoder.yaml, decoder: decoder.yaml}
grid:
  encoder.latent.dim: [1, 2]
seeds: 2
options: {data: counts.npy, epochs: 30, batch: 8, learning_rate: 0.05, estimator: exact}
"""


def test_trained_runs_measure_their_gaps(sweep: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    np.save(tmp_path / "counts.npy", np.random.default_rng(1).integers(0, 4, (24, 5)) + 1)
    assert run(str(written(tmp_path, TRAINING)), "--processes", "1").exit_code == 0
    found = lines(tmp_path / "sweep")
    assert {(line["encoder.latent.dim"], line["verdict"]) for line in found} == {(1, "tight"), (2, "restricted")}
    assert all(line["is_exact"] and float(str(line["gap"])) >= 0 for line in found)
    assert len({line["elbo"] for line in found}) == 4
    np.save(tmp_path / "counts.npy", np.ones((24, 5), dtype=int))
    assert not {r.key for r in read_plan(sweep).runs} & {line["key"] for line in found}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("counts.npy", "nothing.npy", "there is no file"),
        ("epochs: 30", "epochs: 0", "`epochs` must be a number at least 1"),
        ("epochs: 30", "epoch: 30", "the key 'epoch' is not known here; the nearest is epochs"),
        ("estimator: exact", "estimator: guess", "`estimator` must be path, arm"),
    ],
)
def test_bad_options_are_told_with_their_line(tmp_path: Path, sweep: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "counts.npy").write_bytes(b"")
    result = run(str(written(tmp_path, TRAINING.replace(old, new))))
    assert result.exit_code == 2
    assert "sweep.yaml:6" in result.stderr
    assert said in result.stderr


def started(sweep: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tightcheck", "sweep", str(sweep), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reached(folder: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    """Waits until so many runs are finished, or the process ended."""
    while len(lines(folder)) < count and process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)


def workers(process: subprocess.Popen[bytes]) -> Iterator[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for child in map(int, children.read_text().split()):
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            yield child


def assert_complete(sweep: Path, folder: Path, finished: dict[str, int]) -> None:
    keys = [line["key"] for line in lines(folder)]
    assert sorted(map(str, keys)) == sorted(r.key for r in read_plan(sweep).runs)
    assert finished == {key: record_time(folder, key) for key in finished}


def record_time(folder: Path, key: str) -> int:
    return (folder / "records" / f"{key}.json").stat().st_mtime_ns


def finished_in(folder: Path) -> dict[str, int]:
    return {file.stem: file.stat().st_mtime_ns for file in (folder / "records").glob("[!.]*.json")}


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds processes in /proc")
def test_killing_a_worker_or_the_driver_loses_nothing(sweep: Path, tmp_path: Path) -> None:
    written(tmp_path, SWEEP.replace("SEEDS", "15"))
    folder = tmp_path / "sweep"
    driver = started(sweep, "--processes", "2")
    reached(folder, 5, driver)
    for worker in workers(driver):
        os.kill(worker, signal.SIGKILL)
        break
    reached(folder, 12, driver)
    driver.kill()
    driver.wait()
    before = finished_in(folder)
    assert 12 <= len(before) < 60
    assert started(sweep, "--processes", "2").wait() == 0
    assert_complete(sweep, folder, before)


def test_a_run_that_kills_its_process_is_told(sweep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tightcheck.sweep import local

    with Records(tmp_path / "sweep").driven():
        deadly = replace(read_plan(sweep).runs[0], task="die")
        monkeypatch.setattr(local, "finish", die)
        (outcome,) = local.outcomes([deadly], Records(tmp_path / "sweep"), 1)
    assert outcome.error is not None
    assert "died 3 times" in outcome.error


def die(run: Run, folder: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


CLUSTER = """
import os, subprocess, sys
from ray.cluster_utils import Cluster

sweep, folder = sys.argv[1:]
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
node = cluster.add_node(num_cpus=1)
cluster.wait_for_nodes()
command = [sys.executable, "-m", "tightcheck", "sweep", sweep, "--out", folder, "--engine", "ray"]
driver = subprocess.Popen([*command, "--address", cluster.address])
table = os.path.join(folder, "results.jsonl")
while driver.poll() is None and (not os.path.exists(table) or len(open(table).readlines()) < 6):
    try:
        driver.wait(0.02)
    except subprocess.TimeoutExpired:
        pass
assert driver.poll() is None, "the sweep ended before a node was killed"
cluster.remove_node(node, allow_graceful=False)
code = driver.wait()
cluster.shutdown()
sys.exit(code)
"""


def test_a_node_of_a_ray_cluster_may_die(sweep: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is an extra: pip install 'tightcheck[ray]'")
    written(tmp_path, SWEEP.replace("SEEDS", "30"))
    folder = tmp_path / "sweep"
    command = [sys.executable, "-c", CLUSTER, str(sweep), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert_complete(sweep, folder, {})


def test_an_address_without_a_cluster_is_told(sweep: Path) -> None:
    assert run(str(sweep), "--address", "127.0.0.1:1").exit_code == 2
