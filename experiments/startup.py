"""How long a cold `tightcheck analyze` takes, as a multiple of `python -c "import sympy"` on the same machine.

    python -m tightcheck.experiments.startup [--all | EXAMPLE ...]

Whole processes, each beside its own run of the yardstick, so that a busy moment falls on both; printed are the medians
of processor and of wall-clock seconds, and the median of the ratios. The aim is 1.25, the limit 1.5. Without names five
designs are measured; `--all` measures every example, worst first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import median
from time import perf_counter

RUNS, RUNS_OF_ALL = 15, 3
EXAMPLES = Path(str(files("tightcheck") / "examples"))
DESIGNS = ("text-vae-frequencies", "ppca-full", "gaussian-vae-images", "scvi-observed-library", "m2")
"""10000 words, a full covariance, 12288 pixels and 100 codes, single cells, labels."""

LIMIT = 1.5
DECIDED, NOT_DECIDED = 0, 3
YARDSTICK = (sys.executable, "-c", "import sympy")


@dataclass(frozen=True)
class Time:
    """Seconds of one process: on the processor (its own and the system's for it), and by the clock on the wall."""

    processor: float
    wall: float


def command(example: str) -> tuple[str, ...]:
    """The command that analyses an example."""
    written = (str(EXAMPLES / example / f"{part}.yaml") for part in ("encoder", "decoder"))
    return (sys.executable, "-m", "tightcheck", "analyze", *written)


def time_of(command: Sequence[str]) -> Time:
    """The time of one whole process, whose output is dropped; SystemExit where it fails."""
    start = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (DECIDED, NOT_DECIDED):
        raise SystemExit(f"{' '.join(command)} returned {process.returncode}; its message is above.")
    return Time(used.ru_utime + used.ru_stime, wall)


def measured(example: str, runs: int) -> tuple[list[Time], list[Time]]:
    """The times of the yardstick and of an example, in turn; one uncounted run of each writes the bytecode."""
    pair = (YARDSTICK, command(example))
    for each in pair:
        time_of(each)
    rounds = [[time_of(each) for each in pair] for _ in range(runs)]
    ground, found = map(list, zip(*rounds, strict=True))
    return ground, found


def ratio(ground: Sequence[float], found: Sequence[float]) -> float:
    """The median of the ratios of neighbouring runs."""
    return median(b / a for a, b in zip(ground, found, strict=True))


def row(example: str, runs: int) -> tuple[float, str]:
    """The ratio of processor times, and the line that is printed."""
    ground, found = measured(example, runs)
    processor = ratio([t.processor for t in ground], [t.processor for t in found])
    wall = ratio([t.wall for t in ground], [t.wall for t in found])
    seconds = [median(t.processor for t in times) for times in (ground, found)]
    clock = [median(t.wall for t in times) for times in (ground, found)]
    return processor, (
        f"{example:28}{seconds[0]:8.3f}{seconds[1]:8.3f}{processor:8.2f}  {clock[0]:8.3f}{clock[1]:8.3f}{wall:8.2f}"
    )


def main() -> None:
    """Prints a line for each design, then the median ratio, the largest, and how many exceed the limit."""
    is_all = sys.argv[1:] == ["--all"]
    examples = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()) if is_all else sys.argv[1:] or DESIGNS
    unknown = [name for name in examples if not (EXAMPLES / name / "encoder.yaml").is_file()]
    if unknown:
        raise SystemExit(f"There is no example {', '.join(unknown)}; `{EXAMPLES}` holds them.")
    runs = RUNS_OF_ALL if is_all else RUNS
    print(
        f"{'medians of ' + str(runs) + ' runs':28}{'processor: sympy, analyze, ratio':>24}  wall: sympy, analyze, ratio"
    )
    rows = []
    for example in examples:
        rows.append(row(example, runs))
        print(rows[-1][1], flush=True)
    ratios = [found for found, _ in rows]
    if is_all:
        print("\nworst first:", *(line for _, line in sorted(rows, reverse=True)), sep="\n")
    print(f"ratio of processor times: median {median(ratios):.2f}, largest {max(ratios):.2f}, ", end="")
    print(f"{sum(found > LIMIT for found in ratios)} of {len(ratios)} above {LIMIT}")


if __name__ == "__main__":
    main()
